"""What Python makes of plain rows is what the database says of the same (enrolment/facts.py and annotations.py)."""

from datetime import timedelta
from random import Random

import pytest
from django.utils import timezone

from centre.models import Policy
from centre.prepared import Given, Prepared
from courses.models import Course
from enrolment.annotations import due_day, in_audience, seat_facts
from enrolment.models import Enrolment, Seat
from enrolment.situations import situations
from scheduling.models import Session
from tests.factories import (
    CourseFactory,
    EmployeeFactory,
    EmploymentFactory,
    OfficeFactory,
    PositionFactory,
    ReservationFactory,
    SessionFactory,
    in_days,
)

pytestmark = pytest.mark.django_db

AUDIENCE = Prepared(
    lambda: (
        Course.objects.filter(pk=Given("course"))
        .annotate(is_theirs=in_audience("pk"))
        .values_list("is_theirs")
    )
)
SEATS = Prepared(
    lambda: Session.objects.filter(pk=Given("session")).annotate(**seat_facts()).values(*seat_facts())
)


def situation(person, session):
    return situations(person, [session], policy=Policy.objects.current())[session.pk]


@pytest.mark.parametrize("for_whom", ["everybody", "two positions"])
@pytest.mark.parametrize("kind", ["mandatory", "optional", "archived"])
def test_rule_13_terms_and_audience_are_those_of_the_database_for_every_kind_of_history(for_whom, kind):
    today, random = timezone.localdate(), Random(11)
    course = CourseFactory(is_mandatory=kind != "optional", due_days=30, is_archived=kind == "archived")
    positions = PositionFactory.create_batch(3)
    if for_whom == "two positions":
        course.audience.add(*positions[:2])
    session, found, expected = SessionFactory(course=course), [], []
    for number in range(60):
        person = EmployeeFactory()
        ends = [today - timedelta(days=1), today, today + timedelta(days=9), None]
        for job in range(random.randrange(3)):  # none, one, or a second main one while they move
            EmploymentFactory(
                employee=person,
                position=random.choice(positions),
                started_on=today - timedelta(days=random.randrange(30, 900)),
                leave=random.choice(["", "", "vacation", "parental"]),
                is_main=job == 0 or number % 3 == 0,
                ended_on=None if job else random.choice(ends[: 3 if number % 3 == 0 else 4]),
            )
        for day in random.sample(range(1, 800), random.randrange(3)):
            until = random.choice([None, today + timedelta(days=random.randrange(-day, 300))])
            person.completions.create(
                course=course, completed_on=today - timedelta(days=day), valid_until=until
            )

        asked = situation(person, session)
        found.append((asked.due_on, asked.in_audience))
        row = Enrolment.objects.create(trainee=person, session=session, course=course, seat=Seat.WAITING)
        owed = Enrolment.objects.filter(pk=row.pk).values_list(due_day("trainee"), flat=True).get()
        [(is_theirs,)] = AUDIENCE(course=course.pk, trainee=person.pk, today=today)
        expected.append((owed, is_theirs))

    assert found == expected
    assert len(set(found)) > (10 if kind == "mandatory" else 0)
    assert {is_theirs for _day, is_theirs in found} == ({True} if for_whom == "everybody" else {True, False})


@pytest.mark.parametrize("days_ahead", [3, 30])
def test_rule_17_seats_taken_waited_for_and_kept_are_those_of_the_database(days_ahead):
    """Thirty days before the start seats without a name are kept; three days before they are released."""
    now, today = timezone.now(), timezone.localdate()
    home, same_okrug, elsewhere = (
        OfficeFactory(okrug="ЮАО"),
        OfficeFactory(okrug="ЮАО"),
        OfficeFactory(okrug="ЦАО"),
    )
    session = SessionFactory(seats=30, starts_at=in_days(days_ahead))
    for seats, whose in (
        (1, {"office": home}),
        (2, {"office": elsewhere}),
        (4, {"office": None, "okrug": "ЮАО"}),
        (8, {"office": None, "okrug": "ЦАО"}),
    ):
        ReservationFactory(session=session, seats=seats, asked=seats, **whose)
    ReservationFactory(session=session, seats=9, asked=9, office=same_okrug, ended_at=now)
    for seat in [Seat.HELD] * 3 + [Seat.WAITING] * 2:
        person = EmployeeFactory()
        Enrolment.objects.create(trainee=person, session=session, course=session.course, seat=seat)
    gone = Enrolment(trainee=EmployeeFactory(), session=session, course=session.course, seat=Seat.GIVEN_UP)
    gone.ended_because, gone.ended_at = "cancelled", now
    gone.save()

    found, expected = [], []
    for office in (home, same_okrug, elsewhere, None):
        person = EmploymentFactory(office=office).employee if office else EmployeeFactory()
        asked = situation(person, session)
        found.append(
            {
                "seats_taken": asked.seats_taken,
                "waiting": asked.waiting,
                "reserved": asked.reserved,
                "own_reserved": asked.own_reserved,
            }
        )
        expected += SEATS(session=session.pk, trainee=person.pk, today=today, now=now)

    assert found == expected
    assert [one["own_reserved"] for one in found] == ([5, 4, 10, 0] if days_ahead == 30 else [0] * 4)
    assert {(one["seats_taken"], one["waiting"]) for one in found} == {(3, 2)}


def test_rule_15_a_request_keeps_its_time_only_behind_a_cancellation_by_the_centre_not_long_ago():
    person, session, policy = EmployeeFactory(), SessionFactory(), Policy.objects.current()
    now = timezone.now()

    def ended(because, days_ago, asked_days_ago):
        return Enrolment.objects.create(
            trainee=person,
            session=SessionFactory(course=session.course),
            course=session.course,
            seat=Seat.GIVEN_UP,
            ended_because=because,
            ended_at=now - timedelta(days=days_ago),
            requested_at=now - timedelta(days=asked_days_ago),
        )

    assert situation(person, session).kept_since is None
    ended("by_centre", policy.kept_priority_days + 1, 90)
    assert situation(person, session).kept_since is None
    kept = ended("by_centre", policy.kept_priority_days - 1, 80)
    kept.refresh_from_db()
    assert situation(person, session).kept_since == kept.requested_at
    ended("cancelled", 1, 2)
    assert situation(person, session).kept_since is None
