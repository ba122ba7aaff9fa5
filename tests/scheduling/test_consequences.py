"""What another fact does to the plan: shown before the click, kept with the second (rules 5 to 7, promise R9)."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.actions.access import give_role
from accounts.roles import Role
from centre.models import CalendarDay, Policy
from centre.policy import values_of
from courses.forms import CourseForm
from enrolment.actions import enrol
from enrolment.models import Seat
from notifications.models import Message
from scheduling.checks import About, Finding
from scheduling.consequences import Stand, change_facts, compare
from scheduling.models import Room, Session, Waiver
from scheduling.problems import Problem, SessionProblems, problems_of
from tests.factories import (
    CourseFactory,
    EmployeeFactory,
    EmploymentFactory,
    EquipmentFactory,
    QualificationFactory,
    RoomFactory,
    SessionFactory,
    SiteFactory,
    TrainerFactory,
    in_days,
)
from tests.previews import appearing, confirmed, seen
from tests.rights import in_role, sign_in, with_right
from trainers.models import Trainer, TrainerQualification

pytestmark = pytest.mark.django_db


def url(name, row, app="scheduling"):
    return reverse(f"{app}:{name}", args=[row.pk])


@pytest.fixture
def session():
    """Ten o'clock in fourteen days, in a room with a projector, by a trainer with the qualification asked for."""
    course = CourseFactory(title="Трудный разговор", group_min=4, group_max=12)
    qualification, projector = QualificationFactory(title="Медиация"), EquipmentFactory(title="проектор")
    course.qualifications.add(qualification)
    course.equipment.add(projector)
    room = RoomFactory(name="Ёлка", capacity=12)
    room.equipment.add(projector)
    trainer = TrainerFactory()
    TrainerQualification.objects.create(trainer=trainer, qualification=qualification)
    return SessionFactory(course=course, room=room, trainer=trainer, seats=12)


@pytest.fixture
def somebody(client):
    """Somebody who may change everything that planning asks about, and plan."""
    person = in_role(Role.CENTRE_ADMIN)
    give_role(person, Role.METHODIST, by=None, reason="")
    give_role(person, Role.SYSTEM_ADMIN, by=None, reason="")
    return sign_in(client, person)


def room_of(session):
    return Room.objects.get(bookings__meeting__session=session)


def trainer_of(session):
    return Trainer.objects.get(employee__bookings__meeting__session=session)


def room_form(session, **changes):
    room = room_of(session)
    values = {
        "name": room.name,
        "capacity": room.capacity,
        "equipment": [one.pk for one in room.equipment.all()],
        "is_step_free": "on" if room.is_step_free else "",
        "is_active": "on",
        "note": "",
    }
    return url("room_edit", room), values | changes


def site_form(session, **changes):
    site = room_of(session).site
    values = {"name": site.name, "address": "", "opens_at": "08:00", "closes_at": "20:00"}
    return url("site", site), values | changes


def day_form(session, **changes):
    values = {"on": f"{session.starts_at:%Y-%m-%d}", "kind": "centre", "name": "Учёт", "status": "decree"}
    return reverse("scheduling:calendar_day_new"), values | {"is_closed": "on"} | changes


def absence_form(session, **changes):
    day = f"{session.starts_at:%Y-%m-%d}"
    values = {"starts_on": day, "ends_on": day, "reason": "illness", "note": ""}
    return url("absence_new", trainer_of(session)), values | changes


def closure_form(session, **changes):
    values = {
        "starts_at": f"{session.starts_at:%Y-%m-%dT00:00}",
        "ends_at": f"{session.ends_at:%Y-%m-%dT23:59}",
    }
    return url("closure_new", room_of(session)), values | {"reason": "потоп"} | changes


def trainer_form(session, **changes):
    trainer = trainer_of(session)
    values = {
        "home_site": trainer.home_site_id or "",
        "academic_hours_a_day": trainer.academic_hours_a_day,
        "academic_hours_a_week": trainer.academic_hours_a_week,
        "is_active": "on",
    }
    return url("trainer_edit", trainer), values | changes


def qualification_form(session, **changes):
    held = trainer_of(session).qualifications.get()
    return url("qualification", held), {"valid_until": ""} | changes


def qualification_removal(session):
    return url("qualification_removal", trainer_of(session).qualifications.get()), {}


def course_form(session, **changes):
    values = {
        name: [getattr(one, "pk", one) for one in value] if isinstance(value, list) else value
        for name, value in CourseForm(instance=session.course).initial.items()
        if value not in (None, False)
    }
    return reverse("courses:course_edit", args=[session.course.code]), values | changes


def policy_form(session, **changes):
    values = {
        name: f"{value:%H:%M}" if hasattr(value, "hour") else value
        for name, value in values_of(Policy()).items()
    }
    return reverse("website:policy_change"), values | {"reason": "Приказ", "based_on": 0} | changes


CHANGES = {
    "a smaller room": (room_form, {"capacity": 3}, "room_too_small"),
    "a room without its projector": (room_form, {"equipment": []}, "room_lacks_equipment"),
    "a room that is given up": (room_form, {"is_active": ""}, "room_out_of_use"),
    "other hours of a site": (site_form, {"opens_at": "11:00"}, "site_not_open"),
    "a closed day": (day_form, {}, "centre_closed"),
    "an absence": (absence_form, {}, "trainer_absent"),
    "a closure": (closure_form, {}, "room_closed"),
    "a lower limit of a day": (trainer_form, {"academic_hours_a_day": 3}, "trainer_day_hours"),
    "a trainer who stops": (trainer_form, {"is_active": ""}, "trainer_inactive"),
    "a qualification that ends": (qualification_form, {"valid_until": "2020-01-01"}, "qualification_missing"),
    "a qualification that is taken away": (qualification_removal, {}, "qualification_missing"),
    "a larger smallest group": (course_form, {"group_min": 13, "group_max": 20}, "room_too_small"),
    "fewer hours a day": (policy_form, {"academic_hours_a_day": 2}, "day_too_long"),
}


def codes(session):
    found = problems_of([Session.objects.with_course().get(pk=session.pk)], policy=Policy.objects.current())
    return [problem.finding.code for row in found.values() for problem in row.problems]


@pytest.mark.parametrize("change", CHANGES)
def test_rule_6_what_a_fact_does_to_sessions_is_shown_and_the_second_click_keeps_it(
    somebody, session, change
):
    build, changes, code = CHANGES[change]
    address, form = build(session, **changes)
    enrol(EmployeeFactory(), session)

    asked = somebody.post(address, form)

    found = asked.context["trial"].consequences
    assert appearing(asked) == [("Трудный разговор", code)]
    assert (len(found.sessions), found.people) == (1, 1)
    assert url("session", session) in asked.content.decode()
    assert codes(session) == []
    answer = somebody.post(address, seen(asked, form))
    assert answer.status_code == 302
    assert codes(session) == [code]


@pytest.mark.parametrize("change", [name for name in CHANGES if name != "fewer hours a day"])
def test_rule_6_what_touches_no_session_is_kept_by_the_first_click(somebody, session, change):
    build, changes, _code = CHANGES[change]
    address, form = build(session, **changes)
    Session.objects.update(status=Session.Status.CANCELLED, cancelled_because="мало людей")

    answer = somebody.post(address, form)

    assert answer.status_code == 302


def test_rule_6_each_number_of_the_policy_is_looked_at_twice(somebody):
    address, form = policy_form(None, changeover_minutes=20)

    asked = somebody.post(address, form)

    assert "Ни одна" in asked.content.decode()
    assert not Policy.objects.exists()
    confirmed(somebody, address, form)
    assert Policy.objects.get().changeover_minutes == 20


def test_rule_6_what_the_course_asks_for_is_weighed_too(somebody, session):
    needed = QualificationFactory(title="Конфликтология"), EquipmentFactory(title="доска")
    address, form = course_form(session)
    form["qualifications"].append(needed[0].pk)
    form["equipment"].append(needed[1].pk)

    asked = somebody.post(address, form)

    assert sorted(code for _title, code in appearing(asked)) == [
        "qualification_missing",
        "room_lacks_equipment",
    ]
    somebody.post(address, seen(asked, form))
    assert set(session.course.qualifications.all()) > {needed[0]}


def test_rule_6_another_plan_or_another_fact_is_shown_anew_and_nothing_is_saved(somebody, session):
    address, form = room_form(session, is_active="", note="ремонт до весны")
    asked = somebody.post(address, form)
    SessionFactory(room=room_of(session), course__title="Новая", starts_at=in_days(20))

    anew = somebody.post(address, seen(asked, form))

    assert [title for title, _code in appearing(anew)] == ["Трудный разговор", "Новая"]
    assert anew.context["trial"].is_stale
    assert "ремонт до весны" in anew.content.decode()
    Room.objects.update(name="Берёза")
    assert somebody.post(address, seen(anew, form)).context["trial"].is_stale
    assert Room.objects.get(pk=room_of(session).pk).is_active
    confirmed(somebody, address, form)
    assert not Room.objects.get(pk=room_of(session).pk).is_active


def hidden(page):
    """What the form's page sends along unseen."""
    found = re.findall(r'name="(seen)"\s+value="(\w+)"', page.content.decode())
    assert len(found) == 1
    return dict(found)


@pytest.mark.parametrize(
    ("made_of", "theirs", "own"),
    [
        (room_form, {"note": "Вход с торца"}, {"name": "Дуб"}),
        (site_form, {"address": "Тверская, 1"}, {"name": "Центр"}),
        (trainer_form, {"academic_hours_a_week": 39}, {"academic_hours_a_day": 7}),
        (course_form, {"title": "Лёгкий разговор"}, {"group_min": 3}),
    ],
)
def test_rule_9_the_second_of_two_who_change_a_fact_is_told_and_overwrites_nothing(
    somebody, session, made_of, theirs, own
):
    address, form = made_of(session)
    seen_by_both = hidden(somebody.get(address))
    first = somebody.post(address, form | seen_by_both | theirs)

    second = somebody.post(address, form | seen_by_both | own)
    kept = somebody.get(address).context["form"].initial
    again = somebody.post(address, form | hidden(second) | theirs | own)

    assert (first.status_code, second.status_code, again.status_code) == (302, 200, 302)
    assert kept | theirs == kept
    [told] = second.context["form"].non_field_errors()
    (named,) = theirs
    assert str(second.context["form"].fields[named].label) in told


def test_rule_6_who_looks_again_finds_the_form_as_it_was_typed(somebody, session):
    address, form = room_form(session, is_active="", note="ремонт до весны")

    page = somebody.post(address, seen(somebody.post(address, form), form) | {"edit": "1"})

    typed = page.context["form"]
    assert (typed["note"].value(), typed["is_active"].value()) == ("ремонт до весны", False)
    assert typed["equipment"].value() == [str(pk) for pk in form["equipment"]]
    assert Room.objects.get().is_active


def test_rule_6_the_hidden_form_sends_what_was_typed(somebody, session):
    """Ticks, choices of several, times: whatever the page of the preview holds says the same once more."""
    address, form = room_form(session, is_active="", is_step_free="on")
    asked = somebody.post(address, form)
    page = asked.context["form"]
    hidden = {name: page[name].value() for name in page.fields if not page.fields[name].disabled}

    somebody.post(address, seen(asked, hidden))

    room = Room.objects.get()
    assert (room.is_active, room.is_step_free, room.equipment.count()) == (False, True, 1)


def test_rule_6_what_becomes_right_is_shown_as_well(somebody, session):
    CalendarDay.objects.create(
        on=session.starts_at.date(), kind="centre", name="Учёт", status="decree", is_closed=True
    )
    address = url("calendar_day_removal", CalendarDay.objects.get())

    asked = somebody.post(address)

    found = asked.context["trial"].consequences
    assert (found.gone, found.hard, found.harms) == (1, 0, 0)
    assert CalendarDay.objects.exists()
    somebody.post(address, seen(asked, {}))
    assert not CalendarDay.objects.exists()


def test_rule_5_a_day_that_the_law_gives_off_warns_of_trainers_who_then_do_not_work(somebody, session):
    EmploymentFactory(employee=trainer_of(session).employee, work_pattern="5/2")
    day = in_days(14)
    day += timedelta(days=(2 - day.weekday()) % 7)
    working = SessionFactory(
        course__title="Среда", trainer=trainer_of(session), starts_at=day + timedelta(days=7)
    )
    address, form = day_form(working, kind="holiday", name="Праздник", is_closed="")

    asked = somebody.post(address, form)

    found = asked.context["trial"].consequences
    assert [one.session for one in found.sessions] == [working]
    assert (found.hard, found.soft) == (0, 1)


def test_rule_6_a_session_that_is_not_published_is_counted_but_named_to_planners_only(client, session):
    Session.objects.update(status=Session.Status.DRAFT)
    editor = sign_in(client, with_right("courses.change_course"))
    address, form = course_form(session, group_min=13, group_max=20)

    page = editor.post(address, form)

    told = page.content.decode()
    assert len(page.context["trial"].consequences.sessions) == 1
    assert ["не опубликован" in told, url("session", session) in told] == [True, False]


def test_r9_a_smaller_room_is_refused_whatever_was_shown_and_nobody_loses_a_seat(somebody, session):
    people = [enrol(EmployeeFactory(), session) for _number in range(4)]
    address, form = room_form(session, capacity=4, note="тесно")
    asked = somebody.post(address, form)
    people.append(enrol(EmployeeFactory(), session))

    answer = somebody.post(address, seen(asked, form))

    assert list(answer.context["form"].errors) == ["capacity"]
    assert answer.context["form"]["note"].value() == "тесно"
    assert Room.objects.get().capacity == 12
    assert session.enrolments.filter(seat=Seat.HELD).count() == len(people)


def test_r9_a_larger_room_shows_who_gets_a_seat_and_gives_it_in_order(somebody, session):
    Room.objects.update(capacity=2)
    Session.objects.update(seats=2)
    session.refresh_from_db()
    _first, _second, third, fourth = [enrol(EmployeeFactory(), session) for _number in range(4)]
    told = Message.objects.count()
    address, form = room_form(session, capacity=3)

    asked = somebody.post(address, form)

    found = asked.context["trial"].consequences
    assert [(one.seats_before, one.seats) for one in found.sessions] == [(2, 3)]
    assert [effect.person for effect in found.rehearsal.effects] == [third.trainee.short_name]
    assert found.rehearsal.messages >= 1
    third.refresh_from_db()
    assert (third.seat, Message.objects.count()) == (Seat.WAITING, told)
    somebody.post(address, seen(asked, form))
    third.refresh_from_db()
    fourth.refresh_from_db()
    assert (third.seat, fourth.seat) == (Seat.OFFERED, Seat.WAITING)


@pytest.mark.parametrize("sessions", [1, 3, 12])
def test_a_preview_takes_the_same_statements_for_any_number_of_sessions(sessions, django_assert_num_queries):
    site = SiteFactory()
    for number in range(sessions):
        SessionFactory(room=RoomFactory(site=site), starts_at=in_days(14 + number))

    with CaptureQueriesContext(connection) as queries:
        made = change_facts(lambda: Room.objects.update(is_active=False), shown="")

    assert len(made.consequences.sessions) == sessions
    # What the list of problems takes, twice; the transaction, the change, people, deadlines, messages.
    assert len(queries) == 39


def about(code, message, pk=7):
    return Problem(Finding(code, message, (About("room", pk),)))


def stand(*problems, seats=10):
    session = Session(pk=1, starts_at=in_days(3), seats=seats)
    found = {1: SessionProblems(session, problems)} if problems else {}
    return Stand({1: session}, found)


def test_problems_that_appear_vanish_or_read_otherwise_are_told_apart():
    small, smaller = about("room_too_small", "seats 4"), about("room_too_small", "seats 3")
    steps, closed = about("room_has_steps", "steps"), about("room_closed", "closed")

    [one] = compare(stand(small, steps), stand(smaller, closed))

    assert (one.fresh, one.gone, one.altered) == ((closed,), (steps,), (smaller,))
    assert compare(stand(small, steps), stand(steps, small)) == ()
    assert [two.changes_seats for two in compare(stand(small), stand(small, seats=12))] == [True]


def test_what_a_planner_allowed_is_no_problem_of_the_change():
    allowed = Problem(about("trainer_day_hours", "5").finding, Waiver(reason="экзамен"))

    assert compare(stand(), stand(allowed)) == ()
