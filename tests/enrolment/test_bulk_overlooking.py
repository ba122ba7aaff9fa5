"""Conditions that staff overlook for a whole list of people, with one reason (rules 11 and 18)."""

import pytest
from django.contrib.auth.models import Group, Permission
from django.urls import reverse

from accounts.actions.access import give_role
from accounts.roles import Role
from enrolment.actions import cancel_enrolment, enrol
from enrolment.bulk.actions import order_application
from enrolment.bulk.forecast import Terms
from enrolment.bulk.tasks import work_on_bulk_runs
from enrolment.errors import NotAllowed, ReasonMissing
from enrolment.models import Approval, BulkRun, EnrolmentEntry, Seat
from people.models import Employee
from tests.enrolment.approvals import led_office, member
from tests.enrolment.bulk import applied, at_work, hr_admin, numbers, outcomes, pasted, reason_codes
from tests.factories import CourseFactory, EmployeeFactory, OfficeFactory, PositionFactory, SessionFactory

pytestmark = pytest.mark.django_db
Entry = EnrolmentEntry.Kind


def not_meant_for():
    """A session of a course that is for a position which nobody has."""
    course = CourseFactory()
    course.audience.add(PositionFactory())
    return SessionFactory(course=course)


OVERLOOKING = Terms(
    overlooks=frozenset({"audience", "optional"}), despite="Весь офис переходит на новую услугу"
)


def test_rules_11_and_18_the_look_before_says_what_is_overlooked_for_whom():
    session = not_meant_for()
    outsider, meant = at_work(2)
    session.course.audience.add(meant.main_employment.position)

    run = pasted(session, [outsider, meant], terms=OVERLOOKING)

    assert outcomes(run) == ["seat", "seat"]
    assert [row.notes for row in run.rows.order_by("line")] == [
        [{"code": "overlooked", "codes": ["audience"]}],
        [],
    ]


def test_rules_11_and_18_what_is_overlooked_stands_in_each_enrolment_that_needs_it():
    session = not_meant_for()
    outsider, meant = at_work(2)
    session.course.audience.add(meant.main_employment.position)
    by = hr_admin()

    applied(pasted(session, [outsider, meant], by=by, terms=OVERLOOKING))

    first, second = session.enrolments.order_by("pk")
    assert (first.overlooked, second.overlooked) == ("audience", "")
    entry = first.entries.get(kind=Entry.OVERRIDDEN)
    assert entry.by == by
    assert entry.reason.endswith(": Весь офис переходит на новую услугу")
    assert not second.entries.filter(kind=Entry.OVERRIDDEN).exists()


def test_rules_11_and_18_what_is_not_overlooked_and_what_nothing_heals_still_stands_in_the_way():
    session = not_meant_for()
    session.course.prerequisites.add(CourseFactory())
    person, busy = at_work(2)
    enrol(busy, SessionFactory(starts_at=session.starts_at))
    terms = Terms(overlooks=frozenset({"audience", "clash", "enrolled", "closed"}), despite="Надо")

    run = applied(pasted(session, [person, busy], terms=terms))

    assert [reason_codes(run, line) for line in (1, 2)] == [["prerequisites"], ["prerequisites", "clash"]]
    assert not session.enrolments.exists()


def test_rules_11_and_18_overlooking_wants_a_right_and_a_reason():
    session, people = not_meant_for(), at_work(1)

    with pytest.raises(NotAllowed):
        pasted(session, people, by=EmployeeFactory(), terms=OVERLOOKING)
    with pytest.raises(ReasonMissing):
        pasted(session, people, terms=Terms(overlooks=frozenset({"audience"}), despite=" "))

    assert not BulkRun.objects.exists()


def test_s31_rules_11_and_18_the_right_is_asked_again_when_the_list_is_carried_out():
    session = not_meant_for()
    run = pasted(session, at_work(1), terms=OVERLOOKING)

    with pytest.raises(NotAllowed):
        order_application(run, by=EmployeeFactory())

    order_application(run, by=run.made_by)
    run.made_by.groups.clear()
    work_on_bulk_runs()
    assert outcomes(run) == ["not_allowed"]
    assert not session.enrolments.exists()


def signed_in(client, person):
    client.force_login(person)
    client.cookies["django_language"] = "en"


def new(session):
    return reverse("enrolment:bulk_new", args=[session.pk])


def text_of(response):
    return response.content.decode()


def test_rules_11_and_18_a_condition_is_overlooked_for_the_list_with_one_reason(client):
    signed_in(client, hr_admin())
    course = CourseFactory()
    course.audience.add(PositionFactory())
    session, people = SessionFactory(course=course), at_work(2)
    ticked = {"text": numbers(people), "over_share": "leave_out", "overlooks": ["audience"]}

    refused = client.post(new(session), ticked)
    page = client.post(new(session), {**ticked, "despite": "Новая услуга"}, follow=True)

    assert "Say why: the reason stays in the story of the enrolment." in text_of(refused)
    assert text_of(page).count("Overlooked: the positions that the course is meant for.") == 2
    assert "The positions that the course is meant for. Новая услуга" in text_of(page)


def test_s3_who_may_enrol_many_and_not_overlook_is_shown_no_tick_and_cannot_send_one(client):
    group = Group.objects.create(name="Только списки")
    group.permissions.add(Permission.objects.get(codename="enrol_many"))
    person = EmployeeFactory()
    person.groups.add(group)
    signed_in(client, person)
    course = CourseFactory()
    course.audience.add(PositionFactory())
    session, people = SessionFactory(course=course), at_work(1)

    sent = {"text": numbers(people), "over_share": "leave_out", "overlooks": ["audience"], "despite": "Надо"}
    page = client.post(new(session), sent, follow=True)

    assert "overlooks" not in text_of(client.get(new(session)))
    assert outcomes(BulkRun.objects.get()) == ["not_allowed"]
    assert "Nobody of the list can be enrolled" in text_of(page)


def test_rule_16_who_is_enrolled_all_the_same_is_not_passed_over_in_the_queue():
    session, by = SessionFactory(seats=1), hr_admin()
    held = enrol(EmployeeFactory(), session)
    first, second, *_others = at_work(4, OfficeFactory())
    enrol(second, SessionFactory(starts_at=session.starts_at))

    run = applied(pasted(session, [first], terms=Terms(over_share="enrol"), by=by))
    cancel_enrolment(held, by=held.trainee)

    enrolment = session.enrolments.get(trainee=first)
    told = enrolment.entries.get(kind="overridden")
    assert (outcomes(run), enrolment.seat) == (["queue"], Seat.OFFERED)
    assert (told.by, told.reason.endswith(f"так решено для списка людей № {run.pk}")) == (by, True)


def test_s4_who_stands_in_their_own_list_needs_the_approval_of_everybody():
    session, office = SessionFactory(), led_office()
    planner, colleague = member(office), at_work(1)[0]
    give_role(planner, Role.CENTRE_ADMIN, by=None, reason="Приказ № 1")

    run = applied(pasted(session, [planner, colleague], by=Employee.objects.get(pk=planner.pk)))

    assert outcomes(run) == ["asked", "seat"]
    assert session.enrolments.get(trainee=planner).approval == Approval.ASKED
