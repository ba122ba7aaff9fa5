"""The demo centre: loaded through the actions, the same again, and consistent."""

from datetime import timedelta
from io import StringIO

import pytest
import time_machine
from django.contrib.auth.hashers import check_password
from django.core.management import CommandError, call_command
from django.db import transaction
from django.db.models import Count, Q
from django.test import override_settings
from django.utils import timezone

from accounts.roles import Role
from courses.models import Course, Material
from enrolment.doors.checks import cancelled_lately, offered_dates
from enrolment.doors.clashes import choice_of
from enrolment.interest.demand import demand
from enrolment.invariants import booking_faults
from enrolment.models import AttendanceMark, BulkRun, Enrolment, EnrolmentEntry, Reservation, Seat
from learning.models import Question
from people.models import Employee
from records.models import Completion
from scheduling.models import Booking, Meeting, Session, TroubleReport
from trainers.models import Trainer
from website.demo.staff import demo_accounts, demo_password

pytestmark = pytest.mark.django_db

TUESDAY = "2026-11-24 08:30+03:00"


def load(employees=300):
    out = StringIO()
    call_command("load_demo", employees=employees, stdout=out)
    return out.getvalue()


@pytest.fixture(scope="module")
def demo(django_db_setup, django_db_blocker):
    """The demo centre as it is shipped, for all tests of this module, taken away at its end."""
    quick = override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"])
    with django_db_blocker.unblock(), time_machine.travel(TUESDAY, tick=False), quick, transaction.atomic():
        load()
        yield
        transaction.set_rollback(True)


def everything():
    models = (Employee, Session, Meeting, Booking, Enrolment, AttendanceMark, Completion, Material, Question)
    models += (TroubleReport, Reservation)
    return {model.__name__: list(model.objects.order_by("pk").values()) for model in models}


def test_the_demo_is_complete(demo):
    assert Course.objects.count() == 188
    assert Trainer.objects.count() == 14
    assert Material.objects.values("course").distinct().count() == 104
    assert (
        Question.objects.annotate(right=Count("choices", filter=Q(choices__is_right=True)))
        .filter(right=1)
        .count()
        == Question.objects.count()
    )
    assert Completion.objects.filter(session__isnull=False).exists()
    assert Session.objects.filter(status=Session.Status.DRAFT).exists()
    assert Session.objects.exclude(online_link="").exists()


def test_loading_again_changes_nothing(demo):
    before = everything()

    load()

    assert everything() == before


def test_bookings_are_meetings_by_rooms_trainers_and_held_seats(demo):
    assert booking_faults() == []


def test_booking_faults_finds_a_seat_without_a_booking(demo):
    booking = Booking.objects.attending().select_related("meeting").first()
    booking.delete()

    faults = booking_faults()

    assert faults == [
        f"meeting {booking.meeting_id}: person {booking.person_id} holds a seat without a booking"
    ]


def test_some_session_is_full_and_people_wait(demo):
    full = Session.objects.upcoming().filter(enrolments__seat=Seat.WAITING).distinct()

    # Beside them some wait although a seat is free, whom their office cannot spare (rule 16).
    assert any(session.enrolments.holding().count() == session.seats for session in full)


def test_somebody_sits_beyond_the_limit(demo):
    assert Enrolment.objects.holding().filter(exceeds=True).count() == 1


def scenes():
    """What those presented are asked at this moment."""
    accounts = demo_accounts()
    own = Enrolment.objects.live().filter(trainee=accounts["employee"])
    others = Enrolment.objects.live().filter(trainee=accounts["second_employee"])
    [cancelled] = cancelled_lately(accounts["employee"])
    [offered] = own.filter(seat=Seat.OFFERED)
    [clashing] = others.filter(clash_since__isnull=False)
    return offered, choice_of(clashing), offered_dates(cancelled)


def test_a_seat_is_offered_to_the_employee_and_the_term_runs(demo):
    offered, _choice, _dates = scenes()

    assert offered.offer_until > timezone.now() + timedelta(hours=12)
    assert offered.session.enrolments.in_queue().exists()


def test_the_second_employee_is_to_choose_between_two_sessions_of_one_time(demo):
    _offered, choice, _dates = scenes()

    assert len(choice.others) == 1
    assert choice.until == timezone.now() + timedelta(hours=48)


def test_the_employee_is_offered_other_dates_in_place_of_a_cancelled_session(demo):
    _offered, _choice, dates = scenes()

    assert dates


def test_a_list_of_people_was_carried_out(demo):
    [run] = BulkRun.objects.all()

    assert run.state == BulkRun.State.APPLIED
    assert run.counts["not_found"] == run.counts["already"] == 1
    assert run.made


def test_heads_have_kept_seats_and_sent_somebody(demo):
    kept = Reservation.objects.standing().filter(okrug="").select_related("office")
    sent = EnrolmentEntry.objects.filter(kind=EnrolmentEntry.Kind.NOMINATED)

    assert kept
    assert all(one.seats and one.used and one.made_by_id == one.office.head_id for one in kept)
    assert sent.count() == len(kept)


def test_staff_keep_a_quota_for_an_okrug(demo):
    [quota] = Reservation.objects.standing().exclude(okrug="")

    assert quota.seats == 3
    assert quota.made_by == demo_accounts()["hr_admin"]


def test_two_courses_without_a_date_are_wanted(demo):
    rows = list(demand(without_date=True))

    assert len({row.course_id for row in rows}) == 2


def test_a_sheet_waits_for_the_presented_trainer(demo):
    trainer = demo_accounts()["trainer"]

    today = Meeting.objects.filter(
        bookings__person=trainer, bookings__role="teaches", starts_at__date="2026-11-24"
    )

    assert today.exists()


def test_trainers_have_reported_trouble_and_some_of_it_waits(demo):
    states = TroubleReport.objects.order_by("pk").values_list("kind", "state")

    assert list(states) == [("illness", "open"), ("equipment", "open"), ("late", "done")]


def test_every_part_is_played_and_every_role_held(demo):
    accounts = demo_accounts()

    assert {role for role in Role if accounts[role].groups.filter(name=role).exists()} == set(Role)
    assert set(accounts) == {
        *Role,
        "trainer",
        "second_trainer",
        "head",
        "employee",
        "second_employee",
        "newcomer",
    }
    assert all(check_password(demo_password(), account.password) for account in accounts.values())


def test_the_sign_ins_name_everybody_and_the_password(demo):
    out = StringIO()

    call_command("demo_sign_ins", stdout=out)

    assert all(account.username in out.getvalue() for account in demo_accounts().values())
    assert demo_password() in out.getvalue()


def test_production_refuses_the_demo(settings):
    settings.IS_PRODUCTION = True
    before = Employee.objects.count()

    with pytest.raises(CommandError):
        load()

    assert Employee.objects.count() == before
