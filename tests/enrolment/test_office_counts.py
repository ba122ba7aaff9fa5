"""The numbers of an office's day (rule 16) are those that one counts by hand from jobs and bookings."""

import random
from datetime import date, datetime, time, timedelta

import pytest
from django.utils import timezone

from centre.models import Policy
from enrolment.actions import enrol
from enrolment.locking import lock_situation
from enrolment.office.loading import office_days
from people.models import Employment, works_on
from scheduling.models import Booking, Meeting
from tests.factories import MOSCOW, EmployeeFactory, EmploymentFactory, OfficeFactory, SessionFactory

pytestmark = pytest.mark.django_db

SHIFT_A, SHIFT_B = date(2026, 1, 1), date(2026, 1, 3)


def by_hand(person, days):
    """At work and away on each day, in the words of rule 16."""
    today = timezone.localdate(timezone=MOSCOW)
    jobs = [
        job
        for job in Employment.objects.filter(is_main=True)
        if job.ended_on is None or job.ended_on >= today
    ]
    [own] = [job for job in jobs if job.employee_id == person.pk]
    there = [job for job in jobs if job.office_id == own.office_id and job.leave == ""]
    attends = {
        (booking.person_id, booking.period.lower.astimezone(MOSCOW).date())
        for booking in Booking.objects.filter(role="attends")
    }
    found = {}
    for day in days:
        shift = [job.employee_id for job in there if works_on(job.work_pattern, job.pattern_starts_on, day)]
        away = {one for one in shift if one != person.pk and (one, day) in attends}
        found[day] = (len(shift), len(away))
    return found


def numbers(found):
    return {day: (one.at_work, one.away) for day, one in found.items()}


def attend(person, starts_at, minutes=60):
    """A seat's booking, with nothing else of the seat."""
    session = SessionFactory(starts_at=starts_at, ends_at=starts_at + timedelta(minutes=minutes))
    meeting = session.meetings.get()
    return Booking.objects.create(
        meeting=meeting, person=person, role="attends", period=(meeting.starts_at, meeting.ends_at)
    )


def at(day, hour, minute=0):
    return datetime.combine(day, time(hour, minute), tzinfo=MOSCOW)


@pytest.mark.parametrize("seed", range(3))
def test_rule_16_the_day_is_counted_as_by_hand(seed, settings):
    settings.PREPARED_STATEMENTS = seed != 2
    rng, today = random.Random(seed), timezone.localdate(timezone=MOSCOW)
    offices = OfficeFactory.create_batch(2)
    days = [today + timedelta(days=number) for number in range(7, 12)]
    people = []
    for _ in range(14):
        person = EmployeeFactory()
        people.append(person)
        pattern = rng.choice(
            [{}, *({"work_pattern": "2/2", "pattern_starts_on": on} for on in (SHIFT_A, SHIFT_B))]
        )
        ended_on = rng.choice([None, None, None, today, today - timedelta(days=1)])
        leave = rng.choice(["", "", "", "vacation", "sick"])
        EmploymentFactory(
            employee=person, office=rng.choice(offices), ended_on=ended_on, leave=leave, **pattern
        )
        if rng.random() < 0.4:
            EmploymentFactory(employee=person, office=rng.choice(offices), is_main=False)
        for day in rng.sample(days, 2):
            attend(person, at(day, rng.choice([0, 9, 12, 20, 23]), rng.choice([0, 30])))
    teacher = EmploymentFactory(office=offices[0]).employee
    meeting = SessionFactory().meetings.get()
    Booking.objects.create(
        meeting=meeting, person=teacher, role="teaches", period=(at(days[0], 10), at(days[0], 12))
    )
    asked = 0

    for person in people:
        if not person.employments.current().filter(is_main=True).exists():
            assert office_days(person, days, policy=Policy.objects.current()) == {}
            continue
        asked += 1
        assert numbers(office_days(person, days, policy=Policy.objects.current())) == by_hand(person, days)
        session = SessionFactory(starts_at=at(days[0], 15))
        for day in days[2:4]:  # the session's own days alone, with a day between
            Meeting.objects.create(session=session, starts_at=at(day, 15), ends_at=at(day, 16))
        locked = {day.on: day for day in lock_situation(person.pk, session.pk).situation.days}
        assert numbers(locked) == by_hand(person, [days[0], *days[2:4]])

    assert asked > 5


@pytest.fixture
def office():
    return OfficeFactory()


def wednesday():
    day = timezone.localdate(timezone=MOSCOW) + timedelta(days=7)
    return day + timedelta(days=(2 - day.weekday()) % 7)


@pytest.mark.parametrize(
    ("starts_at", "minutes", "away"),
    [
        ((0, 0, 0), 60, [0, 1, 0]),
        ((-1, 23, 59), 120, [1, 0, 0]),  # over midnight: missed on the day on which it begins
        ((0, 23, 59), 1, [0, 1, 0]),
        ((0, 2, 59), 60, [0, 1, 0]),  # yesterday still in UTC
        ((1, 0, 0), 60, [0, 0, 1]),
    ],
)
@pytest.mark.parametrize("zone", ["UTC", "Asia/Vladivostok", "America/New_York"])
def test_rule_16_r15_a_day_is_the_centres_whatever_the_readers_zone(office, starts_at, minutes, away, zone):
    me, colleague = (job.employee for job in EmploymentFactory.create_batch(2, office=office))
    ahead, hour, minute = starts_at
    attend(colleague, at(wednesday() + timedelta(days=ahead), hour, minute), minutes)
    days = [wednesday() + timedelta(days=number) for number in (-1, 0, 1)]
    session = SessionFactory(starts_at=at(days[0], 12))
    for day in days[1:]:
        Meeting.objects.create(session=session, starts_at=at(day, 12), ends_at=at(day, 13))

    with timezone.override(zone):
        shown = office_days(me, days, policy=Policy.objects.current())
        locked = lock_situation(me.pk, session.pk).situation.days

    assert [shown[day].away for day in days] == away
    assert [day.away for day in locked] == away


def test_rule_16_a_session_over_days_leaves_free_what_lies_between(office):
    me, colleague = (job.employee for job in EmploymentFactory.create_batch(2, office=office))
    first, between, last = (wednesday() + timedelta(days=number) for number in (0, 1, 2))
    session = SessionFactory(starts_at=at(first, 10))
    Meeting.objects.create(session=session, starts_at=at(last, 10), ends_at=at(last, 13))
    enrol(colleague, session)

    found = office_days(me, [first, between, last], policy=Policy.objects.current())

    assert [found[day].away for day in (first, between, last)] == [1, 0, 1]


def test_rule_16_ones_own_bookings_and_several_of_a_colleague_count_once_or_not(office):
    me, colleague = (job.employee for job in EmploymentFactory.create_batch(2, office=office))
    day = wednesday()
    attend(me, at(day, 9))
    for hour in (9, 12, 20):
        attend(colleague, at(day, hour))

    found = office_days(me, [day], policy=Policy.objects.current())

    assert numbers(found) == {day: (2, 1)}


@pytest.mark.parametrize("is_later_here", [True, False])
@pytest.mark.parametrize("works_here", [True, False])
def test_rule_16_a_colleague_who_moves_is_missed_by_the_pattern_of_the_job_in_this_office(
    office, works_here, is_later_here
):
    """Until the old job ends both are in force, and only one of them is in this office."""
    me = EmploymentFactory(office=office).employee
    colleague, today = EmployeeFactory(), timezone.localdate(timezone=MOSCOW)
    day = next(
        on for on in days_from(wednesday()) if on.weekday() < 5 and works_on("2/2", SHIFT_A, on) == works_here
    )
    old, new = {"ended_on": today + timedelta(days=3)}, {"started_on": today}
    here, elsewhere = (new, old) if is_later_here else (old, new)
    jobs = [
        {"office": office, "pattern_starts_on": SHIFT_A, **here},
        {"office": OfficeFactory(), "pattern_starts_on": SHIFT_B, **elsewhere},
    ]
    for job in reversed(jobs) if is_later_here else jobs:
        EmploymentFactory(employee=colleague, work_pattern="2/2", **job)
    attend(colleague, at(day, 10))

    found = office_days(me, [day], policy=Policy.objects.current())

    assert numbers(found) == {day: (2, 1) if works_here else (1, 0)}


def days_from(day):
    while True:
        yield day
        day += timedelta(days=1)


@pytest.mark.parametrize("is_later_first", [True, False])
def test_rule_16_who_moves_takes_a_seat_as_one_of_the_new_office(office, is_later_first):
    """Both jobs are in force until the old one ends."""
    me, day, today = EmployeeFactory(), wednesday(), timezone.localdate(timezone=MOSCOW)
    jobs = [
        {"office": OfficeFactory(), "ended_on": today + timedelta(days=30)},
        {"office": office, "started_on": today + timedelta(days=1)},
    ]
    for job in reversed(jobs) if is_later_first else jobs:
        EmploymentFactory(employee=me, **job)
    EmploymentFactory.create_batch(2, office=office)
    session = SessionFactory(starts_at=at(day, 10))

    found = office_days(me, [day], policy=Policy.objects.current())
    held = enrol(me, session)

    assert numbers(found) == {day: (3, 0)}
    assert held.seat == "held"


def test_the_locked_person_is_the_one_that_django_loads():
    """Loaded as JSON with the session: each column with its type, the moment of the last sign-in too."""
    person = EmployeeFactory(
        last_login=datetime(2026, 11, 27, 19, 47, 0, 924910, tzinfo=MOSCOW),
        time_zone="Asia/Omsk",
        is_staff=True,
    )
    session = SessionFactory(starts_at=at(wednesday(), 10))

    for _ in range(2):
        locked = lock_situation(person.pk, session.pk).trainee
        plain = type(person).objects.get(pk=person.pk)

        assert kinds(locked) == kinds(plain)
        assert (locked._state.db, locked._state.adding) == (plain._state.db, plain._state.adding)
        type(person).objects.filter(pk=person.pk).update(last_login=None)


def kinds(one):
    return {name: (type(value), value) for name, value in vars(one).items() if name != "_state"}
