"""Rule 29, promise R27: who, when, what, before, after, for whom, why; by triggers, in the same transaction."""

from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.models import Group
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import RoleRight
from accounts.roles import Role
from audit.context import acting
from audit.models import AccessRecord, Change
from centre.errors import Refusal
from centre.models import CalendarDay, Policy, Site
from courses.models import Programme
from enrolment.actions import cancel_enrolment, enrol
from enrolment.attendance import MarkWish, Standing, close_sheet, mark_attendance
from enrolment.models import Enrolment, Mark, Seat
from enrolment.tasks import give_free_seats
from people.models import Employee, Employment, Office
from records.models import Completion
from scheduling.actions import cancel_session, change_limit
from scheduling.models import Booking, RoomClosure, Session
from tests.audit.recorded import recorded
from tests.factories import (
    CourseFactory,
    EmployeeFactory,
    EmploymentFactory,
    EquipmentFactory,
    OfficeFactory,
    PositionFactory,
    QualificationFactory,
    RoomFactory,
    SessionFactory,
    SiteFactory,
    TrainerFactory,
    in_days,
)
from tests.rights import sign_in
from trainers.models import Absence, TrainerQualification

pytestmark = pytest.mark.django_db


def test_rule_29_a_sessions_new_limit_tells_who_when_what_before_after_and_why():
    session, planner = SessionFactory(seats=20), EmployeeFactory()
    started_at = timezone.now()

    with recorded() as changes:
        change_limit(session, 12, by=planner, reason="В аудитории душно")

    change = changes.only("scheduling.session")
    assert change.verb == "changed"
    assert change.object_id == change.session_id == session.pk
    assert (change.before, change.after) == ({"limit": None, "seats": 20}, {"limit": 12, "seats": 12})
    assert (change.by_id, change.reason) == (planner.pk, "В аудитории душно")
    assert started_at - timedelta(seconds=5) < change.at < timezone.now() + timedelta(seconds=5)


def test_R27_a_seat_is_recorded_when_it_is_taken_and_given_up():
    session, trainee, head = SessionFactory(), EmployeeFactory(), EmployeeFactory()

    with recorded() as changes:
        cancel_enrolment(enrol(trainee, session, by=head), by=trainee, reason="Смена")

    taken, given_up = changes.of("enrolment.enrolment")
    assert (taken.verb, taken.after["seat"], taken.before) == ("created", "held", None)
    assert (taken.by_id, taken.person_id, taken.session_id) == (head.pk, trainee.pk, session.pk)
    assert (given_up.verb, given_up.before["seat"], given_up.after["seat"]) == ("changed", "held", "given_up")
    assert (given_up.by_id, given_up.person_id, given_up.reason) == (trainee.pk, trainee.pk, "Смена")
    # A trainee's bookings follow from the seat and are not recorded beside it.
    assert changes.of("scheduling.booking") == []


def test_R27_a_mark_that_changes_keeps_old_and_new():
    trainer = TrainerFactory()
    session = SessionFactory(trainer=trainer)
    enrolment, meeting = enrol(EmployeeFactory(), session), session.meetings.get()

    with time_machine.travel(session.starts_at), recorded() as changes:
        mark_attendance(meeting, [MarkWish(enrolment.pk, Mark.ABSENT)], by=trainer.employee)
        seen = Standing(Mark.ABSENT, 0)
        mark_attendance(meeting, [MarkWish(enrolment.pk, Mark.LATE, 150, seen)], by=trainer.employee)

    first, second = changes.of("enrolment.attendancemark")
    assert (first.verb, first.after["mark"]) == ("created", "absent")
    assert (second.before, second.after) == (
        {"mark": "absent", "minutes": 0},
        {"mark": "late", "minutes": 150},
    )
    assert {(one.by_id, one.person_id, one.session_id) for one in (first, second)} == {
        (trainer.employee_id, enrolment.trainee_id, session.pk)
    }


def test_R27_closing_a_sheet_records_its_completions():
    trainer = TrainerFactory()
    session = SessionFactory(trainer=trainer)
    enrolment, meeting = enrol(EmployeeFactory(), session), session.meetings.get()

    with time_machine.travel(session.ends_at + timedelta(hours=1)):
        mark_attendance(meeting, [MarkWish(enrolment.pk, Mark.PRESENT)], by=trainer.employee)
        with recorded() as changes:
            close_sheet(session, by=trainer.employee)

    change = changes.only("records.completion")
    assert (change.verb, change.object_id) == ("created", Completion.objects.get().pk)
    assert (change.by_id, change.person_id, change.session_id) == (
        trainer.employee_id,
        enrolment.trainee_id,
        session.pk,
    )
    assert changes.only("scheduling.session").after == {"status": "closed"}


def test_R27_a_role_given_and_taken_away_is_recorded():
    administrator, employee = EmployeeFactory(), EmployeeFactory()
    group = Group.objects.get(name=Role.HR_ADMIN)

    with acting(by=administrator.pk, reason="Приказ № 5"), recorded() as changes:
        employee.groups.add(group)
        employee.groups.remove(group)

    given, taken = changes.of("people.membership")
    assert (given.verb, given.after["group_id"], given.person_id) == ("created", group.pk, employee.pk)
    assert (taken.verb, taken.before["group_id"], taken.person_id) == ("deleted", group.pk, employee.pk)
    assert {(one.by_id, one.reason) for one in (given, taken)} == {(administrator.pk, "Приказ № 5")}


def test_R27_a_right_of_a_role_is_recorded():
    group = Group.objects.get(name=Role.METHODIST)
    right = group.permissions.first()

    with recorded() as changes:
        group.permissions.remove(right)

    change = changes.only("accounts.roleright")
    assert (change.verb, change.before["permission_id"]) == ("deleted", right.pk)
    assert not RoleRight.objects.filter(group=group, permission=right).exists()


def test_rule_29_a_new_version_of_the_policy_is_recorded():
    with recorded() as changes:
        Policy.objects.create(author="Рыбакова", reason="Приказ", cancel_lead_hours=48)

    change = changes.only("centre.policy")
    assert (change.verb, change.after["cancel_lead_hours"], change.after["reason"]) == (
        "created",
        48,
        "Приказ",
    )


def test_rule_29_a_new_head_of_an_office_is_recorded_for_the_head():
    old, new = EmployeeFactory.create_batch(2)
    office = OfficeFactory(head=old)

    with recorded() as changes:
        Office.objects.filter(pk=office.pk).update(head=new)
        Office.objects.filter(pk=office.pk).update(head=None)
        Office.objects.filter(pk=office.pk).update(okrug="ЦАО")

    appointed, left, other = changes.of("people.office")
    assert (appointed.before, appointed.after) == ({"head_id": old.pk}, {"head_id": new.pk})
    assert (appointed.person_id, left.person_id, other.person_id) == (new.pk, new.pk, None)


def test_rule_29_every_other_object_is_recorded():
    session, trainer, room = SessionFactory(), TrainerFactory(), RoomFactory()
    course, employee, day = session.course, EmploymentFactory().employee, in_days(5).date()

    with recorded() as changes:
        SiteFactory()
        CalendarDay.objects.create(on=day, kind="centre", name="Учёт", status="decree")
        course.audience.add(PositionFactory())
        course.prerequisites.add(CourseFactory())
        course.qualifications.add(QualificationFactory())
        course.equipment.add(EquipmentFactory())
        programme = Programme.objects.create(code="P-1", title="Новичок", description="", trigger="HIRE")
        programme.audience.add(PositionFactory())
        programme.steps.create(number=1, course=course)
        TrainerQualification.objects.create(trainer=trainer, qualification=QualificationFactory())
        Absence.objects.create(trainer=trainer, starts_on=day, ends_on=day, reason="vacation")
        trainer.academic_hours_a_day = 6
        trainer.save()
        room.equipment.add(EquipmentFactory())
        RoomClosure.objects.create(room=room, starts_at=in_days(30), ends_at=in_days(31), reason="Ремонт")
        room.delete()
        session.meetings.update(ends_at=session.ends_at - timedelta(minutes=30))
        Booking.objects.filter(role="teaches").delete()
        employee.employments.update(leave=Employment.Leave.PARENTAL)

    assert {(change.kind, change.verb) for change in changes.changes} == {
        ("centre.site", "created"),
        ("centre.calendarday", "created"),
        ("courses.course", "created"),
        ("courses.courseaudience", "created"),
        ("courses.courseprerequisite", "created"),
        ("courses.coursequalification", "created"),
        ("courses.courseequipment", "created"),
        ("courses.programme", "created"),
        ("courses.programmeaudience", "created"),
        ("courses.programmestep", "created"),
        ("trainers.trainer", "changed"),
        ("trainers.trainerqualification", "created"),
        ("trainers.absence", "created"),
        ("scheduling.room", "deleted"),
        ("scheduling.roomequipment", "created"),
        ("scheduling.roomequipment", "deleted"),
        ("scheduling.roomclosure", "created"),
        ("scheduling.roomclosure", "deleted"),
        ("scheduling.meeting", "changed"),
        ("scheduling.booking", "deleted"),
        ("people.employment", "changed"),
    }
    assert changes.of("trainers.absence")[0].person_id == trainer.employee_id
    assert changes.of("scheduling.booking")[0].session_id == session.pk


def test_R27_update_and_bulk_writing_are_recorded_row_by_row():
    session = SessionFactory()
    people = EmployeeFactory.create_batch(3)

    with recorded() as changes:
        Enrolment.objects.bulk_create(
            Enrolment(trainee=one, session=session, course=session.course, seat=Seat.WAITING)
            for one in people
        )
        rows = list(Enrolment.objects.all())
        for row in rows:
            row.seat = Seat.HELD
        Enrolment.objects.bulk_update(rows, ["seat"])
        Enrolment.objects.update(score=80)
        Enrolment.objects.update(score=80)
        Enrolment.objects.all().delete()

    told = [
        (change.verb, change.before and set(change.before)) for change in changes.of("enrolment.enrolment")
    ]
    assert told[:3] == [("created", None)] * 3
    assert told[3:6] == [("changed", {"seat"})] * 3
    # The second update changed nothing, and nothing is recorded.
    assert told[6:9] == [("changed", {"score"})] * 3
    assert [verb for verb, _columns in told[9:]] == ["deleted"] * 3
    assert {change.person_id for change in changes.changes} == {one.pk for one in people}


def test_R27_a_rolled_back_change_leaves_no_record():
    session = SessionFactory()

    planner = EmployeeFactory()
    with recorded() as changes, pytest.raises(Refusal), transaction.atomic():
        Session.objects.filter(pk=session.pk).update(note="Возьмите паспорт")
        cancel_session(session, "", by=planner)

    assert changes.changes == []


def test_S26_no_password_stands_in_the_record():
    employee = EmployeeFactory()

    with recorded() as changes:
        employee.set_password("correct horse battery staple")
        employee.last_login = timezone.now()
        employee.save()
        Employee.objects.filter(pk=employee.pk).update(last_login=timezone.now())
        Employee.objects.create_user("000777", "another password", last_name="Новая", first_name="Анна")

    changed, created = changes.of("people.employee")
    assert (changed.before, changed.after) == ({"password": None}, {"password": None})
    assert not {"password", "last_login", "name_key"} & set(created.after)
    assert created.person_id == created.object_id


def test_R27_a_seat_from_the_queue_is_recorded_with_what_freed_it():
    session = SessionFactory(seats=1)
    first, second, planner = EmployeeFactory.create_batch(3)
    enrol(first, session)
    enrol(second, session)

    with recorded() as changes:
        Session.objects.filter(pk=session.pk).update(limit=1)
        change_limit(session, 2, by=planner, reason="Больше мест")

    change = changes.only("enrolment.enrolment")
    assert (change.person_id, change.after["seat"], set(change.after)) == (
        second.pk,
        "offered",
        {"seat", "offer_until"},
    )
    assert (change.by_id, change.reason) == (planner.pk, "Больше мест")


# --- who and why ----------------------------------------------------------------------------------


def test_R27_a_change_on_the_administration_pages_tells_who_and_where(client):
    administrator = EmployeeFactory(is_staff=True, is_superuser=True)
    room = RoomFactory(capacity=10)
    fields = {
        "site": room.site_id,
        "code": room.code,
        "name": room.name,
        "capacity": 14,
        "is_active": "on",
        "is_step_free": "on",
    }

    with recorded() as changes:
        sign_in(client, administrator).post(reverse("admin:scheduling_room_change", args=[room.pk]), fields)

    change = changes.only("scheduling.room")
    assert (change.before, change.after) == ({"capacity": 10}, {"capacity": 14})
    assert (change.by_id, change.address) == (administrator.pk, "127.0.0.1")
    assert change.source == f"POST /admin/scheduling/room/{room.pk}/change/"


@pytest.mark.parametrize(("remote", "kept"), [("fe80::1%eth0", "fe80::1"), ("", None), ("unix:", None)])
def test_R27_an_odd_network_address_stops_no_change(client, remote, kept):
    administrator = EmployeeFactory()
    sign_in(client, administrator)

    with recorded() as changes:
        client.post(reverse("accounts:choose_language"), {"language": "en"}, REMOTE_ADDR=remote)

    change = changes.only("people.employee")
    assert (change.after, change.by_id, change.address) == ({"language": "en"}, administrator.pk, kept)


def test_R27_a_task_is_named_as_the_system():
    session = SessionFactory(seats=1)
    trainee = EmployeeFactory()
    waiting = Enrolment.objects.create(
        trainee=trainee, session=session, course=session.course, seat=Seat.WAITING
    )

    with recorded() as changes:
        assert give_free_seats() == 1

    change = changes.only("enrolment.enrolment")
    assert (change.object_id, change.after["seat"]) == (waiting.pk, "offered")
    assert (change.by_id, change.source) == (None, "task enrolment.tasks.give_free_seats")


def test_R27_what_is_written_after_a_context_does_not_inherit_it():
    site = SiteFactory()

    with recorded() as changes:
        with acting(by=7, source="POST /a/", reason="внутри 100 %'\"\\"), transaction.atomic():
            Site.objects.filter(pk=site.pk).update(address="1")
            with acting(reason="глубже"):
                Site.objects.filter(pk=site.pk).update(address="2")
            Site.objects.filter(pk=site.pk).update(address="3")
        Site.objects.filter(pk=site.pk).update(address="4")
        with connection.cursor() as cursor:
            cursor.execute("UPDATE centre_site SET address = '5 %'")

    assert [(one.after["address"], one.by_id, one.source, one.reason) for one in changes.changes] == [
        ("1", 7, "POST /a/", "внутри 100 %'\"\\"),
        ("2", 7, "POST /a/", "глубже"),
        ("3", 7, "POST /a/", "внутри 100 %'\"\\"),
        ("4", None, "", ""),
        ("5 %", None, "", ""),
    ]


def test_S26_a_reason_of_several_lines_becomes_one():
    with acting(reason="первая\r\nвторая\x00"), recorded() as changes:
        SiteFactory()

    assert changes.only("centre.site").reason == "первая вторая"


def test_R27_the_context_costs_no_statement(django_assert_num_queries):
    site = SiteFactory()

    with acting(by=7, reason="почему"), django_assert_num_queries(1):
        Site.objects.filter(pk=site.pk).update(address="Новый адрес")


# --- the record does not change -------------------------------------------------------------------


def refused(words: str):
    return pytest.raises(DatabaseError, match=words)


def test_R27_the_record_cannot_be_changed_by_the_orm():
    SiteFactory()
    change = Change.objects.latest("pk")

    change.reason = "другая"
    for attempt in (
        change.save,
        change.delete,
        Change.objects.all().delete,
        lambda: Change.objects.filter(pk=0).update(reason="другая"),
    ):
        with refused("only added to"), transaction.atomic():
            attempt()


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE audit_change SET by_id = 1",
        "DELETE FROM audit_change",
        "TRUNCATE audit_change",
        "TRUNCATE audit_accessrecord",
        "UPDATE audit_accessrecord SET by_id = 1",
    ],
)
def test_R27_the_record_cannot_be_changed_by_sql(sql):
    with refused("only added to"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


def test_R27_who_looked_is_forgotten_after_three_years_and_no_sooner():
    now = timezone.now()
    young, old = (
        AccessRecord.objects.create(by_id=1, kind="export", page="a", hour=at, at=at)
        for at in (now - timedelta(days=1000), now - timedelta(days=1200))
    )

    with refused("Cannot delete"), transaction.atomic():
        young.delete()
    old.delete()

    assert list(AccessRecord.objects.all()) == [young]


def test_R27_no_administration_page_changes_the_record(client):
    SiteFactory()
    change = Change.objects.latest("pk")
    sign_in(client, EmployeeFactory(is_staff=True, is_superuser=True))

    answers = [
        client.get(reverse("admin:audit_change_changelist")).status_code,
        client.get(reverse("admin:audit_change_change", args=[change.pk])).status_code,
        client.get(reverse("admin:audit_change_add")).status_code,
        client.post(reverse("admin:audit_change_change", args=[change.pk]), {"reason": "x"}).status_code,
        client.post(reverse("admin:audit_change_delete", args=[change.pk]), {"post": "yes"}).status_code,
        client.post(
            reverse("admin:audit_change_changelist"),
            {"action": "delete_selected", "_selected_action": [change.pk], "post": "yes"},
        ).status_code,
    ]

    # The list offers no action: the last answer is the list again.
    assert answers == [200, 200, 403, 403, 403, 200]
    assert Change.objects.filter(pk=change.pk, reason="").exists()
