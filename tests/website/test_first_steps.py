"""The first steps of each part that somebody has here (expectation 33)."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse
from django.utils import timezone
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts.actions.access import give_role
from accounts.models import AccessEntry, StaffImport
from accounts.roles import Role
from centre.heartbeats import BACKUP, RESTORE_TEST, failed, heard
from centre.models import CalendarDay
from courses.models import Programme
from enrolment.actions import enrol
from notifications.models import Message
from people.models import Office
from records.models import Completion
from scheduling.models import Assignment, RoomDoor, Session, Subscription
from tests.costs import cost
from tests.factories import (
    CourseFactory,
    EmployeeFactory,
    EmploymentFactory,
    MaterialFactory,
    OfficeFactory,
    PolicyFactory,
    RoomFactory,
    SessionFactory,
    TrainerFactory,
    TrainerQualificationFactory,
    in_days,
)
from tests.rights import in_role
from website.first_steps import journeys_of, shown_journeys

pytestmark = pytest.mark.django_db

PAGE = reverse("website:first_steps")
HOME = reverse("website:home")
HUB = reverse("website:centre")
ROLES = [Role.HR_ADMIN, Role.CENTRE_ADMIN, Role.METHODIST, Role.SYSTEM_ADMIN]


def keys(person):
    return [journey.key for journey in journeys_of(person)]


def done(person, key):
    """Which steps of the journey are done, by their place."""
    [shown] = shown_journeys(person, [one for one in journeys_of(person) if one.key == key])
    return [place for place, step in enumerate(shown.steps) if step.is_done]


@pytest.mark.parametrize("role", ROLES)
def test_33_each_role_has_first_steps_and_may_go_each_of_them(client, role):
    person = in_role(role)
    client.force_login(person)

    assert keys(person) == [role, "learner"]
    for journey in client.get(PAGE).context["journeys"]:
        for step in journey.steps:
            assert client.get(step.url).status_code == 200, step.title


def test_33_trainers_and_heads_begin_with_what_is_theirs(client, reader):
    TrainerFactory(employee=reader)
    OfficeFactory(head=reader)
    client.force_login(reader)

    assert keys(reader) == ["trainer", "head", "learner"]
    for journey in client.get(PAGE).context["journeys"]:
        for step in journey.steps:
            assert client.get(step.url).status_code == 200, step.title


def test_33_a_new_installation_has_everything_before_it():
    assert done(in_role(Role.HR_ADMIN), "hr_admin") == [2]  # no office, and so none without a head
    assert done(in_role(Role.METHODIST), "methodist") == []
    assert done(in_role(Role.CENTRE_ADMIN), "centre_admin") == []
    assert done(in_role(Role.SYSTEM_ADMIN), "system_admin") == []


def test_33_steps_of_hr_tick_by_what_is_done():
    hr = in_role(Role.HR_ADMIN)
    office = OfficeFactory()
    assert done(hr, "hr_admin") == []

    StaffImport.objects.create(file_name="staff.csv", state=StaffImport.State.READY)
    assert done(hr, "hr_admin") == []
    StaffImport.objects.update(state=StaffImport.State.APPLIED, applied_at=timezone.now())
    assert done(hr, "hr_admin") == [0]
    AccessEntry.objects.create(person=EmployeeFactory(), what=AccessEntry.What.INVITED)
    assert done(hr, "hr_admin") == [0, 1]
    Office.objects.filter(pk=office.pk).update(head=EmployeeFactory())
    assert done(hr, "hr_admin") == [0, 1, 2]
    draft = SessionFactory(status="draft")
    assert done(hr, "hr_admin") == [0, 1, 2, 3]
    Session.objects.filter(pk=draft.pk).update(status="open")
    assert done(hr, "hr_admin") == [0, 1, 2, 3, 4]


def test_33_steps_of_the_centre_tick_by_what_is_done():
    admin = in_role(Role.CENTRE_ADMIN)
    room = RoomFactory()
    assert done(admin, "centre_admin") == [0]
    CalendarDay.objects.create(
        on=timezone.localdate().replace(month=1, day=1), kind="holiday", name="Новый год", status="statutory"
    )
    assert done(admin, "centre_admin") == [0, 1]
    RoomDoor.objects.create(room=room)
    assert done(admin, "centre_admin") == [0, 1, 3]
    able, unable = TrainerFactory(), TrainerFactory()
    TrainerQualificationFactory(trainer=able)
    TrainerQualificationFactory(trainer=unable, valid_until=timezone.localdate() - timedelta(days=1))
    assert done(admin, "centre_admin") == [0, 1, 3]
    TrainerQualificationFactory(trainer=unable)
    assert done(admin, "centre_admin") == [0, 1, 2, 3]


def test_33_steps_of_the_methodist_tick_by_what_is_done():
    methodist = in_role(Role.METHODIST)
    course = CourseFactory()
    assert done(methodist, "methodist") == [0]
    CourseFactory(is_mandatory=True, due_days=10)
    assert done(methodist, "methodist") == [0, 1]
    MaterialFactory(course=course)
    assert done(methodist, "methodist") == [0, 1, 2]
    Programme.objects.create(code="newcomers", title="Новичкам")
    assert done(methodist, "methodist") == [0, 1, 2, 3]


def test_33_steps_of_the_system_administrator_tick_by_what_is_done():
    admin = in_role(Role.SYSTEM_ADMIN)
    TOTPDevice.objects.create(user=EmployeeFactory(), confirmed=True)
    assert done(admin, "system_admin") == []
    TOTPDevice.objects.create(user=admin, confirmed=True)
    assert done(admin, "system_admin") == [0]
    for role in (Role.HR_ADMIN, Role.CENTRE_ADMIN, Role.METHODIST):
        in_role(role)
    assert done(admin, "system_admin") == [0]  # and nobody stands in for the only administrator
    give_role(EmployeeFactory(), Role.SYSTEM_ADMIN, by=admin, reason="Замещает")
    assert done(admin, "system_admin") == [0, 1]
    PolicyFactory()
    assert done(admin, "system_admin") == [0, 1, 2]
    Message.objects.create(
        recipient=admin, kind="invitation", subject="x", key="x", state="sent", send_after=timezone.now()
    )
    assert done(admin, "system_admin") == [0, 1, 2, 3]
    failed(BACKUP, "no space")
    assert done(admin, "system_admin") == [0, 1, 2, 3]
    heard(BACKUP)
    assert done(admin, "system_admin") == [0, 1, 2, 3, 4]
    heard(RESTORE_TEST)
    assert done(admin, "system_admin") == [0, 1, 2, 3, 4, 5]


def test_33_steps_of_a_trainer_tick_by_their_own_deeds():
    trainer, other = TrainerFactory(), TrainerFactory()
    person = trainer.employee
    session = SessionFactory(trainer=trainer)
    asked = Assignment.objects.create(
        session=session, trainer=trainer, asked_at=timezone.now(), answer_until=in_days(2)
    )
    Subscription.objects.create(person=other.employee)
    SessionFactory(trainer=other, status="closed")
    assert done(person, "trainer") == []

    Assignment.objects.filter(pk=asked.pk).update(state="accepted", answered_at=timezone.now())
    assert done(person, "trainer") == [0]
    Subscription.objects.create(person=person)
    assert done(person, "trainer") == [0, 1]
    Session.objects.filter(pk=session.pk).update(status="closed")
    assert done(person, "trainer") == [0, 1, 2]


def test_33_steps_of_a_head_tick_by_their_people():
    head = EmployeeFactory()
    office = OfficeFactory(head=head)
    EmploymentFactory(employee=head, office=office)  # not one of their own people
    person = EmploymentFactory(office=office, employee__last_login=None).employee
    assert done(head, "head") == []

    Office.objects.filter(pk=office.pk).update(deputy=EmployeeFactory())
    assert done(head, "head") == [0]
    person.last_login = timezone.now()
    person.save()
    assert done(head, "head") == [0, 1]
    Completion.objects.create(
        trainee=person, course=CourseFactory(is_mandatory=False), completed_on=timezone.localdate()
    )
    assert done(head, "head") == [0, 1]
    enrol(person, SessionFactory(course__is_mandatory=True, course__due_days=5))
    assert done(head, "head") == [0, 1, 2]


def test_33_a_newcomer_is_led_to_the_first_steps_until_something_began(page, reader):
    assert f'href="{PAGE}"' in page(HOME)

    enrol(reader, SessionFactory())

    assert f'href="{PAGE}"' not in page(HOME)


def test_33_the_way_to_the_first_steps_costs_who_learns_nothing(client, reader):
    client.force_login(reader)
    new = cost(client, HOME)
    enrol(reader, SessionFactory())

    assert new <= cost(client, HOME)


def test_33_the_hub_shows_first_steps_until_all_are_done(client):
    methodist = in_role(Role.METHODIST)
    client.force_login(methodist)
    assert [one.key for one in client.get(HUB).context["first_steps"]] == ["methodist"]

    MaterialFactory(course=CourseFactory(is_mandatory=True, due_days=10))
    Programme.objects.create(code="newcomers", title="Новичкам")

    assert client.get(HUB).context["first_steps"] == []
    journey = client.get(PAGE).context["journeys"][0]
    assert (journey.key, journey.is_over, journey.next_step) == ("methodist", True, None)


def test_33_all_journeys_of_a_person_are_asked_in_one_statement(client, django_assert_num_queries):
    person = in_role(Role.HR_ADMIN)
    for role in ROLES[1:]:
        person.groups.add(Group.objects.get(name=role))
    journeys = list(journeys_of(person))

    with django_assert_num_queries(1):
        assert len(shown_journeys(person, journeys)) == 5
