"""Making sessions fast: free slots, the wizard of dates, and the groups of a month."""

from collections import Counter
from datetime import date

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from scheduling.actions import Draft, plan_sessions
from scheduling.errors import NeedsReason, NotPlannable
from scheduling.forms.wishes import GroupsForm
from scheduling.models import Booking, Session
from scheduling.plans import MeetingPlan, SessionPlan
from tests.costs import cost
from tests.factories import (
    CourseFactory,
    EquipmentFactory,
    QualificationFactory,
    RoomFactory,
    SessionFactory,
    SiteFactory,
    TrainerFactory,
    TrainerQualificationFactory,
    moscow,
)
from tests.rights import planner
from tests.scheduling.test_costs import add_rooms_and_trainers
from trainers.models import Absence

pytestmark = pytest.mark.django_db

SLOTS, PLAN, GROUPS = "/planning/slots/", "/planning/new/", "/planning/groups/"


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel(moscow(2026, 11, 24, 9), tick=False):
        yield


def conflicts(**course):
    """A course with its trainer, who holds what it needs."""
    course = CourseFactory(**course)
    held = TrainerQualificationFactory()
    course.qualifications.add(held.qualification)
    return course, held.trainer


def chosen(form):
    """Rooms and trainers that the planning form has ticked."""
    rooms = [offer.option.pk for offer in form.room_offers() if offer.is_chosen]
    return rooms, [offer.option.pk for offer in form.trainer_offers() if offer.is_chosen]


# --- free slots -----------------------------------------------------------------------------------


def test_a_slot_with_a_window_and_a_conflict_trainer_opens_the_planning_form_filled_in(hr):
    site, window = SiteFactory(), EquipmentFactory()
    course, trainer = conflicts(group_max=20)
    RoomFactory(site=site), RoomFactory().equipment.add(window)
    room = RoomFactory(site=site, capacity=16)
    room.equipment.add(window)
    SessionFactory(room=room, starts_at=moscow(2026, 11, 25, 8), trainer=trainer)
    asked = {
        "hours": 4,
        "site": site.pk,
        "people": 16,
        "equipment": window.pk,
        "qualifications": course.qualifications.get().pk,
    }

    offered = hr.get(SLOTS, asked).context["offered"]

    assert [one.slot.span.starts_at for one in offered] == [
        moscow(2026, 11, 25, 11, 15),
        moscow(2026, 11, 25, 14, 15),
        moscow(2026, 11, 26, 8),
    ]
    address = offered[0].url
    assert (
        f"?course={course.code}&amp;{address.partition('?')[2].replace('&', '&amp;')}"
        in hr.get(address).content.decode()
    )
    form = hr.get(f"{address}&course={course.code}").context["form"]
    assert (chosen(form), form.choices.spans[0].starts_at) == (
        ([room.pk], [trainer.pk]),
        moscow(2026, 11, 25, 11, 15),
    )


def test_a_slot_for_a_course_of_several_meetings_is_their_first(hr):
    course = CourseFactory(meetings=2)
    slot = {"day_1": "2026-12-01", "start_1": "10:00", "end_1": "13:00", "places": "1:1"}

    form = hr.get(PLAN, {"course": course.code, **slot}).context["form"]

    assert (form.is_bound, form["day_1"].value(), form["day_2"].value()) == (
        False,
        "2026-12-01",
        date(2026, 12, 9),
    )


def test_rule_4_what_no_room_has_is_said(hr):
    RoomFactory(name="Малая", capacity=8)
    TrainerFactory()

    text = hr.get(SLOTS, {"people": 16}).content.decode()

    assert "Малая: мест 8, а в группе 16." in text


@pytest.mark.parametrize(
    "asked",
    [{"hours": "0"}, {"begins_from": "12:00", "ends_by": "11:00"}, {"first": "9999-12-31"}, {"site": "x"}],
)
def test_a_wish_that_cannot_be_is_said_and_nothing_is_looked_for(hr, asked):
    response = hr.get(SLOTS, asked)

    assert "offered" not in response.context
    assert list(response.context["form"].errors) == [list(asked)[-1]]


# --- the wizard -----------------------------------------------------------------------------------


def test_the_wizard_fills_in_dates_that_go_on_with_their_rooms_and_trainers(hr):
    course, trainer = conflicts(academic_hours=8, meetings=2)
    room = RoomFactory()
    asked = {
        "course": course.code,
        "propose": 1,
        "first": "2026-12-01",
        "days_between": 7,
        "begins_from": "10:00",
    }

    times = hr.get(PLAN, asked).context["form"]
    filled = {name: times[name].value() for name in ("day_1", "day_2", "places")}

    assert filled == {
        "day_1": date(2026, 12, 1),
        "day_2": date(2026, 12, 8),
        "places": f"{room.pk}:{trainer.pk};{room.pk}:{trainer.pk}",
    }
    sent = {"course": course.code, "places": filled["places"]}
    for number in (1, 2):
        sent |= {f"day_{number}": filled[f"day_{number}"].isoformat(), f"start_{number}": "10:00"}
        sent |= {f"end_{number}": "13:00"}
    assert chosen(hr.get(PLAN, sent).context["form"]) == ([room.pk], [trainer.pk])


def test_the_wizard_says_what_stood_in_the_way(hr):
    course, trainer = conflicts(academic_hours=8, meetings=2)
    RoomFactory()
    Absence.objects.create(
        trainer=trainer, starts_on=date(2026, 12, 3), ends_on=date(2027, 12, 31), reason="vacation"
    )

    context = hr.get(PLAN, {"course": course.code, "propose": 1, "first": "2026-12-02"}).context

    assert [slot.span.starts_at for slot in context["found"].slots] == [moscow(2026, 12, 2, 8)]
    assert context["obstacles"] == ["62 дня: все, кто мог бы вести, отсутствуют."]


@pytest.mark.parametrize("places", ["nonsense", "1:2;3:4", "99:98", ":", "x" * 3000])
def test_places_that_make_no_sense_are_left_out(hr, places):
    room = RoomFactory()
    course = CourseFactory()
    sent = {"course": course.code, "day_1": "2026-12-01", "start_1": "10:00", "end_1": "13:00"}

    response = hr.get(PLAN, sent | {"places": places})

    assert response.status_code == 200
    assert Session.objects.count() == 0
    assert room


# --- many groups ----------------------------------------------------------------------------------


def month(course, groups, **asked):
    return {"course": course.code, "groups": groups, "month": "2026-12", "begins_from": "10:00", **asked}


def address_of(asked):
    return f"{GROUPS}?{'&'.join(f'{name}={value}' for name, value in asked.items())}"


def sent_back(response):
    """What the page sends when its button is pressed: the kept plans and the ticks."""
    rows = response.context["rows"]
    names = [name for name in rows.fields if name.startswith(("plan_", "take_"))]
    return {
        name: "on" if rows[name].value() is True else rows[name].value()
        for name in names
        if rows[name].value()
    }


def starts(response):
    return {one.group.number: one.group.meetings[0].span.starts_at for one in response.context["placed"]}


def test_rule_9_the_groups_of_a_month_are_proposed_and_saved_as_drafts(hr):
    course, trainer = conflicts(academic_hours=8, meetings=2, group_max=20)
    TrainerQualificationFactory(qualification=course.qualifications.get())
    RoomFactory(), RoomFactory()
    asked = month(course, 4, people=12)

    page = hr.get(GROUPS, asked)
    sent = sent_back(page)
    del sent["take_2"]
    response = hr.post(address_of(asked), sent)

    assert sorted(starts(page).values()) == [moscow(2026, 12, day, 10) for day in (1, 8, 16, 24)]
    assert response.url == f"/planning/?q={course.code}&month=2026-12&status=draft"
    drafts = Session.objects.filter(course=course)
    assert [(one.status, one.limit, one.starts_at) for one in drafts.order_by("starts_at")] == [
        (Session.Status.DRAFT, 12, moscow(2026, 12, day, 10)) for day in (1, 16, 24)
    ]
    assert Booking.objects.filter(meeting__session__in=drafts).count() == 3 * 2 * 2
    assert Counter(Booking.objects.teaching().values_list("person__trainer", flat=True))[trainer.pk] in (2, 4)


def test_rule_9_the_next_month_is_the_one_that_is_planned():
    with time_machine.travel("2027-01-30 12:00+03:00"):
        month = GroupsForm()["month"]

    assert month.initial == "2027-02"
    assert month.initial in dict(month.field.choices)


def test_rule_9_groups_are_saved_all_or_none(hr):
    course, trainer = conflicts()
    RoomFactory()
    asked = month(course, 3)
    page = hr.get(GROUPS, asked)
    SessionFactory(starts_at=starts(page)[3], trainer=trainer, course__title="Письмо")

    response = hr.post(address_of(asked), sent_back(page))

    assert not Session.objects.filter(course=course).exists()
    assert "«Письмо»" in str(response.context["rows"].errors["__all__"])
    assert [len(one.group.findings) for one in response.context["placed"]] == [0, 0, 1]


def test_expectation_27_groups_tell_their_number_before_and_after_and_name_what_cannot_be_saved(hr):
    course, trainer = conflicts()
    RoomFactory()
    asked = month(course, 3)
    page = hr.get(GROUPS, asked)
    sent = sent_back(page)
    del sent["take_1"]
    other = SessionFactory(starts_at=starts(page)[3], trainer=trainer, course__title="Письмо")

    refused = hr.post(address_of(asked), sent)
    other.delete()
    done = hr.post(address_of(asked), sent, follow=True)

    assert "Предложено 3 группы, отмечено: 3." in page.content.decode()
    assert refused.context["ticked"] == 2
    assert refused.context["rows"].errors["__all__"][1] == (
        "Что мешает, сказано у этих групп: Группа 3. Подберите другое место или снимите отметку."
    )
    assert [str(one) for one in done.context["messages"]] == ["Сохранено 2 черновика."]


def test_one_group_is_changed_and_the_others_stay(hr):
    course, _trainer = conflicts()
    RoomFactory()
    asked = month(course, 3)
    page = hr.get(GROUPS, asked)
    before = starts(page)

    changed = hr.post(address_of(asked), sent_back(page) | {"change": 2, "first_2": "2026-12-17"})
    hr.post(address_of(asked), sent_back(changed))

    assert starts(changed) == before | {2: moscow(2026, 12, 17, 10)}
    assert set(Session.objects.filter(course=course).values_list("starts_at", flat=True)) == set(
        starts(changed).values()
    )


def test_a_change_without_a_place_says_why_and_keeps_the_group(hr):
    course, _trainer = conflicts()
    RoomFactory()
    asked = month(course, 2)
    page = hr.get(GROUPS, asked)
    stranger = TrainerFactory()

    changed = hr.post(address_of(asked), sent_back(page) | {"change": 1, "trainer_1": stranger.pk})

    assert starts(changed) == starts(page)
    assert "Другого места не нашлось" in str(changed.context["rows"].errors["first_1"])


def test_groups_without_a_place_are_listed_with_the_reason(hr):
    course, trainer = conflicts(academic_hours=8)
    RoomFactory()
    trainer.academic_hours_a_week = 8
    trainer.save()

    response = hr.get(GROUPS, month(course, 6))

    assert len(response.context["placed"]) == 5
    [group] = response.context["without"]
    assert (group.name, group.why_not) == (
        "Группа 6",
        (
            "26 дней: у свободных тренеров выходной или превышение нагрузки.",
            "5 дней: в эти часы нет подходящей аудитории, свободной столько времени.",
        ),
    )


def test_what_was_not_proposed_by_the_page_is_not_saved(hr):
    course, _trainer = conflicts()
    RoomFactory()

    response = hr.post(address_of(month(course, 1)), {"plan_1": "made-up", "take_1": "on"})

    assert response.status_code == 200
    assert not Session.objects.exists()


def test_groups_whose_time_has_come_meanwhile_are_not_saved(hr):
    course, _trainer = conflicts()
    RoomFactory()
    asked = month(course, 2)
    sent = sent_back(hr.get(GROUPS, asked))

    with time_machine.travel(moscow(2026, 12, 10, 9), tick=False):
        hr.force_login(planner())
        response = hr.post(address_of(asked), sent)

    assert list(response.context["rows"].errors) == ["plan_1"]
    assert not Session.objects.exists()


# --- the verb -------------------------------------------------------------------------------------


def drafts(course, room, *trainers):
    return [
        Draft(
            course,
            SessionPlan(
                (MeetingPlan(moscow(2026, 12, day, 10), moscow(2026, 12, day, 13), room.pk, (trainer.pk,)),)
            ),
        )
        for day, trainer in enumerate(trainers, start=1)
    ]


def test_rule_9_one_plan_that_breaks_a_rule_refuses_all():
    course, trainer = conflicts()

    with pytest.raises(NotPlannable):
        plan_sessions(drafts(course, RoomFactory(), trainer, TrainerFactory()), by=None)

    assert not Session.objects.exists()


def test_rule_3_broken_limits_of_all_groups_are_asked_about_at_once():
    course = CourseFactory()
    one, other = TrainerFactory.create_batch(2, academic_hours_a_day=3)

    with pytest.raises(NeedsReason) as refusal:
        plan_sessions(drafts(course, RoomFactory(), one, other), by=None)

    assert {about.pk for found in refusal.value.findings for about in found.about} == {one.pk, other.pk}
    assert len(plan_sessions(drafts(course, RoomFactory(), one, other), by=None, despite="Некому")) == 2


def test_each_further_group_costs_the_same_number_of_statements():
    course, trainer = conflicts()
    room = RoomFactory()
    plans = drafts(course, room, *[trainer] * 9)
    costs = []
    for several in (plans[:1], plans[1:3], plans[3:9]):
        with CaptureQueriesContext(connection) as queries:
            plan_sessions(several, by=None)
        costs.append(len(queries))

    assert costs[2] - costs[1] == 4 * (costs[1] - costs[0])


@pytest.mark.rows_of("scheduling:slots", "scheduling:groups", "scheduling:copy")
def test_the_finders_pages_cost_the_same_for_any_number_of_rooms_trainers_and_bookings(hr):
    course = CourseFactory()
    course.qualifications.add(QualificationFactory())
    course.equipment.add(EquipmentFactory())
    addresses = (
        f"{SLOTS}?course={course.code}",
        address_of(month(course, 3)),
        f"{PLAN}?course={course.code}&propose=1",
        reverse("scheduling:copy", args=[SessionFactory().pk]),
    )
    costs = []
    for more in (1, 2, 297):
        add_rooms_and_trainers(course, more)
        costs.append([cost(hr, address) for address in addresses])

    assert costs == [costs[0]] * 3
