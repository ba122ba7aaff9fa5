"""What letters put into people's calendars through the life of a seat (rule 27, promise S21, expectation 38)."""

from datetime import timedelta
from email import message_from_bytes

import pytest
from django.core import mail
from icalendar import Calendar

from enrolment.actions import cancel_enrolment, enrol
from enrolment.merging import merge_sessions
from notifications.actions import resend_message
from notifications.models import CalendarEntry, Message
from notifications.tasks import send_due_messages
from people.models import Employee
from scheduling.actions import cancel_session, publish_session, replan_session
from scheduling.assignments.actions import accept_assignment
from scheduling.models import Session
from scheduling.plans import MeetingPlan
from tests.enrolment.letters import START, a_session, add_meeting, move
from tests.factories import CourseFactory, EmployeeFactory, RoomFactory, SessionFactory, TrainerFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
DAY = timedelta(days=1)


def parts(letter, disposition):
    """The calendar files of the letter as it travels: method and event of each."""
    found = []
    for part in message_from_bytes(letter.message().as_bytes()).walk():
        if part.get_content_type() == "text/calendar" and part.get_content_disposition() == disposition:
            file = Calendar.from_ical(part.get_payload(decode=True))
            (event,) = file.walk("VEVENT")
            assert part.get_param("method") == file["method"]
            found.append((str(file["method"]), event))
    return found


def invites():
    """What has left since the last look: of each file its method, the number of its meeting and SEQUENCE."""
    send_due_messages()
    told = [
        (method, int(str(event["uid"]).split("-")[1]), event["sequence"])
        for letter in mail.outbox
        for method, event in parts(letter, "attachment")
    ]
    mail.outbox.clear()
    return told


def events():
    send_due_messages()
    found = [event for letter in mail.outbox for _method, event in parts(letter, "attachment")]
    mail.outbox.clear()
    return found


def without_numbers(told):
    return [(method, meeting) for method, meeting, _sequence in told]


def sequences(told):
    return [sequence for _method, _meeting, sequence in told]


def test_rule_27_the_letter_of_a_seat_brings_the_meeting_as_a_part_and_as_a_file():
    person = EmployeeFactory(email="maria@mfc.example")
    session = a_session(note="Возьмите паспорт.")
    enrol(person, session)

    send_due_messages()

    (letter,) = mail.outbox
    whole = message_from_bytes(letter.message().as_bytes())
    alternative, file = whole.get_payload()
    assert whole.get_content_type() == "multipart/mixed"
    assert [part.get_content_type() for part in alternative.get_payload()] == [
        "text/plain",
        "text/html",
        "text/calendar",
    ]
    assert file.get_filename() == "invite.ics"
    assert parts(letter, None) == parts(letter, "attachment")
    ((method, event),) = parts(letter, "attachment")
    assert (method, str(event["uid"])) == (
        "REQUEST",
        f"meeting-{session.meetings.get().pk}-person-{person.pk}@127.0.0.1",
    )
    assert (event.start, event.end) == (START, START + timedelta(hours=3))
    assert event["location"] == "Площадка «Центр», Новая ул., 1, Аудитория 301"
    address = f"http://127.0.0.1:8000/catalogue/sessions/{session.pk}/"
    assert event["description"] == f"У вас есть место.\nВозьмите паспорт.\n{address}"
    assert event["url"] == address
    assert event["organizer"] == "mailto:training@centre.example"
    assert event["attendee"] == "mailto:maria@mfc.example"
    assert len(letter.message().as_bytes()) < 100_000


def test_rule_27_an_english_reader_has_it_in_english():
    enrol(EmployeeFactory(language="en"), a_session())

    (event,) = events()

    assert event["description"].startswith("You have a seat.\nhttp")


def test_rule_27_the_life_of_a_seat_is_one_event_whose_number_only_grows():
    person, session = EmployeeFactory(), a_session()
    number = session.meetings.get().pk

    told = []
    seat = enrol(person, session)
    told += invites()
    move(session, START + DAY)
    told += invites()
    move(session, START + DAY, note="Вход со двора.")
    told += invites()
    cancel_enrolment(seat, by=person)
    told += invites()
    enrol(person, Session.objects.get())
    told += invites()
    cancel_session(Session.objects.get(), "Болезнь тренера", by=None)
    told += invites()

    assert without_numbers(told) == [
        ("REQUEST", number),
        ("REQUEST", number),
        ("REQUEST", number),
        ("CANCEL", number),
        ("REQUEST", number),
        ("CANCEL", number),
    ]
    assert sequences(told) == sorted(set(sequences(told)))


def test_rule_27_another_room_is_a_change_and_more_seats_are_none():
    session = a_session(limit=8)
    enrol(EmployeeFactory(), session)
    (first,) = invites()
    meeting = session.meetings.get()
    trainer = meeting.bookings.teaching().get().person.trainer.pk
    plan = MeetingPlan(meeting.starts_at, meeting.ends_at, RoomFactory(name="Аудитория 7").pk, (trainer,))

    session.refresh_from_db()
    replan_session(session, [plan], by=None, version=session.version, limit=9)
    send_due_messages()
    ((method, event),) = [found for letter in mail.outbox for found in parts(letter, "attachment")]

    assert (method, event["sequence"] > first[2]) == ("REQUEST", True)
    assert event["location"].endswith("Аудитория 7")


def test_rule_27_each_meeting_is_an_event_and_one_that_falls_away_is_called_off():
    session = a_session()
    add_meeting(session, START + DAY)
    first, second = session.meetings.order_by("starts_at").values_list("pk", flat=True)
    enrol(EmployeeFactory(), session)
    assert without_numbers(invites()) == [("REQUEST", first), ("REQUEST", second)]

    move(session, START)

    assert without_numbers(invites()) == [("REQUEST", first), ("CANCEL", second)]
    move(session, START, START + 2 * DAY)
    (_first, third) = invites()
    assert third[:1] == ("REQUEST",) and third[1] not in {first, second}


def test_rule_27_joined_sessions_leave_the_old_meeting_and_enter_the_new_one():
    course = CourseFactory(title="Сложный разговор", group_min=1)
    source, target = a_session(course=course), a_session(START + 2 * DAY, course=course)
    person = EmployeeFactory()
    enrol(person, source)
    invites()

    merge_sessions(source, target, by=None)

    assert without_numbers(invites()) == [
        ("REQUEST", target.meetings.get().pk),
        ("CANCEL", source.meetings.get().pk),
    ]
    assert CalendarEntry.objects.get(is_cancelled=False).subject == f"session:{target.pk}"


def test_rule_27_who_clashes_after_a_move_has_both_in_the_calendar_the_moved_one_as_tentative():
    person, session = EmployeeFactory(), a_session()
    enrol(person, session)
    enrol(person, SessionFactory(starts_at=START + DAY))
    invites()

    move(session, START + DAY)

    (event,) = events()
    assert (event["status"], event.start) == ("TENTATIVE", START + DAY)


def test_rule_27_who_only_waits_gets_no_event():
    session = a_session(seats=1, limit=1)
    enrol(EmployeeFactory(email=""), session)
    enrol(EmployeeFactory(), session)
    assert invites() == []

    move(session, START + DAY, limit=1)

    assert invites() == []


def test_rule_27_a_seat_that_was_never_told_needs_no_taking_back():
    person = EmployeeFactory()

    cancel_enrolment(enrol(person, a_session()), by=person)

    assert (invites(), Message.objects.filter(kind="seat_given_up").count()) == ([], 0)


def test_rule_27_who_takes_the_seat_again_before_the_letter_leaves_hears_of_no_end():
    person, session = EmployeeFactory(), a_session()
    seat = enrol(person, session)
    (first,) = invites()

    cancel_enrolment(seat, by=person)
    enrol(person, session)

    assert invites() == [first]


def test_rule_27_an_address_less_reader_has_no_entry_and_a_later_address_begins_anew():
    person, session = EmployeeFactory(email=""), a_session()
    enrol(person, session)
    assert (invites(), CalendarEntry.objects.count()) == ([], 0)

    Employee.objects.filter(pk=person.pk).update(email="maria@mfc.example")
    move(session, START + DAY)

    assert [method for method, _meeting, _sequence in invites()] == ["REQUEST"]


def test_rule_27_the_trainer_is_invited_moved_and_released():
    trainer = TrainerFactory(employee__email="anna@mfc.example")
    session = a_session(trainer=trainer, status=Session.Status.DRAFT)
    publish_session(session, by=None)
    (asked,) = events()
    accept_assignment(session.assignments.get(), by=trainer.employee)
    move(session, START, note="Вход со двора.")
    (settled,) = events()
    meeting = session.meetings.get()
    plan = MeetingPlan(
        meeting.starts_at,
        meeting.ends_at,
        meeting.bookings.get(room__isnull=False).room_id,
        (TrainerFactory(employee__email="").pk,),
    )
    session.refresh_from_db()
    replan_session(session, [plan], by=None, version=session.version)
    (released,) = events()

    assert [str(one["status"]) for one in (asked, settled, released)] == [
        "TENTATIVE",
        "CONFIRMED",
        "CANCELLED",
    ]
    assert len({str(one["uid"]) for one in (asked, settled, released)}) == 1
    assert asked["sequence"] < settled["sequence"] < released["sequence"]
    assert asked["description"].startswith("Вы ведёте.")


def test_rule_27_the_trainer_of_a_cancelled_session_is_released():
    session = a_session(trainer=TrainerFactory(employee__email="anna@mfc.example"))
    publish = Session.objects.filter(pk=session.pk)
    publish.update(status=Session.Status.DRAFT)
    publish_session(Session.objects.get(), by=None)
    invites()

    cancel_session(Session.objects.get(), "Ремонт", by=None)

    assert [method for method, _meeting, _sequence in invites()] == ["CANCEL"]


def test_rule_27_a_letter_that_did_not_leave_told_no_calendar(settings, clock):
    settings.EMAIL_BACKEND = "tests.enrolment.test_invites.Refusing"
    person, session = EmployeeFactory(), a_session()
    seat = enrol(person, session)
    send_due_messages()
    assert CalendarEntry.objects.count() == 0

    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    clock.shift(timedelta(minutes=2))
    (told,) = invites()
    settings.EMAIL_BACKEND = "tests.enrolment.test_invites.Refusing"
    cancel_enrolment(seat, by=person)
    send_due_messages()
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    clock.shift(timedelta(minutes=2))

    assert invites() == [("CANCEL", told[1], told[2] + 1)]
    assert invites() == []


def test_rule_27_a_letter_sent_again_says_the_same():
    enrol(EmployeeFactory(), a_session())
    (first,) = invites()

    resend_message(Message.objects.get(kind="seat_taken"))

    assert invites() == [first]


def test_s21_neither_title_nor_room_nor_name_writes_a_line_of_the_file():
    evil = "Курс\r\nATTENDEE:mailto:evil@x.example\r\nX-EVIL:1"
    room = RoomFactory(name=evil, site__name=evil, site__address=evil)
    session = a_session(course=CourseFactory(title=evil), room=room)
    enrol(EmployeeFactory(last_name=evil[:60]), session)

    (event,) = events()

    assert [name for name in event if name.startswith("X-")] == []
    assert event["attendee"] != "mailto:evil@x.example"
    assert event["summary"] == "Курс ATTENDEE:mailto:evil@x.example X-EVIL:1"


class Refusing:
    """A mail server that takes nothing."""

    def __init__(self, **kwargs):
        pass

    def send_messages(self, letters):
        raise ConnectionRefusedError
