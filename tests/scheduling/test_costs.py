"""What the planners' pages of one session cost: the same for 1, 3 and 300 rooms, trainers, meetings, people."""

import pytest
from django.urls import reverse

from people.models import Employee
from scheduling.models import Booking, Room
from tests.costs import add_meetings, cost
from tests.enrolment.sheets import add_people
from tests.factories import (
    CourseFactory,
    EmployeeFactory,
    EquipmentFactory,
    QualificationFactory,
    RoomFactory,
    SessionFactory,
    SiteFactory,
    TrainerFactory,
    in_days,
)
from trainers.models import Absence, Trainer, TrainerQualification

pytestmark = pytest.mark.django_db


def times(course):
    day = in_days(14).date().isoformat()
    return f"?course={course.code}&day_1={day}&start_1=10:00&end_1=13:00"


def add_rooms_and_trainers(course, number):
    """Some with what the course needs, some taken or absent then."""
    site = SiteFactory()
    rooms = Room.objects.bulk_create(RoomFactory.build_batch(number, site=site))
    people = Employee.objects.bulk_create(EmployeeFactory.build_batch(number))
    trainers = Trainer.objects.bulk_create(
        TrainerFactory.build(employee=person, home_site=site) for person in people
    )
    needed = course.qualifications.get()
    TrainerQualification.objects.bulk_create(
        TrainerQualification(trainer=trainer, qualification=needed) for trainer in trainers
    )
    day = in_days(14).date()
    Absence.objects.bulk_create(
        Absence(trainer=trainer, starts_on=day, ends_on=day, reason="vacation") for trainer in trainers[::3]
    )
    meeting = SessionFactory(starts_at=in_days(14)).meetings.get()
    period = (meeting.starts_at, meeting.ends_at)
    Booking.objects.bulk_create(
        [
            *(Booking(meeting=meeting, room=room, period=period) for room in rooms[::2]),
            *(
                Booking(meeting=meeting, person=person, role="teaches", period=period)
                for person in people[1::2]
            ),
        ]
    )


@pytest.fixture
def course():
    course = CourseFactory()
    course.qualifications.add(QualificationFactory())
    course.equipment.add(EquipmentFactory())
    return course


@pytest.mark.rows_of("scheduling:plan")
def test_choosing_rooms_and_trainers_costs_the_same_for_any_number(hr, course):
    costs = []
    for more in (1, 2, 297):
        add_rooms_and_trainers(course, more)
        costs.append(cost(hr, reverse("scheduling:plan") + times(course)))

    assert costs == [costs[0]] * 3
    assert costs[0] <= 16


@pytest.mark.rows_of("scheduling:plan")
def test_choosing_a_course_costs_the_same_for_any_number(hr):
    costs = []
    for more in (1, 2, 297):
        CourseFactory.create_batch(more)
        costs.append(cost(hr, reverse("scheduling:plan")))

    assert costs == [costs[0]] * 3


@pytest.mark.rows_of("scheduling:replan")
def test_planning_anew_costs_the_same_for_any_number(hr, course):
    session = SessionFactory(course=course, seats=300)
    address = reverse("scheduling:replan", args=[session.pk]) + times(course)
    costs = []
    for more in (1, 2, 297):
        add_rooms_and_trainers(course, more)
        add_people(session, more)
        costs.append(cost(hr, address))

    assert costs == [costs[0]] * 3


STEPS = ("session", "publish", "confirm", "limit", "cancel", "run_anyway")


@pytest.mark.rows_of(
    "scheduling:session",
    "scheduling:publish",
    "scheduling:confirm",
    "scheduling:limit",
    "scheduling:cancel",
    "scheduling:run_anyway",
)
def test_a_session_and_its_steps_cost_the_same_for_any_number_of_meetings_people_and_steps(hr):
    """Many meetings of few people, then many people in few meetings: both at once would be 90 000 bookings."""
    long, large = (
        SessionFactory(seats=300, starts_at=in_days(14), hours=1, trainer=TrainerFactory()) for _ in range(2)
    )
    costs = []
    for more in (1, 2, 297):
        add_meetings(long, more)
        add_people(long, min(more, 2))
        add_meetings(large, min(more, 2))
        add_people(large, more)
        for session in (long, large):
            for _step in range(more):
                session.steps.create(kind="edited", by=EmployeeFactory() if more < 10 else None)
        pages = [(name, session) for name in STEPS for session in (long, large)]
        costs.append([cost(hr, reverse(f"scheduling:{name}", args=[one.pk])) for name, one in pages])

    assert costs == [costs[0]] * 3
