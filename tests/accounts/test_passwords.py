"""Invitations, forgotten passwords and what a password may be (promises S8, S9, S10, S25)."""

import re
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
import time_machine
from django.contrib.auth import get_user
from django.contrib.auth.password_validation import validate_password
from django.core import mail
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.actions.passwords import ask_for_password, choose_password, invite
from accounts.errors import LinkIsDead
from accounts.models import PasswordRequest
from accounts.password_links import INVITATION, RESET, make_token, read_token
from accounts.roles import Role
from accounts.tasks import answer_password_requests
from notifications.models import Message
from notifications.tasks import send_due_messages
from tests.factories import PASSWORD, EmployeeFactory, EmploymentFactory, moscow
from tests.rights import in_role, sign_in
from tests.threads import at_once

pytestmark = pytest.mark.django_db
NEW = "quite another long phrase"
DAYTIME = moscow(2027, 3, 2, 11)
FORGOTTEN = "/password/forgotten/"
ENGLISH = {"accept-language": "en"}


@pytest.fixture(autouse=True)
def clock(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    settings.SITE_URL = "https://training.example.org"
    with time_machine.travel(DAYTIME, tick=False) as clock:
        yield clock


@pytest.fixture
def maria():
    employee = EmploymentFactory(
        employee__username="00012345", employee__email="maria@mfc.example", personnel_number="00012345"
    ).employee
    employee.set_password(PASSWORD)
    employee.save()
    return employee


def newcomer(**fields):
    return EmployeeFactory(password="!", **fields)


def forget(name="00012345", client=None):
    """Asked for on the page, answered in the background, sent."""
    response = (client or Client()).post(FORGOTTEN, {"name": name})
    answer_password_requests()
    send_due_messages()
    return response


def link_in_the_letter(number=-1):
    return re.search(r"https://\S+", mail.outbox[number].body).group()


def follow(link, client=None):
    client = client or Client()
    return client, client.get(urlsplit(link).path)


def choose(client, password=NEW):
    return client.post("/password/new/", {"new_password1": password, "new_password2": password})


# --- a forgotten password -------------------------------------------------------------------------


def test_s9_a_link_comes_by_letter_and_sets_a_password_once(maria):
    elsewhere = Client()
    elsewhere.force_login(maria)
    forget()
    client, moved = follow(link_in_the_letter())

    assert moved.url == "/password/new/"
    assert moved["Referrer-Policy"] == "no-referrer"
    assert choose(client).url == "/sign-in/"
    maria.refresh_from_db()
    assert maria.check_password(NEW)
    assert not get_user(elsewhere).is_authenticated
    again, _moved = follow(link_in_the_letter(0))
    assert again.get("/password/new/").status_code == 410
    assert choose(again, "one more long phrase here").status_code == 410


def test_s9_no_page_has_the_token_in_its_address_or_its_text(maria):
    forget()
    link = link_in_the_letter()
    client, _moved = follow(link)

    assert link.rsplit("/", 2)[1] not in client.get("/password/new/").content.decode()


def test_s9_a_link_works_an_hour_from_the_request(maria, clock):
    forget()
    client, _moved = follow(link_in_the_letter())
    clock.shift(timedelta(minutes=59))
    in_time = client.get("/password/new/").status_code
    clock.shift(timedelta(minutes=2))

    assert (in_time, client.get("/password/new/").status_code) == (200, 410)


@pytest.mark.parametrize(
    "change",
    [
        {"password": "other"},
        {"email": "other@mfc.example"},
        {"is_active": False},
        {"last_login": moscow(2027, 3, 2, 10)},
    ],
)
def test_s9_a_link_dies_when_what_it_was_made_for_changes(maria, change):
    link = read_token(make_token(maria, RESET, timezone.now()))
    assert link.opens(maria)
    for field, value in change.items():
        setattr(maria, field, value)

    assert not link.opens(maria)


@pytest.mark.parametrize("token", ["", "x", "Ё", "a:b:c", "0" * 500])
def test_s9_a_made_up_token_opens_nothing(token):
    assert read_token(token) is None
    client = Client()
    client.get(reverse("accounts:password_link", args=[token or "x"]))
    assert client.get("/password/new/").status_code == 410


def test_s9_the_host_is_taken_from_the_settings(maria, settings):
    settings.ALLOWED_HOSTS = ["*"]
    forget(client=Client(HTTP_HOST="evil.example", HTTP_X_FORWARDED_HOST="evil.example"))

    assert link_in_the_letter().startswith("https://training.example.org/password/link/")
    assert "evil" not in mail.outbox[0].body + str(mail.outbox[0].alternatives)


def test_s9_the_ledger_does_not_keep_the_link(client, maria):
    forget()
    message = Message.objects.get()
    token = link_in_the_letter().rsplit("/", 2)[1]
    sign_in(client, in_role(Role.HR_ADMIN))

    pages = [client.get(message.get_absolute_url()), client.get("/messages/")]

    assert token not in message.body + message.title + str(message.context)
    assert not any(token in page.content.decode() for page in pages)


def test_s9_staff_do_not_see_the_link_of_a_letter_that_waits(client, maria):
    ask_for_password("00012345", None)
    answer_password_requests()
    sign_in(client, in_role(Role.HR_ADMIN))

    page = client.get(Message.objects.get().get_absolute_url()).content.decode()

    assert "/password/link/" not in page
    assert "адрес есть только в самом письме" in page


def test_s9_a_letter_that_waited_an_hour_is_not_sent(maria, clock):
    ask_for_password("00012345", None)
    answer_password_requests()
    clock.shift(timedelta(minutes=61))
    send_due_messages()

    assert mail.outbox == []


def test_a_letter_about_a_password_does_not_wait_for_the_morning(maria, clock):
    clock.move_to(moscow(2027, 3, 2, 23))
    forget()

    assert len(mail.outbox) == 1


def test_s8_the_answer_and_its_work_are_the_same_whoever_is_named(maria, django_capture_on_commit_callbacks):
    EmployeeFactory(username="closed", is_active=False)
    EmployeeFactory(username="silent", email="")
    answers = {}
    for name in ["00012345", "maria@mfc.example", "closed", "silent", "nobody", "nobody@mfc.example"]:
        client = Client()
        with CaptureQueriesContext(connection) as queries, django_capture_on_commit_callbacks() as nudges:
            response = client.post(FORGOTTEN, {"name": name})
        work = [re.split(' VALUES | "s\\d', query["sql"])[0] for query in queries]
        page = re.sub(r'value="\w{64}"', "", client.get(response.url).content.decode())
        answers[name] = (response.status_code, response.url, page, tuple(work), len(nudges))

    assert len(set(answers.values())) == 1


def test_s8_only_who_has_an_open_account_and_an_address_is_written_to(maria):
    EmployeeFactory(username="closed", is_active=False)
    EmployeeFactory(username="silent", email="")
    for name in ["closed", "silent", "nobody", "00012345"]:
        forget(name)

    assert [letter.to for letter in mail.outbox] == [["maria@mfc.example"]]


def test_s25_a_person_gets_three_letters_an_hour_under_all_their_names(maria, clock):
    for name in ["00012345", "maria@mfc.example", "MARIA@mfc.example", "00012345", "00012345"]:
        forget(name)
    assert len(mail.outbox) == 3

    clock.shift(timedelta(minutes=61))
    forget()
    assert len(mail.outbox) == 4


def test_s25_an_address_asks_thirty_times_an_hour_and_no_other_is_hindered(maria):
    answers = [Client().post(FORGOTTEN, {"name": f"n{number}"}).status_code for number in range(31)]
    other = Client(REMOTE_ADDR="10.0.0.7").post(FORGOTTEN, {"name": "00012345"})

    assert answers == [302] * 30 + [429]
    assert other.status_code == 302
    assert PasswordRequest.objects.count() == 31


@pytest.mark.threads
@pytest.mark.django_db(transaction=True)
def test_s9_two_who_use_a_link_at_once_set_one_password():
    person = EmployeeFactory()
    link = read_token(make_token(person, RESET, timezone.now()))

    results = at_once([lambda word=word: choose_password(link, f"{word} long phrase") for word in "ab"])

    assert sorted(type(result).__name__ for result in results) == ["Employee", "LinkIsDead"]


def test_a_new_password_lifts_the_pause_and_the_person_is_told(client, maria):
    for _attempt in range(5):
        client.post("/sign-in/", {"username": "00012345", "password": "wrong"})
    forget()
    chooser, _moved = follow(link_in_the_letter())
    choose(chooser)
    send_due_messages()

    answer = client.post("/sign-in/", {"username": "00012345", "password": NEW})

    assert answer.status_code == 302
    assert mail.outbox[-1].subject == "Ваш пароль изменён"


def test_s7_guessing_the_present_password_is_slowed_down(client, maria):
    client.force_login(maria)
    fields = {"old_password": "wrong", "new_password1": NEW, "new_password2": NEW}

    answers = [client.post("/account/password/", fields).status_code for _attempt in range(5)]

    assert answers == [200] * 4 + [429]


# --- invitations ----------------------------------------------------------------------------------


def test_an_invited_person_chooses_a_password_and_signs_in(client):
    person = newcomer()
    sign_in(client, in_role(Role.HR_ADMIN))

    client.post(reverse("accounts:invite"), {"person": person.pk})
    send_due_messages()
    chooser, _moved = follow(link_in_the_letter())
    choose(chooser)

    assert chooser.post("/sign-in/", {"username": person.username, "password": NEW}).status_code == 302
    assert list(person.access_entries.values_list("what", flat=True)) == ["invited"]


def test_all_who_were_not_invited_are_and_none_twice(client, maria, clock):
    people = [newcomer() for _one in range(3)]
    newcomer(email="")
    newcomer(is_active=False)
    sign_in(client, in_role(Role.SYSTEM_ADMIN))
    for _press in range(2):
        client.post(reverse("accounts:invite"))
    send_due_messages()
    first = sorted(letter.to[0] for letter in mail.outbox)
    clock.shift(timedelta(days=8))
    sign_in(client, in_role(Role.HR_ADMIN))
    client.post(reverse("accounts:invite"))
    send_due_messages()

    assert first == sorted(person.email for person in people)
    assert len(mail.outbox) == 6


def test_27_an_invitation_to_all_names_whom_no_letter_reaches(client):
    newcomer(), newcomer()
    unreached = newcomer(email="")
    sign_in(client, in_role(Role.SYSTEM_ADMIN))
    before = client.get(reverse("accounts:invitations")).context["to_invite"]

    told = client.post(reverse("accounts:invite"), follow=True).content.decode()

    assert f"{before} приглашени" in told
    assert f"1 человек без адреса не получит письма: {unreached.short_name}" in told


def test_s9_an_invitation_works_seven_days_and_not_after_a_password_was_chosen(clock):
    person = newcomer()
    link = read_token(make_token(person, INVITATION, timezone.now()))
    clock.shift(timedelta(days=6, hours=23))
    in_time = link.opens(person)
    clock.shift(timedelta(hours=2))

    assert (in_time, link.opens(person)) == (True, False)
    with pytest.raises(LinkIsDead):
        choose_password(link, NEW)


def test_who_has_a_password_or_is_nobody_is_not_invited(client, maria):
    sign_in(client, in_role(Role.HR_ADMIN))
    for person in [maria.pk, 10**30, "x", "-1", 999_999]:
        client.post(reverse("accounts:invite"), {"person": person})

    assert Message.objects.count() == 0
    assert invite([], by=maria) == 0


def test_a_person_without_an_address_gets_a_sheet_of_paper(client):
    person = newcomer(email="")
    sign_in(client, in_role(Role.HR_ADMIN))

    sheet = client.post(reverse("accounts:invite_on_paper", args=[person.pk]))

    address = re.search(
        r"https://training.example.org(/password/link/[^\s<]+)", sheet.content.decode()
    ).group(1)
    chooser, _moved = follow(address)
    assert choose(chooser).url == "/sign-in/"
    assert "no-store" in sheet["Cache-Control"]
    assert person.access_entries.get().reason == "ссылка на бумаге"


@pytest.mark.parametrize("kind", ["with an address", "with a role", "closed"])
def test_no_paper_opens_the_account_of_others(client, kind):
    person = in_role(Role.METHODIST) if kind == "with a role" else EmployeeFactory()
    person.email = person.email if kind == "with an address" else ""
    person.is_active = kind != "closed"
    person.save()
    sign_in(client, in_role(Role.HR_ADMIN))

    answer = client.post(reverse("accounts:invite_on_paper", args=[person.pk]), headers=ENGLISH)

    assert answer.url == reverse("accounts:invitations")
    assert not person.access_entries.filter(what="invited").exists()


# --- what a password may be -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "password",
    [
        "correct horse battery staple",
        "зелёный слон читает газету",
        "ivanova has a green elephant",
        "🦔🦔🦔🦔🦔🦔🦔🦔🦔🦔🦔🦔",
        "  x  y  z  w  ",
        "x" * 64 + "yz" * 32,
        "длинная фраза про учебный слон",
    ],
)
def test_s10_any_characters_make_a_password(maria, password):
    validate_password(password, maria)


@pytest.mark.parametrize(
    "password",
    [
        "ten letters",
        "password1234",
        "123456789012",
        "y" * 129,
        "УчебныйЦентр2026!",
        "учебный центр 12345",
        "mfc-mfc-mfc-2026",
        "Иванова-1234567",
        "maria2026maria",
        "000123450001",
        "МФЦмфцМФЦмфц",
    ],
)
def test_s10_short_long_common_and_context_passwords_are_refused(maria, password):
    maria.last_name = "Иванова"

    with pytest.raises(ValidationError):
        validate_password(password, maria)
