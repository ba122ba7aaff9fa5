"""The findings themselves: stable codes, sentences in both languages, objects, and the same ones on every page."""

import ast
import re
from dataclasses import replace
from datetime import date, time, timedelta
from pathlib import Path

import pytest
from django.urls import reverse
from django.utils import timezone, translation

from centre.models import CalendarDay, Policy
from courses.models import Course
from people.models import Employee
from scheduling.actions import current_plan, replan_session
from scheduling.actions.shared import beyond_finding
from scheduling.actions.steps import gaps_of
from scheduling.assignments.findings import about_answers
from scheduling.assignments.models import Assignment
from scheduling.checks import (
    broken_rules,
    clash_findings,
    room_findings,
    room_time_findings,
    unqualified_findings,
)
from scheduling.errors import SchedulingError
from scheduling.facts import (
    Busy,
    Closure,
    CourseNeeds,
    DayFacts,
    Facts,
    RoomFacts,
    Shift,
    Span,
    TrainerAbsence,
    TrainerFacts,
    WeeklyHours,
)
from scheduling.headcounts import Headcount
from scheduling.models import RoomClosure, Session
from scheduling.plans import MeetingPlan, SessionPlan
from scheduling.problems import about_people, problems_of
from tests.factories import (
    MOSCOW,
    EmploymentFactory,
    EquipmentFactory,
    PolicyFactory,
    QualificationFactory,
    RoomFactory,
    SessionFactory,
    in_days,
    moscow,
)
from tests.rights import planner, sign_in
from trainers.models import Absence, Trainer

SCHEDULING = Path(__file__).resolve().parents[2] / "scheduling"
# By its code the kinds of objects that a finding is about; "day" is a day or the Monday of a week. Reasons that were
# written (`Waiver.key`) and whoever reads the lists by program name these: a code is never given another meaning.
STABLE = {
    "centre_closed": "day",
    "day_too_long": "day",
    "group_travels": "room room",
    "needs_room": "day",
    "needs_trainer": "day",
    "people_beyond": "session",
    "people_clash": "session",
    "qualification_missing": "trainer day",
    "room_changeover": "room session",
    "room_closed": "room day",
    "room_has_steps": "room",
    "room_is_online": "room",
    "room_lacks_equipment": "room",
    "room_not_online": "room",
    "room_out_of_use": "room",
    "room_taken": "room session",
    "room_too_small": "room",
    "site_not_open": "room day",
    "too_few": "session",
    "trainer_absent": "trainer day",
    "trainer_busy": "trainer session",
    "trainer_day_hours": "trainer day",
    "trainer_declined": "trainer session",
    "trainer_inactive": "trainer",
    "trainer_off_shift": "trainer day",
    "trainer_travels": "trainer session",
    "trainer_unanswered": "trainer session",
    "trainer_unavailable": "trainer day",
    "trainer_unqualified": "trainer day",
    "trainer_week_hours": "trainer day",
}
MONDAY = date(2026, 12, 7)
POLICY = Policy(academic_hours_a_day=8, travel_minutes=90, changeover_minutes=15)


def at(start, hours=3, day=7):
    starts_at = moscow(2026, 12, day) + timedelta(hours=start)
    return Span(starts_at, starts_at + timedelta(hours=hours))


def planned(span, room=None, trainer=None):
    return MeetingPlan(span.starts_at, span.ends_at, room, (trainer,) if trainer else ())


def busy(span, site=1, changeover=0):
    return Busy(span.longer(changeover), span, 99, "5", teaches=True, site_id=site, site_name=str(site))


def a_room(pk, **facts):
    known = RoomFacts(pk, str(pk), 1, "1", MOSCOW, time(9), time(20), False, 20, True, True)
    return replace(known, **facts)


def one_of_each():
    """Each finding at least once; the names are numbers, so that every word is the sentence's own."""
    needs = CourseNeeds(False, 4, 20, {6: "6"}, {7: "7"})
    hurt = a_room(
        11,
        capacity=3,
        is_active=False,
        is_step_free=False,
        closures=(Closure(at(12, 1), "8"),),
        busy=(busy(at(13, 1), changeover=15), busy(at(21, 1), changeover=15)),
    )
    trainer = TrainerFacts(
        31,
        131,
        "31",
        is_active=False,
        absences=(TrainerAbsence(MONDAY, MONDAY, "9"),),
        busy=(busy(at(13, 1)), busy(at(20.5, 1), site=2)),
        hours_a_day=2,
        hours_a_week=3,
        shift=Shift("2/2", MONDAY - timedelta(days=2)),
        unavailable=(WeeklyHours(0, time(9), time(10), MONDAY),),
    )
    facts = Facts(
        needs,
        {11: hurt, 12: a_room(12, site_id=2, site_name="2")},
        {31: trainer},
        {MONDAY: DayFacts(closed="10")},
    )
    plan = [planned(at(8, 12), 11, 31), planned(at(20, 1), 12)]
    yield from broken_rules(facts, plan, needs_step_free=True, policy=POLICY)
    yield from clash_findings(facts, [planned(at(12, 2), 11, 31)], changeover_minutes=15)
    yield from clash_findings(facts, [planned(at(20, 1), 11)], changeover_minutes=15)
    yield from unqualified_findings(trainer, needs, MONDAY)
    yield from room_findings(a_room(13, is_online=True), needs, group=1, step_free=False)
    yield from room_findings(a_room(14), replace(needs, is_online=True), group=1, step_free=False)
    yield from room_time_findings(hurt, at(7, 1))
    yield from gaps_of(SessionPlan((planned(at(10)),)))
    soon = timezone.now() + timedelta(days=2)
    session = Session(pk=1, course=Course(group_min=4), status=Session.Status.OPEN, starts_at=soon)
    yield beyond_finding(1, 3, 2, ["12"])
    yield from about_people(session, Headcount(held=2, clashing=1), POLICY)
    teaches = Trainer(pk=31, employee=Employee(last_name="31"))
    asked = {"trainer": teaches, "session_id": 1, "answer_until": soon}
    yield from about_answers(
        [Assignment(state="asked", **asked), Assignment(state="declined", why="11", **asked)]
    )


def in_language(language):
    with translation.override(language):
        return list(one_of_each())


def codes_in_sources():
    """The codes that are written where findings are made."""
    found = set()
    for path in SCHEDULING.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            name = getattr(getattr(node, "func", None), "id", "")
            if name in ("finding", "Finding") and isinstance(node.args[0], ast.Constant):
                found.add(node.args[0].value)
    return found


def test_every_finding_has_a_stable_code():
    made = {one.code for one in in_language("en")}

    assert made == set(STABLE)
    assert codes_in_sources() | {"needs_room", "needs_trainer"} == set(STABLE)


@pytest.mark.parametrize("code", STABLE)
def test_a_finding_says_in_both_languages_what_is_wrong_with_which_object(code):
    english, russian = (
        [one for one in in_language(language) if one.code == code] for language in ("en", "ru")
    )

    for one, other in zip(english, russian, strict=True):
        assert re.search(r"[a-z]{3}", one.message) and not re.search(r"[а-яё]", one.message, re.IGNORECASE)
        assert re.search(r"[а-яё]{3}", other.message) and not re.search(
            r"[a-z]", other.message, re.IGNORECASE
        )
        assert one.message.endswith(".") and other.message.endswith(".")
        assert one.key == other.key
        objects = [about.kind for about in one.about] + (["day"] if one.on else [])
        assert " ".join(objects) == STABLE[code]


# --- the same on every page -----------------------------------------------------------------------


def room_of(session):
    return session.meetings.get().bookings.get(room__isnull=False).room


def trainer_of(session):
    return session.meetings.get().bookings.get(role="teaches").person.trainer


def change(row, **fields):
    for name, value in fields.items():
        setattr(row, name, value)
    row.save()


def fall_ill(session):
    day = session.starts_at.date()
    Absence.objects.create(trainer=trainer_of(session), starts_on=day, ends_on=day, reason="illness")


def close_room(session):
    RoomClosure.objects.create(
        room=room_of(session), starts_at=session.starts_at, ends_at=session.ends_at, reason="потоп"
    )


def close_centre(session):
    day = session.starts_at.date()
    CalendarDay.objects.create(on=day, kind="centre", name="Учёт", status="decree", is_closed=True)


def work_the_other_days(session):
    EmploymentFactory(
        employee=trainer_of(session).employee,
        work_pattern="2/2",
        pattern_starts_on=session.starts_at.date() - timedelta(days=2),
    )


def rather_not(session):
    day = session.starts_at.date()
    trainer_of(session).unavailabilities.create(
        weekday=day.weekday(), begins_at=time(9), ends_at=time(16), kind="rather_not", starts_on=day
    )


def teach_elsewhere_before(session):
    """At another site, an hour before."""
    starts_at = session.starts_at - timedelta(hours=4)
    SessionFactory(starts_at=starts_at, trainer=trainer_of(session), room=RoomFactory())


BECOMES = {
    "centre_closed": close_centre,
    "day_too_long": lambda session: PolicyFactory(academic_hours_a_day=3),
    "qualification_missing": lambda session: session.course.qualifications.add(QualificationFactory()),
    "room_closed": close_room,
    "room_has_steps": lambda session: (
        change(room_of(session), is_step_free=False),
        change(session, needs_step_free=True),
    ),
    "room_is_online": lambda session: change(room_of(session).site, is_online=True),
    "room_lacks_equipment": lambda session: session.course.equipment.add(EquipmentFactory()),
    "room_not_online": lambda session: change(session.course, delivery="online_live", format="WEBINAR"),
    "room_out_of_use": lambda session: change(room_of(session), is_active=False),
    "room_too_small": lambda session: change(room_of(session), capacity=3),
    "site_not_open": lambda session: change(room_of(session).site, opens_at=time(16)),
    "trainer_absent": fall_ill,
    "trainer_day_hours": lambda session: change(trainer_of(session), academic_hours_a_day=3),
    "trainer_inactive": lambda session: change(trainer_of(session), is_active=False),
    "trainer_off_shift": work_the_other_days,
    "trainer_travels": teach_elsewhere_before,
    "trainer_unavailable": rather_not,
    "trainer_week_hours": lambda session: change(trainer_of(session), academic_hours_a_week=3),
}


@pytest.mark.django_db
@pytest.mark.parametrize("code", BECOMES)
def test_a_situation_has_the_same_findings_in_form_board_and_list_of_problems(client, code):
    hr = sign_in(client, planner())
    session = SessionFactory(
        status="draft", starts_at=monday(15), course__group_min=4, room=RoomFactory(capacity=20)
    )
    BECOMES[code](session)
    session.refresh_from_db()

    assert codes_of_problems(session) == [code]
    assert codes_when_saved(session) == [code]
    assert codes_of_drop(hr, session) == [code]
    assert codes_while_dragged(hr, session) == [code]


def monday(hour):
    return in_days(14 - timezone.localdate().weekday(), hour)


def codes_when_saved(session):
    plan = current_plan(session)
    with pytest.raises(SchedulingError) as refusal:
        replan_session(
            session,
            plan.meetings,
            by=None,
            version=session.version,
            needs_step_free=plan.details.needs_step_free,
        )
    return [one.code for one in refusal.value.findings]


def codes_of_drop(hr, session):
    (plan,) = current_plan(session).meetings
    local = plan.span.local(MOSCOW)
    form = {
        "version": session.version,
        "day": local.starts_at.date().isoformat(),
        "start": f"{local.starts_at:%H:%M}",
        "end": f"{local.ends_at:%H:%M}",
        "room": plan.room_id,
        "trainers": list(plan.trainer_ids),
    }
    address = reverse("scheduling:board_meeting", args=[session.meetings.get().pk])
    return hr.post(address, form, headers={"accept": "application/json"}).json()["codes"]


def codes_while_dragged(hr, session):
    """What the script finds where the card lies now."""
    (plan,) = current_plan(session).meetings
    local = plan.span.local(MOSCOW)
    begins, ends = (f"{moment:%Y-%m-%dT%H:%M}" for moment in (local.starts_at, local.ends_at))
    address = reverse("scheduling:board_allowed", args=[session.meetings.get().pk])
    asked = {"view": "day", "on": local.starts_at.date().isoformat(), "rows": "room"}
    times = hr.get(address, asked).json()
    here = [*times[""], *times[f"room-{plan.room_id}"]]
    return list(dict.fromkeys(one["code"] for one in here if one["start"] < ends and begins < one["end"]))


def codes_of_problems(session):
    session = Session.objects.with_course().get(pk=session.pk)
    found = problems_of([session], policy=Policy.objects.current())
    return [one.finding.code for row in found.values() for one in row.problems]
