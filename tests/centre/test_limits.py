"""Not too much of anything: searches, exports and letters of one person, counted in the database (promise S25)."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.roles import Role
from centre.limits import TooOften, count_use
from centre.models import Use
from centre.tasks import forget_uses
from notifications.models import Message
from tests.factories import EmployeeFactory
from tests.rights import in_role, sign_in
from tests.threads import at_once

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 24, 9, tzinfo=UTC)
SEARCHED = [
    "website:catalogue",
    "website:person_list",
    "website:office_list",
    "website:changes",
    "website:looks",
    "accounts:invitations",
    "accounts:roles",
    "notifications:message_list",
    "courses:programme_list",
    "scheduling:session_list",
    "scheduling:room_list",
    "scheduling:trainer_list",
    "admin:people_employee_changelist",
]


def allow(settings, **times):
    spans = {what: (count, settings.RATE_LIMITS[what][1]) for what, count in times.items()}
    settings.RATE_LIMITS = settings.RATE_LIMITS | spans


@pytest.fixture
def staff():
    """Somebody who may open every list."""
    person = in_role(Role.HR_ADMIN)
    person.is_superuser = True
    person.save()
    return sign_in(Client(), person)


@pytest.mark.parametrize("route", SEARCHED)
def test_s25_every_list_is_searched_only_so_often(staff, settings, route):
    allow(settings, search=2)

    with time_machine.travel(NOON, tick=False):
        answers = [staff.get(reverse(route), {"q": "а"}) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[2]["Retry-After"] == "61"
    page = answers[2].content.decode()
    assert "За минуту было так много поисков, что сайт ненадолго остановился." in page
    assert "Попробуйте снова через 2 минуты." in page


def test_s25_after_the_span_one_searches_again_and_others_never_noticed(settings):
    allow(settings, search=1)
    first, second = sign_in(Client(), EmployeeFactory()), sign_in(Client(), EmployeeFactory())
    address = reverse("website:catalogue") + "?q=право"

    with time_machine.travel(NOON, tick=False) as clock:
        found = [first.get(address).status_code for _ in range(2)]
        others = second.get(address).status_code
        without_words = first.get(reverse("website:catalogue")).status_code
        clock.shift(timedelta(seconds=60))
        later = first.get(address).status_code

    assert (found, others, without_words, later) == ([200, 429], 200, 200, 200)


def test_s25_a_page_without_a_search_counts_nothing(client):
    sign_in(client, EmployeeFactory())

    with CaptureQueriesContext(connection) as queries:
        client.get(reverse("website:catalogue"))
        client.get(reverse("website:home"), {"q": ""})

    assert [one for one in queries if "centre_use" in one["sql"]] == []


def test_s25_a_search_costs_one_statement_more(client):
    sign_in(client, EmployeeFactory())
    client.get(reverse("website:catalogue"), {"q": "право"})

    with CaptureQueriesContext(connection) as queries:
        client.get(reverse("website:catalogue"), {"q": "право"})

    assert len([one for one in queries if "centre_use" in one["sql"]]) == 1


def test_s25_a_fragment_gets_the_sentence_alone(client, settings):
    allow(settings, search=0)
    sign_in(client, EmployeeFactory())

    answer = client.get(reverse("website:catalogue"), {"q": "право"}, headers={"HX-Request": "true"})

    assert answer.status_code == 429
    assert "За минуту было так много поисков" in answer.content.decode()
    assert "<html" not in answer.content.decode()


@pytest.mark.parametrize("form", ["csv", "xlsx", "print"])
def test_s25_lists_are_taken_away_only_so_often(staff, settings, form):
    allow(settings, export=1)

    answers = [staff.get(reverse("website:person_list"), {"form": form}) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [200, 429]
    assert "выгрузили так много списков" in answers[1].content.decode()
    assert staff.get(reverse("website:person_list")).status_code == 200


def test_s25_letters_are_sent_only_so_often(staff, settings):
    allow(settings, letter=1)
    person = EmployeeFactory(email="maria@mfc.example")
    person.set_unusable_password()
    person.save()

    answers = [staff.post(reverse("accounts:invite"), {"person": person.pk}) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [302, 429]
    assert "отправили так много писем" in answers[1].content.decode()
    [invitation] = Message.objects.filter(kind="invitation", state="planned")
    assert staff.post(reverse("notifications:resend_message", args=[invitation.pk])).status_code == 429


@pytest.mark.django_db(transaction=True)
def test_s25_processes_count_together(settings):
    """Twelve at once over connections of their own: exactly five get through."""
    allow(settings, search=5)
    request = RequestFactory().get("/")
    request.user = EmployeeFactory()

    def search():
        try:
            count_use(request, "search")
        except TooOften:
            return "too often"
        return "found"

    with time_machine.travel(NOON, tick=False):
        answers = at_once([search] * 12)

    assert sorted(answers) == ["found"] * 5 + ["too often"] * 7


def test_s25_counting_is_not_logged_by_the_database():
    with connection.cursor() as cursor:
        cursor.execute("SELECT relpersistence FROM pg_class WHERE relname = 'centre_use'")
        assert cursor.fetchone() == ("u",)


def test_counts_of_yesterday_are_forgotten():
    now = datetime.now(UTC)
    Use.objects.create(key="search:1", since=now - timedelta(hours=25))
    kept = Use.objects.create(key="search:1", since=now - timedelta(hours=1))

    assert forget_uses() == 1
    assert list(Use.objects.all()) == [kept]
