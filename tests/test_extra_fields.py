"""No form lets a person change what it does not show, by fields that they add to it (promise S3).

Each form of the site is sent twice by those who may send it, as people would and with every field that somebody might
wish for; what the database holds afterwards is the same, and both are undone.
"""

from collections.abc import Iterator

import pytest
import time_machine
from django.db import connection, transaction
from django.test import Client, override_settings
from django.urls import reverse

from people.models import Employee
from tests.access import EVERYBODY
from tests.addresses import address
from tests.browser.small_centre import TODAY, Centre, small_centre
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db
NEW = "quite another long phrase"
REASON = {"reason": "Приказ № 3"}

# Route → what an honest form of it holds. A route that changes something and is missing here sends an empty form.
HONEST = {
    "accounts:change_password": {"old_password": PASSWORD, "new_password1": NEW, "new_password2": NEW},
    "accounts:choose_language": {"language": "en"},
    "accounts:forgot_password": {"name": "00012345"},
    "accounts:give_role": {"role": "methodist", **REASON},
    "accounts:take_role": REASON,
    "accounts:close_account": REASON,
    "accounts:open_account": REASON,
    "accounts:sign_out_everywhere": REASON,
    "accounts:reset_factor": REASON,
    "accounts:view_as": REASON,
    "accounts:stay": {},
    "accounts:invite": {},
    "accounts:apply_staff_import": {},
    "accounts:answer_import_row": {"line-5-skip": "on"},
    "accounts:undo_import": {},
    "accounts:synonym_removal": {},
    "notifications:stop_message": {},
    "notifications:resend_message": {},
    "courses:course_archive": {"archive": "1"},
    "scheduling:limit": {"limit": "9", "version": "", **REASON},
    "scheduling:confirm": {"version": ""},
    "scheduling:cancel": {"version": "", **REASON},
    "scheduling:prepare_cancellation": {"version": "1", **REASON},
    "scheduling:prepared_removal": {"version": ""},
    "scheduling:run_anyway": REASON,
    "enrolment:merge_into": {"expected": ""},
    "enrolment:invitations": {"count": "3"},
    "enrolment:decisions": {},
    "enrolment:undo_decisions": {},
    "enrolment:refuse_date": {"decision": "refuse", "reason": "shift"},
    "enrolment:release_seats": {},
    "enrolment:agree_to_day_off": {},
    "enrolment:office_in_session": {"seats": "1"},
    "enrolment:quotas": {"seats": "1", "okrug": "ЦАО"},
    "enrolment:send_people": {"step": "send", "people": ["1", "2"], "despite_shift": "on"},
    "enrolment:replace": {"substitute": "1"},
    "enrolment:enrol_in_session": {},
    "enrolment:cancel": REASON,
    "enrolment:cancel_for": {"whose": "trainee", **REASON},
    "enrolment:add_to_sheet": {},
    "enrolment:close_sheet": {},
    "learning:start": {},
    "learning:read": {},
    "learning:finish": {},
}


def wishes(centre: Centre, me: Employee) -> dict[str, object]:
    """What somebody might add to a form to get more than is theirs."""
    other = centre.colleagues[7]
    group = centre.hr_admin.groups.get().pk
    return {
        "is_staff": "on",
        "is_superuser": "on",
        "is_active": "on",
        "groups": [group],
        "user_permissions": ["1", "2"],
        "username": "boss",
        "email": "boss@evil.example",
        "last_name": "Другая",
        "password": "another password entirely",
        "office": other.main_employment.office_id,
        "position": other.main_employment.position_id,
        "head": me.pk,
        "deputy": me.pk,
        "headed_offices": [other.main_employment.office_id],
        "employee": other.pk,
        "employee_id": other.pk,
        "trainee": other.pk,
        "trainee_id": other.pk,
        "recipient": other.pk,
        "by": other.pk,
        "by_id": other.pk,
        "user": other.pk,
        "id": other.pk,
        "pk": other.pk,
        "seat": "held",
        "approval": "granted",
        "ended_because": "finished",
        "requested_at": "2020-01-01 00:00",
        "override": "on",
        "status": "closed",
        "state": "sent",
        "seats": "99",
        "starts_at": "2027-01-01 10:00",
        "version": "99",
        "academic_hours": "1",
        "academic_hours_a_day": "24",
        "score": "100",
        "is_passed": "on",
        "completed_on": "2026-01-01",
        "valid_until": "2099-01-01",
        "applied_at": "2020-01-01 00:00",
        "applied_by": other.pk,
        "at": "2020-01-01 00:00",
    }


# What is whose, and who may do what: every column that the wishes above are about.
FACTS = {
    "people_employee": "username last_name email is_active is_staff is_superuser",
    "people_employee_groups": "employee_id group_id",
    "people_employee_user_permissions": "employee_id permission_id",
    "people_employment": "personnel_number office_id position_id is_main ended_on leave",
    "people_office": "id name head_id deputy_id",
    "enrolment_enrolment": "trainee_id course_id session_id seat approval ended_because score",
    "enrolment_attendancemark": "enrolment_id meeting_id mark minutes marked_by_id",
    "records_completion": "trainee_id course_id session_id completed_on",
    "scheduling_session": 'id course_id status "limit" seats starts_at',
    "scheduling_sessionstep": "session_id by_id reason",
    "trainers_trainer": "id employee_id academic_hours_a_day academic_hours_a_week",
    "courses_course": "id code academic_hours is_mandatory is_archived",
    "notifications_message": "recipient_id kind state",
    "accounts_accessentry": "person_id what role by_id reason",
    "accounts_staffimport": "id applied_by_id",
}


def facts() -> dict[str, list[tuple[object, ...]]]:
    found = {}
    with connection.cursor() as cursor:
        for table, columns in FACTS.items():
            cursor.execute(f"SELECT {', '.join(columns.split())} FROM {table} ORDER BY {columns.split()[0]}")
            found[table] = sorted(cursor.fetchall(), key=repr)
    return found


@pytest.fixture(scope="module")
def centre(django_db_setup, django_db_blocker) -> Iterator[Centre]:
    with (
        django_db_blocker.unblock(),
        override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]),
        time_machine.travel(TODAY, tick=False) as clock,
        transaction.atomic(),
    ):
        yield small_centre(clock)
        transaction.set_rollback(True)


def after(client: Client, where: str, fields: dict[str, object]) -> dict[str, list[tuple[object, ...]]]:
    with transaction.atomic():
        client.post(where, fields)
        found = facts()
        transaction.set_rollback(True)
    return found


@pytest.mark.parametrize("role", EVERYBODY.split())
def test_s3_added_fields_change_nothing(role, centre):
    me = centre.person(role)
    before = facts()
    changed = set()
    for route, honest in HONEST.items():
        where = address(route, centre)
        added = {name: value for name, value in wishes(centre, me).items() if name not in honest}
        client, other = Client(), Client()
        client.force_login(me)
        other.force_login(me)

        as_meant = after(client, where, honest)
        with_wishes = after(other, where, {**added, **honest})

        assert with_wishes == as_meant, route
        if as_meant != before:
            changed.add(route)
    assert changed >= CHANGED_BY[role]  # the honest forms did something, or nothing would be shown


# Forms that surely do something in the hands of the role.
CHANGED_BY = {
    "employee": {"enrolment:enrol_in_session", "enrolment:cancel"},
    "trainer": {"learning:start"},
    "head": {"enrolment:enrol_in_session"},
    "hr_admin": {"scheduling:limit", "scheduling:cancel", "accounts:apply_staff_import"},
    "centre_admin": {"scheduling:limit", "scheduling:cancel"},
    "methodist": {"courses:course_archive"},
    "system_admin": {"accounts:give_role", "accounts:take_role", "accounts:close_account"},
}


def test_s3_the_course_form_takes_only_its_own_fields(centre):
    """A form of a row: its fields are a list, and a wish beside them is not taken."""
    course = centre.courses["taught"]
    client = Client()
    client.force_login(centre.methodist)
    where = reverse("courses:course_edit", args=[course.code])
    form = client.get(where).context["form"]
    honest = {
        name: (value if value is not None else "")
        for name, value in ((name, form[name].value()) for name in form.fields)
    }
    added = {name: value for name, value in wishes(centre, centre.methodist).items() if name not in honest}

    as_meant = after(client, where, honest)
    with_wishes = after(client, where, {**added, **honest})

    assert with_wishes == as_meant
