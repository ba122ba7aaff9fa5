"""Help stands in one place on every page and speaks of the reader's own work (WCAG 3.2.6, expectation 39)."""

import pytest

from accounts.roles import Role
from tests.factories import OfficeFactory, TrainerFactory
from tests.rights import in_role, sign_in

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
