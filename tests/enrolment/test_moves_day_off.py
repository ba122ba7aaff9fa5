"""A session that is moved to somebody's day off: what they agreed to was another day (rule 16)."""

from datetime import timedelta

import pytest
from django.utils import timezone

from enrolment.approvals.actions import ask_for_seat
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


def letter(person):
    message = Message.objects.planned().get(kind="session_moved", recipient=person)
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
