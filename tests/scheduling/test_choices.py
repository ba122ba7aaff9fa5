"""Rooms and trainers that a planner is offered, and why not the others."""

from datetime import date, timedelta

import pytest
from django.utils import translation

from centre.models import Policy
from scheduling.choices import load_choices
from scheduling.facts import Span
from tests.factories import (
    CourseFactory,
    EquipmentFactory,
    QualificationFactory,
    RoomFactory,
    SessionFactory,
    TrainerFactory,
    TrainerQualificationFactory,
    moscow,
)
from trainers.models import Absence

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


def span(day=25, start=10, hours=3):
    starts_at = moscow(2026, 11, day) + timedelta(hours=start)
    return Span(starts_at, starts_at + timedelta(hours=hours))


def choices(course, *spans, group=10, step_free=False, **options):
    return load_choices(course, spans, group=group, needs_step_free=step_free, policy=Policy(), **options)


def room_names(options):
    return [option.room.name for option in options]


def reasons(options):
    return [reason.message for option in options for reason in option.reasons]


def test_rule_4_only_fitting_rooms_are_offered_the_smallest_first():
    projector = EquipmentFactory(title="projector")
    course = CourseFactory()
    course.equipment.add(projector)
    for name, capacity, step_free in [("Hall", 60, True), ("Class", 12, True), ("Attic", 12, False)]:
        RoomFactory(name=name, capacity=capacity, is_step_free=step_free).equipment.add(projector)
    RoomFactory(name="Small", capacity=8).equipment.add(projector)
    RoomFactory(name="Bare", capacity=20)
    RoomFactory(name="Old", is_active=False).equipment.add(projector)

    offered = choices(course, span(), step_free=True)

    assert room_names(offered.free_rooms()) == ["Class", "Hall"]
    assert reasons(offered.other_rooms) == [
        "Small: seats 8, the group is 10.",
        "Attic: cannot be reached without steps.",
        "Bare: has no projector.",
    ]


def test_rule_2_a_taken_room_is_not_offered_and_the_booking_is_named():
    room = RoomFactory(name="Room 201")
    SessionFactory(starts_at=moscow(2026, 11, 25, 9), room=room, course__title="Conflicts")

    offered = choices(CourseFactory(), span(25, 11, 2))

    assert room_names(offered.free_rooms()) == []
    assert reasons(offered.other_rooms) == ["Room 201: taken on 25 November, 09:00–12:00, “Conflicts”."]


@pytest.mark.parametrize(
    ("start", "reason"),
    [
        (12.25, []),
        (12, ["Room 201: taken on 25 November, 09:00–12:00, “Conflicts”; 15 minutes must lie between."]),
        (7, ["Room 201: taken on 25 November, 09:00–12:00, “Conflicts”; 15 minutes must lie between."]),
    ],
)
def test_rule_2_the_changeover_of_a_room_counts_on_both_sides(start, reason):
    room = RoomFactory(name="Room 201", site__opens_at="06:00")
    SessionFactory(starts_at=moscow(2026, 11, 25, 9), room=room, course__title="Conflicts")

    assert reasons(choices(CourseFactory(), span(25, start, 2)).other_rooms) == reason


def test_a_room_may_fit_one_meeting_and_not_the_other():
    free, taken = RoomFactory(name="Free"), RoomFactory(name="Taken")
    SessionFactory(starts_at=moscow(2026, 11, 26, 10), room=taken)

    offered = choices(CourseFactory(meetings=2), span(25), span(26))

    assert room_names(offered.free_rooms()) == [free.name]
    assert sorted(room_names(offered.free_rooms(0))) == ["Free", "Taken"]
    assert room_names(offered.free_rooms(1)) == ["Free"]


def test_a_session_planned_anew_does_not_stand_in_its_own_way(time_machine):
    time_machine.move_to(moscow(2026, 11, 24, 9))
    room, trainer = RoomFactory(), TrainerFactory()
    session = SessionFactory(starts_at=moscow(2026, 11, 25, 10), room=room, trainer=trainer)

    offered = choices(CourseFactory(), span(25, 11), besides=[session.pk])

    assert [option.pk for option in offered.free_rooms()] == [room.pk]
    assert [option.pk for option in offered.free_trainers()] == [trainer.pk]


def test_rule_3_qualified_and_present_trainers_are_offered_the_most_qualified_first():
    conflict, service = QualificationFactory(title="Conflict"), QualificationFactory(title="Service")
    course = CourseFactory()
    course.qualifications.add(conflict, service)
    one = TrainerQualificationFactory(qualification=conflict).trainer
    both = TrainerQualificationFactory(qualification=conflict).trainer
    TrainerQualificationFactory(trainer=both, qualification=service)
    expired = TrainerQualificationFactory(qualification=service, valid_until=date(2026, 11, 24)).trainer
    away = TrainerQualificationFactory(qualification=service).trainer
    Absence.objects.create(
        trainer=away, starts_on=date(2026, 11, 25), ends_on=date(2026, 11, 30), reason=Absence.Reason.ILLNESS
    )

    offered = choices(course, span())

    assert [(option.pk, option.holds) for option in offered.free_trainers()] == [
        (both.pk, ("Conflict", "Service")),
        (one.pk, ("Conflict",)),
    ]
    assert sorted(reasons(offered.other_trainers)) == sorted(
        [
            f"{expired}: holds on 25 November none of the qualifications that the course needs.",
            f"{away}: absent on 25 November.",
        ]
    )


def test_rule_3_why_somebody_is_absent_is_said_to_those_who_may_know():
    absence = Absence.objects.create(
        trainer=TrainerFactory(),
        starts_on=date(2026, 11, 25),
        ends_on=date(2026, 11, 25),
        reason=Absence.Reason.VACATION,
    )

    offered = choices(CourseFactory(), span(), with_reasons=True)

    assert reasons(offered.other_trainers) == [f"{absence.trainer}: vacation on 25 November."]


def test_rule_2_who_teaches_or_attends_elsewhere_is_not_offered():
    trainer = TrainerFactory()
    SessionFactory(starts_at=moscow(2026, 11, 25, 9), trainer=trainer, course__title="Conflicts")

    offered = choices(CourseFactory(), span(25, 11, 2))

    assert offered.free_trainers() == []
    assert reasons(offered.other_trainers) == [
        f"{trainer}: teaches on 25 November, 09:00–12:00, “Conflicts”."
    ]


@pytest.mark.parametrize("rows", [1, 3, 30])
def test_choices_cost_eight_queries_whatever_there_is(rows, django_assert_num_queries):
    course = CourseFactory()
    course.equipment.add(EquipmentFactory())
    course.qualifications.add(QualificationFactory())
    for number in range(rows):
        SessionFactory(starts_at=moscow(2026, 11, 25, 9) + timedelta(days=number % 2))

    with django_assert_num_queries(8):
        choices(course, span(25), span(26))
