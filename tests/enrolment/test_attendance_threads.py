"""Two people at one sheet, over real connections: nothing is lost, nothing counts twice (promise R17)."""

import threading
from datetime import timedelta

import pytest
from django.utils import timezone

from enrolment.attendance import (
    MarkWish,
    Standing,
    close_sheet,
    mark_all_present,
    mark_attendance,
)
from enrolment.doors.walk_ins import add_walk_in
from enrolment.errors import SessionFull, SheetClosed
from enrolment.invariants import booking_faults
from enrolment.models import AttendanceMark, Enrolment, EnrolmentEntry, Mark, Seat
from records.models import Completion
from scheduling.models import Booking, Session
from tests.factories import EmployeeFactory, SessionFactory
from tests.threads import at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.threads]


def session_with(people, *, hours_ago, seats=30):
    """A session that has begun, with its people on their seats."""
    starts_at = timezone.now() - timedelta(hours=hours_ago)
    session = SessionFactory(starts_at=starts_at, seats=seats)
    meeting = session.meetings.get()
    for person in EmployeeFactory.create_batch(people):
        Enrolment.objects.create(trainee=person, session=session, course=session.course, seat=Seat.HELD)
        Booking.objects.create(
            meeting=meeting, person=person, role="attends", period=(meeting.starts_at, meeting.ends_at)
        )
    return session, meeting


def test_r17_two_trainers_marking_different_people_lose_nothing():
    session, meeting = session_with(20, hours_ago=1)
    first, second = EmployeeFactory.create_batch(2)
    people = list(session.enrolments.order_by("pk"))

    def tap(enrolment, index):
        mark, by = (Mark.PRESENT, first) if index % 2 else (Mark.ABSENT, second)
        return lambda: mark_attendance(meeting, [MarkWish(enrolment.pk, mark)], by=by)

    at_once([tap(enrolment, index) for index, enrolment in enumerate(people)])

    marks = list(AttendanceMark.objects.order_by("enrolment_id").values_list("mark", flat=True))
    assert marks == [Mark.ABSENT, Mark.PRESENT] * 10


def test_r17_of_two_marks_for_one_person_the_second_is_told():
    session, meeting = session_with(1, hours_ago=1)
    enrolment = session.enrolments.get()
    wishes = [MarkWish(enrolment.pk, Mark.PRESENT), MarkWish(enrolment.pk, Mark.ABSENT)]

    results = at_once(
        [lambda wish=wish: mark_attendance(meeting, [wish], by=EmployeeFactory()) for wish in wishes] * 3
    )

    kept = AttendanceMark.objects.get().mark
    assert [result.changed for result in results].count(1) == 1
    for wish, result in zip(wishes * 3, results, strict=True):
        assert len(result.conflicts) == (0 if wish.mark == kept else 1)


def test_r17_the_naive_page_loses_a_mark():
    """The same comparison without the session's lock: the proof that the test above can fail."""
    session, meeting = session_with(1, hours_ago=1)
    enrolment = session.enrolments.get()
    both_have_looked = threading.Barrier(2)

    def naive(mark):
        row = meeting.marks.filter(enrolment=enrolment).first()
        both_have_looked.wait(timeout=30)
        if Standing.of(row) == Standing():
            AttendanceMark.objects.update_or_create(
                enrolment=enrolment, meeting=meeting, defaults={"mark": mark, "minutes": 0}
            )
            return "saved"
        return "told"

    results = at_once([lambda: naive(Mark.EXCUSED), lambda: naive(Mark.ABSENT)])

    assert results == ["saved", "saved"]
    assert AttendanceMark.objects.count() == 1


def test_closing_twice_at_once_gives_one_completion_each():
    session, meeting = session_with(5, hours_ago=4)
    trainer = EmployeeFactory()
    mark_all_present(meeting, by=trainer)

    results = at_once([lambda: close_sheet(session, by=trainer)] * 4)

    assert [type(result) for result in results] == [Session] * 4
    assert Completion.objects.count() == 5
    assert EnrolmentEntry.objects.filter(kind="ended").count() == 5
    assert session.steps.filter(kind="closed").count() == 1


def test_rule_21_a_mark_lands_before_the_sheet_closes_or_is_refused():
    session, meeting = session_with(6, hours_ago=4)
    trainer = EmployeeFactory()
    mark_all_present(meeting, by=trainer)
    present = Standing("present", meeting.minutes)

    def tap(enrolment):
        return lambda: mark_attendance(
            meeting, [MarkWish(enrolment.pk, Mark.ABSENT, seen=present)], by=trainer
        )

    people = list(session.enrolments.order_by("pk"))
    results = at_once([*map(tap, people), lambda: close_sheet(session, by=trainer)])

    for enrolment, result in zip(people, results[:-1], strict=True):
        enrolment.refresh_from_db()
        refused = isinstance(result, SheetClosed)
        assert enrolment.marks.get().mark == (Mark.PRESENT if refused else Mark.ABSENT)
        assert Completion.objects.filter(trainee=enrolment.trainee_id).exists() == refused


def test_rule_10_walk_ins_at_once_never_oversell():
    session, _meeting = session_with(1, hours_ago=1, seats=2)
    trainer = EmployeeFactory()
    people = EmployeeFactory.create_batch(8)

    results = at_once([lambda person=person: add_walk_in(session, person, by=trainer) for person in people])

    assert sorted(type(result).__name__ for result in results) == ["Enrolment"] + ["SessionFull"] * 7
    assert sum(isinstance(result, SessionFull) for result in results) == 7
    assert booking_faults() == []
