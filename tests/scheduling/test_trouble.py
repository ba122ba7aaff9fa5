"""Trainers report trouble, HR and the centre act and answer (expectation 22, rules 6 and 7)."""

from datetime import date, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from django.contrib.auth.models import Group
from django.urls import reverse
from django.utils import timezone, translation

from accounts.roles import Role
from enrolment.actions import enrol
from notifications.kinds import render
from notifications.models import Message
from scheduling.errors import SchedulingError
from scheduling.hurt import without_trainer
from scheduling.models import TroubleReport
from scheduling.trouble.actions import answer_trouble, record_illness, report_trouble
from tests.costs import add_meetings, cost
from tests.factories import EmployeeFactory, RoomFactory, SessionFactory, TrainerFactory, in_days
from tests.rights import in_role, sign_in
from trainers.models import Absence
from website.audit.sentences import SENSITIVE

pytestmark = pytest.mark.django_db
TUESDAY = "2026-11-24 08:30+03:00"
NEW, LIST = reverse("scheduling:trouble_new"), reverse("scheduling:trouble_list")


@pytest.fixture(autouse=True)
def _tuesday_in_english():
    with time_machine.travel(TUESDAY, tick=False), translation.override("en"):
        yield


@pytest.fixture(autouse=True)
def _reads_english(client):
    client.cookies["django_language"] = "en"


@pytest.fixture
def session():
    """A published session of a trainer in a room with walls, and somebody who attends."""
    found = SessionFactory(trainer=TrainerFactory(), room=RoomFactory(), course__title="Трудный разговор")
    enrol(EmployeeFactory(), found)
    Message.objects.all().delete()
    return found


@pytest.fixture
def trainer(session):
    return session.meetings.get().bookings.teaching().get().person.trainer


def ill(trainer, **fields):
    day = in_days(14).date()
    told = {"starts_on": day, "ends_on": day, "by": trainer.employee}
    return report_trouble(trainer, "illness", **told | fields)


def broken(trainer, session, **fields):
    day = session.starts_at.date()
    told = {"starts_on": day, "ends_on": day, "words": "Не включается проектор", "by": trainer.employee}
    return report_trouble(trainer, "equipment", session=session, **told | fields)


def page_of(report):
    return reverse("scheduling:trouble_report", args=[report.pk])


# --- the report ------------------------------------------------------------------------------------


def test_expectation_22_hr_and_the_centre_are_told_once_each_and_nobody_else(trainer):
    hr_admin, centre_admin = in_role(Role.HR_ADMIN), in_role(Role.CENTRE_ADMIN)
    centre_admin.groups.add(Group.objects.get(name=Role.HR_ADMIN))
    in_role(Role.METHODIST)

    ill(trainer)

    told = Message.objects.values_list("recipient", "kind")
    assert sorted(told) == [(hr_admin.pk, "trouble_reported"), (centre_admin.pk, "trouble_reported")]
    assert not Absence.objects.exists()
    assert not without_trainer().exists()


def test_expectation_22_the_same_report_again_is_the_same_report(trainer, session):
    in_role(Role.HR_ADMIN)

    first, again = broken(trainer, session), broken(trainer, session, words=" Не включается проектор ")
    other = broken(trainer, session, words="И света нет")

    assert (first == again, first == other) == (True, False)
    assert Message.objects.count() == 2


def test_expectation_22_a_letter_never_says_that_somebody_is_ill(trainer, session):
    """The system administrator reads the ledger, and not the reasons of absences."""
    in_role(Role.HR_ADMIN)
    report = ill(trainer, words="Температура 39")
    letter = render(Message.objects.get())
    answer_trouble(report, "done", "Выздоравливайте", by=EmployeeFactory())
    answer = render(Message.objects.get(kind="trouble_answered"))

    assert letter.title == f"{trainer.employee.short_name} cannot teach: 8 December"
    assert "The first meeting: Tuesday, 8 December 2026, 10:00 (MSK)." in letter.as_text()
    texts = letter.as_text() + letter.as_html() + answer.as_text() + answer.as_html()
    assert [word for word in ("ill", "Температура", "Выздоравливайте") if word in texts.split()] == []
    assert SENSITIVE["scheduling.troublereport"] == {"kind", "words", "answer"}


def test_expectation_22_a_letter_about_a_room_says_what_and_where(trainer, session):
    in_role(Role.HR_ADMIN)
    broken(trainer, session)

    text = render(Message.objects.get()).as_text()

    assert "Room or equipment: Не включается проектор" in text
    assert "“Трудный разговор”\nTuesday, 8 December 2026, 10:00 (MSK)" in text


def test_expectation_22_a_letter_about_something_else_leaves_the_words_to_the_report(trainer):
    in_role(Role.HR_ADMIN)
    day = timezone.localdate()
    report_trouble(trainer, "other", starts_on=day, ends_on=day, words="Похороны", by=trainer.employee)

    letter = render(Message.objects.get())

    assert letter.title == f"{trainer.employee.short_name} reports trouble: 24 November"
    assert "Похороны" not in letter.as_text()


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"starts_on": date(2026, 11, 20), "ends_on": date(2026, 11, 23)}, "These days are over"),
        ({"session": "other"}, "You do not teach this session any more"),
        ({"words": " "}, "Say in a few words"),
    ],
)
def test_expectation_22_what_makes_no_sense_is_refused_in_a_sentence(trainer, session, fields, words):
    if "session" in fields:
        fields = {"session": SessionFactory()}
    told = {"words": "Сломано"} | fields

    with pytest.raises(SchedulingError, match=words):
        report_trouble(
            trainer,
            "equipment",
            **{"session": session, "starts_on": in_days(14).date(), "ends_on": in_days(14).date()} | told,
            by=trainer.employee,
        )


# --- the trainer's form ----------------------------------------------------------------------------


def test_expectation_22_a_trainer_reports_an_illness_by_one_form(client, trainer):
    sign_in(client, trainer.employee)
    form = client.get(NEW).context["form"]
    day = timezone.localdate().isoformat()

    answer = client.post(NEW, {"kind": "illness", "starts_on": day, "ends_on": day}, follow=True)

    assert form["starts_on"].value() == timezone.localdate()
    [report] = answer.context["reports"]
    assert (report.kind, report.starts_on.isoformat(), report.session) == ("illness", day, None)
    assert "What you have reported" in answer.content.decode()


def test_expectation_22_a_meeting_of_the_timetable_leads_to_the_form_with_itself_chosen(
    client, trainer, session
):
    meeting = session.meetings.get()
    sign_in(client, trainer.employee)
    week = session.starts_at.strftime("%G-W%V")
    link = f"{NEW}?meeting={meeting.pk}"

    assert link in client.get(f"{reverse('enrolment:timetable')}?week={week}").content.decode()
    assert link in client.get(reverse("enrolment:people", args=[session.pk])).content.decode()
    assert link in client.get(reverse("enrolment:sheet", args=[session.pk])).content.decode()
    assert str(client.get(link).context["form"]["meeting"].value()) == str(meeting.pk)

    client.post(link, {"kind": "late", "meeting": meeting.pk, "words": "20 минут"})

    report = TroubleReport.objects.get()
    assert (report.session, report.starts_on, report.words) == (
        session,
        session.starts_at.date(),
        "20 минут",
    )


def test_expectation_22_others_do_not_get_the_link_to_report(client, session):
    sign_in(client, in_role(Role.HR_ADMIN))

    pages = [reverse(f"enrolment:{name}", args=[session.pk]) for name in ("people", "sheet")]

    assert [NEW in client.get(page).content.decode() for page in pages] == [False, False]


@pytest.mark.parametrize(
    ("data", "wrong"),
    [
        ({}, {"kind"}),
        ({"kind": "illness"}, {"starts_on", "ends_on"}),
        ({"kind": "illness", "starts_on": "2026-12-02", "ends_on": "2026-12-01"}, {"ends_on"}),
        ({"kind": "illness", "starts_on": "2026-11-01", "ends_on": "2026-11-02"}, {"ends_on"}),
        ({"kind": "late"}, {"meeting", "words"}),
        ({"kind": "equipment", "words": "Сломано"}, {"meeting"}),
        ({"kind": "other"}, {"words"}),
    ],
)
def test_expectation_22_the_form_asks_for_what_the_kind_of_trouble_needs(client, trainer, data, wrong):
    sign_in(client, trainer.employee)

    assert set(client.post(NEW, data).context["form"].errors) == wrong


def test_expectation_22_other_trainers_sessions_and_drafts_cannot_be_chosen(client, trainer, session):
    SessionFactory(trainer=TrainerFactory(), starts_at=in_days(15))
    SessionFactory(trainer=trainer, starts_at=in_days(16), status="draft")
    sign_in(client, trainer.employee)

    offered = client.get(NEW).context["form"].fields["meeting"].queryset

    assert list(offered) == [session.meetings.get()]


# --- HR and the centre -----------------------------------------------------------------------------


def test_rule_7_hr_records_the_illness_sees_what_it_hurts_first_and_goes_on_to_replacements(
    client, trainer, session
):
    report = ill(trainer, words="Температура")
    page, absence = page_of(report), reverse("scheduling:trouble_absence", args=[report.pk])
    sign_in(client, in_role(Role.HR_ADMIN))
    [first] = client.get(page).context["steps"]
    day = report.starts_on.isoformat()
    data = {"starts_on": day, "ends_on": day, "note": "Температура"}

    preview = client.post(absence, data).context["trial"]
    recorded_before = Absence.objects.count()
    done = client.post(absence, data | {"shown": preview.fingerprint})
    [then] = client.get(page).context["steps"]

    assert (first.url, preview.consequences.harms, recorded_before) == (absence, 1, 0)
    assert done.url == page
    assert (Absence.objects.get().reason, Absence.objects.get().note) == ("illness", "Температура")
    assert then.url == f"{reverse('scheduling:repair')}?trainer={trainer.pk}"
    assert [meeting.session for meeting in without_trainer()] == [session]
    assert TroubleReport.objects.get().is_open


def test_rule_7_a_shorter_absence_leaves_the_rest_of_the_days_to_be_recorded(client, trainer):
    first, last = in_days(14).date(), in_days(16).date()
    report = ill(trainer, ends_on=last)
    record_illness(report, first, first, by=EmployeeFactory())
    sign_in(client, in_role(Role.HR_ADMIN))

    steps = client.get(page_of(report)).context["steps"]

    assert [step.words for step in steps] == ["Find a replacement", "Record the absence"]


def test_rule_7_recording_the_same_days_twice_is_one_absence(trainer):
    report, hr_admin = ill(trainer), EmployeeFactory()

    once = record_illness(report, report.starts_on, report.ends_on, by=hr_admin)
    twice = record_illness(report, report.starts_on, report.ends_on, by=hr_admin)

    assert once == twice
    assert trainer.absences.count() == 1


def test_expectation_22_people_are_told_nothing_by_report_absence_and_answer(trainer, session):
    report = ill(trainer)
    record_illness(report, report.starts_on, report.ends_on, by=EmployeeFactory())
    answer_trouble(report, "done", "", by=EmployeeFactory())

    assert list(Message.objects.values_list("recipient", "kind")) == [
        (trainer.employee_id, "trouble_answered")
    ]


def test_expectation_22_a_broken_room_is_closed_for_the_time_by_a_form_that_is_filled_in(
    client, trainer, session
):
    report = broken(trainer, session)
    sign_in(client, in_role(Role.CENTRE_ADMIN))

    close, equipment, replan, _open = client.get(page_of(report)).context["steps"]
    form = client.get(close.url).context["form"]

    room = session.meetings.get().bookings.of_rooms().get().room
    assert urlsplit(close.url).path == reverse("scheduling:closure_new", args=[room.pk])
    assert parse_qs(urlsplit(close.url).query)["starts_at"] == ["2026-12-08T10:00"]
    assert form.initial == {
        "starts_at": session.starts_at,
        "ends_at": session.ends_at,
        "reason": "Не включается проектор",
    }
    assert [equipment.url, replan.url] == [
        reverse("scheduling:room_edit", args=[room.pk]),
        reverse("scheduling:replan", args=[session.pk]),
    ]


def test_expectation_22_nobody_is_offered_a_step_they_may_not_do(client, trainer, session):
    sign_in(client, in_role(Role.HR_ADMIN))

    steps = client.get(page_of(broken(trainer, session))).context["steps"]

    assert [step.words for step in steps] == ["Change the time, room or trainer", "Open the session"]


def test_expectation_22_nonsense_in_the_address_of_a_closure_proposes_nothing(client):
    sign_in(client, in_role(Role.CENTRE_ADMIN))

    page = client.get(
        reverse("scheduling:closure_new", args=[RoomFactory().pk]), {"starts_at": "x", "ends_at": "\0"}
    )

    assert page.status_code == 200
    assert page.context["form"]["starts_at"].value() is None


def test_expectation_22_the_answer_reaches_the_trainer_and_stops_letters_that_wait(client, trainer, session):
    hr_admin = in_role(Role.HR_ADMIN)
    report = broken(trainer, session)
    sign_in(client, hr_admin)

    client.post(page_of(report), {"state": "done", "answer": "Принесли другой проектор"})

    with translation.override("en"):
        letter = render(Message.objects.get(kind="trouble_answered"))
    assert letter.title == "Answer to your report: 8 December"
    assert "What you reported is taken care of.\n\nПринесли другой проектор" in letter.as_text()
    assert Message.objects.get(kind="trouble_reported").state == Message.State.WITHDRAWN
    assert client.get(LIST).context["listing"].count == 0
    assert client.get(f"{LIST}?state=all").context["listing"].count == 1


def test_expectation_22_nothing_to_do_needs_a_reason_and_one_answer_stands(trainer):
    report = ill(trainer)
    first, second = EmployeeFactory.create_batch(2)

    with pytest.raises(SchedulingError, match="Say why"):
        answer_trouble(report, "nothing", " ", by=first)
    answer_trouble(report, "nothing", "Уже здоров", by=first)
    answer_trouble(report, "nothing", "Уже здоров", by=first)
    with pytest.raises(SchedulingError, match="has answered this report already: nothing to do"):
        answer_trouble(report, "done", "", by=second)

    assert Message.objects.filter(kind="trouble_answered").count() == 1


@pytest.mark.rows_of("scheduling:trouble_list", "scheduling:trouble_report", "scheduling:trouble_new")
def test_reported_trouble_costs_the_same_for_any_number(client, trainer, session):
    hr_admin = in_role(Role.HR_ADMIN)
    report = ill(trainer)
    answered = answer_trouble(broken(trainer, session), "done", "", by=hr_admin)
    costs = []
    for more in (1, 2, 297):
        for number in range(more):
            ill(trainer, words=f"{len(costs)} {number}")
            broken(trainer, session, words=f"{len(costs)} {number}")
        add_meetings(session, more)
        pages = [LIST, page_of(report), page_of(answered)]
        sign_in(client, hr_admin)
        found = [cost(client, page) for page in pages]
        sign_in(client, trainer.employee)
        costs.append([*found, cost(client, NEW)])

    assert costs == [costs[0]] * 3


def test_what_waits_is_not_over(trainer):
    """A report of days that are over still waits for its answer."""
    report = ill(trainer)
    TroubleReport.objects.update(
        starts_on=report.starts_on - timedelta(days=60), ends_on=report.ends_on - timedelta(days=60)
    )

    assert list(TroubleReport.objects.waiting()) == [report]
