"""Wanting a course that has no date, and what a date that opens does about it (rules 13 and 19)."""

from datetime import timedelta

import pytest
from django.utils import timezone

from centre.errors import Refusal
from enrolment.actions import enrol
from enrolment.approvals.actions import ask_for_seat
from enrolment.errors import AlreadyEnrolled, EnrolmentError, NotEligible
from enrolment.interest.actions import drop_interest, end_wishes_without_reason, offer_dates_of, want_course
from enrolment.interest.notices import DATE_OPENED, ENDED
from enrolment.interest.tasks import keep_wishes
from enrolment.invariants import booking_faults
from enrolment.models import SEATS_TAKEN, Ending, Enrolment, Interest, Seat
from enrolment.offers.actions import accept_offer, decline_offer
from enrolment.seats import give_up_seat
from notifications.models import Message
from records.models import Completion
from scheduling.actions import cancel_session, publish_session, publish_sessions
from scheduling.models import Session
from tests.enrolment.approvals import led_office, member
from tests.enrolment.interests import draft, ended, mandatory_course, opened, wanting
from tests.factories import (
    CourseFactory,
    EmployeeFactory,
    EmploymentFactory,
    PositionFactory,
    RoomFactory,
    SelfPacedCourseFactory,
    SessionFactory,
    ShiftFactory,
    SiteFactory,
    in_days,
)

pytestmark = pytest.mark.django_db


def offered(session):
    """Who holds a seat or was offered one, in the order in which it was given."""
    return [one.trainee for one in session.enrolments.filter(seat__in=SEATS_TAKEN).order_by("pk")]


def told():
    return [one.recipient for one in Message.objects.filter(kind=DATE_OPENED).order_by("pk")]


# --- wanting --------------------------------------------------------------------------------------


def test_rule_11_a_wish_is_kept_once_and_may_get_another_site():
    person, course, site = EmployeeFactory(), CourseFactory(), SiteFactory()

    first = want_course(person, course)
    again = want_course(person, course, site=site)

    assert first == again == Interest.objects.get()
    assert (again.site, again.since) == (site, first.since)


def test_rule_11_a_wish_that_is_taken_back_makes_way_for_a_new_one():
    person, course = EmployeeFactory(), CourseFactory()
    first = want_course(person, course)

    drop_interest(first)
    drop_interest(first)

    assert ended(first) == Interest.Ending.WITHDRAWN
    assert want_course(person, course) != first


def test_rule_11_who_is_not_of_the_audience_cannot_want_the_course():
    course = CourseFactory()
    course.audience.add(PositionFactory())

    with pytest.raises(NotEligible) as refused:
        want_course(EmploymentFactory().employee, course)

    assert [one.code for one in refused.value.unmet] == ["audience"]


def test_rule_11_a_course_that_was_completed_for_ever_is_not_wanted_again():
    person, course = EmployeeFactory(), CourseFactory()
    Completion.objects.create(trainee=person, course=course, completed_on=timezone.localdate())

    with pytest.raises(NotEligible) as refused:
        want_course(person, course)

    assert [one.code for one in refused.value.unmet] == ["completed"]


def test_rule_11_a_missing_prerequisite_stops_no_wish():
    """There is time until the date, and the demand is real."""
    course = CourseFactory()
    course.prerequisites.add(CourseFactory())

    assert want_course(EmployeeFactory(), course).is_live


@pytest.mark.parametrize("course", [SelfPacedCourseFactory, lambda: CourseFactory(is_archived=True)])
def test_a_course_without_dates_to_come_is_not_wanted(course):
    with pytest.raises(EnrolmentError):
        want_course(EmployeeFactory(), course())


def test_rule_11_who_is_enrolled_wants_nothing_more():
    person, session = EmployeeFactory(), SessionFactory()
    enrol(person, session)

    with pytest.raises(AlreadyEnrolled):
        want_course(person, session.course)


def test_rule_13_a_free_seat_is_taken_and_not_wished_for():
    session = SessionFactory(seats=1)
    person = EmployeeFactory()

    with pytest.raises(EnrolmentError):
        want_course(person, session.course)

    enrol(EmployeeFactory(), session)
    assert want_course(person, session.course).is_live


def test_rule_13_a_wish_for_another_site_stands_beside_a_free_seat():
    session, site = SessionFactory(), SiteFactory()

    assert want_course(EmployeeFactory(), session.course, site=site).site == site


# --- enrolling ends it ----------------------------------------------------------------------------


def test_rule_13_who_enrols_in_the_course_ends_the_wish_and_keeps_its_time():
    (wish,) = wanting(CourseFactory())
    session = SessionFactory(course=wish.course)

    enrolment = enrol(wish.trainee, session)

    assert ended(wish) == Interest.Ending.ENROLLED
    assert enrolment.requested_at == wish.since


def test_rule_12_a_request_for_a_wished_course_stands_at_the_time_of_the_wish():
    person = member(led_office())
    wish = want_course(person, CourseFactory())

    request = ask_for_seat(person, SessionFactory(course=wish.course), consents=True)

    assert (request.seat, request.requested_at) == (Seat.NONE, wish.since)


def test_r2_a_wish_for_the_course_overtakes_nobody_who_waits_for_a_date():
    course = mandatory_course()
    (wish,) = wanting(course)
    session = SessionFactory(course=course, seats=1)
    enrol(EmployeeFactory(), session)
    other = enrol(EmployeeFactory(), session)

    mine = enrol(wish.trainee, session)

    assert list(session.enrolments.promotable()) == [other, mine]
    assert ended(wish) == Interest.Ending.ENROLLED


# --- a date opens ---------------------------------------------------------------------------------


def test_rule_13_a_date_that_opens_gives_its_seats_in_the_order_of_the_wishes():
    course = mandatory_course()
    wishes = wanting(course, 3)

    session = opened(course, seats=2)

    assert offered(session) == [wish.trainee for wish in wishes[:2]]
    assert [one.requested_at for one in session.enrolments.order_by("pk")] == [
        one.since for one in wishes[:2]
    ]
    assert (ended(wishes[2]), told()) == ("", [wishes[2].trainee])
    assert not session.enrolments.filter(seat=Seat.WAITING).exists()
    assert booking_faults() == []


def test_rule_13_overdue_and_due_soon_come_before_the_time_of_the_wish():
    course = mandatory_course()
    today = timezone.localdate()
    started = {"later": 10, "soon": -25, "overdue": -90}
    people = {
        name: ShiftFactory(started_on=today + timedelta(days=offset)).employee
        for name, offset in started.items()
    }
    for person in people.values():
        want_course(person, course)

    session = opened(course, seats=2)

    assert offered(session) == [people["overdue"], people["soon"]]
    assert told() == [people["later"]]


def test_rule_12_a_course_of_which_heads_decide_is_told_of_and_nobody_is_booked():
    wishes = wanting(CourseFactory(), 2)

    session = opened(wishes[0].course, seats=5)

    assert not session.enrolments.exists()
    assert told() == [wish.trainee for wish in wishes]
    assert [ended(wish) for wish in wishes] == ["", ""]


def test_rule_14_shortly_before_the_start_nobody_is_offered_a_seat():
    course = mandatory_course()
    wishes = wanting(course, 2)

    session = opened(course, starts_at=in_days(2, 14))

    assert not session.enrolments.exists()
    assert told() == [wish.trainee for wish in wishes]


def test_rule_11_who_is_busy_is_told_and_the_seat_goes_to_the_next():
    course = mandatory_course()
    first, second = wanting(course, 2)
    enrol(first.trainee, SessionFactory())

    session = opened(course, seats=1)

    assert offered(session) == [second.trainee]
    assert told() == [first.trainee]


def test_a_wished_site_is_respected():
    course, here, there = mandatory_course(), SiteFactory(), SiteFactory()
    anywhere, only_there = EmployeeFactory.create_batch(2)
    want_course(only_there, course, site=there)
    want_course(anywhere, course)

    session = opened(course, room=RoomFactory(site=here))

    assert offered(session) == [anywhere]
    assert told() == []
    assert offered(opened(course, room=RoomFactory(site=there), starts_at=in_days(20))) == [only_there]


def test_of_several_dates_that_open_at_once_each_person_hears_once():
    course = CourseFactory()
    wishes = wanting(course, 2)
    drafts = [draft(course, starts_at=in_days(day)) for day in (14, 15, 16)]

    publish_sessions(drafts, by=None)

    assert told() == [wish.trainee for wish in wishes]


def test_rule_13_of_several_dates_the_first_is_filled_first_and_nobody_gets_two():
    course = mandatory_course()
    wishes = wanting(course, 3)
    first, second = drafts = [draft(course, seats=2, starts_at=in_days(day)) for day in (14, 16)]

    publish_sessions(drafts, by=None)

    assert [offered(first), offered(second)] == [
        [wish.trainee for wish in wishes[:2]],
        [wishes[2].trainee],
    ]
    assert told() == []


def test_publishing_again_tells_nobody_twice():
    (wish,) = wanting(CourseFactory())
    session = opened(wish.course)

    publish_session(session, by=None)
    keep_wishes()

    assert told() == [wish.trainee]


def test_a_later_date_is_news_of_its_own():
    (wish,) = wanting(CourseFactory())
    opened(wish.course)

    opened(wish.course, starts_at=in_days(20))

    assert told() == [wish.trainee, wish.trainee]


def test_who_wants_the_course_after_the_date_opened_is_not_told_of_it():
    course = CourseFactory()
    session = opened(course, seats=1)
    enrol(EmployeeFactory(), session)
    wanting(course)

    keep_wishes()

    assert told() == []


# --- what comes free later ------------------------------------------------------------------------


def leave(session, ending):
    enrolment = session.enrolments.filter(seat__in=SEATS_TAKEN).first()
    give_up_seat(enrolment, ending, by=None)
    return enrolment.trainee


@pytest.mark.parametrize("ending", [Ending.DECLINED, Ending.LAPSED, Ending.CANCELLED])
def test_rule_14_a_seat_that_was_declined_goes_to_the_next_wish_and_never_back(ending):
    course = mandatory_course()
    wishes = wanting(course, 3)
    session = opened(course, seats=1)
    gone = leave(session, ending)

    assert (keep_wishes(), keep_wishes()) == (1, 0)

    assert gone == wishes[0].trainee
    assert offered(session) == [wishes[1].trainee]
    assert told() == [wishes[1].trainee, wishes[2].trainee]


def test_rule_14_who_declines_an_offer_still_wants_the_course():
    """A date was declined, not the course: the wish stays while the offer does."""
    course = mandatory_course()
    (wish,) = wanting(course)
    session = SessionFactory(course=course)
    Enrolment.objects.create(
        trainee=wish.trainee, session=session, course=course, seat=Seat.OFFERED, offer_until=in_days(1)
    )

    end_wishes_without_reason()

    assert ended(wish) == ""
    give_up_seat(session.enrolments.get(), Ending.DECLINED, by=None)
    assert offer_dates_of(session) == []
    assert offered(opened(course, starts_at=in_days(20))) == [wish.trainee]


def test_rule_14_who_accepts_the_offer_has_the_seat_and_no_wish_any_more():
    (wish,) = wanting(mandatory_course())
    offer = opened(wish.course).enrolments.get()
    assert (offer.seat, ended(wish)) == (Seat.OFFERED, "")

    accept_offer(offer, by=wish.trainee)
    keep_wishes()

    offer.refresh_from_db()
    assert (offer.seat, ended(wish)) == (Seat.HELD, Interest.Ending.ENROLLED)


def test_rule_14_who_declines_the_offer_is_offered_the_next_date_at_the_time_of_the_wish():
    course = mandatory_course()
    first, second = wanting(course, 2)
    session = opened(course, seats=1)

    decline_offer(session.enrolments.get(), by=first.trainee)
    keep_wishes()

    assert offered(session) == [second.trainee]
    later = opened(course, starts_at=in_days(20))
    assert [(one.trainee, one.requested_at) for one in later.enrolments.all()] == [
        (first.trainee, first.since)
    ]


def test_rule_13_a_free_seat_for_which_somebody_waits_is_not_offered_past_them():
    course = mandatory_course()
    session = SessionFactory(course=course, seats=1)
    enrol(EmployeeFactory(), session)
    enrol(EmployeeFactory(), session)
    wanting(course)
    Session.objects.filter(pk=session.pk).update(seats=2)

    assert keep_wishes() == 0


def test_a_date_that_is_open_again_after_a_cancellation_is_offered_by_the_task():
    course = mandatory_course()
    session = opened(course)
    cancel_session(session, "болезнь", by=None)
    (wish,) = wanting(course)
    Session.objects.filter(pk=session.pk).update(status=Session.Status.DRAFT)
    # Its room and trainer are booked again by planning it anew; here it is a new date.
    again = SessionFactory(course=course, starts_at=in_days(20))

    assert keep_wishes() == 1
    assert offered(again) == [wish.trainee]


# --- ends without the person ----------------------------------------------------------------------


def test_rule_19_a_closed_account_an_archived_course_and_another_position_end_wishes():
    position = PositionFactory()
    course, archived = CourseFactory(), CourseFactory()
    course.audience.add(position)
    mover = EmploymentFactory(position=position)
    moved, gone, left = (
        want_course(mover.employee, course),
        want_course(EmployeeFactory(), archived),
        *wanting(CourseFactory()),
    )
    mover.position = PositionFactory()
    mover.save()
    archived.is_archived = True
    archived.save()
    left.trainee.is_active = False
    left.trainee.save()

    assert (end_wishes_without_reason(), end_wishes_without_reason()) == (3, 0)

    assert [ended(one) for one in (moved, gone, left)] == ["audience", "archived", "left"]
    assert {one.recipient for one in Message.objects.filter(kind=ENDED)} == {moved.trainee, gone.trainee}


def test_rule_11_a_completion_ends_the_wish(time_machine):
    (wish,) = wanting(CourseFactory())
    Completion.objects.create(
        trainee=wish.trainee, course=wish.course, completed_on=timezone.localdate() + timedelta(days=1)
    )

    keep_wishes()

    assert ended(wish) == Interest.Ending.COMPLETED


def test_a_refusal_says_which_date_is_free():
    session = SessionFactory()

    with pytest.raises(Refusal) as refused:
        want_course(EmployeeFactory(), session.course)

    assert f"{timezone.localtime(session.starts_at):%H:%M}" in str(refused.value)
