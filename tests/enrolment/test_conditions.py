"""May I? The borders of rule 11 and of the way between sites (rule 2), from literals; each refusal has a way out."""

from datetime import date, timedelta

import pytest
from django.urls import resolve

from centre.models import Policy
from courses.models import Course
from enrolment.conditions import (
    CONDITIONS,
    OtherBooking,
    PlannedMeeting,
    Prerequisite,
    Situation,
    unmet,
)
from scheduling.models import Session
from tests.factories import moscow

START = moscow(2026, 11, 24, 10)
END = START + timedelta(hours=3)
MINUTE = timedelta(minutes=1)
NORTH, SOUTH = 1, 2


def situation(*others, is_online=False, course=None, session=None, policy=None, **facts):
    """Nothing stands in the way of a session of three hours at the north site, a week ahead."""
    course = course or Course(code="IP-001", title="Курс")
    fields = {"status": Session.Status.OPEN, "seats": 9, "starts_at": START, "ends_at": END} | (session or {})
    meeting = PlannedMeeting(1, START, END, NORTH, is_online, tuple(others))
    nothing = {
        "now": START - timedelta(days=7),
        "seats_taken": 0,
        "waiting": 0,
        "in_audience": True,
        "live_enrolment_id": None,
        "live_enrolment_elsewhere": False,
        "optional_bookings": 0,
        "prerequisites": (),
        "completed_until": None,
        "meetings": (meeting,),
    }
    return Situation(
        session=Session(course=course, **fields), policy=Policy(**(policy or {})), **nothing | facts
    )


def booking(starts_at, ends_at, site=NORTH, *, is_online=False):
    return OtherBooking(starts_at, ends_at, "Другой курс", site, is_online)


def codes(asked):
    return [failed.code for failed in unmet(asked)]


def test_nothing_stands_in_the_way():
    assert codes(situation()) == []


@pytest.mark.parametrize(
    ("status", "met"), [("draft", 0), ("open", 1), ("confirmed", 1), ("closed", 0), ("cancelled", 0)]
)
def test_rule_1_open_and_confirmed_sessions_take_people(status, met):
    assert codes(situation(session={"status": status})) == [] if met else ["closed"]


@pytest.mark.parametrize(("before", "expected"), [(timedelta(microseconds=1), []), (timedelta(), ["closed"])])
def test_rule_1_enrolment_ends_at_the_start(before, expected):
    assert codes(situation(now=START - before)) == expected


@pytest.mark.parametrize(
    ("starts_at", "ends_at", "expected"),
    [
        (START - timedelta(hours=2), START, []),
        (START - timedelta(hours=2), START + MINUTE, ["clash"]),
        (START + MINUTE, START + 2 * MINUTE, ["clash"]),
        (END - MINUTE, END + timedelta(hours=2), ["clash"]),
        (END, END + timedelta(hours=2), []),
    ],
)
def test_rule_11_bookings_that_overlap_are_in_the_way_and_those_that_touch_are_not(
    starts_at, ends_at, expected
):
    assert codes(situation(booking(starts_at, ends_at))) == expected


@pytest.mark.parametrize("minutes", [90, 30])
@pytest.mark.parametrize("comes_first", [True, False])
def test_rule_2_the_way_is_asked_of_the_booking_before_and_of_the_one_after(comes_first, minutes):
    def apart(gap):
        if comes_first:
            return booking(START - gap - timedelta(hours=1), START - gap, SOUTH)
        return booking(END + gap, END + gap + timedelta(hours=1), SOUTH)

    way = timedelta(minutes=minutes)
    policy = {"travel_minutes": minutes}

    assert codes(situation(apart(way), policy=policy)) == []
    assert codes(situation(apart(way - MINUTE), policy=policy)) == ["travel"]


@pytest.mark.parametrize(
    ("other", "is_online"),
    [
        (booking(END, END + MINUTE, NORTH), False),
        (booking(END, END + MINUTE, SOUTH, is_online=True), False),
        (booking(END, END + MINUTE, SOUTH), True),
        (booking(END, END + MINUTE, None), False),
    ],
)
def test_rule_2_no_way_lies_within_a_site_to_a_webinar_or_from_it(other, is_online):
    assert codes(situation(other, is_online=is_online)) == []


@pytest.mark.parametrize(("limit", "expected"), [(2, ["optional"]), (3, [])])
def test_rule_11_how_many_optional_courses_is_a_setting(limit, expected):
    policy = {"optional_bookings_max": limit}

    assert codes(situation(optional_bookings=2, policy=policy)) == expected
    assert (
        codes(situation(optional_bookings=2, policy=policy, course=Course(code="M", is_mandatory=True))) == []
    )


@pytest.mark.parametrize(("days", "expected"), [(29, []), (30, []), (31, ["completed"])])
def test_rule_11_when_a_course_may_be_repeated_is_a_setting(days, expected):
    until = date(2026, 11, 24) + timedelta(days=days)

    assert codes(situation(completed_until=until, policy={"repeat_window_days": 30})) == expected


REFUSALS = [
    situation(session={"status": "cancelled"}),
    situation(session={"status": "closed"}),
    situation(now=END),
    situation(live_enrolment_id=7, live_enrolment_elsewhere=True),
    situation(in_audience=False),
    situation(completed_until=date.max),
    situation(completed_until=date(2027, 11, 24)),
    situation(prerequisites=(Prerequisite("IP-002", "Основы", is_met=False),)),
    situation(booking(START, END)),
    situation(booking(END, END + MINUTE, SOUTH)),
    situation(optional_bookings=3),
]


@pytest.mark.parametrize("asked", REFUSALS)
def test_rule_11_each_condition_explains_itself_and_shows_the_way_out(asked):
    (failed,) = unmet(asked)

    assert failed.message.endswith(".")
    assert failed.link
    assert resolve(failed.url.partition("?")[0])


def test_rule_11_every_condition_is_refused_above():
    assert {condition for asked in REFUSALS for condition in CONDITIONS if condition(asked)} == set(
        CONDITIONS
    )


def test_rule_11_all_that_is_in_the_way_is_said_what_matters_most_first():
    asked = situation(
        booking(START, END),
        in_audience=False,
        completed_until=date.max,
        prerequisites=(Prerequisite("IP-002", "Основы", is_met=False),),
        optional_bookings=3,
    )

    assert codes(asked) == ["audience", "completed", "prerequisites", "clash", "optional"]
