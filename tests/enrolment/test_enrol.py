"""Taking a seat: rules 10, 11 and 13, promises R6 and R7, and the statements it may cost."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from centre.models import Policy
from enrolment.actions import cancel_enrolment, enrol
from enrolment.errors import NotEligible, ReasonMissing, TooLate
from enrolment.models import Ending, Enrolment, Seat
from notifications.models import Message
from people.models import Employee
from scheduling.actions import change_limit, replan_session
from scheduling.errors import SeatsTaken
from scheduling.models import Booking
from scheduling.plans import MeetingPlan
from tests.factories import (
    CourseFactory,
    EmployeeFactory,
    EmploymentFactory,
    PolicyFactory,
    PositionFactory,
    RoomFactory,
    SessionFactory,
    SiteFactory,
    TrainerFactory,
    in_days,
)

pytestmark = pytest.mark.django_db


def seats(session):
    return [
        (enrolment.trainee, enrolment.seat, enrolment.ended_because)
        for enrolment in session.enrolments.order_by("requested_at", "pk")
    ]


def test_rule_10_a_free_seat_is_held_with_its_bookings():
    session = SessionFactory(seats=1)
    trainee = EmployeeFactory()

    enrolment = enrol(trainee, session)

    assert enrolment.seat == Seat.HELD
    booking = Booking.objects.attending().get()
    meeting = session.meetings.get()
    assert (booking.person, booking.meeting) == (trainee, meeting)
    assert (booking.period.lower, booking.period.upper) == (meeting.starts_at, meeting.ends_at)


def test_rule_10_a_full_session_is_not_oversold():
    session = SessionFactory(seats=1)
    first, second = EmployeeFactory.create_batch(2)

    enrol(first, session)
    enrol(second, session)

    assert seats(session) == [(first, Seat.HELD, ""), (second, Seat.WAITING, "")]
    assert Booking.objects.attending().count() == 1


def test_rule_10_asking_again_returns_the_same_enrolment():
    session = SessionFactory(seats=1)
    trainee, other = EmployeeFactory.create_batch(2)

    held, again = enrol(trainee, session), enrol(trainee, session)
    waiting, once_more = enrol(other, session), enrol(other, session)

    assert (held, waiting) == (again, once_more)
    assert Enrolment.objects.count() == 2
    assert Message.objects.filter(kind__in=["seat_taken", "queued"]).count() == 2


def test_the_seat_costs_two_round_trips():
    position = PositionFactory()
    course = CourseFactory()
    course.audience.add(position)
    course.prerequisites.add(CourseFactory())
    session = SessionFactory(course=course)
    employment = EmploymentFactory(position=position)
    employment.employee.completions.create(
        course=course.prerequisites.get(), completed_on=timezone.localdate()
    )

    Policy.objects.last_read()  # as a process does once
    with CaptureQueriesContext(connection) as queries:
        enrol(employment.employee, session)

    own = [query for query in queries if "SAVEPOINT" not in query["sql"]]
    assert len(own) == 2, "\n".join(query["sql"][:150] for query in own)


def test_a_seat_is_judged_by_the_policy_in_force_whatever_the_process_knew_before():
    trainee, courses = EmployeeFactory(), CourseFactory.create_batch(2, is_mandatory=False)
    first, second = (
        SessionFactory(course=course, starts_at=in_days(number)) for number, course in enumerate(courses, 14)
    )
    enrol(trainee, first)

    policy = PolicyFactory(optional_bookings_max=1)
    assert refusal(trainee, second) == ["optional"]

    Policy.objects.filter(pk=policy.pk).update(optional_bookings_max=2)
    assert enrol(trainee, second).seat == Seat.HELD


def refusal(trainee, session):
    with pytest.raises(NotEligible) as refused:
        enrol(trainee, session)
    assert not Enrolment.objects.filter(trainee=trainee, session=session).exists()
    return [condition.code for condition in refused.value.unmet]


def test_rule_11_the_audience_is_asked():
    course = CourseFactory()
    course.audience.add(PositionFactory())

    assert refusal(EmploymentFactory().employee, SessionFactory(course=course)) == ["audience"]


def test_rule_11_an_empty_audience_is_everybody():
    assert enrol(EmployeeFactory(), SessionFactory()).seat == Seat.HELD


@pytest.mark.parametrize(("valid_days", "codes"), [(None, []), (30, []), (13, ["prerequisites"])])
def test_rule_11_a_prerequisite_must_be_valid_on_the_day(valid_days, codes):
    first, then = CourseFactory.create_batch(2)
    then.prerequisites.add(first)
    session = SessionFactory(course=then, starts_at=in_days(14))
    trainee = EmployeeFactory()
    today = timezone.localdate()
    until = today + timedelta(days=valid_days) if valid_days else None
    trainee.completions.create(course=first, completed_on=today - timedelta(days=100), valid_until=until)

    if codes:
        assert refusal(trainee, session) == codes
    else:
        assert enrol(trainee, session).seat == Seat.HELD


def test_rule_11_a_missing_prerequisite_names_the_way_out():
    first, then = CourseFactory(title="Основы сервиса"), CourseFactory()
    then.prerequisites.add(first)

    with pytest.raises(NotEligible) as refused:
        enrol(EmployeeFactory(), SessionFactory(course=then))

    (condition,) = refused.value.unmet
    assert "Основы сервиса" in condition.message
    assert condition.url == first.get_absolute_url()


def test_rule_11_one_live_enrolment_in_a_course():
    course = CourseFactory()
    trainee = EmployeeFactory()
    enrol(trainee, SessionFactory(course=course))

    assert refusal(trainee, SessionFactory(course=course, starts_at=in_days(20))) == ["enrolled"]


@pytest.mark.parametrize(
    ("valid_days", "allowed"), [(None, False), (75, False), (74, True), (1, True), (-1, True)]
)
def test_rule_11_a_valid_completion_is_repeated_in_its_last_days_only(valid_days, allowed):
    """Sixty days before it ends, counted from the day of the session, which is in 14 days."""
    session = SessionFactory(starts_at=in_days(14))
    trainee = EmployeeFactory()
    today = timezone.localdate()
    until = None if valid_days is None else today + timedelta(days=valid_days)
    trainee.completions.create(
        course=session.course, completed_on=today - timedelta(days=300), valid_until=until
    )

    if allowed:
        assert enrol(trainee, session).seat == Seat.HELD
    else:
        assert refusal(trainee, session) == ["completed"]


def test_rule_11_an_overlapping_booking_is_named():
    trainee = EmployeeFactory()
    enrol(trainee, SessionFactory(course__title="Конфликты", starts_at=in_days(14, 10)))

    with pytest.raises(NotEligible, match="Конфликты"):
        enrol(trainee, SessionFactory(starts_at=in_days(14, 12, 59)))


def test_rule_2_one_meeting_may_start_at_the_minute_another_ends():
    site = SiteFactory()
    trainee = EmployeeFactory()
    enrol(trainee, SessionFactory(starts_at=in_days(14, 10), room=RoomFactory(site=site)))

    assert (
        enrol(trainee, SessionFactory(starts_at=in_days(14, 13), room=RoomFactory(site=site))).seat
        == Seat.HELD
    )


@pytest.mark.parametrize(("start", "codes"), [((14, 29), ["travel"]), ((14, 30), [])])
def test_rule_2_the_way_between_sites_takes_90_minutes(start, codes):
    trainee = EmployeeFactory()
    enrol(trainee, SessionFactory(starts_at=in_days(14, 10)))  # until 13:00
    session = SessionFactory(starts_at=in_days(14, *start))

    if codes:
        assert refusal(trainee, session) == codes
    else:
        assert enrol(trainee, session).seat == Seat.HELD


def test_rule_2_nobody_travels_to_a_webinar():
    trainee = EmployeeFactory()
    enrol(trainee, SessionFactory(starts_at=in_days(14, 10)))
    online = RoomFactory(site=SiteFactory(is_online=True))

    assert enrol(trainee, SessionFactory(starts_at=in_days(14, 13), room=online)).seat == Seat.HELD


def test_rule_2_who_teaches_cannot_attend_elsewhere():
    session = SessionFactory()
    trainer = Employee.objects.get(bookings__meeting__session=session)

    assert refusal(trainer, SessionFactory()) == ["clash"]


def test_rule_11_at_most_three_optional_courses_ahead():
    trainee = EmployeeFactory()
    for day in (14, 15, 16):
        enrol(trainee, SessionFactory(starts_at=in_days(day)))

    assert refusal(trainee, SessionFactory(starts_at=in_days(17))) == ["optional"]
    mandatory = CourseFactory(is_mandatory=True, due_days=14)
    assert enrol(trainee, SessionFactory(course=mandatory, starts_at=in_days(18))).seat == Seat.HELD


@pytest.mark.parametrize("status", ["draft", "closed", "cancelled"])
def test_rule_1_only_an_open_session_is_enrolled_in(status):
    session = SessionFactory(
        status=status, cancelled_because="Болезнь тренера" if status == "cancelled" else ""
    )

    assert refusal(EmployeeFactory(), session) == ["closed"]


def test_rule_1_nobody_enrols_after_the_start():
    assert refusal(EmployeeFactory(), SessionFactory(starts_at=timezone.now() - timedelta(minutes=1))) == [
        "closed"
    ]


def test_rule_13_a_freed_seat_goes_to_the_first_who_waits():
    session = SessionFactory(seats=1)
    first, second, third = EmployeeFactory.create_batch(3)
    enrolment = enrol(first, session)
    enrol(second, session)
    enrol(third, session)

    cancel_enrolment(enrolment, by=first)

    assert seats(session) == [
        (first, Seat.GIVEN_UP, Ending.CANCELLED),
        (second, Seat.OFFERED, ""),
        (third, Seat.WAITING, ""),
    ]
    assert [booking.person for booking in Booking.objects.attending()] == [second]


def test_r7_the_freed_seat_is_told_once():
    session = SessionFactory(seats=1)
    first, second = EmployeeFactory.create_batch(2)
    enrolment = enrol(first, session)
    enrol(second, session)

    cancel_enrolment(enrolment, by=first)
    cancel_enrolment(enrolment, by=first)

    assert Message.objects.filter(kind="seat_offered").values_list("recipient", flat=True).get() == second.pk
    assert not Message.objects.planned().filter(recipient=first).exists()


def test_rule_13_who_fails_the_conditions_is_passed_over_with_the_reason():
    session = SessionFactory(seats=1)
    first, busy, third = EmployeeFactory.create_batch(3)
    enrolment = enrol(first, session)
    passed_over = enrol(busy, session)
    enrol(third, session)
    enrol(busy, SessionFactory(course__title="Другой курс"))  # at the same time

    cancel_enrolment(enrolment, by=first)

    assert seats(session)[1:] == [(busy, Seat.WAITING, ""), (third, Seat.OFFERED, "")]
    entry = passed_over.entries.get(kind="skipped")
    assert "Другой курс" in entry.reason


def test_rule_2_who_teaches_the_session_cannot_attend_it():
    trainer = TrainerFactory()
    session = SessionFactory(seats=1, trainer=trainer)
    enrol(EmployeeFactory(), session)

    assert refusal(trainer.employee, session) == ["clash"]


def test_r7_a_waiting_person_who_became_the_trainer_does_not_hold_up_the_queue():
    """The booking as trainer is another booking, though it is of this very session."""
    session = SessionFactory(seats=1)
    first, third = EmployeeFactory.create_batch(2)
    trainer = TrainerFactory()
    held, waiting, last = (enrol(person, session) for person in (first, trainer.employee, third))
    meeting = session.meetings.get()
    room = meeting.bookings.of_rooms().get().room_id
    plan = MeetingPlan(meeting.starts_at, meeting.ends_at, room, (trainer.pk,))
    replan_session(session, [plan], by=None, version=session.version)

    cancel_enrolment(held, by=first)

    waiting.refresh_from_db()
    last.refresh_from_db()
    assert (waiting.seat, last.seat) == (Seat.WAITING, Seat.OFFERED)
    assert waiting.entries.filter(kind="skipped").exists()


def test_rule_13_a_seat_refused_by_the_queue_is_free_for_a_newcomer():
    """Whoever waits was passed over, so a newcomer joins the end and moves up at once."""
    session = SessionFactory(seats=1)
    first, busy, newcomer = EmployeeFactory.create_batch(3)
    enrolment = enrol(first, session)
    enrol(busy, session)
    enrol(busy, SessionFactory())
    cancel_enrolment(enrolment, by=first)

    assert enrol(newcomer, session).seat == Seat.HELD


def test_rule_13_a_cancelled_clash_lets_the_person_move_up_elsewhere():
    session = SessionFactory(seats=1)
    first, busy = EmployeeFactory.create_batch(2)
    enrolment = enrol(first, session)
    waiting = enrol(busy, session)
    elsewhere = enrol(busy, SessionFactory())
    cancel_enrolment(enrolment, by=first)

    cancel_enrolment(elsewhere, by=busy)

    waiting.refresh_from_db()
    assert waiting.seat == Seat.OFFERED


def test_rule_13_the_person_sees_their_place():
    session = SessionFactory(seats=1)
    people = EmployeeFactory.create_batch(4)

    places = (
        [enrol(person, session).place_in_queue for person in people[1:]] if enrol(people[0], session) else []
    )

    assert places == [1, 2, 3]


def test_rule_13_new_seats_go_to_the_queue_in_order():
    session = SessionFactory(seats=1, limit=1)
    people = EmployeeFactory.create_batch(4)
    for person in people:
        enrol(person, session)

    change_limit(session, 3, by=None)

    assert [seat for _person, seat, _ended in seats(session)] == [
        Seat.HELD,
        Seat.OFFERED,
        Seat.OFFERED,
        Seat.WAITING,
    ]


def test_r9_fewer_seats_than_people_is_refused():
    session = SessionFactory(seats=3)
    for person in EmployeeFactory.create_batch(2):
        enrol(person, session)

    with pytest.raises(SeatsTaken, match="2"):
        change_limit(session, 1, by=None)

    session.refresh_from_db()
    assert (session.limit, session.seats) == (None, 3)


def test_rule_15_cancelling_late_needs_a_reason_and_is_recorded():
    session = SessionFactory(starts_at=timezone.now() + timedelta(hours=23))
    trainee = EmployeeFactory()
    enrolment = enrol(trainee, session)

    with pytest.raises(ReasonMissing):
        cancel_enrolment(enrolment, by=trainee)
    cancelled = cancel_enrolment(enrolment, by=trainee, reason="Заболел ребёнок")

    assert cancelled.ended_because == Ending.CANCELLED_LATE
    assert cancelled.entries.last().reason == "Заболел ребёнок"


def test_rule_15_after_the_start_it_is_absence(time_machine):
    session = SessionFactory()
    trainee = EmployeeFactory()
    enrolment = enrol(trainee, session)
    time_machine.move_to(session.starts_at + timedelta(minutes=1))

    with pytest.raises(TooLate):
        cancel_enrolment(enrolment, by=trainee, reason="Не смог")


def test_rule_14_nobody_is_promoted_after_the_start(time_machine):
    session = SessionFactory(seats=1, limit=1)
    first, second = EmployeeFactory.create_batch(2)
    enrol(first, session)
    waiting = enrol(second, session)
    time_machine.move_to(session.starts_at + timedelta(minutes=1))
    from enrolment.actions import promote_waiting

    session.seats = 2
    session.save()
    promote_waiting(session)

    waiting.refresh_from_db()
    assert waiting.seat == Seat.WAITING
