"""Rule 9: what planners prepared for a month, its difference in words and numbers, published as one operation."""

import pytest
from django.utils import timezone

from enrolment.actions import enrol
from enrolment.invariants import booking_faults
from notifications.models import Message
from scheduling.actions import change_limit, current_plan, publish_session
from scheduling.errors import (
    NeedsReason,
    NotAsShown,
    NotPlannable,
    SchedulingError,
    SeatsTaken,
    StalePlan,
    WrongState,
)
from scheduling.models import Assignment, Booking, PreparedChange, Session, SessionStep
from scheduling.publication.actions import (
    drop_prepared_change,
    prepare_cancellation,
    prepare_move,
    publish_as_shown,
    publish_plan,
)
from scheduling.publication.difference import Kind, fingerprint_of, stale_words
from scheduling.rehearsal import rehearse
from tests.factories import (
    EmployeeFactory,
    RoomFactory,
    SessionFactory,
    TrainerFactory,
    moscow,
)
from tests.scheduling.months import december, draft, moved_to, prepare, publish, published

pytestmark = pytest.mark.django_db

Status = Session.Status


@pytest.fixture(autouse=True)
def today(time_machine):
    time_machine.move_to(moscow(2026, 11, 10, 9))


def state(session):
    session.refresh_from_db()
    return session.status


def everything():
    return [
        list(model.objects.order_by("pk").values())
        for model in (Session, SessionStep, Booking, PreparedChange, Message, Assignment)
    ]


# --- preparing ------------------------------------------------------------------------------------


def test_rule_9_a_prepared_move_changes_nothing_and_tells_nobody_until_it_is_published():
    session, trainee = published(), EmployeeFactory()
    enrol(trainee, session)
    before = current_plan(session)
    told = Message.objects.count()

    prepare(session, moved_to(session, 16), reason="Ремонт")

    assert current_plan(session) == before
    assert Message.objects.count() == told

    publish(session)

    assert [one.starts_at for one in current_plan(session).meetings] == [moscow(2026, 12, 16, 10)]
    assert not PreparedChange.objects.exists()
    assert session.steps.get(kind="moved").reason == "Ремонт"
    assert booking_faults() == []


def test_rule_9_a_prepared_cancellation_keeps_the_session_until_it_is_published():
    session, trainee = published(), EmployeeFactory()
    enrol(trainee, session)

    prepare_cancellation(session, "Нет группы", by=None, version=session.version)
    assert state(session) == Status.OPEN

    publish(session)

    assert (state(session), session.cancelled_because) == (Status.CANCELLED, "Нет группы")
    assert trainee.notices.filter(kind="session_cancelled").count() == 1


def test_rule_9_who_prepares_what_somebody_changed_meanwhile_is_told_and_overwrites_nothing():
    first, second = EmployeeFactory(last_name="Первая"), EmployeeFactory()
    session = published()
    seen = session.version
    prepare_move(session, moved_to(session, 16).meetings, by=first, version=seen)

    with pytest.raises(StalePlan, match="Первая"):
        prepare_move(session, moved_to(session, 17).meetings, by=second, version=seen)
    with pytest.raises(StalePlan, match="Первая"):
        prepare_cancellation(session, "Нет группы", by=second, version=seen)

    assert PreparedChange.objects.get().starts_at == moscow(2026, 12, 16, 10)


def test_rule_9_a_session_changed_after_the_preparation_is_not_published_over():
    session = published()
    prepare(session, moved_to(session, 16))
    session.refresh_from_db()
    change_limit(session, 7, by=None)

    (row,) = december().left_out
    assert row.refusal == stale_words()
    with pytest.raises(StalePlan):
        publish(session)

    assert current_plan(session).meetings[0].starts_at == moscow(2026, 12, 14, 10)


def test_rule_9_what_is_prepared_anew_takes_the_place_of_what_was_and_can_be_dropped():
    session = published()
    prepare(session, moved_to(session, 16))
    prepare(session, moved_to(session, 17))

    assert PreparedChange.objects.get().starts_at == moscow(2026, 12, 17, 10)
    assert (drop_prepared_change(session, by=None), drop_prepared_change(session, by=None)) == (True, False)
    assert december().rows == ()
    assert list(session.steps.values_list("kind", flat=True)) == ["prepared", "prepared", "dropped"]


def test_rule_9_only_a_published_session_can_have_a_change_prepared():
    session = draft()

    with pytest.raises(WrongState):
        prepare(session, moved_to(session, 9))
    with pytest.raises(WrongState):
        prepare_cancellation(session, "Нет группы", by=None, version=session.version)


def test_rule_9_a_prepared_move_that_breaks_a_rule_is_refused_and_a_soft_limit_wants_its_reason():
    session = published(trainer=TrainerFactory(academic_hours_a_day=3))

    with pytest.raises(NotPlannable):
        prepare(session, moved_to(session, 16, hour=5))
    with pytest.raises(NeedsReason):
        prepare(session, moved_to(session, 16))
    prepare(session, moved_to(session, 16), despite="Замены нет")
    publish(session)

    assert session.waivers.get().reason == "Замены нет"


# --- the difference -------------------------------------------------------------------------------


def test_rule_9_the_difference_says_what_is_new_moved_cancelled_and_unchanged_and_how_many_are_told():
    new, moves, goes, _stays = draft(), published(14), published(15), published(16)
    for session, people in ((moves, 2), (goes, 1)):
        for _number in range(people):
            enrol(EmployeeFactory(), session)
    prepare(moves, moved_to(moves, 17))
    prepare_cancellation(goes, "Нет группы", by=None, version=goes.version)
    SessionFactory(status=Status.DRAFT, starts_at=moscow(2027, 1, 15, 10))  # another month

    difference = december()

    assert [(row.session, row.kind, row.told, len(row.asked)) for row in difference.rows] == [
        (new, Kind.NEW, 0, 1),
        (moves, Kind.MOVED, 2, 1),
        (goes, Kind.CANCELLED, 1, 0),
    ]
    assert (difference.unchanged, difference.told, difference.asked) == (1, 3, 2)
    (sentence,) = difference.rows[1].sentences
    assert "14" in sentence and "17" in sentence and "→" in sentence


def test_rule_9_another_room_of_the_same_site_asks_no_trainer_and_another_limit_tells_nobody():
    room = RoomFactory()
    session = published(room=room)
    enrol(EmployeeFactory(), session)
    prepare(session, current_plan(session).with_meeting(0, room_id=RoomFactory(site=room.site).pk))
    (row,) = december().rows
    assert (row.told, row.asked) == (1, frozenset())

    prepare(session, current_plan(session), limit=7)

    (row,) = december().rows
    assert (row.told, row.asked) == (0, frozenset())


def test_rule_9_the_numbers_of_the_difference_are_those_of_the_deed():
    new, moves, goes = draft(), published(14), published(15)
    for session in (moves, goes):
        enrol(EmployeeFactory(), session)
    prepare(moves, moved_to(moves, 17))
    prepare_cancellation(goes, "Нет группы", by=None, version=goes.version)
    difference = december()
    Message.objects.all().delete()
    Assignment.objects.all().delete()

    publish(new, moves, goes)

    told = Message.objects.filter(kind__in=["session_moved", "session_cancelled"])
    assert difference.told == told.count() == 2
    assert difference.asked == Assignment.objects.filter(state="asked").count() == 2


@pytest.mark.parametrize(
    ("lacks", "code"), [("room__isnull", "needs_room"), ("person__isnull", "needs_trainer")]
)
def test_rule_9_a_hard_problem_leaves_the_row_out_with_its_sentence(lacks, code):
    session = draft()
    Booking.objects.filter(meeting__session=session, **{lacks: False}).delete()

    (row,) = december().left_out

    assert [problem.finding.code for problem in row.problems] == [code]
    with pytest.raises(SchedulingError, match=session.course.title):
        publish(session)


def test_rule_9_a_prepared_move_into_a_taken_room_is_left_out_unless_who_is_there_leaves_too():
    room = RoomFactory(name="Зал А")
    there = published(16, room=room)
    session = published(14)
    prepare(session, moved_to(session, 17, room_id=room.pk))
    taken = published(17, room=room)

    (row,) = december().left_out
    assert [problem.finding.code for problem in row.problems] == ["room_taken"]
    assert taken.course.title in row.problems[0].finding.message

    taken.refresh_from_db()
    prepare_cancellation(taken, "Нет группы", by=None, version=taken.version)

    assert december().left_out == []
    publish(session, taken)
    assert Booking.objects.filter(room=room).count() == 2
    assert state(there) == Status.OPEN


def test_rule_9_two_prepared_moves_into_one_place_speak_against_each_other():
    room = RoomFactory()
    first, second = published(14), published(15)
    prepare(first, moved_to(first, 17, room_id=room.pk))
    with pytest.raises(NeedsReason, match=first.course.title):
        prepare(second, moved_to(second, 17, room_id=room.pk))
    prepare(second, moved_to(second, 17, room_id=room.pk), despite="Первая ещё переедет")

    rows = december().left_out

    assert {row.session: [problem.finding.code for problem in row.problems] for row in rows} == {
        first: ["room_taken"],
        second: ["room_taken"],
    }
    assert second.course.title in rows[0].problems[0].finding.message


# --- the deed -------------------------------------------------------------------------------------


def test_rule_9_a_month_is_published_as_one_operation_and_each_is_told_once():
    new, moves, goes = draft(), published(14), published(15)
    both = EmployeeFactory()
    enrol(both, moves)
    enrol(both, goes)
    prepare(moves, moved_to(moves, 17))
    prepare_cancellation(goes, "Нет группы", by=None, version=goes.version)
    Message.objects.all().delete()
    planner = EmployeeFactory()

    publish(new, moves, goes, by=planner)

    assert [state(session) for session in (new, moves, goes)] == [
        Status.OPEN,
        Status.OPEN,
        Status.CANCELLED,
    ]
    assert set(SessionStep.objects.filter(by=planner).values_list("session", "kind")) == {
        (new.pk, "published"),
        (moves.pk, "moved"),
        (goes.pk, "cancelled"),
    }
    news = Message.objects.filter(send_after__lte=timezone.now()).exclude(state="withdrawn")
    assert sorted(news.filter(recipient=both).values_list("kind", flat=True)) == [
        "session_cancelled",
        "session_moved",
    ]
    kinds = news.exclude(recipient=both).values_list("kind", flat=True)
    assert sorted(kinds) == ["teaching_asked", "teaching_cancelled", "teaching_changed"]
    assert booking_faults() == []


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_rule_9_two_published_sessions_swap_their_rooms_with_one_publication(order):
    """The first of the two is to be explained, for its place is taken; the second goes where the first leaves."""
    sessions = published(14), published(14)
    rooms = [current_plan(session).meetings[0].room_id for session in sessions]
    first, second = order
    swapped = moved_to(sessions[first], 14, room_id=rooms[second])

    with pytest.raises(NeedsReason, match=sessions[second].course.title):
        prepare(sessions[first], swapped)
    prepare(sessions[first], swapped, despite="Обмен залами")
    (alone,) = december().left_out
    prepare(sessions[second], moved_to(sessions[second], 14, room_id=rooms[first]))

    assert alone.session == sessions[first]
    assert december().left_out == []
    publish(*sessions)
    assert [current_plan(session).meetings[0].room_id for session in sessions] == rooms[::-1]
    assert booking_faults() == []


@pytest.mark.parametrize("leaves", ["moved", "cancelled"])
def test_rule_9_a_place_that_a_prepared_change_leaves_is_free_and_before_it_is_not(leaves):
    room, trainer = RoomFactory(), TrainerFactory()
    there, session = published(17, room=room, trainer=trainer), published(14)
    wanted = moved_to(session, 17, room_id=room.pk, trainer_ids=(trainer.pk,))

    with pytest.raises(NeedsReason) as refused:
        prepare(session, wanted)
    assert {finding.code for finding in refused.value.findings} == {"room_taken", "trainer_busy"}
    if leaves == "moved":
        prepare(there, moved_to(there, 18))
    else:
        prepare_cancellation(there, "Нет группы", by=None, version=there.version)
    prepare(session, wanted)

    assert december().left_out == []


def test_rule_9_a_place_that_a_stale_change_would_leave_is_not_free():
    room = RoomFactory()
    there, session = published(17, room=room), published(14)
    prepare(there, moved_to(there, 18))
    there.refresh_from_db()
    change_limit(there, 7, by=None)

    with pytest.raises(NeedsReason):
        prepare(session, moved_to(session, 17, room_id=room.pk))


def test_rule_3_hours_that_a_prepared_move_brings_count_for_the_next():
    """Four academic hours each: one more on the same day is too much for the trainer, though none stands there yet."""
    trainer = TrainerFactory(academic_hours_a_day=4)
    first, second = published(14, trainer=trainer), published(15, trainer=trainer)
    prepare(first, moved_to(first, 17, hour=9))

    with pytest.raises(NeedsReason) as refused:
        prepare(second, moved_to(second, 17, hour=15))

    assert [finding.code for finding in refused.value.findings] == ["trainer_day_hours"]


def test_rule_9_a_move_into_fewer_seats_than_people_is_not_kept():
    session = published(14)
    for _number in range(2):
        enrol(EmployeeFactory(), session)

    with pytest.raises(SeatsTaken):
        prepare(session, moved_to(session, 16), limit=1)


def test_rule_9_what_stands_in_the_way_of_one_row_publishes_none():
    fine, goes, lame = draft(7), published(15), draft(9)
    prepare_cancellation(goes, "Нет группы", by=None, version=goes.version)
    Booking.objects.filter(meeting__session=lame, room__isnull=False).delete()
    before = everything()

    with pytest.raises(SchedulingError, match=lame.course.title):
        publish(fine, goes, lame)

    assert everything() == before


def test_rule_9_soft_limits_of_all_drafts_are_named_at_once_and_one_reason_is_enough():
    drafts = [draft(day, trainer=TrainerFactory(academic_hours_a_day=3)) for day in (7, 8)]

    with pytest.raises(NeedsReason) as refused:
        publish(*drafts)
    assert len(refused.value.findings) == 2
    publish(*drafts, despite="Замены нет")

    assert [session.waivers.get().reason for session in drafts] == ["Замены нет"] * 2


def test_rule_9_what_was_published_or_cancelled_since_the_planner_looked_is_refused():
    gone = draft(7)
    seen = Session.objects.with_course().get(pk=gone.pk)
    publish_session(gone, by=None)

    with pytest.raises(StalePlan):
        publish_plan([seen], by=None)
    with pytest.raises(StalePlan):
        publish(gone)  # nothing waits any more


def shown(sessions):
    difference = december()
    rehearsal = rehearse(lambda: publish_plan(sessions, by=None), sessions)
    assert rehearsal.refusal is None
    return fingerprint_of(difference, sessions, rehearsal)


def test_rule_9_the_preview_changes_nothing():
    session, moves = draft(), published()
    prepare(moves, moved_to(moves, 17))
    sessions = [row.session for row in december().rows]
    before = everything()

    shown(sessions)

    assert everything() == before
    assert state(session) == Status.DRAFT


def enrol_somebody(session):
    enrol(EmployeeFactory(), session)


def plan_another_draft(session):
    draft(21)


def move_elsewhere(session):
    prepare(session, moved_to(session, 18))


@pytest.mark.parametrize("happens", [enrol_somebody, plan_another_draft, move_elsewhere])
def test_rule_9_whatever_changed_between_preview_and_click_nothing_is_published(happens):
    new, moves = draft(), published()
    prepare(moves, moved_to(moves, 17))
    sessions = [row.session for row in december().rows]
    seen = shown(sessions)
    happens(moves)
    before = everything()
    now = [row.session for row in december().rows if row.session in sessions]

    with pytest.raises(NotAsShown):
        publish_as_shown(december(), now, seen, by=None)

    assert everything() == before
    assert state(new) == Status.DRAFT


def test_rule_9_what_was_shown_is_what_happens():
    draft()
    sessions = [row.session for row in december().rows]

    publish_as_shown(december(), sessions, shown(sessions), by=None)

    assert [state(session) for session in sessions] == [Status.OPEN]
