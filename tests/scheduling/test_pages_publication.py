"""Rule 9 on its page: the difference, what happens to whom, then the click; and where changes are prepared."""

import re

import pytest
from django.test import Client

from enrolment.actions import enrol
from notifications.models import Message
from scheduling.actions import current_plan, publish_session
from scheduling.models import Booking, PreparedChange, Session
from scheduling.publication.actions import prepare_cancellation, prepare_move
from tests.factories import (
    CourseFactory,
    EmployeeFactory,
    RoomFactory,
    SessionFactory,
    TrainerFactory,
    moscow,
)
from tests.rights import planner, sign_in

pytestmark = pytest.mark.django_db

DECEMBER = "/planning/publish/?month=2026-12"
Status = Session.Status


@pytest.fixture
def hr(client, time_machine):
    time_machine.move_to(moscow(2026, 11, 10, 9))
    return sign_in(client, planner())


def draft(day=7, **given):
    return SessionFactory(status=Status.DRAFT, starts_at=moscow(2026, 12, day, 10), **given)


def cancelled_then(session):
    return prepare_cancellation(session, "Нет группы", by=EmployeeFactory(), version=session.version)


def preview(client, *sessions, **words):
    return client.post(DECEMBER, {"take": [session.pk for session in sessions], **words})


def click(client, *sessions, shown, **words):
    return preview(client, *sessions, sure="1", shown=shown, **words)


def words_of(response):
    return " ".join(response.content.decode().split())


def test_rule_9_the_page_says_the_difference_in_numbers_and_words(hr):
    new, goes = draft(), SessionFactory(starts_at=moscow(2026, 12, 14, 10))
    SessionFactory(starts_at=moscow(2026, 12, 15, 10))
    enrol(EmployeeFactory(), goes)
    cancelled_then(goes)

    response = hr.get(DECEMBER)

    told = words_of(response)
    for words in (
        "Публикация: декабрь 2026",
        "<dt>Новые</dt><dd>1</dd>",
        "<dt>Меняются</dt><dd>0</dd>",
        "<dt>Отменяются</dt><dd>1</dd>",
        "<dt>Без изменений</dt><dd>1</dd>",
        "<dt>Слушатели узнают</dt><dd>1</dd>",
        "<dt>Тренеры подтвердят</dt><dd>1</dd>",
        "Причина: Нет группы",
        "Узнает 1 человек.",
    ):
        assert words in told
    assert response.context["form"].ticked == {new.pk, goes.pk}


def test_rule_9_nothing_happens_before_the_planner_has_seen_what_will(hr):
    session = draft()

    first = click(hr, session, shown="")

    assert "Ничего не опубликовано" in words_of(first)
    session.refresh_from_db()
    assert session.status == Status.DRAFT

    shown = preview(hr, session).context["shown"]
    answer = click(hr, session, shown=shown)

    assert answer.status_code == 302
    assert "Опубликована 1 группа." in words_of(hr.get(answer["Location"]))
    session.refresh_from_db()
    assert session.status == Status.OPEN


def test_rule_9_a_row_that_is_not_ticked_is_left_out(hr):
    taken, left = draft(7), draft(8)

    click(hr, taken, shown=preview(hr, taken).context["shown"])

    statuses = dict(Session.objects.values_list("pk", "status"))
    assert (statuses[taken.pk], statuses[left.pk]) == (Status.OPEN, Status.DRAFT)


def test_rule_9_what_changed_since_the_preview_is_shown_anew_and_nothing_happens(hr):
    session = SessionFactory(starts_at=moscow(2026, 12, 14, 10))
    cancelled_then(session)
    shown = preview(hr, session).context["shown"]
    late = EmployeeFactory(last_name="Опоздавшая")
    enrol(late, session)

    answer = click(hr, session, shown=shown)

    assert answer.status_code == 200
    assert "Ничего не опубликовано" in words_of(answer)
    assert "Опоздавшая" in words_of(answer)
    assert answer.context["shown"] != shown
    assert PreparedChange.objects.count() == 1

    assert click(hr, session, shown=answer.context["shown"]).status_code == 302
    assert late.notices.filter(kind="session_cancelled").count() == 1


def test_rule_9_what_somebody_else_published_meanwhile_is_said_and_not_published_twice(hr):
    session, other = draft(7), draft(8)
    shown = preview(hr, session, other).context["shown"]
    publish_session(session, by=None)
    told = Message.objects.count()

    answer = click(hr, session, other, shown=shown)

    assert "Ничего не опубликовано" in words_of(answer)
    assert Message.objects.count() == told


def test_rule_9_a_draft_with_a_hard_problem_has_no_tick_but_its_sentence(hr):
    session = draft()
    Booking.objects.filter(meeting__session=session, room__isnull=False).delete()

    told = words_of(hr.get(DECEMBER))

    assert "Не войдёт 1 группа" in told
    assert "7 декабря" in told
    assert f'value="{session.pk}"' not in told
    assert preview(hr, session).context["form"].errors["take"]


def test_rule_9_a_broken_limit_asks_for_its_reason_once(hr):
    session = draft(trainer=TrainerFactory(academic_hours_a_day=3))

    asked = preview(hr, session)
    assert asked.context["form"].asks_for_a_reason
    assert "shown" not in asked.context

    shown = preview(hr, session, despite="Замены нет").context["shown"]
    click(hr, session, shown=shown, despite="Замены нет")

    assert session.waivers.get().reason == "Замены нет"


def test_rule_9_without_a_tick_the_page_asks_for_one(hr):
    draft()

    assert "Отметьте хотя бы одну строку." in words_of(preview(hr))


def test_rule_9_without_a_month_the_first_that_waits_is_shown_and_an_empty_one_says_what_to_do(hr):
    assert "В этом месяце публиковать нечего" in words_of(hr.get("/planning/publish/"))
    draft()

    assert "Публикация: декабрь 2026" in words_of(hr.get("/planning/publish/"))
    assert "Публикация: январь 2027" in words_of(hr.get("/planning/publish/?month=2027-01"))


def test_rule_9_what_is_prepared_is_invisible_to_trainees_and_trainers(client, time_machine):
    time_machine.move_to(moscow(2026, 11, 10, 9))
    session = SessionFactory(starts_at=moscow(2026, 12, 14, 10))
    hidden = draft(course=CourseFactory(title="Ещё черновик"))
    trainee = EmployeeFactory()
    enrol(trainee, session)
    trainer = session.meetings.get().bookings.get(role="teaches").person
    pages = ["/", f"/sessions/{session.pk}/", f"/courses/{session.course.code}/", "/courses/"]
    before = {
        (who.pk, page): sign_in(client, who).get(page).content for who in (trainee, trainer) for page in pages
    }

    prepare_move(
        session,
        current_plan(session)
        .with_meeting(0, starts_at=moscow(2026, 12, 16, 10), ends_at=moscow(2026, 12, 16, 13))
        .meetings,
        by=None,
        version=session.version,
    )

    for who in (trainee, trainer):
        sign_in(client, who)
        for page in pages:
            told = client.get(page).content.decode()
            assert "16 декабря" not in told
            assert "Ещё черновик" not in told
            assert ("14 декабря" in told) == ("14 декабря" in before[who.pk, page].decode())
    assert sign_in(client, trainee).get(f"/sessions/{hidden.pk}/").status_code == 404
    assert sign_in(client, trainee).get(DECEMBER).status_code == 403
    assert sign_in(client, trainer).get(DECEMBER).status_code == 403


# --- where changes are prepared -------------------------------------------------------------------


def test_rule_9_the_form_of_a_move_keeps_it_for_the_publication(hr):
    session, room = SessionFactory(starts_at=moscow(2026, 12, 14, 10)), RoomFactory(name="Зал Б")
    trainer = current_plan(session).meetings[0].trainer_ids[0]
    sent = {
        "version": session.version,
        "day_1": "2026-12-16",
        "start_1": "10:00",
        "end_1": "13:00",
        "room": room.pk,
        "trainers": [trainer],
        "reason": "Ремонт",
    }
    where = f"/planning/{session.pk}/plan/"
    assert "Отложить до публикации" in words_of(hr.post(where, sent))

    hr.post(where, sent | {"sure": "1", "prepare": "1"})

    session.refresh_from_db()
    assert session.starts_at == moscow(2026, 12, 14, 10)
    told = words_of(hr.get(f"/planning/{session.pk}/"))
    assert "Отложено до публикации" in told
    assert "Зал Б" in told
    assert "Причина: Ремонт" in told

    hr.post(f"/planning/{session.pk}/prepared/removal/")
    assert not PreparedChange.objects.exists()


def test_rule_9_what_was_prepared_after_the_page_was_made_is_not_dropped(hr):
    session = SessionFactory(starts_at=moscow(2026, 12, 14, 10))
    where = f"/planning/{session.pk}/prepared/removal/"
    prepare_cancellation(session, "Нет группы", by=None, version=session.version)
    seen = re.findall(r'name="version" value="(\d+)"', hr.get(f"/planning/{session.pk}/").content.decode())
    session.refresh_from_db()
    prepare_cancellation(session, "Ремонт", by=None, version=session.version)

    told = words_of(hr.post(where, {"version": seen}, follow=True))

    assert "Откройте группу заново" in told
    assert PreparedChange.objects.get().reason == "Ремонт"


def form_of(session, **given):
    (meeting,) = current_plan(session).meetings
    session.refresh_from_db()
    return {
        "version": session.version,
        "day_1": "2026-12-14",
        "start_1": "10:00",
        "end_1": "13:00",
        "room": meeting.room_id,
        "trainers": meeting.trainer_ids,
    } | given


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_rule_9_two_sessions_swap_their_rooms_by_their_forms(hr, order):
    sessions = [SessionFactory(starts_at=moscow(2026, 12, 14, 10), course__group_max=10) for _one in range(2)]
    rooms = [current_plan(session).meetings[0].room_id for session in sessions]
    first, second = (sessions[number] for number in order)
    room_of_first, room_of_second = (rooms[number] for number in order)
    where = f"/planning/{first.pk}/plan/"
    sent = form_of(first, room=room_of_second)

    asked = words_of(hr.post(where, sent))
    assert "Отложить до публикации" not in asked
    assert f"«{second.course.title}»" in asked
    shown = words_of(hr.post(where, sent | {"despite": "Обмен залами"}))
    assert "Отложить до публикации" in shown
    assert "Сохранить изменения" not in shown
    assert "До публикации группа остаётся как есть" in shown
    hr.post(where, sent | {"despite": "Обмен залами", "prepare": "1"})
    where = f"/planning/{second.pk}/plan/"
    sent = form_of(second, room=room_of_first)
    offered = words_of(hr.get(where, {key: sent[key] for key in ("version", "day_1", "start_1", "end_1")}))
    shown = words_of(hr.post(where, sent))
    hr.post(where, sent | {"prepare": "1"})

    assert "Освободится со следующей публикацией" in offered
    assert "Отложить до публикации" in shown
    changes = {one.session_id: one.new_plan.meetings[0].room_id for one in PreparedChange.objects.all()}
    assert changes == {first.pk: room_of_second, second.pk: room_of_first}
    assert [current_plan(session).meetings[0].room_id for session in sessions] == rooms


def test_rule_9_what_somebody_else_has_is_not_taken_at_once(hr):
    there = SessionFactory(starts_at=moscow(2026, 12, 14, 10))
    session = SessionFactory(starts_at=moscow(2026, 12, 14, 10))
    before = current_plan(session)
    sent = form_of(session, room=current_plan(there).meetings[0].room_id)

    answer = hr.post(f"/planning/{session.pk}/plan/", sent | {"sure": "1"})

    assert answer.status_code == 200
    assert f"«{there.course.title}»" in words_of(answer)
    assert current_plan(session) == before


def test_rule_9_of_a_draft_a_taken_room_is_refused_as_ever(hr):
    there = SessionFactory(starts_at=moscow(2026, 12, 14, 10))
    session = SessionFactory(starts_at=moscow(2026, 12, 14, 10), status="draft")
    sent = form_of(session, room=current_plan(there).meetings[0].room_id, despite="Надо")

    answer = hr.post(f"/planning/{session.pk}/plan/", sent | {"prepare": "1"})

    assert f"«{there.course.title}»" in words_of(answer)
    assert not PreparedChange.objects.exists()


def test_rule_9_a_cancellation_is_kept_by_its_form_and_the_second_planner_is_told(hr):
    session = SessionFactory(starts_at=moscow(2026, 12, 14, 10))
    where = f"/planning/{session.pk}/cancellation/preparation/"
    other = sign_in(Client(), planner())
    version = other.get(where).context["form"]["version"].value()

    assert hr.post(where, {"reason": "Нет группы", "version": version}).status_code == 302
    answer = other.post(where, {"reason": "Другая", "version": version})

    assert "изменение отложено до публикации" in words_of(answer)
    assert PreparedChange.objects.get().reason == "Нет группы"


@pytest.mark.rows_of("scheduling:publication")
def test_rule_9_the_difference_costs_the_same_for_any_number_of_rows(hr, django_assert_num_queries):
    course, room, trainer = CourseFactory(), RoomFactory(), TrainerFactory()
    hr.get(DECEMBER)
    for number in range(300):
        day, hour = number % 28 + 1, number // 28 % 3 * 4 + 8
        many = {"room": room, "trainer": trainer} if number < 84 else {}
        starts_at = moscow(2026, 12, day, hour)
        session = SessionFactory(
            course=course,
            starts_at=starts_at,
            status=Status.OPEN if number % 2 else Status.DRAFT,
            **many,
        )
        if number % 2:
            plan = current_plan(session)
            PreparedChange.objects.create(
                session=session,
                kind="cancel" if number % 4 == 3 else "move",
                plan=None if number % 4 == 3 else plan.as_json(),
                starts_at=None if number % 4 == 3 else starts_at,
                reason="Ремонт",
                session_version=session.version,
            )
        if number in (3, 7, 299):
            with django_assert_num_queries(25):
                assert len(hr.get(DECEMBER).context["difference"].rows) == number + 1


@pytest.mark.rows_of("scheduling:prepare_cancellation")
def test_rule_9_the_page_of_a_kept_cancellation_costs_the_same_for_any_number_of_people(
    hr, django_assert_num_queries
):
    session = SessionFactory(starts_at=moscow(2026, 12, 14, 10))
    where = f"/planning/{session.pk}/cancellation/preparation/"
    hr.get(where)
    for count in (1, 3, 12):
        while session.enrolments.count() < count:
            enrol(EmployeeFactory(), session)
        with django_assert_num_queries(9):
            hr.get(where)
