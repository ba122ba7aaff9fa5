"""Trainers: what runs out, limits, absences with the meetings that they hurt (rule 3, rule 7)."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.roles import Role
from scheduling.models import Session
from tests.factories import (
    EmployeeFactory,
    QualificationFactory,
    SessionFactory,
    SiteFactory,
    TrainerFactory,
    TrainerQualificationFactory,
    in_days,
)
from tests.previews import appearing, seen
from tests.rights import in_role, planner, sign_in, with_right
from trainers.models import Absence, Trainer

pytestmark = pytest.mark.django_db

LIST = reverse("scheduling:trainer_list")


@pytest.fixture
def centre_admin(client):
    return sign_in(client, in_role(Role.CENTRE_ADMIN))


def url(name, row):
    return reverse(f"scheduling:{name}", args=[row.pk])


def listed(client, **query):
    return [line.head.row.trainer for line in client.get(LIST, query).context["listing"].lines]


def away(trainer, first=0, last=0, **fields):
    today = timezone.localdate()
    return Absence.objects.create(
        trainer=trainer,
        starts_on=today + timedelta(days=first),
        ends_on=today + timedelta(days=last),
        **{"reason": "illness", **fields},
    )


def test_trainers_are_filtered_by_the_address(centre_admin):
    today = timezone.localdate()
    soon = TrainerFactory(employee__last_name="Алфёрова")
    late = TrainerFactory(employee__last_name="Белова")
    gone = TrainerFactory(employee__last_name="Волкова", is_active=False)
    held = TrainerQualificationFactory(trainer=soon, valid_until=today + timedelta(days=90)).qualification
    TrainerQualificationFactory(trainer=late, valid_until=today - timedelta(days=1), qualification=held)
    TrainerQualificationFactory(trainer=late, valid_until=today + timedelta(days=91))
    away(late)

    assert listed(centre_admin) == [soon, late]
    assert listed(centre_admin, q="алферова") == listed(centre_admin, qualification=held.pk) == [soon]
    assert listed(centre_admin, site=late.home_site_id) == listed(centre_admin, state="away") == [late]
    assert listed(centre_admin, state="running_out") == [soon, late]
    assert listed(centre_admin, state="out") == [gone]
    assert len(listed(centre_admin, state="all")) == 3


def test_what_runs_out_is_said_in_words_and_in_the_file(centre_admin):
    today = timezone.localdate()
    trainer = TrainerFactory(employee__last_name="Белова")
    for days, title in ((-1, "Первая помощь"), (90, "Охрана труда"), (91, "Медиация"), (None, "Речь")):
        TrainerQualificationFactory(
            trainer=trainer,
            qualification__title=title,
            valid_until=None if days is None else today + timedelta(days=days),
        )
    SessionFactory(trainer=trainer, starts_at=in_days(3))

    page = centre_admin.get(LIST).content.decode()
    query = {"form": "csv", "columns": ["qualifications", "running_out", "hours"]}
    lines = b"".join(centre_admin.get(LIST, query).streaming_content).decode("utf-8-sig").splitlines()

    assert ["Истекла" in page, "Скоро истекает" in page] == [True, True]
    old, near = (f"{today + timedelta(days=days):%d.%m.%Y}" for days in (-1, 90))
    assert lines[1] == f'Белова Мария Олеговна;3;"Первая помощь (до {old}); Охрана труда (до {near})";4'


@pytest.mark.rows_of("scheduling:trainer_list")
@pytest.mark.parametrize("rows", [1, 3, 300])
def test_the_list_costs_the_same_for_any_number_of_trainers(centre_admin, rows, django_assert_num_queries):
    site, qualification = SiteFactory(), QualificationFactory()
    for trainer in TrainerFactory.create_batch(rows, home_site=site):
        TrainerQualificationFactory(trainer=trainer, qualification=qualification)
        away(trainer)
    centre_admin.get(LIST)

    # Session, user, parts; qualifications, sites; requests for leave; count, page, policy twice, held, absences,
    # hours; own views.
    with django_assert_num_queries(14):
        response = centre_admin.get(LIST)

    assert len(response.context["listing"].lines) == min(rows, 50)


def test_rule_7_an_absence_is_recorded_even_when_meetings_stand_in_the_way(centre_admin):
    trainer = TrainerFactory()
    session = SessionFactory(trainer=trainer, starts_at=in_days(3), course__title="Трудный разговор")
    SessionFactory(trainer=trainer, starts_at=in_days(9))
    SessionFactory(
        trainer=trainer, starts_at=in_days(3, hour=15), status=Session.Status.CANCELLED, cancelled_because="x"
    )
    day = f"{in_days(3).date()}"
    form = {"starts_on": day, "ends_on": day, "reason": "illness", "note": "грипп"}

    asked = centre_admin.post(url("absence_new", trainer), form)
    assert appearing(asked) == [("Трудный разговор", "trainer_absent")]
    assert not Absence.objects.exists()
    answer = centre_admin.post(url("absence_new", trainer), seen(asked, form), follow=True)

    assert [one.session for one in answer.context["missing"]] == [session]
    page = centre_admin.get(url("trainer", trainer))
    assert [meeting.session for meeting in page.context["hurt"]] == [session]
    assert "Этим занятиям нужен другой тренер" in page.content.decode()
    planned = centre_admin.get(reverse("scheduling:session_list"), {"lacks": "trainer"})
    assert [line.head.row.session for line in planned.context["listing"].lines] == [session]
    assert "Нужен тренер" in planned.content.decode()
    page = centre_admin.get(reverse("scheduling:session", args=[session.pk])).content.decode()
    assert "отсутствует в этот день" in page.lower()
    assert "грипп" not in page


def test_an_absence_ends_early_and_its_meetings_are_right_again(centre_admin):
    trainer = TrainerFactory()
    SessionFactory(trainer=trainer, starts_at=in_days(3))
    lasting = away(trainer, -2, 5)
    assert len(centre_admin.get(url("trainer", trainer)).context["hurt"]) == 1

    page = centre_admin.post(url("absence_removal", lasting), follow=True)

    lasting.refresh_from_db()
    assert lasting.ends_on == timezone.localdate() - timedelta(days=1)
    assert page.context["hurt"] == []
    planned = away(trainer, 1, 2)
    centre_admin.post(url("absence_removal", planned))
    centre_admin.post(url("absence_removal", lasting))
    assert list(trainer.absences.all()) == [lasting]


def test_reasons_of_absence_are_for_hr_and_the_centre_only(client):
    trainer = TrainerFactory()
    away(trainer, note="операция")

    sign_in(client, planner())
    assert "операция" in client.get(url("trainer", trainer)).content.decode()
    sign_in(client, with_right("trainers.view_trainer"))
    pages = [client.get(address).content.decode() for address in (url("trainer", trainer), LIST)]
    assert ["операция" in page or "болезнь" in page.lower() for page in pages] == [False, False]
    assert ["Отсутствует" in page for page in pages] == [True, True]


def test_qualifications_are_added_confirmed_and_taken_away(centre_admin):
    trainer, qualification = TrainerFactory(), QualificationFactory()
    day = timezone.localdate() + timedelta(days=400)

    centre_admin.post(
        url("qualification_new", trainer), {"qualification": qualification.pk, "valid_until": ""}
    )
    again = centre_admin.post(url("qualification_new", trainer), {"qualification": qualification.pk})
    held = trainer.qualifications.get()
    assert "qualification" in again.context["form"].errors
    centre_admin.post(url("qualification", held), {"valid_until": f"{day}", "qualification": "999"})
    held.refresh_from_db()
    assert (held.qualification, held.valid_until) == (qualification, day)
    centre_admin.post(url("qualification_removal", held))
    assert not trainer.qualifications.exists()


def test_a_trainer_is_added_and_given_limits(centre_admin):
    person, site = EmployeeFactory(last_name="Новая"), SiteFactory()
    form = {
        "person": "новая",
        "home_site": site.pk,
        "academic_hours_a_day": 8,
        "academic_hours_a_week": 24,
        "is_active": "on",
    }

    refused = centre_admin.post(reverse("scheduling:trainer_new"), form | {"academic_hours_a_week": 4})
    centre_admin.post(reverse("scheduling:trainer_new"), form)
    again = centre_admin.post(reverse("scheduling:trainer_new"), form)

    trainer = Trainer.objects.get()
    assert "academic_hours_a_week" in refused.context["form"].errors
    assert "person" in again.context["form"].errors
    assert (trainer.employee, trainer.academic_hours_a_week) == (person, 24)
    centre_admin.post(url("trainer_edit", trainer), form | {"academic_hours_a_day": 6, "person": "999"})
    trainer.refresh_from_db()
    assert (trainer.employee, trainer.academic_hours_a_day) == (person, 6)


def test_hr_looks_at_trainers_and_changes_nothing(client):
    sign_in(client, planner())
    held = TrainerQualificationFactory()
    absence = away(held.trainer)

    answers = [
        client.post(address).status_code
        for address in (
            reverse("scheduling:trainer_new"),
            url("trainer_edit", held.trainer),
            url("qualification_new", held.trainer),
            url("qualification", held),
            url("qualification_removal", held),
            url("absence_new", held.trainer),
            url("absence", absence),
            url("absence_removal", absence),
        )
    ]
    assert answers == [403] * 8
