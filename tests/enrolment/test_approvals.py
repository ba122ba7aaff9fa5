"""Requests and decisions about them: rule 12, promise S4."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from centre.models import CalendarDay
from centre.working_days import after_working_days
from enrolment.actions import cancel_enrolment, enrol
from enrolment.approvals.actions import (
    ask_for_seat,
    decide,
    decide_many,
    undo_decision,
)
from enrolment.approvals.deciders import awaiting, told_of
from enrolment.approvals.errors import AlreadyDecided, CannotTakeBack, NotYours
from enrolment.errors import EnrolmentError, ReasonMissing, TooLate
from enrolment.invariants import booking_faults
from enrolment.models import Approval, Ending, Enrolment, EnrolmentEntry, Interest, Seat
from enrolment.offers.actions import give_seat
from notifications.tasks import send_due_messages
from people.models import Employee, Employment, Office
from scheduling.actions import cancel_session
from scheduling.models import Booking
from tests.enrolment.approvals import asking, goes_on_leave, hr_admin, kinds_of, led_office, member
from tests.factories import EmployeeFactory, EmploymentFactory, SessionFactory, ShiftFactory, in_days, moscow

pytestmark = pytest.mark.django_db
Entry = EnrolmentEntry.Kind


# --- what is asked --------------------------------------------------------------------------------


def test_rule_12_an_optional_course_is_asked_for_and_holds_no_seat():
    request = asking()

    assert (request.seat, request.approval) == (Seat.NONE, Approval.ASKED)
    assert kinds_of(request) == [Entry.ASKED]
    assert not Booking.objects.attending().exists()


def test_rule_12_a_mandatory_course_and_hrs_own_enrolment_need_no_approval():
    mandatory = ask_for_seat(
        member(led_office()), SessionFactory(course__is_mandatory=True, course__due_days=30)
    )
    of_hr = ask_for_seat(hr_admin(), SessionFactory())

    assert [(one.seat, one.approval) for one in (mandatory, of_hr)] == [(Seat.HELD, Approval.NOT_NEEDED)] * 2


def test_rule_12_a_request_stops_no_queue():
    session = SessionFactory(seats=1)
    asking(session=session)

    other = enrol(EmployeeFactory(), session)

    assert other.seat == Seat.HELD


def test_r6_asking_again_returns_the_same_request():
    session, person = SessionFactory(), member(led_office())

    assert ask_for_seat(person, session) == ask_for_seat(person, session)
    assert person.enrolments.count() == 1


@pytest.mark.parametrize(
    ("asked_at", "until"),
    [
        (moscow(2026, 11, 23, 10), moscow(2026, 11, 26, 10)),  # Monday, Thursday
        (moscow(2026, 11, 26, 10), moscow(2026, 12, 1, 10)),  # over a weekend
        (moscow(2026, 11, 28, 15), moscow(2026, 12, 3, 0)),  # a Saturday counts from Monday's beginning
        (moscow(2026, 12, 30, 10), moscow(2027, 1, 13, 10)),  # over the holidays
        (moscow(2026, 12, 24, 10), moscow(2026, 12, 27, 10)),  # with a working Saturday and Sunday
    ],
)
def test_rule_12_three_working_days_by_the_laws_calendar(asked_at, until):
    for day in range(1, 9):
        CalendarDay.objects.create(on=f"2027-01-0{day}", kind="holiday", name="Каникулы", status="statutory")
    CalendarDay.objects.create(
        on="2026-12-31", kind="transferred_day_off", name="Перенос", status="statutory"
    )
    for day in (26, 27):
        CalendarDay.objects.create(
            on=f"2026-12-{day}", kind="working_weekend", name="Рабочий день", status="statutory"
        )

    assert after_working_days(asked_at, 3) == until


# --- who decides ----------------------------------------------------------------------------------


def test_rule_12_head_or_deputy_of_the_main_office_decide():
    office = led_office(deputy=True)
    request = asking(office)
    stranger = led_office().head

    assert [list(awaiting(one)) for one in (office.head, office.deputy)] == [[request], [request]]
    assert [list(awaiting(one)) for one in (stranger, request.trainee, hr_admin())] == [[], [], []]


def test_rule_12_a_second_job_asks_only_the_head_of_the_main_one():
    office, other = led_office(), led_office()
    person = member(office)
    EmploymentFactory(employee=person, office=other, is_main=False)
    request = ask_for_seat(person, SessionFactory())

    assert (list(awaiting(office.head)), list(awaiting(other.head))) == ([request], [])


def test_rule_12_for_heads_people_without_office_and_offices_without_head_hr_decides():
    office = led_office(deputy=True)
    headless = ShiftFactory().employee
    hr = hr_admin()

    requests = [ask_for_seat(one, SessionFactory()) for one in (office.head, headless, EmployeeFactory())]

    assert set(awaiting(hr)) == set(requests)
    assert list(awaiting(office.deputy)) == []


def test_rule_12_for_a_deputy_the_head_decides():
    office = led_office(deputy=True)
    request = ask_for_seat(office.deputy, SessionFactory())

    assert [list(awaiting(one)) for one in (office.head, office.deputy, hr_admin())] == [[request], [], []]


def test_s4_nobody_decides_about_their_own_request():
    office = led_office()
    of_head = ask_for_seat(office.head, SessionFactory())
    hr = hr_admin()
    session = SessionFactory()
    own = Enrolment.objects.create(
        trainee=hr,
        session=session,
        course=session.course,
        seat=Seat.NONE,
        approval=Approval.ASKED,
        approval_until=in_days(3),
    )

    for request, person in ((of_head, office.head), (own, hr)):
        with pytest.raises(NotYours):
            decide(request, granted=True, by=person)
        request.refresh_from_db()
        assert request.approval == Approval.ASKED


def test_rule_19_a_transfer_hands_open_requests_to_the_new_head():
    request, other = asking(), led_office()
    old_head = request.trainee.main_employment.office.head
    Employment.objects.filter(employee=request.trainee).update(office=other)

    assert (list(awaiting(old_head)), list(awaiting(other.head))) == ([], [request])
    with pytest.raises(NotYours):
        decide(request, granted=True, by=old_head)
    assert decide(request, granted=True, by=other.head).seat == Seat.HELD


def test_rule_12_while_the_head_is_on_leave_the_deputy_is_told_and_then_hr():
    office, hr = led_office(deputy=True), hr_admin()
    request = asking(office)
    today = timezone.localdate()
    told = [told_of([request], today)]
    for leader in (office.head, office.deputy):
        goes_on_leave(leader)
        told.append(told_of([request], today))

    assert told == [{office.head_id}, {office.deputy_id}, {hr.pk}]
    assert [list(awaiting(one)) for one in (office.head, hr)] == [[request], [request]]


# --- decisions ------------------------------------------------------------------------------------


def test_rule_12_what_is_granted_gets_a_free_seat():
    request = asking()
    head = request.trainee.main_employment.office.head

    granted = decide(request, granted=True, by=head)

    assert (granted.seat, granted.approval, granted.approval_until) == (Seat.HELD, Approval.GRANTED, None)
    assert kinds_of(granted) == [Entry.ASKED, Entry.GRANTED, Entry.PROMOTED]
    assert granted.entries.get(kind=Entry.GRANTED).by == head
    assert booking_faults() == []


def test_rule_12_what_is_granted_stands_in_the_queue_at_the_moment_it_was_made():
    session = SessionFactory(seats=1)
    holder = enrol(EmployeeFactory(), session)
    office = led_office()
    request = asking(office, session)
    later = enrol(EmployeeFactory(), session)

    granted = decide(request, granted=True, by=office.head)

    assert granted.seat == Seat.WAITING
    assert list(session.enrolments.promotable()) == [granted, later]
    cancel_enrolment(holder, by=holder.trainee)
    granted.refresh_from_db()
    assert granted.seat == Seat.OFFERED


def test_rule_12_a_refusal_ends_the_request_with_its_reason():
    request = asking()
    head = request.trainee.main_employment.office.head
    with pytest.raises(ReasonMissing):
        decide(request, granted=False, by=head, reason="  ")

    refused = decide(request, granted=False, by=head, reason="Некому работать")

    assert (refused.ended_because, refused.approval) == (Ending.REFUSED, Approval.REFUSED)
    assert refused.entries.get(kind=Entry.REFUSED).reason == "Некому работать"
    assert ask_for_seat(request.trainee, request.session).pk != request.pk


def test_rule_12_nothing_is_granted_after_the_start():
    request = asking()
    head = request.trainee.main_employment.office.head

    with time_machine.travel(request.session.starts_at), pytest.raises(TooLate):
        decide(request, granted=True, by=head)

    request.refresh_from_db()
    assert request.approval == Approval.ASKED


def test_rule_11_what_is_granted_waits_while_a_condition_stands_in_the_way():
    request = asking()
    enrol(request.trainee, SessionFactory(starts_at=request.session.starts_at))

    granted = decide(request, granted=True, by=request.trainee.main_employment.office.head)

    assert granted.seat == Seat.WAITING
    assert kinds_of(granted) == [Entry.ASKED, Entry.GRANTED, Entry.SKIPPED]


def test_rule_12_the_second_decider_hears_who_was_first():
    office = led_office(deputy=True)
    request = asking(office)
    decide(request, granted=True, by=office.head)

    with pytest.raises(AlreadyDecided, match=office.head.last_name):
        decide(request, granted=False, by=office.deputy, reason="Нет")


def test_rule_12_of_many_each_is_decided_on_its_own_and_who_was_not_is_named():
    office, session = led_office(), SessionFactory(seats=2)
    requests = [asking(office, session) for _number in range(4)]
    cancel_enrolment(requests[1], by=requests[1].trainee)

    outcomes = decide_many(reversed(requests), granted=True, by=office.head)

    assert [bool(outcome.refusal) for outcome in outcomes] == [False, True, False, False]
    assert requests[1].trainee.last_name in outcomes[1].refusal
    assert [one.seat for one in session.enrolments.live().order_by("pk")] == [
        Seat.HELD,
        Seat.HELD,
        Seat.WAITING,
    ]


def test_rule_15_a_request_may_be_withdrawn_at_any_time_without_a_reason():
    request = asking(session=SessionFactory(starts_at=timezone.now() + timedelta(hours=2)))

    ended = cancel_enrolment(request, by=request.trainee)

    assert (ended.ended_because, ended.approval) == (Ending.CANCELLED, Approval.EXPIRED)


def test_s31_a_right_that_was_taken_away_decides_nothing():
    hr, request = hr_admin(), asking()
    Enrolment.objects.filter(pk=request.pk).update(escalated_at=timezone.now())
    assert list(awaiting(hr)) == [request]  # with rights that are kept for the whole request
    Employee.objects.get(pk=hr.pk).groups.clear()

    with pytest.raises(NotYours):
        decide(request, granted=True, by=hr)


def test_s31_a_head_of_yesterday_decides_nothing():
    office = led_office()
    request = asking(office)
    head = office.head
    Office.objects.filter(pk=office.pk).update(head=EmployeeFactory())

    with pytest.raises(NotYours):
        decide(request, granted=True, by=head)


def test_rule_20_a_sheet_takes_nobody_whose_request_awaits_a_decision():
    from enrolment.doors.walk_ins import add_walk_in

    request = asking()
    trainer = Booking.objects.teaching().get(meeting__session=request.session).person

    with (
        time_machine.travel(request.session.starts_at - timedelta(minutes=5)),
        pytest.raises(EnrolmentError, match="заявка ждёт решения"),
    ):
        add_walk_in(request.session, request.trainee, by=trainer)


# --- taken back -----------------------------------------------------------------------------------


def test_rule_12_a_grant_is_taken_back_and_its_seat_goes_to_the_queue():
    session, office = SessionFactory(seats=1), led_office()
    request = asking(office, session)
    until = request.approval_until
    decide(request, granted=True, by=office.head)
    waiting = enrol(EmployeeFactory(), session)

    undone = undo_decision(request, by=office.head)

    waiting.refresh_from_db()
    assert (undone.seat, undone.approval, waiting.seat) == (Seat.NONE, Approval.ASKED, Seat.OFFERED)
    assert abs(undone.approval_until - until) < timedelta(seconds=5)
    assert kinds_of(undone)[-1] == Entry.DECISION_UNDONE
    assert booking_faults() == []


def test_rule_12_a_refusal_is_taken_back_and_the_request_waits_again():
    office = led_office()
    request = asking(office)
    decide(request, granted=False, by=office.head, reason="Некому работать")

    undone = undo_decision(request, by=office.head)

    assert (undone.ended_because, undone.ended_at, undone.approval) == ("", None, Approval.ASKED)
    assert decide(request, granted=True, by=office.head).seat == Seat.HELD


def test_rule_12_the_term_after_a_decision_taken_back_is_that_of_the_request_and_not_of_the_wish():
    """The time of a wish for the course counts in the queue; the head was asked today."""
    office = led_office()
    person, session = member(office), SessionFactory()
    Interest.objects.create(trainee=person, course=session.course, since=timezone.now() - timedelta(days=60))
    request = ask_for_seat(person, session)
    until = request.approval_until
    assert request.requested_at < timezone.now() - timedelta(days=59)
    decide(request, granted=False, by=office.head, reason="Некому работать")

    undone = undo_decision(request, by=office.head)

    assert abs(undone.approval_until - until) < timedelta(seconds=5)


def test_rule_12_a_grant_stands_once_the_person_was_told_of_a_seat():
    """The letter about the decision waits ten minutes; that of a seat that came free since does not."""
    office, session = led_office(), SessionFactory(seats=1)
    held = enrol(EmployeeFactory(), session)
    request = ask_for_seat(member(office), session, at_short_notice=True)
    with time_machine.travel(session.starts_at - timedelta(hours=46)):
        decide(request, granted=True, by=office.head)
        cancel_enrolment(held, by=held.trainee)
        send_due_messages()

        with pytest.raises(CannotTakeBack):
            undo_decision(request, by=office.head)

    request.refresh_from_db()
    assert request.seat == Seat.HELD


def test_rule_12_a_grant_stands_once_staff_have_given_the_seat_by_hand():
    """They have spoken with the person."""
    office, session = led_office(), SessionFactory(seats=1)
    held = enrol(EmployeeFactory(), session)
    request = asking(office, session)
    with time_machine.travel(session.starts_at - timedelta(hours=20)):
        decide(request, granted=True, by=office.head)
        cancel_enrolment(held, by=held.trainee, reason="Болею")
        give_seat(request, by=hr_admin(), reason="Договорились")

        with pytest.raises(CannotTakeBack):
            undo_decision(request, by=office.head)

    request.refresh_from_db()
    assert request.seat == Seat.HELD


def test_rule_12_a_refusal_stands_when_the_session_was_cancelled_or_the_person_has_left():
    """A request brought back there would wait for nothing, and stand in the way of another date."""
    office = led_office()
    of_cancelled, of_leaver = asking(office), asking(office)
    for one in (of_cancelled, of_leaver):
        decide(one, granted=False, by=office.head, reason="Некому работать")
    cancel_session(of_cancelled.session, "Заболел тренер", by=None)
    Employee.objects.filter(pk=of_leaver.trainee_id).update(is_active=False)

    for one in (of_cancelled, of_leaver):
        with pytest.raises(CannotTakeBack):
            undo_decision(one, by=office.head)

    assert not Enrolment.objects.live().filter(pk__in=[of_cancelled.pk, of_leaver.pk]).exists()


def test_rule_12_a_decision_stands_for_others_after_ten_minutes_and_when_something_followed():
    office = led_office(deputy=True)
    of_other, late, cancelled, chosen = [asking(office) for _number in range(4)]
    for one in (of_other, late, cancelled):
        decide(one, granted=True, by=office.head)
    decide(chosen, granted=False, by=office.head, reason="Позже")
    cancel_enrolment(cancelled, by=cancelled.trainee)
    enrol(chosen.trainee, SessionFactory(course=chosen.course))

    with pytest.raises(CannotTakeBack):
        undo_decision(of_other, by=office.deputy)
    for followed in (cancelled, chosen):
        with pytest.raises(CannotTakeBack):
            undo_decision(followed, by=office.head)
    with time_machine.travel(timezone.now() + timedelta(minutes=11)), pytest.raises(CannotTakeBack):
        undo_decision(late, by=office.head)
