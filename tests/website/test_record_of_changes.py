"""The record of changes as people read it: rule 29, promise R27, expectation 31."""

from datetime import date, timedelta

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from accounts.roles import Role
from audit.context import acting
from audit.models import Change
from centre.models import CalendarDay
from enrolment.actions import enrol
from enrolment.models import Enrolment, Seat
from people.models import Office
from scheduling.actions import change_limit
from scheduling.models import Room, Session
from tests.factories import (
    CourseFactory,
    EmployeeFactory,
    OfficeFactory,
    RoomFactory,
    SessionFactory,
    SiteFactory,
    TrainerFactory,
    moscow,
)
from tests.rights import in_role, sign_in
from trainers.models import Absence
from website.audit.objects import audited_models
from website.audit.sentences import told

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator(client):
    return sign_in(client, in_role(Role.SYSTEM_ADMIN))


def sentences(reader=None, **found):
    rows = list(Change.objects.filter(**found).order_by("pk"))
    with translation.override("ru"):
        return [one.what for one in told(rows, reader or in_role(Role.HR_ADMIN))]


def lines(response):
    return [line.cells[0].row.what for line in response.context["listing"].lines]


def show(client, **asked):
    return client.get(reverse("website:changes"), asked)


# --- in words -------------------------------------------------------------------------------------


def test_rule_29_a_changed_limit_is_a_sentence_with_who_and_why():
    planner = EmployeeFactory(last_name="Рыбакова", first_name="Вера", middle_name="Львовна")
    course = CourseFactory(title="Этика")
    session = SessionFactory(course=course, seats=12, starts_at=moscow(2027, 3, 2, 10))
    change_limit(session, 10, by=planner, reason="Часть мест занята столами")

    (change,) = Change.objects.filter(kind="scheduling.session", verb="changed")
    with translation.override("ru"):
        (shown,) = told([change], planner)

        assert shown.what == ("Изменено: группа «Этика», 2\xa0марта 2027. Лимит мест: — → 10; Мест: 12 → 10")
    assert (shown.who, change.reason) == ("Рыбакова В. Л.", "Часть мест занята столами")


def test_rule_29_keys_choices_dates_and_yes_are_words():
    head = EmployeeFactory(last_name="Головина", first_name="Анна", middle_name="")
    office = OfficeFactory(name="Центр района Строгино")
    Office.objects.filter(pk=office.pk).update(head=head, kind=Office.Kind.FLAGSHIP)
    CalendarDay.objects.create(
        on=date(2027, 1, 7), kind="holiday", name="Рождество", status="statutory", is_closed=True
    )

    (appointed,) = sentences(kind="people.office", verb="changed")
    (holiday,) = sentences(kind="centre.calendarday")

    assert "Руководитель: — → Головина А." in appointed
    assert "Вид: районный офис → флагманский офис" in appointed
    assert "Дата: 7\xa0января 2027" in holiday
    assert "Вид: нерабочий праздничный день" in holiday
    assert "Центр закрыт: да" in holiday


def test_rule_29_a_role_is_told_by_its_person_and_its_name():
    employee = EmployeeFactory(last_name="Новикова", first_name="Анна", middle_name="")
    employee.groups.add(Group.objects.get(name=Role.HR_ADMIN))

    (given,) = sentences(kind="people.membership")

    assert given == "Добавлено: роль сотрудника. Сотрудник: Новикова А.; Роль: Специалист по обучению"


@pytest.mark.parametrize(
    ("codename", "words"),
    [
        ("view_enrolment", "Право: записи: просмотр"),
        ("plan_session", "Право: планировать, публиковать и отменять группы"),
    ],
)
def test_rule_29_a_right_of_a_role_is_told_in_words(codename, words):
    group = Group.objects.get(name=Role.HR_ADMIN)
    group.permissions.remove(group.permissions.get(codename=codename))

    (taken,) = sentences(kind="accounts.roleright", verb="deleted")

    assert taken == f"Удалено: право роли. Роль: Специалист по обучению; {words}"


def test_rule_29_what_is_gone_keeps_its_name():
    room = RoomFactory(name="Малая аудитория")
    room.delete()

    *_others, deleted = sentences(kind="scheduling.room")

    assert deleted.startswith("Удалено: аудитория Малая аудитория.")


def test_rule_29_every_recorded_model_is_told_without_an_error(client):
    """Also rows whose object is gone, and of a kind that nobody knows any more."""
    Change.objects.bulk_create(
        Change(at=timezone.now(), verb=verb, kind=kind, object_id=1, before={"x": 1}, after={"id": 1})
        for kind in [*audited_models(), "gone.model"]
        for verb in Change.Verb.values
    )

    sign_in(client, in_role(Role.SYSTEM_ADMIN))

    assert [show(client, page=page).status_code for page in (1, 2)] == [200, 200]
    assert {line.cells[0].row.object for line in show(client, page=1).context["listing"].lines} >= {
        "gone.model"
    }


def test_R27_who_is_the_system_when_nobody_acts():
    with acting(source="task enrolment.tasks.give_free_seats"):
        SiteFactory()
    with acting(source="command import_staff"):
        SiteFactory()
    SiteFactory()

    rows = list(Change.objects.filter(kind="centre.site").order_by("pk"))
    with translation.override("ru"):
        assert [one.who for one in told(rows, EmployeeFactory())] == [
            "система: передача свободных мест очереди",
            "система: команда import_staff",
            "в обход приложения",
        ]


# --- rights ---------------------------------------------------------------------------------------


def test_rule_29_hr_reads_training_objects_and_no_rights(client):
    SiteFactory()
    EmployeeFactory().groups.add(Group.objects.get(name=Role.METHODIST))
    sign_in(client, in_role(Role.HR_ADMIN))

    kinds = {line.cells[0].row.change.kind for line in show(client).context["listing"].lines}

    assert kinds == {"centre.site"}
    assert "people.membership" not in dict(show(client).context["filters"].fields["kind"].choices)
    assert show(client, kind="people.membership").context["listing"].count == 1  # what is not understood


def test_why_a_trainer_is_away_is_hidden_from_the_system_administrator(client):
    day = date(2027, 2, 1)
    Absence.objects.create(
        trainer=TrainerFactory(), starts_on=day, ends_on=day, reason="sick", note="Операция на колене"
    )
    administrator, hr = in_role(Role.SYSTEM_ADMIN), in_role(Role.HR_ADMIN)

    (for_administrator,) = sentences(administrator, kind="trainers.absence")
    (for_hr,) = sentences(hr, kind="trainers.absence")

    assert "Операция" in for_hr
    assert "Операция" not in for_administrator
    assert "скрыто" in for_administrator
    assert show(sign_in(client, administrator), q="колене").context["listing"].count == 0
    assert show(sign_in(client, hr), q="колене").context["listing"].count == 1


# --- filters --------------------------------------------------------------------------------------


@pytest.fixture
def several(administrator):
    """Changes of four kinds, by two people, for one trainee."""
    planner = EmployeeFactory(last_name="Планова")
    trainee = EmployeeFactory(last_name="Ученикова")
    session, other = SessionFactory(), SessionFactory()
    with acting(by=planner.pk):
        enrol(trainee, session)
        change_limit(session, 7, by=planner, reason="Мало столов")
        Room.objects.update(note="Проектор не работает")
    return {"planner": planner, "trainee": trainee, "session": session, "other": other}


@pytest.mark.parametrize(
    ("asked", "kinds"),
    [
        ({"who": "планова", "kind": "scheduling.session"}, {"scheduling.session"}),
        ({"whom": "ученикова", "kind": "enrolment.enrolment"}, {"enrolment.enrolment"}),
        ({"q": "мало столов"}, {"scheduling.session"}),
        ({"q": "ПРОЕКТОР НЕ"}, {"scheduling.room"}),
        ({"q": "мало столов", "until": "2020-01-01"}, set()),
        ({"q": "мало столов", "since": "2020-01-01"}, {"scheduling.session"}),
        ({"who": "Никого-такого"}, set()),
        ({"verb": "deleted"}, set()),
    ],
)
def test_expectation_31_filters_stand_in_the_address(client, several, asked, kinds):
    listing = show(client, **asked).context["listing"]

    assert {line.cells[0].row.change.kind for line in listing.lines} == kinds


def test_expectation_31_links_lead_to_one_session_person_and_object(client, several):
    session, trainee = several["session"], several["trainee"]

    of_session = show(client, session=session.pk, verb="changed").context["listing"].lines
    of_person = show(client, person=trainee.pk, kind="enrolment.enrolment").context["listing"].lines
    of_object = show(client, kind="scheduling.session", object=several["other"].pk).context["listing"].lines

    assert [line.cells[0].row.change.kind for line in of_session] == ["scheduling.session"]
    assert [line.cells[0].row.change.person_id for line in of_person] == [trainee.pk]
    assert [line.cells[0].row.change.object_id for line in of_object] == [several["other"].pk]


def test_expectation_31_the_newest_stand_first_and_nonsense_is_ignored(client, several):
    rows = show(client, since="вчера", page="-1", object="x").context["listing"].lines

    moments = [line.cells[0].row.change.at for line in rows]
    assert moments == sorted(moments, reverse=True)
    assert moments


def test_days_are_days_of_the_centre(client, administrator):
    Change.objects.bulk_create(
        Change(at=at, verb="changed", kind="centre.site", object_id=number, before={}, after={})
        for number, at in enumerate(
            [moscow(2026, 5, 1, 0, 30), moscow(2026, 5, 1, 23, 59), moscow(2026, 5, 2)]
        )
    )

    lines = show(client, since="2026-05-01", until="2026-05-01").context["listing"].lines

    assert [line.cells[0].row.change.object_id for line in lines] == [1, 0]


def test_pages_link_to_their_history(client):
    session = SessionFactory()
    enrolment = enrol(EmployeeFactory(), session)
    sign_in(client, in_role(Role.HR_ADMIN))

    of_session = client.get(reverse("scheduling:session", args=[session.pk])).content.decode()
    of_enrolment = client.get(reverse("enrolment:enrolment", args=[enrolment.pk])).content.decode()

    assert f"{reverse('website:changes')}?session={session.pk}" in of_session
    assert (
        f"{reverse('website:changes')}?person={enrolment.trainee_id}&amp;session={session.pk}" in of_enrolment
    )


# --- size -----------------------------------------------------------------------------------------


@pytest.mark.rows_of("website:changes")
def test_rule_29_the_list_costs_the_same_for_one_three_and_three_hundred_rows(client, administrator):
    session = SessionFactory()
    counts = []
    for number in (1, 3, 300):
        people = EmployeeFactory.create_batch(max(0, number - Enrolment.objects.count()))
        Enrolment.objects.bulk_create(
            Enrolment(trainee=one, session=session, course=session.course, seat=Seat.WAITING)
            for one in people
        )
        asked = {"kind": "enrolment.enrolment", "columns": ["what", "who", "whom", "before", "after"]}
        show(client, **asked)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            shown = show(client, **asked).context["listing"]
        assert shown.count == number
        counts.append(len(queries))

    assert len(set(counts)) == 1


def test_rule_29_the_list_is_exported_as_it_is_shown(client, several):
    asked = {"kind": "scheduling.session", "verb": "changed", "columns": ["what", "why"], "form": "csv"}

    answer = show(client, **asked)

    rows = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()
    assert rows[0] == "Когда;Изменение;Почему"
    assert len(rows) == 2
    assert rows[1].endswith(";Мало столов")


def test_rule_29_a_workbook_is_made_too(client, several):
    answer = show(client, form="xlsx", kind="scheduling.session")

    assert answer.headers["Content-Type"].startswith("application/vnd.openxmlformats")


def test_a_change_of_a_sessions_note_is_read_in_english(client, several):
    Session.objects.filter(pk=several["session"].pk).update(note="Bring a passport")
    change = Change.objects.latest("pk")

    with translation.override("en"):
        (shown,) = told([change], several["planner"])

    assert shown.what.endswith("Note for trainees: — → Bring a passport")
    assert shown.change.at > timezone.now() - timedelta(minutes=1)
