"""What time makes of requests that nobody decides, and who is told what of requests: rule 12, promise R25."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from enrolment.actions import cancel_enrolment, enrol
from enrolment.approvals.actions import ask_for_seat, decide, tell_deciders, undo_decision
from enrolment.approvals.deciders import awaiting
from enrolment.approvals.tasks import keep_terms_of_requests
from enrolment.doors.actions import transfer_enrolment
from enrolment.models import Approval, Ending, EnrolmentEntry, Seat
from notifications import kinds
from notifications.models import Message
from tests.enrolment.approvals import asking, goes_on_leave, hr_admin, kinds_of, led_office, member
from tests.factories import EmployeeFactory, SessionFactory, in_days, moscow

pytestmark = pytest.mark.django_db
Entry = EnrolmentEntry.Kind
DAY = timedelta(days=1)
MONDAY = moscow(2026, 11, 23, 10)


def planned(*wanted):
    return Message.objects.planned().filter(kind__in=wanted).order_by("recipient")


def letter(message):
    return kinds.render(Message.objects.select_related("recipient").get(pk=message.pk))


@pytest.fixture
def monday():
    with time_machine.travel(MONDAY, tick=True) as clock:
        yield clock


def test_rule_12_unanswered_for_three_working_days_hr_is_asked_too_once(monday):
    hr, request = hr_admin(), asking()
    head = request.trainee.main_employment.office.head
    counted = []
    for at in (MONDAY + 2.9 * DAY, MONDAY + 3 * DAY + timedelta(minutes=1), MONDAY + 4 * DAY):
        monday.move_to(at)
        counted.append(keep_terms_of_requests())

    request.refresh_from_db()
    assert counted == [0, 1, 0]
    assert (request.approval, request.seat, request.is_live) == (Approval.ASKED, Seat.NONE, True)
    assert kinds_of(request) == [Entry.ASKED, Entry.ESCALATED]
    assert [list(awaiting(one)) for one in (head, hr)] == [[request], [request]]
    (message,) = planned("requests_escalated")
    assert message.recipient == hr
    assert request.course.title in letter(message).as_text()


def test_rule_12_undecided_at_the_start_the_request_ends_and_the_trainee_is_told(monday):
    request = asking(session=SessionFactory(starts_at=MONDAY + 2 * DAY))
    monday.move_to(MONDAY + 2 * DAY - timedelta(minutes=1))
    before = keep_terms_of_requests()
    monday.move_to(MONDAY + 2 * DAY)

    assert (before, keep_terms_of_requests(), keep_terms_of_requests()) == (0, 1, 0)
    request.refresh_from_db()
    assert (request.ended_because, request.approval) == (Ending.NOT_REACHED, Approval.EXPIRED)
    assert kinds_of(request) == [Entry.ASKED, Entry.NOT_DECIDED]
    (message,) = planned("request_not_decided")
    assert message.recipient == request.trainee
    assert request.course.title in letter(message).title


def test_r25_after_a_day_without_the_beat_what_was_due_is_done(monday):
    """The start came and the term ran out meanwhile: the request ends, and is never granted by silence."""
    request = asking(session=SessionFactory(starts_at=MONDAY + 3.5 * DAY))
    monday.move_to(MONDAY + 5 * DAY)

    keep_terms_of_requests()

    request.refresh_from_db()
    assert request.ended_because == Ending.NOT_REACHED
    assert kinds_of(request) == [Entry.ASKED, Entry.NOT_DECIDED]


def test_rule_12_what_was_escalated_and_taken_back_stays_with_hr(monday):
    hr, request = hr_admin(), asking()
    monday.move_to(MONDAY + 4 * DAY)
    keep_terms_of_requests()
    decide(request, granted=True, by=hr)

    undo_decision(request, by=hr)

    assert list(awaiting(hr)) == [request]
    assert keep_terms_of_requests() == 0


def test_rule_12_what_was_escalated_on_another_date_is_no_question_to_hr(monday):
    hr, office, first = hr_admin(), led_office(), SessionFactory()
    other = SessionFactory(course=first.course, starts_at=in_days(20))
    request = asking(office, first)
    monday.move_to(MONDAY + 4 * DAY)
    keep_terms_of_requests()
    moved = transfer_enrolment(request, other, by=request.trainee, consents=True)
    decide(moved, granted=False, by=office.head, reason="Позже")

    undo_decision(moved, by=office.head)

    assert list(awaiting(office.head)) == [request]
    assert list(awaiting(hr)) == []


def test_rule_12_heads_get_one_letter_a_day_that_lists_what_waits(monday):
    office = led_office()
    requests = [asking(office) for _number in range(3)]
    tell_deciders(timezone.now())
    tell_deciders(timezone.now())
    decide(requests[0], granted=True, by=office.head)

    (message,) = planned("requests_waiting")
    told = letter(message)
    assert message.recipient == office.head
    assert told.title.startswith("2 ")
    assert [one.course.title in told.as_text() for one in requests] == [False, True, True]
    assert told.button.path == "/decisions/"
    monday.move_to(MONDAY + DAY)
    assert tell_deciders(timezone.now()) == 1
    assert planned("requests_waiting").count() == 2


def test_rule_12_a_letter_of_which_nothing_is_true_any_more_does_not_leave(monday):
    request = asking()
    tell_deciders(timezone.now())
    cancel_enrolment(request, by=request.trainee)

    (message,) = planned("requests_waiting")
    assert letter(message) is None


def test_rule_12_nobody_is_told_on_a_day_off(monday):
    asking()

    assert tell_deciders(MONDAY + 5 * DAY) == 0
    assert tell_deciders(MONDAY + 7 * DAY) == 1


def test_rule_12_in_the_heads_absence_the_deputy_gets_the_letter(monday):
    office = led_office(deputy=True)
    asking(office)
    goes_on_leave(office.head)

    tell_deciders(timezone.now())

    (message,) = planned("requests_waiting")
    assert message.recipient == office.deputy


def test_rule_12_the_trainee_hears_of_a_grant_in_one_letter_with_what_came_of_it(monday):
    office, session = led_office(), SessionFactory(seats=1, starts_at=in_days(14))
    seated, waits = asking(office, session), asking(office, session)
    for one in (seated, waits):
        decide(one, granted=True, by=office.head)

    news = planned("request_granted", "seat_given").order_by("pk")
    letters = [letter(message) for message in news]
    assert [(message.recipient, message.kind) for message in news] == [
        (seated.trainee, "request_granted"),
        (waits.trainee, "request_granted"),
    ]
    assert all(message.send_after > timezone.now() + timedelta(minutes=9) for message in news)
    assert letters[0].agenda is not None
    assert letters[1].agenda is None
    assert letters[0].title != letters[1].title


def test_rule_12_the_trainee_reads_why_and_nothing_of_a_refusal_that_was_taken_back(monday):
    office = led_office()
    refused, undone = asking(office), asking(office)
    for one in (refused, undone):
        decide(one, granted=False, by=office.head, reason="Некому работать")
    undo_decision(undone, by=office.head)

    (message,) = planned("request_refused")
    assert message.recipient == refused.trainee
    assert "Некому работать" in letter(message).as_text()


def test_rule_26_who_is_allowed_again_after_a_change_of_mind_is_reminded(monday):
    office = led_office()
    request = asking(office)
    decide(request, granted=True, by=office.head)
    undo_decision(request, by=office.head)
    assert [letter(one) for one in planned("reminder_first", "reminder_second", "reminder_last")] == [
        None
    ] * 3

    decide(request, granted=True, by=office.head)

    assert planned("reminder_first", "reminder_second", "reminder_last").count() == 3
    assert planned("request_granted").count() == 1


def test_rule_12_who_was_passed_over_after_a_change_of_mind_hears_of_a_seat_later(monday):
    office, session = led_office(), SessionFactory(seats=1)
    request = asking(office, session)
    decide(request, granted=True, by=office.head)
    undo_decision(request, by=office.head)
    holder = enrol(EmployeeFactory(), session)
    decide(request, granted=True, by=office.head)

    cancel_enrolment(holder, by=holder.trainee)

    request.refresh_from_db()
    assert request.seat == Seat.OFFERED
    assert [one.recipient for one in planned("seat_offered")] == [request.trainee]


def test_rule_12_hr_is_told_of_requests_of_heads(monday):
    hr, office = hr_admin(), led_office()
    ask_for_seat(office.head, SessionFactory())
    ask_for_seat(member(office), SessionFactory())

    tell_deciders(timezone.now())

    assert {one.recipient for one in planned("requests_waiting")} == {hr, office.head}
