"""Joining a session that has too few people with another one of its course (rule 8)."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.core import mail

from enrolment.actions import cancel_enrolment, enrol
from enrolment.conditions import OtherBooking, PlannedMeeting
from enrolment.invariants import booking_faults
from enrolment.merge_plans import Attendee, divide, merge_plans, targets_of
from enrolment.merging import merge_sessions
from enrolment.models import Enrolment, Seat
from notifications.models import Message
from notifications.tasks import send_due_messages
from scheduling.errors import SchedulingError, StalePlan, WrongState
from scheduling.models import Booking, Session
from scheduling.signals import sessions_cancelled
from tests.enrolment.letters import NOW, START, a_session, move
from tests.factories import (
    CourseFactory,
    EmployeeFactory,
    PolicyFactory,
    RoomFactory,
    SessionFactory,
    TrainerFactory,
    moscow,
)

# --- the plan: a function -------------------------------------------------------------------------

TARGET = Session(pk=2, seats=3)
MEETING = PlannedMeeting(1, moscow(2026, 11, 26, 10), moscow(2026, 11, 26, 13), 7, is_online=False, nearby=())
TRAVEL = timedelta(minutes=90)


def attendee(number, seat=Seat.HELD, asked_at=None):
    return Attendee(number, 100 + number, f"{number}", NOW - timedelta(hours=asked_at or number), seat)


def booked(start, end, site=7, **fields):
    times = (moscow(2026, 11, 26, *start), moscow(2026, 11, 26, *end))
    return OtherBooking(*times, course="Другой курс", site_id=site, is_online=False, **fields)


def keys(group):
    return [one.enrolment_id for one in group]


def test_rule_8_seats_are_given_in_the_order_of_request_and_the_rest_waits():
    people = [attendee(1), attendee(2), attendee(3), attendee(4, Seat.WAITING), attendee(5, Seat.NONE)]
    people.append(attendee(6, Seat.OFFERED))

    plan = divide(people, TARGET, [MEETING], {}, taken=1, travel=TRAVEL)

    assert (keys(plan.moving), keys(plan.without_seat)) == ([3, 2], [1])
    assert (keys(plan.waiting), keys(plan.asked), plan.clashing) == ([6, 4], [5], ())
    assert (plan.free, plan.held_after) == (2, 3)


@pytest.mark.parametrize(
    ("booking", "is_in_the_way"),
    [
        (booked((12,), (15,)), True),
        (booked((8,), (10,)), False),
        (booked((13,), (15,)), False),
        (booked((14,), (15,), site=8), True),  # an hour's way between sites is too short
        (booked((14, 30), (15,), site=8), False),
        (replace(booked((14,), (15,), site=8), is_online=True), False),
        (booked((14,), (15,), site=None), False),
    ],
)
def test_rule_8_who_is_booked_at_the_time_or_too_far_away_clashes(booking, is_in_the_way):
    plan = divide([attendee(1)], TARGET, [MEETING], {101: [booking]}, taken=0, travel=TRAVEL)

    assert [clash.other for clash in plan.clashing] == ([booking] if is_in_the_way else [])
    assert keys(plan.moving) == ([] if is_in_the_way else [1])


def test_rule_8_who_clashes_takes_no_seat_from_the_next():
    people, small = [attendee(2), attendee(1)], Session(pk=2, seats=1)

    plan = divide(people, small, [MEETING], {102: [booked((9,), (11,))]}, taken=0, travel=TRAVEL)

    assert keys(plan.moving) == [1]


def test_rule_8_the_fingerprint_changes_with_what_becomes_of_anybody():
    plans = [
        divide([attendee(1), attendee(2)], TARGET, [MEETING], {}, taken=taken, travel=TRAVEL)
        for taken in (0, 1, 2)
    ]

    assert plans[0].fingerprint == plans[1].fingerprint != plans[2].fingerprint


# --- the deed -------------------------------------------------------------------------------------

LATER = START + timedelta(days=2)


@pytest.fixture
def two(db, clock):
    """The session that goes, and the one that stays: of one course, two days later."""
    source = a_session(seats=5)
    return source, a_session(LATER, course=source.course, seats=5, trainer=TrainerFactory(employee__email=""))


def seated(session, count=1, **fields):
    return [enrol(person, session) for person in EmployeeFactory.create_batch(count, language="ru", **fields)]


def fresh(*enrolments):
    return [
        (one.session_id, one.seat, one.ended_because)
        for one in (Enrolment.objects.get(pk=enrolment.pk) for enrolment in enrolments)
    ]


def story(enrolment):
    return list(enrolment.entries.values_list("kind", flat=True))


def news_of(*enrolments):
    """Kinds of what is still to be told to each, reminders left out."""
    return [
        [
            row.kind
            for row in Message.objects.planned().filter(subject=f"enrolment:{one.pk}").order_by("pk")
            if not row.kind.startswith("reminder")
        ]
        for one in enrolments
    ]


def test_rule_8_everybody_who_can_moves_and_the_session_is_cancelled(two):
    source, target = two
    people = seated(source, 2)
    by = EmployeeFactory()

    merge_sessions(source, target, by=by)

    assert fresh(*people) == [(target.pk, Seat.HELD, "")] * 2
    assert booking_faults() == []
    source.refresh_from_db()
    assert (source.status, source.cancelled_because) == (
        "cancelled",
        "Объединена с группой от 26.11.2026 10:00.",
    )
    assert [(step.kind, step.by) for step in (source.steps.last(), target.steps.last())] == [
        ("cancelled", by),
        ("joined", by),
    ]
    assert story(people[0]) == ["seat_taken", "merged"]
    assert people[0].entries.last().by == by
    assert not Booking.objects.filter(meeting__session=source).exists()


def test_rule_8_the_times_of_request_stay(two):
    source, target = two
    (enrolment,) = seated(source)
    requested_at = enrolment.requested_at

    merge_sessions(source, target, by=None)

    enrolment.refresh_from_db()
    assert enrolment.requested_at == requested_at


def test_rule_8_who_finds_no_seat_waits_at_the_time_of_the_own_request(two):
    source, target = two
    target.seats = 1
    target.save()
    (early,) = seated(source)
    (holder,) = seated(target)
    (waiting,) = seated(target)

    merge_sessions(source, target, by=None)

    assert fresh(early, waiting) == [(target.pk, Seat.WAITING, "")] * 2
    assert list(target.enrolments.promotable()) == [early, waiting]
    assert (story(early), news_of(early)) == (["seat_taken", "merge_queued"], [["merged"]])
    cancel_enrolment(holder, by=holder.trainee)
    assert fresh(early) == [(target.pk, Seat.OFFERED, "")]
    assert booking_faults() == []


def test_rule_8_who_sat_beyond_the_limit_and_waits_there_is_offered_a_seat_within_it(two):
    source, target = two
    target.seats = 1
    target.save()
    (beyond,) = seated(source)
    Enrolment.objects.filter(pk=beyond.pk).update(exceeds=True)
    (holder,) = seated(target)

    merge_sessions(source, target, by=None)
    cancel_enrolment(holder, by=holder.trainee)

    beyond.refresh_from_db()
    assert (beyond.seat, beyond.exceeds) == (Seat.OFFERED, False)


def test_rule_8_who_is_busy_then_is_named_and_keeps_the_time_of_request(two):
    source, target = two
    (busy, free) = seated(source, 2)
    other = SessionFactory(starts_at=LATER, course__title="Жалобы")
    enrol(busy.trainee, other)

    plan = merge_sessions(source, target, by=None)

    assert [(clash.attendee.name, clash.other.course) for clash in plan.clashing] == [
        (busy.trainee.short_name, "Жалобы")
    ]
    assert fresh(busy, free) == [(source.pk, Seat.GIVEN_UP, "by_centre"), (target.pk, Seat.HELD, "")]
    assert Enrolment.objects.get(pk=busy.pk).requested_at == busy.requested_at
    assert "Жалобы" in busy.entries.get(kind="merge_clash").reason
    assert news_of(busy, free) == [["merge_clash"], ["merged"]]
    assert booking_faults() == []


def test_rule_8_who_waited_gets_a_free_seat_there_with_one_message(two):
    source, target = two
    source.seats = 1
    source.save()
    (holder,) = seated(source)
    (waiting,) = seated(source)

    merge_sessions(source, target, by=None)

    assert fresh(holder, waiting) == [(target.pk, Seat.HELD, ""), (target.pk, Seat.OFFERED, "")]
    assert story(waiting) == ["queued", "merged", "offered"]
    assert news_of(holder, waiting) == [["merged"], ["merged"]]
    assert booking_faults() == []


def test_rule_8_a_request_that_awaits_its_decision_goes_along(two):
    source, target = two
    asked = Enrolment.objects.create(
        trainee=EmployeeFactory(),
        session=source,
        course=source.course,
        seat=Seat.NONE,
        approval="asked",
        approval_until=moscow(2026, 11, 30),
    )

    merge_sessions(source, target, by=None)

    assert fresh(asked) == [(target.pk, Seat.NONE, "")]
    assert news_of(asked) == [["merged"]]


def test_rule_8_a_seat_without_bookings_since_a_move_gets_them_there(two):
    source, target = two
    (enrolment,) = seated(source)
    enrol(enrolment.trainee, SessionFactory(starts_at=moscow(2026, 11, 25, 10)))
    source = move(source, moscow(2026, 11, 25, 10))
    assert Enrolment.objects.get(pk=enrolment.pk).clash_since

    merge_sessions(source, target, by=None)

    enrolment.refresh_from_db()
    assert (enrolment.session, enrolment.seat, enrolment.clash_since) == (target, Seat.HELD, None)
    assert booking_faults() == []


def test_rule_8_who_has_left_the_organisation_does_not_come_along(two):
    source, target = two
    (enrolment,) = seated(source)
    enrolment.trainee.is_active = False
    enrolment.trainee.save()

    merge_sessions(source, target, by=None)

    assert fresh(enrolment) == [(source.pk, Seat.GIVEN_UP, "by_centre")]


def test_rule_8_each_person_and_each_trainer_gets_one_letter(two):
    source, target = two
    trainer = Booking.objects.teaching().get(meeting__session=source).person
    trainer.email = "trainer@mfc.example"
    trainer.save()
    moving, busy = seated(source, 2)
    enrol(busy.trainee, SessionFactory(starts_at=LATER))
    send_due_messages()
    mail.outbox.clear()

    merge_sessions(source, target, by=None)
    send_due_messages()

    letters = {letter.to[0]: letter for letter in mail.outbox}
    assert len(letters) == len(mail.outbox) == 3
    assert {address: letter.subject for address, letter in letters.items()} == {
        moving.trainee.email: "Группа объединена с другой: «Сложный разговор», 26 ноября",
        busy.trainee.email: "Отменено: «Сложный разговор», 24 ноября",
        "trainer@mfc.example": "Отменено: «Сложный разговор», 24 ноября",
    }
    text = letters[moving.trainee.email].body
    assert text.index("Было") < text.index("24 ноября") < text.index("Стало") < text.index("26 ноября")
    assert "Место там за вами." in text
    assert "а в её время вы заняты" in letters[busy.trainee.email].body
    assert "26.11.2026 10:00" in letters["trainer@mfc.example"].body


def test_rule_8_reminders_are_those_of_the_new_time_also_at_the_same_hour(two):
    """News are told apart by the session's version, and both sessions may have the same."""
    source, _later = two
    beside = a_session(course=source.course)
    (enrolment,) = seated(source)
    Message.objects.filter(kind="seat_taken").update(state="sent")

    merge_sessions(source, beside, by=None)

    assert fresh(enrolment) == [(beside.pk, Seat.HELD, "")]
    reminders = Message.objects.planned().filter(
        subject=f"enrolment:{enrolment.pk}", kind__startswith="reminder"
    )
    assert reminders.count() == 3
    move(beside, LATER)
    assert news_of(enrolment)[0][-1] == "session_moved"


def test_rule_8_a_join_that_fails_changes_nothing(two):
    source, target = two
    (enrolment,) = seated(source)
    before = (Message.objects.count(), enrolment.entries.count())

    def fail(**kwargs):
        raise SchedulingError("at the very end")

    sessions_cancelled.connect(fail)
    try:
        with pytest.raises(SchedulingError, match="very end"):
            merge_sessions(source, target, by=None)
    finally:
        sessions_cancelled.disconnect(fail)

    assert fresh(enrolment) == [(source.pk, Seat.HELD, "")]
    assert (Message.objects.count(), enrolment.entries.count()) == before
    source.refresh_from_db()
    assert source.status == "open"


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        (
            lambda source, target: Session.objects.filter(pk=target.pk).update(status="draft"),
            WrongState,
        ),
        (
            lambda source, target: Session.objects.filter(pk=target.pk).update(starts_at=NOW),
            WrongState,
        ),
        (
            lambda source, target: Session.objects.filter(pk=source.pk).update(starts_at=NOW),
            WrongState,
        ),
        (
            lambda source, target: Session.objects.filter(pk=target.pk).update(course=CourseFactory()),
            SchedulingError,
        ),
    ],
)
def test_rule_8_only_open_sessions_of_one_course_are_joined(two, change, refusal):
    source, target = two
    change(source, target)

    with pytest.raises(refusal):
        merge_sessions(source, target, by=None)

    source.refresh_from_db()
    assert source.status == "open"


def test_rule_8_a_session_is_not_joined_with_itself(two):
    with pytest.raises(SchedulingError):
        merge_sessions(two[0], two[0], by=None)


def test_rule_8_what_is_done_is_what_was_read(two):
    source, target = two
    seated(source)
    (read,) = merge_plans(source, targets_of(source, NOW).filter(pk=target.pk), policy=PolicyFactory())
    seated(source)

    with pytest.raises(StalePlan):
        merge_sessions(source, target, by=None, expected=read.fingerprint)
    assert merge_sessions(source, target, by=None).held_after == 2


def test_rule_8_a_group_that_must_not_climb_steps_never_gets_them(two):
    source, target = two
    source.needs_step_free = True
    source.save()
    steps = a_session(LATER, course=source.course, room=RoomFactory(is_step_free=False))

    assert list(targets_of(source, NOW)) == [target]
    with pytest.raises(SchedulingError, match="ступени"):
        merge_sessions(source, steps, by=None)
    merge_sessions(source, target, by=None)
    target.refresh_from_db()
    assert target.needs_step_free


def test_rule_8_plans_for_any_number_of_targets_and_people_cost_the_same(two, django_assert_num_queries):
    source, _target = two
    policy = PolicyFactory()
    for more in (1, 4):
        seated(source, more, email="")
        Session.objects.filter(pk=source.pk).update(seats=50)
        a_session(LATER + timedelta(days=more), course=source.course)
        with django_assert_num_queries(4):
            merge_plans(source, targets_of(source, NOW), policy=policy)
