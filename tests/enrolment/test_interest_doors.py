"""Whichever door leads to the course that somebody wanted ends the wish (rules 11 and 14)."""

from datetime import timedelta

import pytest
from django.utils import timezone

from enrolment.actions import cancel_enrolment, enrol
from enrolment.approvals.actions import decide, undo_decision
from enrolment.doors.actions import restore_enrolment, transfer_enrolment
from enrolment.doors.walk_ins import add_walk_in
from enrolment.interest.actions import want_course
from enrolment.merging import merge_sessions
from enrolment.models import Interest, Seat
from enrolment.nominating.actions import replace_trainee
from tests.enrolment.approvals import asking, hr_admin, led_office, member
from tests.enrolment.interests import ended, mandatory_course, opened, wanting
from tests.factories import CourseFactory, EmployeeFactory, SessionFactory, in_days

pytestmark = pytest.mark.django_db


def replaces():
    office = led_office()
    session = SessionFactory(course=mandatory_course(), seats=1)
    held = enrol(member(office), session)
    wish = want_course(member(office), session.course)
    return wish, lambda: replace_trainee(held, wish.trainee, by=office.head)


def comes_without_an_enrolment():
    (wish,) = wanting(CourseFactory())
    session = SessionFactory(course=wish.course, starts_at=timezone.now() - timedelta(minutes=5))
    return wish, lambda: add_walk_in(session, wish.trainee, by=hr_admin())


def is_restored():
    session = SessionFactory(seats=1)
    gone = enrol(EmployeeFactory(), session)
    cancel_enrolment(gone, by=gone.trainee)
    taken = enrol(EmployeeFactory(), session)
    wish = want_course(gone.trainee, session.course)
    cancel_enrolment(taken, by=taken.trainee)
    return wish, lambda: restore_enrolment(gone, by=hr_admin(), reason="Ошибка")


def is_asked_about_again():
    session = SessionFactory(seats=1)
    enrol(EmployeeFactory(), session)
    request = asking(led_office(), session)
    head = request.trainee.employments.get().office.head
    decide(request, granted=False, by=head, reason="Смена")
    wish = want_course(request.trainee, session.course)
    return wish, lambda: undo_decision(request, by=head)


def changes_the_offered_date():
    (wish,) = wanting(mandatory_course())
    offer = opened(wish.course).enrolments.get()
    other = SessionFactory(course=wish.course, starts_at=in_days(20))
    return wish, lambda: transfer_enrolment(offer, other, by=hr_admin())


def waits_after_a_joining():
    (wish,) = wanting(mandatory_course())
    session = opened(wish.course)
    full = SessionFactory(course=wish.course, seats=1, starts_at=in_days(20))
    enrol(EmployeeFactory(), full)
    return wish, lambda: merge_sessions(session, full, by=None)


@pytest.mark.parametrize(
    "door",
    [
        replaces,
        comes_without_an_enrolment,
        is_restored,
        is_asked_about_again,
        changes_the_offered_date,
        waits_after_a_joining,
    ],
)
def test_rule_11_whichever_door_leads_to_the_course_the_wish_ends_with_it(door):
    wish, come = door()
    assert ended(wish) == ""

    come()

    assert ended(wish) == Interest.Ending.ENROLLED


def test_rule_14_the_wish_stays_when_a_joining_offers_a_seat_again():
    (wish,) = wanting(mandatory_course())
    session = opened(wish.course)
    other = SessionFactory(course=wish.course, starts_at=in_days(20))

    merge_sessions(session, other, by=None)

    assert (other.enrolments.get().seat, ended(wish)) == (Seat.OFFERED, "")
