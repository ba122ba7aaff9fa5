"""Where one is signed in, for how long, and how it ends (promise S6, expectation 36)."""

from datetime import timedelta

import pytest
import time_machine
from django.conf import settings
from django.contrib.auth import get_user
from django.contrib.sessions.backends.base import UpdateError
from django.db import OperationalError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.devices import device_in_words
from accounts.models import BrowserSession
from accounts.tasks import clear_accounts
from people.requests import client_address
from tests.costs import cost
from tests.databases import database_away
from tests.factories import PASSWORD, EmployeeFactory, PolicyFactory

pytestmark = pytest.mark.django_db
CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1 Version/18.0 Mobile Safari/604.1"
ENGLISH = {"accept-language": "en"}


@pytest.fixture
def maria():
    employee = EmployeeFactory(username="00012345")
    employee.set_password(PASSWORD)
    employee.save()
    return employee


def signed_in(agent: str = CHROME, address: str = "10.1.2.3") -> Client:
    client = Client(HTTP_USER_AGENT=agent, REMOTE_ADDR=address)
    client.post("/sign-in/", {"username": "00012345", "password": PASSWORD})
    return client


def test_a_person_sees_device_address_and_times_of_each_session(maria):
    here, phone = signed_in(), signed_in(IPHONE, "10.9.9.9")

    page = here.get(reverse("accounts:own_sessions"), headers=ENGLISH).content.decode()

    assert page.index("Chrome, Windows") < page.index("Safari, iPhone")
    assert "10.1.2.3" in page
    assert "10.9.9.9" in page
    assert phone.session.session_key not in page
    assert here.session.session_key not in page


def test_s6_one_session_is_ended_and_all_others(maria):
    here, phone, tablet = signed_in(), signed_in(IPHONE), signed_in()
    handle = BrowserSession.objects.get(session_key=phone.session.session_key).handle

    here.post(reverse("accounts:end_session"), {"session": handle})
    after_one = [get_user(client).is_authenticated for client in (here, phone, tablet)]
    here.post(reverse("accounts:end_session"))
    after_all = [get_user(client).is_authenticated for client in (here, phone, tablet)]

    assert after_one == [True, False, True]
    assert after_all == [True, False, False]


def test_s1_nobody_ends_the_session_of_another(maria):
    theirs = signed_in()
    handle = BrowserSession.objects.get(session_key=theirs.session.session_key).handle
    stranger = Client()
    stranger.force_login(EmployeeFactory())

    assert stranger.post(reverse("accounts:end_session"), {"session": handle}).status_code == 404
    stranger.post(reverse("accounts:end_session"))
    assert get_user(theirs) == maria


def test_s6_an_idle_session_ends_and_one_in_use_goes_on(maria):
    PolicyFactory(idle_minutes=60)
    start = timezone.now()
    with time_machine.travel(start, tick=False) as clock:
        used, idle = signed_in(), signed_in()
        for minutes in (30, 60, 90):
            clock.move_to(start + timedelta(minutes=minutes))
            assert used.get("/account/").status_code == 200

        assert idle.get("/account/").status_code == 302


def test_s6_nobody_stays_signed_in_longer_than_twelve_hours(maria):
    start = timezone.now()
    with time_machine.travel(start, tick=False) as clock:
        client = signed_in()
        for hour in range(1, 12):
            clock.move_to(start + timedelta(hours=hour))
            assert client.get("/account/").status_code == 200
        clock.move_to(start + timedelta(hours=12))

        assert client.get("/account/").status_code == 302


def test_s6_a_planted_session_id_is_not_adopted(maria):
    planted = "p" * 32
    client = Client()
    client.cookies[settings.SESSION_COOKIE_NAME] = planted

    client.post("/sign-in/", {"username": "00012345", "password": PASSWORD})

    assert get_user(client) == maria
    assert client.session.session_key != planted
    assert not BrowserSession.objects.filter(session_key=planted).exists()


def test_s6_a_password_changed_elsewhere_ends_the_session_rows_too(maria):
    here, elsewhere = signed_in(), signed_in()
    new = "quite another long phrase"

    here.post("/account/password/", {"old_password": PASSWORD, "new_password1": new, "new_password2": new})

    assert list(maria.sign_ins.values_list("session_key", flat=True)) == [here.session.session_key]
    assert not get_user(elsewhere).is_authenticated


def test_the_cookie_ends_with_the_browser(maria):
    assert signed_in().cookies[settings.SESSION_COOKIE_NAME]["max-age"] == ""


def test_staying_puts_the_end_off(maria):
    start = timezone.now()
    with time_machine.travel(start, tick=False) as clock:
        client = signed_in()
        clock.move_to(start + timedelta(minutes=119))

        assert client.post(reverse("accounts:stay")).content == b"7200"


def test_a_page_costs_the_session_the_person_and_no_more(maria, django_assert_num_queries):
    client = signed_in()
    client.get("/account/devices/")

    with django_assert_num_queries(4):  # session, person, their sessions, rights and trainer for the menu
        client.get("/account/devices/")


def test_what_is_over_is_cleared_after_a_day(maria):
    start = timezone.now()
    with time_machine.travel(start, tick=False) as clock:
        signed_in()
        clock.move_to(start + timedelta(hours=20))
        assert clear_accounts() == 0
        clock.move_to(start + timedelta(hours=27))
        assert clear_accounts() == 1


# --- the address ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, "6.6.6.6", "10.0.0.1"),
        (1, "6.6.6.6, 192.0.2.7", "192.0.2.7"),
        (2, "6.6.6.6, 192.0.2.7, 10.0.0.2", "192.0.2.7"),
        (2, "192.0.2.7", "10.0.0.1"),
        (1, "<script>", None),
    ],
)
def test_s7_only_the_installations_own_proxies_are_believed(rf, settings, proxies, forwarded, address):
    settings.PROXY_COUNT = proxies
    request = rf.get("/", REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_FOR=forwarded)

    assert client_address(request) == address


@pytest.mark.parametrize(
    ("description", "words"),
    [
        (CHROME, "Chrome, Windows"),
        (IPHONE, "Safari, iPhone"),
        (CHROME.replace("Chrome", "YaBrowser/25 Chrome"), "Yandex, Windows"),
        ("curl", "неизвестное устройство"),
    ],
)
def test_devices_have_names(description, words):
    assert device_in_words(description) == words


# --- what was typed -------------------------------------------------------------------------------


def test_36_a_form_that_comes_too_late_is_kept_and_offered_after_signing_in(maria):
    typed = {"reason": "Заболел ребёнок", "csrfmiddlewaretoken": "x", "old_password": "тайна"}
    start = timezone.now()
    with time_machine.travel(start, tick=False) as clock:
        client = signed_in()
        clock.move_to(start + timedelta(hours=3))

        refused = client.post("/enrolments/1/cancel/?a=1", typed)
        shown = client.get(refused.url)
        signed = client.post(
            "/sign-in/", {"username": "00012345", "password": PASSWORD, "next": shown.context["next"]}
        )
        offered = client.get(signed.url)

    assert refused.url == "/sign-in/?next=/account/kept-form/"
    assert "Введённое сохранено" in shown.content.decode()
    assert signed.url == "/account/kept-form/"
    page = offered.content.decode()
    assert 'action="/enrolments/1/cancel/?a=1"' in page
    assert 'name="reason" value="Заболел ребёнок"' in page
    assert "тайна" not in page


def test_36_a_kept_form_is_sent_once(maria):
    start = timezone.now()
    with time_machine.travel(start, tick=False) as clock:
        client = signed_in()
        clock.move_to(start + timedelta(hours=3))
        client.post("/account/password/", {"note": "слова"})
        client.post("/sign-in/", {"username": "00012345", "password": PASSWORD})
        assert client.get("/account/kept-form/").status_code == 200

        client.post("/account/password/", {"note": "слова"})

        assert client.get("/account/kept-form/").url == "/"


def test_36_the_next_person_at_the_computer_does_not_get_it(maria):
    other = EmployeeFactory(username="00000077")
    other.set_password(PASSWORD)
    other.save()
    start = timezone.now()
    with time_machine.travel(start, tick=False) as clock:
        client = signed_in()
        clock.move_to(start + timedelta(hours=3))
        client.post("/account/password/", {"note": "слова"})

        client.post("/sign-in/", {"username": "00000077", "password": PASSWORD})

        assert client.get("/account/kept-form/").url == "/"


def test_36_nothing_is_kept_for_who_never_signed_in_or_signed_out(maria):
    stranger, gone = Client(), signed_in()
    key = gone.session.session_key
    gone.post("/sign-out/")
    gone.cookies[settings.SESSION_COOKIE_NAME] = key

    assert stranger.post("/account/password/", {"a": "b"}).url == "/sign-in/?next=/account/password/"
    assert gone.post("/account/password/", {"a": "b"}).url == "/sign-in/?next=/account/password/"


def test_a_fragment_moves_the_whole_page_to_the_sign_in():
    response = Client().get(
        "/catalogue/",
        headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/catalogue/?q=a"},
    )

    assert response["HX-Redirect"] == "/sign-in/?next=%2Fcatalogue%2F%3Fq%3Da"


@pytest.mark.rows_of("accounts:own_sessions")
def test_the_list_of_devices_costs_the_same_for_any_number(maria):
    here, costs = signed_in(), []
    for more in (1, 2, 297):
        now = timezone.now()
        BrowserSession.objects.bulk_create(
            BrowserSession(
                session_key=f"{more}-{number}",
                session_data="",
                expire_date=now + timedelta(hours=1),
                person=maria,
                started_at=now,
                seen_at=now,
            )
            for number in range(more)
        )
        costs.append(cost(here, reverse("accounts:own_sessions")))

    assert costs == [costs[0]] * 3


def test_r5_a_database_that_is_away_when_a_session_is_saved_is_no_fault_of_its_reader(maria):
    session = signed_in().session
    session["seen"] = True

    with database_away(), pytest.raises(OperationalError):
        session.save()

    BrowserSession.objects.all().delete()
    with pytest.raises(UpdateError):  # ended in another browser
        session.save()
