"""The office stays open: how many of its people are away for training on one day (rule 16)."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone, translation

from centre.models import Policy
from enrolment.actions import cancel_enrolment, enrol
from enrolment.approvals.actions import ask_for_seat
from enrolment.conditions import DayAtOffice
from enrolment.errors import NeedsConsent
from enrolment.locking import lock_situation
from enrolment.models import Approval, Enrolment, EnrolmentEntry, Seat
from enrolment.office.loading import lock_office_days, office_days
from enrolment.office.shifts import Away, Colleagues, Pattern, away_most, days_at_office
from enrolment.office.words import days_off_words, too_many_away
from enrolment.situations import situations
from tests.enrolment.approvals import hr_admin
from tests.factories import (
    EmployeeFactory,
    EmploymentFactory,
    OfficeFactory,
    PolicyFactory,
    SessionFactory,
    in_days,
)

WEEK = Pattern("5/2")
MONDAY, SATURDAY = date(2026, 12, 7), date(2026, 12, 12)
SHIFT_A = Pattern("2/2", date(2026, 1, 1))
SHIFT_B = Pattern("2/2", date(2026, 1, 3))


@pytest.mark.parametrize(
    ("at_work", "percent", "most"),
    [
        (0, 20, 1),
        (1, 20, 1),
        (4, 20, 1),
        (5, 20, 1),
        (9, 20, 1),
        (10, 20, 2),
        (75, 20, 15),
        (75, 0, 1),
        (3, 100, 3),
    ],
)
def test_rule_16_a_share_of_the_shift_may_be_away_and_always_one(at_work, percent, most):
    assert away_most(at_work, percent) == most


def test_rule_16_only_the_shift_of_the_day_counts():
    """Of 2/2 one half works each day, and whoever is away on a day off is missed by nobody."""
    [day] = days_at_office(
        SHIFT_A,
        [Colleagues(SHIFT_A, 10), Colleagues(SHIFT_B, 12), Colleagues(WEEK, 5)],
        [
            Away(1, MONDAY, SHIFT_A),
            Away(1, MONDAY, SHIFT_A),
            Away(2, MONDAY, SHIFT_B),
            Away(3, SATURDAY, SHIFT_A),
        ],
        [MONDAY],
        percent=20,
    )

    assert SHIFT_A.works_on(MONDAY) and not SHIFT_B.works_on(MONDAY)
    assert day == DayAtOffice(on=MONDAY, is_working_day=True, at_work=15, away=1, away_most=3)


def test_rule_16_nobody_is_missed_on_a_day_off():
    [day] = days_at_office(WEEK, [Colleagues(WEEK, 2)], [], [SATURDAY], percent=20)

    assert (day.is_working_day, day.at_work, day.is_over) == (False, 0, False)


@pytest.mark.parametrize("language", ["ru", "en"])
def test_rule_16_the_shift_is_said_in_words(language):
    with translation.override(language):
        words = too_many_away(DayAtOffice(MONDAY, is_working_day=True, at_work=15, away=3, away_most=3))
        off = days_off_words([DayAtOffice(SATURDAY, is_working_day=False, at_work=0, away=0, away_most=1)])

    assert (
        words
        == {
            "ru": "7 декабря на обучении уже 3 из 15 человек вашего офиса, чья это смена, и больше нельзя.",
            "en": "On 7 December 3 of the 15 people of your office who work are away for training, and no more may be.",
        }[language]
    )
    assert off == {"ru": "12 декабря у вас выходной.", "en": "12 December is your day off."}[language]


def colleagues(office, number, **fields):
    return [job.employee for job in EmploymentFactory.create_batch(number, office=office, **fields)]


def next_weekday(ahead=7):
    """A Wednesday, ten in the morning, at least so many days ahead."""
    day = timezone.localdate() + timedelta(days=ahead)
    return in_days(ahead + (2 - day.weekday()) % 7)


@pytest.fixture
def office(db):
    return OfficeFactory()


def test_rule_16_people_are_counted_from_their_jobs_and_bookings(office):
    me, on_leave, taught, second = colleagues(office, 4)
    on_leave.employments.update(leave="vacation")
    colleagues(office, 2, ended_on=timezone.localdate() - timedelta(days=1))
    EmploymentFactory(employee=EmployeeFactory(), office=office, is_main=False)
    at = next_weekday()
    enrol(taught, SessionFactory(starts_at=at))
    enrol(second, SessionFactory(starts_at=at + timedelta(days=1)))
    enrol(on_leave, SessionFactory(starts_at=at))
    enrol(colleagues(OfficeFactory(), 1)[0], SessionFactory(starts_at=at))
    enrol(me, SessionFactory(starts_at=at))

    on = timezone.localdate(at)
    found = office_days(me, [on, on + timedelta(days=2)], policy=Policy.objects.current())

    assert found[on] == DayAtOffice(on, is_working_day=True, at_work=3, away=1, away_most=1)
    assert found[on + timedelta(days=2)].away == 0


def test_rule_16_without_an_office_nothing_is_counted(db):
    session = SessionFactory()

    assert situations(EmployeeFactory(), [session], policy=Policy.objects.current())[session.pk].days == ()


@pytest.mark.parametrize("hour", [0, 12, 23])
def test_rule_16_both_locks_of_an_office_have_the_same_keys(office, hour):
    """The one of a person and a session reckons the days in SQL, that of many people and days in Python."""
    person = EmploymentFactory(office=office).employee
    start = in_days(9).replace(hour=hour, minute=30)
    session = SessionFactory(starts_at=start, ends_at=start + timedelta(minutes=20))

    lock_situation(person.pk, session.pk)
    ours = advisory_locks()
    lock_office_days([person.pk], [timezone.localdate(start)])

    assert len(ours) == 1
    assert advisory_locks() == ours


def advisory_locks():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT classid, objid FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()"
        )
        return cursor.fetchall()


def test_rule_16_days_of_many_sessions_cost_one_statement(office, django_assert_num_queries):
    me, *others = colleagues(office, 5)
    sessions = [SessionFactory(starts_at=next_weekday(7 * week)) for week in range(1, 6)]
    for session, other in zip(sessions, others, strict=False):
        enrol(other, session)
    policy = Policy.objects.current()

    with django_assert_num_queries(2):
        found = situations(me, sessions, policy=policy)

    assert [len(found[session.pk].days_over) for session in sessions] == [1, 1, 1, 1, 0]


def test_rule_16_the_queue_passes_over_whom_the_office_cannot_spare(client, office):
    me, colleague = colleagues(office, 2)
    at = next_weekday()
    session = SessionFactory(starts_at=at, seats=1, limit=1)
    holder, last = EmployeeFactory.create_batch(2)
    held = enrol(holder, session)
    mine, other = enrol(me, session), enrol(last, session)
    enrol(colleague, SessionFactory(starts_at=at))

    with translation.override("en"):
        cancel_enrolment(held, by=holder)

    mine.refresh_from_db()
    other.refresh_from_db()
    assert mine.seat == Seat.WAITING
    assert other.seat != Seat.WAITING
    skipped = mine.entries.get(kind=EnrolmentEntry.Kind.SKIPPED)
    assert "1 of the 2 people of the office" in skipped.reason  # staff read it too
    client.force_login(hr_admin())
    page = client.get(reverse("enrolment:queue", args=[session.pk]), headers={"Accept-Language": "en"})
    assert "as the person reads it in their own history" in page.content.decode()


def test_rule_16_what_the_head_has_allowed_is_not_asked_again(office):
    me, colleague = colleagues(office, 2)
    at = next_weekday()
    session = SessionFactory(starts_at=at, seats=1, limit=1)
    holder = EmployeeFactory()
    held, mine = enrol(holder, session), enrol(me, session)
    Enrolment.objects.filter(pk=mine.pk).update(approval=Approval.GRANTED)
    enrol(colleague, SessionFactory(starts_at=at))

    cancel_enrolment(held, by=holder)

    mine.refresh_from_db()
    assert mine.seat != Seat.WAITING


def test_rule_16_the_share_is_a_number_of_the_policy(office):
    PolicyFactory(away_percent=100)
    me, colleague = colleagues(office, 2)
    at = next_weekday()
    enrol(colleague, SessionFactory(starts_at=at))

    [day] = office_days(me, [timezone.localdate(at)], policy=Policy.objects.current()).values()

    assert (day.away, day.away_most, day.is_over) == (1, 2, False)


# --- the trainee's own door -----------------------------------------------------------------------


def mandatory_on(at):
    return SessionFactory(starts_at=at, course__is_mandatory=True, course__due_days=30)


def test_rule_16_over_the_share_the_own_wish_waits_for_the_head_who_reads_the_number(office):
    """A mandatory course too, which needs no approval otherwise (rule 12)."""
    me, colleague = colleagues(office, 2)
    at = next_weekday()
    enrol(colleague, SessionFactory(starts_at=at))

    with translation.override("en"):
        asked = ask_for_seat(me, mandatory_on(at))

    assert (asked.seat, asked.approval) == (Seat.NONE, Approval.ASKED)
    assert "1 of the 2 people" in asked.entries.get().reason
    assert ask_for_seat(me, mandatory_on(at + timedelta(days=1))).seat == Seat.HELD


def test_rule_16_a_day_off_is_taken_only_with_consent_which_is_kept(office):
    (me,) = colleagues(office, 1)
    saturday = next_weekday() + timedelta(days=3)
    session = mandatory_on(saturday)

    with pytest.raises(NeedsConsent):
        ask_for_seat(me, session)
    assert not me.enrolments.exists()

    held = ask_for_seat(me, session, consents=True)
    assert (held.seat, held.consented_at is not None) == (Seat.HELD, True)
    assert held.entries.get(kind=EnrolmentEntry.Kind.CONSENTED).reason == days_off_words(
        [DayAtOffice(timezone.localdate(saturday), is_working_day=False, at_work=0, away=0, away_most=1)]
    )
    working = ask_for_seat(me, mandatory_on(saturday + timedelta(days=4)), consents=True)
    assert working.consented_at is None  # nothing was asked


def test_rule_16_the_page_warns_of_a_day_off_and_takes_the_consent(client, office):
    (me,) = colleagues(office, 1)
    session = mandatory_on(next_weekday() + timedelta(days=3))
    client.force_login(me)
    door = reverse("enrolment:enrol_in_session", args=[session.pk])

    before = client.get(session.get_absolute_url()).content.decode()
    refused = client.post(door, follow=True).content.decode()
    taken = client.post(door, {"consents": "on"}, follow=True).content.decode()

    assert "у вас выходной" in before and 'name="consents"' in before
    assert "Отметьте, что согласны прийти" in refused
    assert "Вы записаны" in taken
    assert me.enrolments.get().consented_at is not None


def test_rule_16_the_page_says_a_working_day_and_asks_nothing(client, office):
    (me,) = colleagues(office, 1)
    session = mandatory_on(next_weekday())
    client.force_login(me)

    shown = client.get(session.get_absolute_url()).content.decode()

    assert "Это ваш рабочий день." in shown
    assert 'name="consents"' not in shown


def test_expectation_4_the_page_warns_of_a_leave_before_the_button(client, office):
    (me,) = colleagues(office, 1)
    session = mandatory_on(next_weekday())
    client.force_login(me)
    warning = "По данным отдела кадров"

    at_work = client.get(session.get_absolute_url()).content.decode()
    me.employments.update(leave="vacation")
    on_leave = client.get(session.get_absolute_url()).content.decode()

    assert warning not in at_work
    assert warning in on_leave
    assert on_leave.index(warning) < on_leave.index("Записаться", on_leave.index("enrol-panel-title"))


def test_rule_16_the_page_says_why_the_head_is_asked(client, office):
    me, colleague = colleagues(office, 2)
    at = next_weekday()
    enrol(colleague, SessionFactory(starts_at=at))
    client.force_login(me)

    shown = client.get(mandatory_on(at).get_absolute_url()).content.decode()

    assert "на обучении уже 1 из 2 человек вашего офиса" in shown
