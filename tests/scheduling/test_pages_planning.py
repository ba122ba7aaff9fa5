"""Planning a session in steps, and planning it anew."""

from dataclasses import replace
from datetime import date
from urllib.parse import parse_qs

import pytest
import time_machine
from django.urls import reverse

from centre.models import CalendarDay
from enrolment.actions import enrol
from scheduling.actions import current_plans, replan_session
from scheduling.models import Booking, Session
from tests.factories import (
    CourseFactory,
    EmployeeFactory,
    RoomFactory,
    SelfPacedCourseFactory,
    SessionFactory,
    SiteFactory,
    TrainerFactory,
    TrainerQualificationFactory,
    moscow,
)
from tests.rights import planner, sign_in, with_right
from trainers.models import Absence

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel(moscow(2026, 11, 24, 9), tick=False):
        yield


URL = "/planning/new/"


def times(course, *days, start="10:00", end="13:00", **details):
    query = {"course": course.code, **details}
    for number, day in enumerate(days, start=1):
        query |= {f"day_{number}": f"2026-12-{day:02}", f"start_{number}": start, f"end_{number}": end}
    return query


def refusals(response):
    return {name: list(errors) for name, errors in response.context["form"].errors.items()}


def test_first_the_course_is_looked_for(hr):
    conflicts = CourseFactory(title="Разрешение конфликтов")
    CourseFactory(title="Деловое письмо")
    CourseFactory(title="Конфликты прошлого", is_archived=True)
    SelfPacedCourseFactory(title="Конфликты дома")

    response = hr.get(URL, {"q": "конфликт"})

    assert list(response.context["courses"]) == [conflicts]
    assert f"?course={conflicts.code}" in response.content.decode()
    assert "Такого курса нет" in hr.get(URL, {"q": "щщщ"}).content.decode()


@pytest.mark.parametrize("kind", [SelfPacedCourseFactory, lambda: CourseFactory(is_archived=True)])
def test_what_is_not_taught_cannot_be_planned(hr, kind):
    assert hr.get(URL, {"course": kind().code}).status_code == 404


def test_then_working_days_are_proposed_with_the_hours_of_the_course(hr):
    course = CourseFactory(academic_hours=16, meetings=2)
    CalendarDay.objects.create(on=date(2026, 12, 8), kind="holiday", name="Праздник", status="decree")

    form = hr.get(URL, {"course": course.code}).context["form"]

    assert [form[name].value().isoformat() for name in ("day_1", "day_2")] == ["2026-12-09", "2026-12-10"]
    assert [form[name].value().isoformat() for name in ("start_1", "end_1")] == ["10:00:00", "16:00:00"]


@pytest.mark.parametrize(
    ("change", "refused"),
    [
        ({"end_1": "10:00"}, {"end_1": ["Занятие должно закончиться позже, чем начнётся."]}),
        ({"day_1": "2026-11-23"}, {"day_1": ["Это время уже прошло. Выберите день или время позже."]}),
        (
            {"day_2": "2026-12-01", "start_2": "12:00"},
            {"start_2": ["Занятие 2 начинается раньше, чем закончится занятие 1."]},
        ),
        (
            {"day_2": "2026-12-04"},
            {"day_2": ["В этот день центр закрыт (Учёт). Выберите другой."]},
        ),
        (
            {"end_1": "17:00"},
            {"__all__": ["1 декабря: получается 9,3 ак. ч, а в день проводится не больше 8."]},
        ),
        ({"day_2": "9999-12-31"}, {"day_2": ["Планируйте не дальше чем на два года вперёд."]}),
        ({"day_1": "0001-01-01"}, {"day_1": ["Это время уже прошло. Выберите день или время позже."]}),
        ({"day_1": "31.31.2026"}, {"day_1": ["Введите правильную дату."]}),
        ({"limit": "0"}, {"limit": ["Убедитесь, что это значение больше либо равно 1."]}),
    ],
)
def test_rule_4_rule_5_wrong_times_are_said_beside_their_field_and_kept(hr, change, refused):
    course = CourseFactory(meetings=2)
    CalendarDay.objects.create(
        on=date(2026, 12, 4), kind="centre", name="Учёт", status="decree", is_closed=True
    )

    response = hr.get(URL, times(course, 1, 2) | change)

    assert refusals(response) == refused
    [(name, value)] = list(change.items())[:1]
    assert response.context["form"][name].value() == value


def test_only_fitting_rooms_and_qualified_trainers_are_offered_with_reasons_for_the_others(hr):
    course = CourseFactory(group_max=20)
    held = TrainerQualificationFactory(trainer__employee__last_name="Громыкин")
    course.qualifications.add(held.qualification)
    TrainerFactory(employee__last_name="Лишняя")
    away = TrainerQualificationFactory(
        trainer__employee__last_name="Лапшина", qualification=held.qualification
    ).trainer
    Absence.objects.create(
        trainer=away, starts_on=date(2026, 12, 1), ends_on=date(2026, 12, 5), reason="vacation"
    )
    RoomFactory(name="Малая", capacity=8)
    RoomFactory(name="Большая", capacity=20)
    SessionFactory(
        starts_at=moscow(2026, 12, 1, 9), room=RoomFactory(name="Аудитория 201"), course__title="Письмо"
    )

    response = hr.get(URL, times(course, 1))

    form = response.context["form"]
    assert [offer.option.room.name for offer in form.room_offers()] == ["Большая"]
    assert [offer.option.trainer.name for offer in form.trainer_offers()] == ["Громыкин М. О."]
    text = response.content.decode()
    for reason in (
        "Аудитория 201: занята 1 декабря, 09:00–12:00, «Письмо».",
        "Малая: мест 8, а в группе 20.",
        "Лапшина М. О.: отпуск 1 декабря.",
        "Лишняя М. О.: 1 декабря нет ни одной нужной курсу квалификации.",
    ):
        assert reason in text


def test_the_reason_of_absence_is_for_those_who_may_see_it(client):
    absence = Absence.objects.create(
        trainer=TrainerFactory(), starts_on=date(2026, 12, 1), ends_on=date(2026, 12, 5), reason="illness"
    )
    sign_in(client, with_right("scheduling.plan_session"))

    text = client.get(URL, times(CourseFactory(), 1)).content.decode()

    assert f"{absence.trainer}: отсутствует 1 декабря." in text
    assert "болезнь" not in text


def test_a_draft_is_saved_with_its_bookings(hr):
    course = CourseFactory(meetings=2, group_max=20)
    room, trainer = RoomFactory(capacity=15), TrainerFactory()
    query = times(course, 1, 2, limit="12", note="Возьмите паспорт")

    response = hr.post(URL, query | {"room": room.pk, "trainers": [trainer.pk]})

    session = Session.objects.get()
    assert response.url == reverse("scheduling:session", args=[session.pk])
    assert (session.status, session.seats, session.limit, session.note) == (
        Session.Status.DRAFT,
        12,
        12,
        "Возьмите паспорт",
    )
    assert [meeting.starts_at for meeting in session.meetings.all()] == [
        moscow(2026, 12, 1, 10),
        moscow(2026, 12, 2, 10),
    ]
    assert Booking.objects.filter(room=room).count() == 2
    assert Booking.objects.teaching().filter(person=trainer.employee).count() == 2


def test_a_meeting_may_have_its_own_room_and_trainers(hr):
    course = CourseFactory(meetings=2)
    rooms = RoomFactory.create_batch(2, site=SiteFactory())
    trainers = TrainerFactory.create_batch(2)

    hr.post(
        URL,
        times(course, 1, 2)
        | {
            "room": rooms[0].pk,
            "room_2": rooms[1].pk,
            "trainers": [trainers[0].pk],
            "trainers_2": [one.pk for one in trainers],
        },
    )

    first, second = Session.objects.get().meetings.all()
    assert set(first.bookings.values_list("room", "person__trainer")) == {
        (rooms[0].pk, None),
        (None, trainers[0].pk),
    }
    assert set(second.bookings.values_list("room", "person__trainer")) == {
        (rooms[1].pk, None),
        (None, trainers[0].pk),
        (None, trainers[1].pk),
    }


def test_rule_3_two_trainers_may_hold_the_qualifications_together(hr):
    course, room = CourseFactory(), RoomFactory()
    first, second = TrainerQualificationFactory.create_batch(2)
    course.qualifications.add(first.qualification, second.qualification)
    chosen = times(course, 1) | {"room": room.pk}

    response = hr.post(URL, chosen | {"trainers": [first.trainer.pk]})

    assert refusals(response) == {
        "trainers": [
            f"{first.trainer}: нет квалификации, действующей 1 декабря: {second.qualification}. "
            "Добавьте тренера, у которого она есть."
        ]
    }
    hr.post(URL, chosen | {"trainers": [first.trainer.pk, second.trainer.pk]})
    assert Session.objects.count() == 1


def test_nothing_chosen_is_said_and_nothing_saved(hr):
    RoomFactory(), TrainerFactory()

    response = hr.post(URL, times(CourseFactory(), 1) | {"room": ""})

    assert refusals(response) == {
        "room": ["Выберите аудиторию."],
        "trainers": ["Выберите хотя бы одного тренера."],
    }
    assert not Session.objects.exists()


def test_rule_2_a_clash_is_refused_in_a_sentence_that_names_the_other_booking_and_keeps_the_input(hr):
    room, trainer, free = RoomFactory(name="Аудитория 201"), TrainerFactory(), RoomFactory()
    SessionFactory(
        starts_at=moscow(2026, 12, 1, 11), room=room, trainer=trainer, course__title="Деловое письмо"
    )
    course = CourseFactory()

    response = hr.post(
        URL, times(course, 1, note="Вход со двора") | {"room": room.pk, "trainers": [trainer.pk]}
    )

    assert refusals(response) == {
        "room": ["Аудитория 201: занята 1 декабря, 11:00–14:00, «Деловое письмо»."],
        "trainers": [f"{trainer}: ведёт 1 декабря, 11:00–14:00, «Деловое письмо»."],
    }
    assert Session.objects.count() == 1
    kept = parse_qs(response.context["times"].query)
    assert (kept["day_1"], kept["note"]) == (["2026-12-01"], ["Вход со двора"])
    assert [offer.option.room.pk for offer in response.context["form"].room_offers()] == [free.pk]


def test_rule_2_travel_between_sites_is_asked_of_the_trainer(hr):
    trainer, room = TrainerFactory(), RoomFactory(site__name="ВДНХ")
    SessionFactory(
        starts_at=moscow(2026, 12, 1, 9),
        room=RoomFactory(site__name="Строгино"),
        trainer=trainer,
        course__title="Письмо",
    )

    response = hr.post(
        URL,
        times(CourseFactory(), 1, start="13:00", end="15:00") | {"room": room.pk, "trainers": [trainer.pk]},
    )

    assert refusals(response)["__all__"] == [
        f"{trainer}: на площадке «Строгино» 1 декабря, 09:00–12:00; на дорогу нужно 90 мин."
    ]


def test_a_webinar_is_planned_in_an_online_room_with_its_link(hr):
    course = CourseFactory(delivery="online_live", format="WEBINAR")
    online, trainer = RoomFactory(site__is_online=True), TrainerFactory()
    RoomFactory()
    query = times(course, 1, online_link="https://meet.example/42")

    offers = hr.get(URL, query).context["form"].room_offers()
    hr.post(URL, query | {"room": online.pk, "trainers": [trainer.pk]})

    assert [offer.option.pk for offer in offers] == [online.pk]
    assert Session.objects.get().online_link == "https://meet.example/42"


def test_a_step_free_need_reaches_the_session(hr):
    RoomFactory(is_step_free=False)
    room, trainer = RoomFactory(is_step_free=True), TrainerFactory()
    query = times(CourseFactory(), 1, needs_step_free="on")

    offers = hr.get(URL, query).context["form"].room_offers()
    hr.post(URL, query | {"room": room.pk, "trainers": [trainer.pk]})

    assert [offer.option.pk for offer in offers] == [room.pk]
    assert Session.objects.get().needs_step_free


# --- planning anew --------------------------------------------------------------------------------


def replan(client, session, day, version, **places):
    data = {"version": version, "day_1": f"2026-12-{day:02}", "start_1": "10:00", "end_1": "13:00"}
    return client.post(reverse("scheduling:replan", args=[session.pk]), {"sure": 1, **data, **places})


def test_planning_anew_begins_with_what_stands(hr):
    room, trainer = RoomFactory(), TrainerFactory()
    session = SessionFactory(starts_at=moscow(2026, 12, 1, 10), room=room, trainer=trainer, note="Паспорт")
    url = reverse("scheduling:replan", args=[session.pk])

    form = hr.get(url).context["form"]
    chosen = hr.get(url, {"version": 1, "day_1": "2026-12-01", "start_1": "10:00", "end_1": "13:00"}).context[
        "form"
    ]

    assert [form[name].value() for name in ("day_1", "note", "version")] == [date(2026, 12, 1), "Паспорт", 1]
    assert [offer.option.pk for offer in chosen.room_offers() if offer.is_chosen] == [room.pk]
    assert [offer.option.pk for offer in chosen.trainer_offers() if offer.is_chosen] == [trainer.pk]


def test_expectation_24_moving_says_first_whom_it_touches(hr):
    session = SessionFactory(starts_at=moscow(2026, 12, 1, 10))
    for trainee in EmployeeFactory.create_batch(2):
        enrol(trainee, session)

    response = hr.get(
        reverse("scheduling:replan", args=[session.pk]),
        {"version": 1, "day_1": "2026-12-03", "start_1": "10:00", "end_1": "13:00"},
    )

    assert "2 человека получат сообщение." in response.content.decode()


def test_a_session_is_moved_with_its_people(hr):
    room, trainer = RoomFactory(), TrainerFactory()
    session = SessionFactory(starts_at=moscow(2026, 12, 1, 10), room=room, trainer=trainer)
    trainee = EmployeeFactory()
    enrol(trainee, session)

    replan(hr, session, 3, 1, room=room.pk, trainers=[trainer.pk], reason="ремонт")

    session.refresh_from_db()
    assert (session.starts_at, session.version) == (moscow(2026, 12, 3, 10), 2)
    assert [(step.kind, step.reason) for step in session.steps.all()] == [("moved", "ремонт")]
    assert Booking.objects.get(person=trainee).period.lower == moscow(2026, 12, 3, 10)


def test_rule_9_the_second_of_two_planners_is_told_and_nothing_is_overwritten(hr):
    room, trainer = RoomFactory(), TrainerFactory()
    session = SessionFactory(starts_at=moscow(2026, 12, 1, 10), room=room, trainer=trainer)
    replan(hr, session, 3, 1, room=room.pk, trainers=[trainer.pk])

    response = replan(hr, session, 4, 1, room=room.pk, trainers=[trainer.pk])

    session.refresh_from_db()
    assert session.starts_at == moscow(2026, 12, 3, 10)
    [sentence] = refusals(response)["__all__"]
    assert ["изменил другой сотрудник" in sentence, "перенесена" in sentence] == [True, True]


@pytest.mark.parametrize("name", ["day_1", "version", "room", "trainers"])
@pytest.mark.parametrize("value", ["", "x", "\x00", "9" * 30, "-1"])
def test_s15_odd_values_are_refused_in_words(hr, name, value):
    room, trainer = RoomFactory(), TrainerFactory()
    session = SessionFactory(starts_at=moscow(2026, 12, 1, 10), room=room, trainer=trainer)

    response = replan(
        hr, session, 3, **{"version": 1, "room": room.pk, "trainers": [trainer.pk], name: value}
    )

    assert response.status_code == 200
    assert response.context["form"].errors


@pytest.mark.parametrize("query", [{"course": "\x00"}, {"course": "x" * 99}, {"q": "\x00' | :*"}])
def test_s15_odd_addresses_lead_to_the_first_step(hr, query):
    response = hr.get(URL, query)

    assert response.status_code == 200
    assert "search" in response.context


def test_rule_7_of_a_session_that_has_begun_the_meetings_ahead_are_planned_anew(hr):
    session = SessionFactory(starts_at=moscow(2026, 12, 1, 10))
    (begun,) = current_plans(session)
    later = replace(begun, starts_at=moscow(2026, 12, 3, 10), ends_at=moscow(2026, 12, 3, 13))
    session = replan_session(session, [begun, later], by=None, version=session.version)
    substitute = TrainerFactory()
    address = reverse("scheduling:replan", args=[session.pk])

    with time_machine.travel(moscow(2026, 12, 1, 11), tick=False):
        sign_in(hr, planner())
        shown = hr.get(address).context["form"]
        query = {name: shown[name].value() or "" for name in shown.fields} | {
            "day_1": "2026-12-03",
            "start_1": "10:00",
            "end_1": "13:00",
        }
        places = {"room": begun.room_id, "trainers": [substitute.pk]}
        answer = hr.post(address, {**query, **places, "sure": 1})

    assert "day_2" not in shown.fields
    assert answer.status_code == 302
    assert current_plans(session) == [begun, replace(later, trainer_ids=(substitute.pk,))]


def test_rule_9_the_last_meeting_begins_while_it_is_planned_anew(hr):
    room, trainer = RoomFactory(), TrainerFactory()
    session = SessionFactory(starts_at=moscow(2026, 12, 1, 10), room=room, trainer=trainer)

    with time_machine.travel(moscow(2026, 12, 1, 10), tick=False):
        sign_in(hr, planner())
        answer = replan(hr, session, 3, 1, room=room.pk, trainers=[trainer.pk])

    assert answer.status_code == 200
    assert refusals(answer)
    assert current_plans(session)[0].starts_at == moscow(2026, 12, 1, 10)


def test_rule_9_the_first_meeting_begins_while_both_are_planned_anew(hr):
    session = SessionFactory(starts_at=moscow(2026, 12, 1, 10))
    (first,) = current_plans(session)
    second = replace(first, starts_at=moscow(2026, 12, 3, 10), ends_at=moscow(2026, 12, 3, 13))
    session = replan_session(session, [first, second], by=None, version=session.version)
    places = {"room": first.room_id, "trainers": first.trainer_ids}
    day_2 = {"day_2": "2026-12-08", "start_2": "10:00", "end_2": "13:00"}

    with time_machine.travel(moscow(2026, 12, 1, 10), tick=False):
        sign_in(hr, planner())
        answer = replan(hr, session, 7, session.version, **day_2, **places)

    assert answer.status_code == 200
    assert refusals(answer)
    assert current_plans(session) == [first, second]


def test_rule_3_a_broken_limit_asks_for_a_reason_in_the_form(hr):
    course, room = CourseFactory(), RoomFactory()
    trainer = TrainerFactory(academic_hours_a_day=2)
    sent = {**times(course, 4), "room": room.pk, "trainers": [trainer.pk]}

    asked = hr.post(URL, sent)
    saved = hr.post(URL, {**sent, "despite": "Замены нет"})

    assert list(refusals(asked)) == ["despite"]
    assert saved.status_code == 302
    assert Session.objects.get().waivers.get().reason == "Замены нет"
