"""The administration pages of everything that is edited there."""

import re

import pytest
from django.apps import apps
from django.contrib import admin
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts.models import (
    AccessEntry,
    BrowserSession,
    PasswordRequest,
    SavedView,
    StaffImport,
    StaffImportRow,
    Synonym,
)
from accounts.roles import Role
from centre.models import CalendarDay, Heartbeat, Policy, Use
from courses.models import Programme
from enrolment.actions import enrol
from enrolment.models import BulkRow, BulkRun, Enrolment, Interest, Reservation
from learning.models import Question
from notifications.models import CalendarEntry
from records.models import Completion
from scheduling.models import RoomClosure, RoomDoor, Subscription
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
    trainer.leave_requests.create(starts_on=day, ends_on=day, kind="vacation")
    trainer.unavailabilities.create(weekday=0, begins_at="10:00", ends_at="12:00", starts_on=day)
    trainer.trouble_reports.create(kind="illness", starts_on=day, ends_on=day)
    session.assignments.create(trainer=trainer, asked_at=in_days(0), answer_until=in_days(2))
    CalendarDay.objects.create(on=day, kind="centre", name="Учёт", status="decree")
    Policy.objects.create(author="Иванова", reason="начало")
    Programme.objects.create(code="P-1", title="Новичок", description="", trigger="HIRE")
    MaterialFactory()
    EquipmentFactory()
    trainee = EmploymentFactory().employee
    enrolment = enrol(trainee, session)
    enrolment.marks.create(meeting=session.meetings.get(), mark="absent", minutes=0)
    trainee.completions.create(course=session.course, session=session, completed_on=day)
    StaffImport.objects.create(file_name="Список.csv", uploaded_by=trainee)
    position = trainee.main_employment.position
    Synonym.objects.create(kind="position", text="Спец", key="спец", position=position)
    AccessEntry.objects.create(person=trainee, what="invited")
    SavedView.objects.create(owner=trainee, path="/people/", name="Мой вид")
    question = Question.objects.create(course=session.course, number=1, text="Что верно?")
    question.choices.create(number=1, text="Это", is_right=True)
    material = MaterialFactory()
    enrolment.read_materials.create(material=material)
    enrolment.attempts.create(score=80)


APPS = {
    "centre",
    "people",
    "notifications",
    "accounts",
    "courses",
    "trainers",
    "scheduling",
    "records",
    "enrolment",
    "learning",
}
LARGE = {"people.Employee", "people.Employment", "notifications.Message", "scheduling.Booking"} | {
    "records.Completion",
    "enrolment.Enrolment",
    "learning.Attempt",
    "learning.ReadMaterial",
}
MODELS = [model for model in admin.site._registry if model._meta.app_label in APPS]


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_every_list_and_row_opens_and_is_searched(administrator, one_of_each, model):
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
    changelist = reverse(f"{name}_changelist")
    row = model._default_manager.first()

    assert administrator.get(changelist).status_code == 200
    assert administrator.get(changelist, {"q": "а"}).status_code == 200
    assert administrator.get(reverse(f"{name}_change", args=[row.pk])).status_code == 200


def test_every_model_is_registered_or_part_of_a_page():
    parts = {inline.model for page in admin.site._registry.values() for inline in page.inlines}
    own = [model for model in apps.get_models() if model._meta.app_label in APPS and not model._meta.proxy]
    # Keys of sessions, links to a password and addresses of doors and calendars are nobody's to read, the rows of a
    # staff list, lists of people to enrol, wishes and seats kept for offices have their own pages, what calendars
    # know stands in the letters, and signs of life and counts of uses are the machine's, told by /readyz.
    secrets = (BrowserSession, PasswordRequest, RoomDoor, Subscription)
    left_out = (
        *secrets,
        StaffImportRow,
        BulkRun,
        BulkRow,
        Interest,
        Reservation,
        CalendarEntry,
        Heartbeat,
        Use,
    )
    own = [model for model in own if model not in left_out]

    assert [model for model in own if model not in admin.site._registry and model not in parts] == []


def test_lists_that_may_be_long_count_once_and_are_sorted_by_an_index():
    pages = {model._meta.label: page for model, page in admin.site._registry.items()}

    assert {label for label in LARGE if pages[label].show_full_result_count} == set()
    assert {label for label in LARGE if pages[label].date_hierarchy} == set()


@pytest.mark.parametrize("label", sorted(LARGE))
def test_a_long_list_costs_the_same_for_one_row_and_many(
    administrator, one_of_each, label, django_assert_max_num_queries
):
    """Neither a row nor a filter asks for its own."""
    model = apps.get_model(label)
    changelist = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    EmploymentFactory.create_batch(20)

    with django_assert_max_num_queries(8):
        administrator.get(changelist)


def test_people_are_searched_as_everywhere(administrator):
    EmployeeFactory(last_name="Семёнов", first_name="Пётр")
    EmployeeFactory(last_name="Сидоров")
    changelist = reverse("admin:people_employee_changelist")

    page = administrator.get(changelist, {"q": "петр семенов"}).content.decode()

    assert ["Семёнов" in page, "Сидоров" in page] == [True, False]


def test_what_changes_by_actions_alone_is_only_looked_at(administrator, one_of_each):
    for name in ("notifications_message", "scheduling_booking", "accounts_staffimport", "centre_policy"):
        assert administrator.get(reverse(f"admin:{name}_add")).status_code == 403


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


def test_the_administration_pages_speak_of_the_centre_and_no_software(client):
    sign_in(client, EmployeeFactory(is_staff=True, is_superuser=True, language="ru"))

    page = client.get(reverse("admin:index"), headers={"accept-language": "ru"})

    names = [str(app["name"]) for app in page.context["app_list"]]
    assert [name for name in names if not re.fullmatch("[А-Яа-яё ]+", name)] == []
    assert "<title>Справочники – Учебный центр</title>" in page.content.decode()
    assert "Django" not in page.content.decode()


@pytest.mark.parametrize("is_staff", [True, False])
def test_who_may_open_the_administration_pages_finds_them_in_the_head(client, is_staff):
    sign_in(client, EmployeeFactory(is_staff=is_staff))

    page = client.get("/account/").content.decode()

    assert (f'href="{reverse("admin:index")}"' in page) == is_staff
