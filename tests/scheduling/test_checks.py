"""Rules 3 to 5 as findings against a plan."""

from datetime import date, time, timedelta

import pytest
from django.utils import translation

from centre.models import CalendarDay, Policy
from scheduling.checks import findings_against
from scheduling.models import RoomClosure
from scheduling.plans import MeetingPlan
from tests.factories import (
    CourseFactory,
    EquipmentFactory,
    QualificationFactory,
    RoomFactory,
    SessionFactory,
    SiteFactory,
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


def meeting(day=25, start=10, hours=3, *, room=None, trainers=()):
    starts_at = moscow(2026, 11, day) + timedelta(hours=start)
    return MeetingPlan(
        starts_at,
        starts_at + timedelta(hours=hours),
        room_id=room.pk if room else None,
        trainer_ids=tuple(trainer.pk for trainer in trainers),
    )


def found(course, *meetings, needs_step_free=False, **policy):
    findings = findings_against(course, meetings, needs_step_free=needs_step_free, policy=Policy(**policy))
    return [(finding.code, finding.message) for finding in findings]


def test_rule_3_one_trainer_with_every_qualification_is_enough():
    qualification = QualificationFactory()
    course = CourseFactory()
    course.qualifications.add(qualification)
    trainer = TrainerQualificationFactory(qualification=qualification).trainer

    assert found(course, meeting(room=RoomFactory(), trainers=[trainer])) == []


def test_rule_3_trainers_hold_the_qualifications_together():
    first, second = TrainerQualificationFactory.create_batch(2)
    course = CourseFactory()
    course.qualifications.add(first.qualification, second.qualification)
    room = RoomFactory()

    assert found(course, meeting(room=room, trainers=[first.trainer, second.trainer])) == []
    assert found(course, meeting(room=room, trainers=[first.trainer])) == [
        (
            "qualification_missing",
            f"{first.trainer}: without a qualification valid on 25 November: {second.qualification.title}.",
        )
    ]


def test_rule_3_a_qualification_must_be_valid_on_the_day_of_each_meeting():
    held = TrainerQualificationFactory(valid_until=date(2026, 11, 25))
    course = CourseFactory(meetings=2)
    course.qualifications.add(held.qualification)
    room = RoomFactory()

    findings = found(
        course,
        meeting(25, room=room, trainers=[held.trainer]),
        meeting(26, room=room, trainers=[held.trainer]),
    )

    assert [(code, "26 November" in text) for code, text in findings] == [("qualification_missing", True)]


def test_rule_3_an_absent_trainer_does_not_teach_and_the_reason_is_not_said():
    trainer = TrainerFactory()
    Absence.objects.create(
        trainer=trainer,
        starts_on=date(2026, 11, 20),
        ends_on=date(2026, 11, 25),
        reason=Absence.Reason.ILLNESS,
    )
    room = RoomFactory()

    findings = found(
        CourseFactory(),
        meeting(25, room=room, trainers=[trainer]),
        meeting(26, room=room, trainers=[trainer]),
    )

    assert findings == [("trainer_absent", f"{trainer}: absent on 25 November.")]


def test_rule_3_who_left_does_not_teach():
    trainer = TrainerFactory(is_active=False)

    findings = found(CourseFactory(), meeting(room=RoomFactory(), trainers=[trainer]))

    assert findings == [("trainer_inactive", f"{trainer}: does not teach any more.")]


def test_rule_3_whose_account_is_closed_does_not_teach():
    trainer = TrainerFactory(employee__is_active=False)

    assert [
        code for code, _text in found(CourseFactory(), meeting(room=RoomFactory(), trainers=[trainer]))
    ] == ["trainer_inactive"]


def test_rule_4_a_room_out_of_use_is_not_taken():
    room = RoomFactory(name="Room 9", is_active=False)

    assert found(CourseFactory(), meeting(room=room)) == [("room_out_of_use", "Room 9: out of use.")]


def test_rule_4_the_room_has_all_the_equipment():
    projector, screen = EquipmentFactory.create_batch(2)
    course = CourseFactory()
    course.equipment.add(projector, screen)
    room = RoomFactory(name="Room 201")
    room.equipment.add(projector)

    assert found(course, meeting(room=room)) == [
        ("room_lacks_equipment", f"Room 201: has no {screen.title}.")
    ]

    room.equipment.add(screen)

    assert found(course, meeting(room=room)) == []


def test_rule_4_the_room_seats_at_least_the_smallest_group():
    course = CourseFactory(group_min=8, group_max=20)

    assert found(course, meeting(room=RoomFactory(name="Small", capacity=7))) == [
        ("room_too_small", "Small: seats 7, the group is 8.")
    ]
    assert found(course, meeting(room=RoomFactory(capacity=8))) == []


def test_rule_4_a_group_with_a_step_free_need_never_gets_a_room_with_steps():
    room = RoomFactory(name="Attic", is_step_free=False)

    assert found(CourseFactory(), meeting(room=room)) == []
    assert found(CourseFactory(), meeting(room=room), needs_step_free=True) == [
        ("room_has_steps", "Attic: cannot be reached without steps.")
    ]


def test_rule_4_online_courses_meet_online_and_others_do_not():
    online = RoomFactory(name="Online 1", site__is_online=True)
    webinar = CourseFactory(delivery="online_live", format="WEBINAR")

    assert found(webinar, meeting(room=online)) == []
    assert [code for code, _text in found(webinar, meeting(room=RoomFactory()))] == ["room_not_online"]
    assert [code for code, _text in found(CourseFactory(), meeting(room=online))] == ["room_is_online"]


@pytest.mark.parametrize(
    ("start", "hours", "codes"),
    [
        (8, 3, []),
        (17, 3, []),
        (7, 3, ["site_not_open"]),
        (18, 3, ["site_not_open"]),
        (22, 5, ["site_not_open"]),
    ],
)
def test_rule_4_meetings_lie_in_the_opening_hours_of_the_site(start, hours, codes):
    room = RoomFactory(site__opens_at=time(8), site__closes_at=time(20))

    assert [code for code, _text in found(CourseFactory(), meeting(25, start, hours, room=room))] == codes


def test_rule_4_opening_hours_are_those_of_the_sites_own_zone():
    room = RoomFactory(site=SiteFactory(name="Kaliningrad", time_zone="Europe/Kaliningrad"))

    assert found(CourseFactory(), meeting(25, 20, 1, room=room)) == []
    assert found(CourseFactory(), meeting(25, 8, 1, room=room)) == [
        ("site_not_open", f"{room.name}: Kaliningrad is open from 08:00 to 20:00.")
    ]


def test_rule_4_no_meeting_in_a_closed_room():
    room = RoomFactory(name="Room 1")
    RoomClosure.objects.create(
        room=room, starts_at=moscow(2026, 11, 25, 12), ends_at=moscow(2026, 11, 26), reason="painting"
    )

    assert found(CourseFactory(), meeting(25, 9, 3, room=room)) == []
    assert found(CourseFactory(), meeting(25, 10, 3, room=room)) == [
        ("room_closed", "Room 1: closed on 25 November (painting).")
    ]


def test_rule_4_at_most_eight_academic_hours_a_day():
    room = RoomFactory()

    assert found(CourseFactory(), meeting(25, 9, 3, room=room), meeting(25, 13, 3, room=room)) == []
    assert found(CourseFactory(), meeting(25, 9, 3, room=room), meeting(25, 13, 4, room=room)) == [
        ("day_too_long", "25 November: 9.3 academic hours, and 8 at most are taught a day.")
    ]
    assert found(CourseFactory(), meeting(25, 9, 3, room=room), meeting(26, 13, 4, room=room)) == []


def test_rule_4_the_limit_of_hours_is_a_setting():
    assert found(CourseFactory(), meeting(hours=3, room=RoomFactory()), academic_hours_a_day=3) == [
        ("day_too_long", "25 November: 4 academic hours, and 3 at most are taught a day.")
    ]


def test_rule_5_closed_days_are_data_apart_from_the_laws_holidays():
    room = RoomFactory()
    CalendarDay.objects.create(
        on=date(2026, 11, 25), kind="holiday", name="A holiday that is taught on", status="decree"
    )
    CalendarDay.objects.create(
        on=date(2026, 11, 26), kind="centre", name="Stocktaking", status="decree", is_closed=True
    )

    assert found(CourseFactory(), meeting(25, room=room), meeting(26, room=room)) == [
        ("centre_closed", "26 November: the centre is closed (Stocktaking).")
    ]


def test_a_draft_may_have_gaps():
    course = CourseFactory()
    course.qualifications.add(QualificationFactory())

    assert found(course, meeting()) == []


def test_findings_cost_eight_queries_however_long_the_plan(django_assert_num_queries):
    course = CourseFactory()
    course.qualifications.add(*QualificationFactory.create_batch(3))
    course.equipment.add(*EquipmentFactory.create_batch(3))
    rooms, trainers = RoomFactory.create_batch(4), TrainerFactory.create_batch(4)
    plans = [
        meeting(day, room=room, trainers=trainers) for day, room in zip(range(23, 27), rooms, strict=True)
    ]
    policy = Policy()

    with django_assert_num_queries(8):
        findings_against(course, plans[:1], needs_step_free=True, policy=policy)
    with django_assert_num_queries(8):
        findings_against(course, plans, needs_step_free=True, policy=policy)


def test_rule_2_a_trainer_needs_time_to_travel_between_sites():
    trainer = TrainerFactory()
    SessionFactory(
        starts_at=moscow(2026, 11, 25, 9),
        course__title="Conflicts",
        room=RoomFactory(site__name="North"),
        trainer=trainer,
    )
    room = RoomFactory(site__name="South")
    codes = [
        [code for code, _text in found(CourseFactory(), meeting(25, start, 2, room=room, trainers=[trainer]))]
        for start in (13, 13.5)
    ]

    assert codes == [["trainer_travels"], []]
    assert found(CourseFactory(), meeting(25, 13, 2, room=room, trainers=[trainer])) == [
        (
            "trainer_travels",
            f"{trainer}: at the site “North” on 25 November, 09:00–12:00; the way takes 90 minutes.",
        )
    ]


def test_rule_2_no_way_lies_between_rooms_of_one_site_or_to_an_online_room():
    trainer, site = TrainerFactory(), SiteFactory()
    SessionFactory(starts_at=moscow(2026, 11, 25, 9), room=RoomFactory(site=site), trainer=trainer)
    webinar = CourseFactory(delivery="online_live", format="WEBINAR")

    assert found(CourseFactory(), meeting(25, 12, 2, room=RoomFactory(site=site), trainers=[trainer])) == []
    online = RoomFactory(site__is_online=True)
    assert found(webinar, meeting(25, 12, 2, room=online, trainers=[trainer])) == []


def test_rule_2_the_group_too_needs_time_to_travel():
    north, south = RoomFactory(site__name="North"), RoomFactory(site__name="South")

    assert found(CourseFactory(), meeting(25, 9, 2, room=north), meeting(25, 12, 2, room=south)) == [
        ("group_travels", "25 November: the way from “North” to “South” takes 90 minutes.")
    ]
