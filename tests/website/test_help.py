"""Help stands in one place on every page and speaks of the reader's own work (WCAG 3.2.6, expectation 39)."""

from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.utils import translation

from accounts.roles import Role
from tests.factories import OfficeFactory, TrainerFactory
from tests.rights import in_role, sign_in
from website import help as guide

pytestmark = pytest.mark.django_db


def topics(client):
    return [topic.key for topic in client.get("/help/").context["topics"]]


def test_39_who_has_not_signed_in_reads_how_to(client):
    assert topics(client) == ["signing-in"]
    assert 'href="/help/"' in client.get("/sign-in/").content.decode()


def test_39_each_reads_about_their_own_work(client, reader):
    sign_in(client, reader)
    assert topics(client) == ["learning"]

    TrainerFactory(employee=reader)
    OfficeFactory(head=reader)
    assert topics(client) == ["teaching", "leading", "learning"]


@pytest.mark.parametrize(
    ("role", "own"),
    [
        (Role.HR_ADMIN, ["planning", "centre"]),
        (Role.CENTRE_ADMIN, ["planning", "centre"]),
        (Role.METHODIST, ["centre"]),
        (Role.SYSTEM_ADMIN, ["access", "centre"]),
    ],
)
def test_39_staff_read_about_the_centre_first(client, role, own):
    sign_in(client, in_role(role))

    assert topics(client) == [*own, "learning"]


TOPICS = [one for one in vars(guide).values() if isinstance(one, guide.Topic)]


@pytest.mark.parametrize("language", ["ru", "en"])
@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.key)
def test_39_each_topic_has_a_small_picture_in_each_language(topic, language):
    with translation.override(language):
        picture = Path(finders.find(topic.picture))

    assert picture.read_bytes()[8:12] == b"WEBP"
    assert picture.stat().st_size < 40_000


def test_39_a_picture_says_what_it_shows_and_keeps_its_place(client):
    page = client.get("/help/").content.decode()

    assert 'alt="Страница входа: ' in page
    assert 'width="360"' in page and 'height="600"' in page and 'loading="lazy"' in page
