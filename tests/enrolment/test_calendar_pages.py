"""Calendars to take away and to subscribe to: rule 27, promises S1, S13 and S21, expectations 1, 5 and 10."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from icalendar import Calendar

from accounts.roles import Role
from audit.models import Change
from audit.redaction import without_secrets
from enrolment.actions import cancel_enrolment, enrol
from scheduling.actions import cancel_session
from scheduling.addresses.actions import give_address
from scheduling.models import Session, Subscription
from tests.costs import add_meetings, cost
from tests.enrolment.letters import START, a_session, move
from tests.factories import CourseFactory, EmployeeFactory, RoomFactory, SessionFactory, TrainerFactory
from tests.rights import in_role, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
DAY = timedelta(days=1)


@pytest.fixture
def person():
    return EmployeeFactory(last_name="Слушателева", first_name="Мария")


def address_of(owner):
    return give_address(Subscription, owner, by=EmployeeFactory()).get_absolute_url()


def fetched(address, **headers):
    answer = Client().get(address, headers=headers)
    assert answer.status_code == 200
    return Calendar.from_ical(answer.content)


def summaries(address):
    return [str(event["summary"]) for event in fetched(address).walk("VEVENT")]


# --- the subscription -----------------------------------------------------------------------------


def test_rule_27_a_person_subscribes_to_what_they_attend_and_teach(person):
    enrol(person, a_session())
    a_session(START + DAY, course=CourseFactory(title="Своё"), trainer=TrainerFactory(employee=person))

    file = fetched(address_of(person))

    assert (file["method"], file["x-wr-calname"]) == ("PUBLISH", "Моё обучение")
    assert [(event["summary"], event.start) for event in file.walk("VEVENT")] == [
        ("Сложный разговор", START),
        ("Своё", START + DAY),
    ]
    assert [part["tzid"] for part in file.walk("VTIMEZONE")] == ["Europe/Moscow"]


def test_10_changes_and_cancellations_arrive_under_the_same_uid_with_a_greater_number(person):
    session = a_session()
    seat = enrol(person, session)
    address = address_of(person)

    def seen():
        return [
            (str(event["uid"]), event["sequence"], event.start) for event in fetched(address).walk("VEVENT")
        ]

    (first,) = seen()
    move(session, START + DAY)
    (second,) = seen()
    move(session, START + 2 * DAY)
    (third,) = seen()
    cancel_enrolment(seat, by=person)
    gone = seen()

    assert {first[0], second[0], third[0]} == {first[0]}
    assert first[1] < second[1] < third[1]
    assert (third[2], gone) == (START + 2 * DAY, [])


def test_rule_27_a_moved_seat_that_clashes_stays_in_the_calendar(person):
    session = a_session()
    enrol(person, session)
    enrol(person, SessionFactory(starts_at=START + DAY, course=CourseFactory(title="Другой")))
    move(session, START + DAY)

    told = {str(one["summary"]): str(one["status"]) for one in fetched(address_of(person)).walk("VEVENT")}

    assert told == {"Сложный разговор": "TENTATIVE", "Другой": "CONFIRMED"}


def test_s1_a_subscription_names_nobody_and_holds_nothing_else(person):
    session = a_session(seats=12)
    enrol(person, session)
    enrol(EmployeeFactory(last_name="Посторонняя"), session)
    cancelled = a_session(START + 2 * DAY, course=CourseFactory(title="Отменённый"))
    enrol(person, cancelled)
    cancel_session(cancelled, "нет света", by=None)
    full = a_session(START + 3 * DAY, course=CourseFactory(title="Очередь"), seats=1, limit=1)
    enrol(EmployeeFactory(), full)
    enrol(person, full)
    draft = {"trainer": TrainerFactory(employee=person), "status": Session.Status.DRAFT}
    a_session(START + 4 * DAY, course=CourseFactory(title="Черновик"), **draft)
    a_session(START + 5 * DAY, course=CourseFactory(title="Чужой"))
    a_session(START - 200 * DAY, course=CourseFactory(title="Давний"), trainer=draft["trainer"])

    address = address_of(person)
    text = Client().get(address).content.decode().replace("\r\n ", "")

    assert summaries(address) == ["Сложный разговор"]
    told = ["Слушателева", "Посторонняя", "Ковалёва", "нет света", person.email, "ATTENDEE"]
    assert [word for word in told if word in text] == []


def test_s1_a_room_shows_what_takes_place_there_and_nobody(person):
    room = RoomFactory(name="Аудитория 201", site__name="Строгино", site__address="Строгинский б-р, 1")
    enrol(person, a_session(room=room))
    a_session(START + DAY, course=CourseFactory(title="Черновик"), room=room, status=Session.Status.DRAFT)
    a_session(START + DAY, course=CourseFactory(title="В другой"))
    address = address_of(room)

    file = fetched(address)

    (event,) = file.walk("VEVENT")
    assert (file["x-wr-calname"], event["summary"], event["location"]) == (
        "Аудитория 201",
        "Сложный разговор",
        "Строгино, Строгинский б-р, 1, Аудитория 201",
    )
    text = file.to_ical().decode().replace("\r\n ", "")
    assert [word for word in ("Слушателева", "Ковалёва", "ATTENDEE", "URL", "http") if word in text] == []


def test_rule_27_the_calendar_speaks_its_owners_language(person):
    person.language = "en"
    person.save()
    enrol(person, a_session())

    file = fetched(address_of(person), **{"accept-language": "ru"})

    assert file["x-wr-calname"] == "My training"
    assert file.walk("VEVENT")[0]["description"].startswith("You have a seat.")


def test_s13_the_address_is_a_key_that_goes_nowhere(person):
    subscription = give_address(Subscription, person, by=person)

    answer = Client().get(subscription.get_absolute_url())

    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert answer.headers["Cache-Control"] == "private, no-cache"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert "noindex" in answer.headers["X-Robots-Tag"]
    assert not answer.cookies
    assert subscription.token not in without_secrets(subscription.get_absolute_url())


def test_rule_27_an_unchanged_calendar_is_not_sent_again(person, clock):
    session = a_session()
    enrol(person, session)
    address = address_of(person)
    tag = Client().get(address)["ETag"]

    clock.shift(timedelta(hours=1))
    same = Client().get(address, headers={"if-none-match": tag})
    move(session, START + DAY)
    changed = Client().get(address, headers={"if-none-match": tag})

    assert (same.status_code, same.content, same["ETag"], same["Cache-Control"]) == (
        304,
        b"",
        tag,
        "private, no-cache",
    )
    assert (changed.status_code, changed["ETag"] == tag, same.cookies, changed.cookies) == (
        200,
        False,
        {},
        {},
    )


def test_s1_a_dead_address_looks_like_one_that_never_was(person):
    old = address_of(person)
    new = address_of(person)
    never = reverse("enrolment:calendar", args=["A" * 32])
    live = Client().get(new).status_code
    person.is_active = False
    person.save()

    answers = [Client().get(address) for address in (old, new, never)]

    assert live == 200
    assert [answer.status_code for answer in answers] == [404] * 3
    assert len({dict(answer.headers).get("Cache-Control") for answer in answers}) == 1
    assert len({tuple(answer.cookies) for answer in answers}) == 1


def test_s21_a_subscription_is_only_read(person):
    address = address_of(person)

    answers = [getattr(Client(), verb)(address).status_code for verb in ("post", "put", "patch", "delete")]

    assert answers == [405] * 4
    assert Client().head(address).status_code == 200


@pytest.mark.parametrize("rows", [1, 3, 300])
def test_the_subscription_costs_the_same_for_any_number_of_meetings(person, rows, django_assert_num_queries):
    session = a_session()
    add_meetings(session, rows - 1, minutes=1)
    enrol(person, session)
    address = address_of(person)

    with django_assert_num_queries(3):  # the address; the meetings; what letters have told
        assert len(summaries(address)) == rows


# --- who gets an address --------------------------------------------------------------------------


def test_10_a_person_makes_renews_and_withdraws_their_address(client, person):
    sign_in(client, person)
    page = reverse("enrolment:own_calendar")
    assert "Создать адрес" in client.get(page).content.decode()

    client.post(reverse("enrolment:own_calendar_address"))
    old = Subscription.objects.get().get_absolute_url()
    text = client.get(page).content.decode()
    client.post(reverse("enrolment:own_calendar_address"))
    new = Subscription.objects.get().get_absolute_url()
    answers = [Client().get(one).status_code for one in (old, new)]
    client.post(reverse("enrolment:own_calendar_removal"))

    assert f'href="webcal://127.0.0.1:8000{old}"' in text
    assert f"http://127.0.0.1:8000{old}" in text
    assert answers == [404, 200]
    assert Client().get(new).status_code == 404
    assert page in client.get(reverse("accounts:account")).content.decode()


def test_s1_the_address_of_a_room_is_given_by_the_administrator_of_the_centre_alone(client):
    room = RoomFactory()
    page = reverse("scheduling:room_calendar", args=[room.pk])
    steps = [reverse(f"scheduling:room_calendar_{step}", args=[room.pk]) for step in ("address", "removal")]
    sign_in(client, in_role(Role.HR_ADMIN))
    assert [client.get(page).status_code, *(client.post(step).status_code for step in steps)] == [403] * 3

    sign_in(client, in_role(Role.CENTRE_ADMIN))
    client.post(steps[0])
    address = Subscription.objects.get(room=room).get_absolute_url()
    assert f"webcal://127.0.0.1:8000{address}" in client.get(page).content.decode()
    assert Client().get(address).status_code == 200
    client.post(steps[1])

    assert Client().get(address).status_code == 404


def test_s1_nobody_reads_the_address_through_other_eyes(client, person):
    address = address_of(person)
    sign_in(client, in_role(Role.SYSTEM_ADMIN))
    client.post(reverse("accounts:view_as", args=[person.pk]), {"reason": "Вопрос сотрудника"})

    answer = client.get(reverse("enrolment:own_calendar"))

    assert (answer.status_code, address in answer.content.decode()) == (403, False)


def test_rule_29_the_record_tells_that_an_address_changed_and_not_which_it_is(person):
    old = give_address(Subscription, person, by=person).token
    new = give_address(Subscription, person, by=person).token

    changes = Change.objects.filter(kind="scheduling.subscription").order_by("pk")

    assert [(change.verb, change.person_id) for change in changes] == [
        ("created", person.pk),
        ("changed", person.pk),
    ]
    told = repr([(change.before, change.after) for change in changes])
    assert [old in told, new in told] == [False, False]


# --- one session as a file ------------------------------------------------------------------------


def mandatory_course():
    """For which nobody is asked: one press is a seat."""
    return CourseFactory(title="Сложный разговор", is_mandatory=True, due_days=30)


def file_of(session):
    return reverse("enrolment:session_calendar", args=[session.pk])


def test_1_and_5_home_session_and_enrolment_offer_the_meetings_as_a_file(client, person):
    session = a_session(course=mandatory_course())
    sign_in(client, person)
    before = client.get(session.get_absolute_url()).content.decode()
    client.post(reverse("enrolment:enrol_in_session", args=[session.pk]))
    seat = person.enrolments.get()

    pages = ["/", session.get_absolute_url(), seat.get_absolute_url()]

    assert file_of(session) not in before
    assert [f'href="{file_of(session)}"' in client.get(page).content.decode() for page in pages] == [True] * 3
    answer = client.get(file_of(session))
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert answer.headers["Content-Disposition"].startswith("attachment; filename*=utf-8''")
    assert answer.headers["Content-Disposition"].endswith("24-11-2026.ics")
    (event,) = Calendar.from_ical(answer.content).walk("VEVENT")
    assert (event["summary"], event.start) == ("Сложный разговор", START)
    assert str(event["uid"]) == f"meeting-{session.meetings.get().pk}-person-{person.pk}@127.0.0.1"


def test_5_after_enrolling_the_panel_offers_the_file_and_names_where_the_letter_goes(client, person):
    session = a_session(course=mandatory_course())
    sign_in(client, person)

    answer = client.post(
        reverse("enrolment:enrol_in_session", args=[session.pk]), headers={"HX-Request": "true"}
    )

    text = answer.content.decode()
    assert [word in text for word in (file_of(session), "В календарь", person.email)] == [True] * 3


def test_s1_who_has_no_seat_takes_no_file(client, person):
    full = a_session(seats=1, limit=1)
    enrol(EmployeeFactory(), full)
    enrol(person, full)
    sign_in(client, person)

    assert client.get(file_of(full)).status_code == 404


@pytest.mark.rows_of("enrolment:session_calendar")
def test_the_file_costs_the_same_for_1_3_and_300_meetings(client, person):
    costs = set()
    for number, rows in enumerate((1, 3, 300)):
        session = a_session(START + number * 7 * DAY, course=CourseFactory())
        add_meetings(session, rows - 1, minutes=1)
        enrol(person, session)
        sign_in(client, person)
        costs.add(cost(client, file_of(session)))

    assert len(costs) == 1
