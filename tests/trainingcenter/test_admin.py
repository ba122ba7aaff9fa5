"""The administration pages of everything that is edited there."""

import pytest
from django.contrib import admin
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts.roles import Role
from centre.models import CalendarDay, Policy
from courses.models import Programme
from enrolment.actions import enrol
from enrolment.models import Enrolment
from records.models import Completion
from scheduling.models import RoomClosure
from tests.factories import (
    CourseFactory,
    EmployeeFactory,
    EmploymentFactory,
    EquipmentFactory,
    MaterialFactory,
    SessionFactory,
    SiteFactory,
    TrainerQualificationFactory,
    in_days,
)
from tests.rights import in_role, sign_in
from trainers.models import Absence

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator(client):
    return sign_in(client, EmployeeFactory(is_staff=True, is_superuser=True))


@pytest.fixture
def one_of_each():
    session = SessionFactory()
    room = session.meetings.get().bookings.of_rooms().get().room
    RoomClosure.objects.create(room=room, starts_at=in_days(30), ends_at=in_days(31), reason="ремонт")
    trainer = TrainerQualificationFactory().trainer
    day = in_days(5).date()
    Absence.objects.create(trainer=trainer, starts_on=day, ends_on=day, reason="vacation")
    CalendarDay.objects.create(on=day, kind="centre", name="Учёт", status="decree")
    Policy.objects.create(author="Иванова", reason="начало")
    Programme.objects.create(code="P-1", title="Новичок", description="", trigger="HIRE")
    MaterialFactory()
    EquipmentFactory()
    trainee = EmploymentFactory().employee
    enrolment = enrol(trainee, session)
    enrolment.marks.create(meeting=session.meetings.get(), mark="absent", minutes=0)
    trainee.completions.create(course=session.course, session=session, completed_on=day)


APPS = {"centre", "people", "courses", "trainers", "scheduling", "enrolment", "records"}
MODELS = [model for model in admin.site._registry if model._meta.app_label in APPS]


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_every_list_and_row_opens_and_is_searched(administrator, one_of_each, model):
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
    changelist = reverse(f"{name}_changelist")
    row = model._default_manager.first()

    assert administrator.get(changelist).status_code == 200
    assert administrator.get(changelist, {"q": "а"}).status_code == 200
    assert administrator.get(reverse(f"{name}_change", args=[row.pk])).status_code == 200


def test_sessions_are_read_only_even_for_the_highest_right(administrator):
    session = SessionFactory()
    change = reverse("admin:scheduling_session_change", args=[session.pk])

    assert administrator.get(reverse("admin:scheduling_session_add")).status_code == 403
    assert administrator.post(change, {"seats": 1}).status_code == 403
    assert (
        administrator.post(reverse("admin:scheduling_session_delete", args=[session.pk])).status_code == 403
    )


def test_enrolments_and_completions_are_read_only_even_for_the_highest_right(administrator, one_of_each):
    for name, row in (("enrolment_enrolment", Enrolment), ("records_completion", Completion)):
        key = row.objects.get().pk

        assert administrator.get(reverse(f"admin:{name}_add")).status_code == 403
        assert (
            administrator.post(reverse(f"admin:{name}_change", args=[key]), {"score": 1}).status_code == 403
        )
        assert administrator.post(reverse(f"admin:{name}_delete", args=[key])).status_code == 403


def test_an_hr_admin_reads_the_story_and_the_marks_of_an_enrolment(client, one_of_each):
    hr = in_role(Role.HR_ADMIN)
    hr.is_staff = True
    hr.save()
    sign_in(client, hr)

    page = client.get(reverse("admin:enrolment_enrolment_change", args=[Enrolment.objects.get().pk]))

    content = page.content.decode()
    assert page.status_code == 200
    assert "место получено" in content
    assert "отсутствует" in content


def test_s15_a_course_code_stands_in_addresses_whoever_writes_it(administrator):
    """A code with a space or slash made the catalogue an error for everybody."""
    course = CourseFactory()
    course.pk, course.code = None, "IP 1/2"

    with pytest.raises(IntegrityError, match="course_code_stands_in_addresses"), transaction.atomic():
        course.save()
    page = administrator.post(reverse("admin:courses_course_add"), {"code": "IP 1/2"})

    assert "код стоит в адресах" in page.content.decode()


def test_a_course_code_is_not_changed_later(administrator):
    course = MaterialFactory().course

    page = administrator.get(reverse("admin:courses_course_change", args=[course.pk]))

    assert "code" not in page.context["adminform"].form.fields


def test_s15_a_site_lies_in_a_time_zone_that_exists(administrator):
    """Planning pages and letters of its rooms would break on any other word."""
    site = SiteFactory()
    address = reverse("admin:centre_site_change", args=[site.pk])
    fields = {"code": site.code, "name": site.name, "opens_at": "08:00", "closes_at": "20:00"}

    refused = administrator.post(address, {**fields, "time_zone": "Moscow"})
    taken = administrator.post(address, {**fields, "time_zone": "Asia/Omsk"})

    assert "time_zone" in refused.context["adminform"].form.errors
    assert taken.status_code == 302


def test_a_policy_is_never_rewritten(administrator):
    policy = Policy.objects.create(author="Иванова")

    assert administrator.post(reverse("admin:centre_policy_change", args=[policy.pk])).status_code == 403


def test_a_methodist_edits_materials_and_no_rooms(client):
    methodist = in_role(Role.METHODIST)
    methodist.is_staff = True
    methodist.save()
    sign_in(client, methodist)
    course = MaterialFactory().course

    assert client.get(reverse("admin:courses_course_change", args=[course.pk])).status_code == 200
    assert client.get(reverse("admin:scheduling_room_changelist")).status_code == 403
