"""A session that is moved to somebody's day off: what they agreed to was another day (rule 16)."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import timezone

from enrolment.actions import enrol
from enrolment.approvals.actions import ask_for_seat
from enrolment.conditions import day_words_of
from enrolment.nominating.actions import agree_to_day_off
from notifications import kinds
from notifications.models import Message
from scheduling.actions import current_plan, replan_session
from tests.factories import CourseFactory, EmploymentFactory, SessionFactory, in_days

pytestmark = pytest.mark.django_db


@pytest.fixture
def session():
    return SessionFactory(course=CourseFactory(is_mandatory=True, due_days=30), starts_at=in_days(14))


def person_who_works(days_later):
    """By two days on and two off: works on the session's day and the next, or comes on a day off (2)."""
    first = timezone.localdate(in_days(14)) + timedelta(days=days_later)
    return EmploymentFactory(work_pattern="2/2", pattern_starts_on=first).employee


def move(session, days, hours=0):
    session.refresh_from_db()
    plan = current_plan(session)
    [meeting] = plan.meetings
    by = timedelta(days=days, hours=hours)
    moved = plan.with_meeting(0, starts_at=meeting.starts_at + by, ends_at=meeting.ends_at + by)
    replan_session(session, moved.meetings, by=None, version=session.version)


def letter(person, kind="session_moved"):
    message = Message.objects.planned().get(kind=kind, recipient=person)
    found = kinds.render(message)
    return "\n".join(found.paragraphs)


def test_rule_16_who_is_off_on_the_new_day_is_told_and_asked(client, session):
    person = person_who_works(0)
    enrolment = ask_for_seat(person, session)
    client.force_login(person)

    move(session, 2)

    assert "выходной. На странице записи ответьте, согласны ли вы прийти." in letter(person)
    page = client.get(enrolment.get_absolute_url()).content.decode()
    assert "Занятия изменились: ответьте, согласны ли вы прийти" in page
    assert agree_to_day_off(enrolment, by=person).consented_at is not None
    assert "Занятия изменились" not in client.get(enrolment.get_absolute_url()).content.decode()


def test_rule_16_who_agreed_to_one_day_off_is_asked_about_another(session):
    person = person_who_works(2)
    enrolment = ask_for_seat(person, session, consents=True)

    move(session, 1)

    enrolment.refresh_from_db()
    assert enrolment.consented_at is None
    assert "выходной" in letter(person)


def test_rule_16_another_hour_of_the_same_day_asks_nothing_anew(session):
    person = person_who_works(2)
    enrolment = ask_for_seat(person, session, consents=True)

    move(session, 0, hours=1)

    enrolment.refresh_from_db()
    assert enrolment.consented_at is not None
    assert "выходной" not in letter(person)


def test_rule_16_who_works_on_the_new_day_is_asked_nothing(client, session):
    person = person_who_works(0)
    enrolment = ask_for_seat(person, session)
    client.force_login(person)

    move(session, 1)

    assert "выходной" not in letter(person)
    assert "Занятия изменились" not in client.get(enrolment.get_absolute_url()).content.decode()


def test_rule_16_who_is_busy_on_the_new_day_and_off_reads_both_with_their_day(session):
    person = person_who_works(0)
    enrolment = enrol(person, session)
    other = enrol(person, busy_on(16))

    move(session, 2)

    enrolment.refresh_from_db()
    text = letter(person, "clash_after_move")
    assert enrolment.clash_since is not None
    assert f"{day(16)} у вас выходной. На странице записи ответьте, согласны ли вы прийти." in text
    assert f"{day(16)} с 11:00 до 12:00 вы записаны на «{other.course.title}»." in text


def test_rule_6_the_letter_names_the_booking_of_the_meeting_and_none_between_two(session):
    """A series has days between its meetings, on which the person may well come to something else."""
    person = person_who_works(0)
    plan = current_plan(session)
    enrol(person, session)
    between = enrol(person, busy_on(15))
    clashing = enrol(person, busy_on(18))
    [meeting] = plan.meetings
    later = [meeting, replace(meeting, **{name: getattr(meeting, name) + timedelta(days=4) for name in ENDS})]

    session.refresh_from_db()
    replan_session(session, later, by=None, version=session.version)

    text = letter(person, "clash_after_move")
    assert (between.course.title in text, clashing.course.title in text) == (False, True)


ENDS = ("starts_at", "ends_at")


def busy_on(days):
    """A session in an hour of that day, of a course of its own."""
    return SessionFactory(starts_at=in_days(days, 11), ends_at=in_days(days, 12))


def day(days):
    return day_words_of(timezone.localdate(in_days(days)))
