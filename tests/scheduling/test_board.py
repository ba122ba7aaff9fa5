"""The board as functions over facts: which card in which row, what lies behind it, where a card must not go and why."""

from datetime import date, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation

from centre.models import Policy
from scheduling.board.background import bands_of, hours_of
from scheduling.board.cards import flags_of, rows_of
from scheduling.board.forbidden import Dragged, Question, forbidden_times
from scheduling.board.loading import is_shown
from scheduling.board.values import Band, Card, Flag, Row, Scope, View
from scheduling.checks import About, Finding
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
)
from scheduling.plans import MeetingPlan
from scheduling.problems import Problem
from tests.factories import moscow

STROGINO, VDNKH = 1, 2
HALL, SMALL, FAR = 11, 12, 21
IVANOV, PETROV = 31, 32
SERVICE, PROJECTOR = 5, 6
MONDAY = date(2026, 12, 7)
NEEDS = CourseNeeds(False, 4, 20, {PROJECTOR: "projector"}, {SERVICE: "Service"})
POLICY = Policy(changeover_minutes=15, travel_minutes=90, academic_hours_a_day=8)


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


def at(start, hours=3, day=7):
    starts_at = moscow(2026, 12, day) + timedelta(hours=start)
    return Span(starts_at, starts_at + timedelta(hours=hours))


def room(pk, name, site=STROGINO, **facts):
    known = {
        "zone": ZoneInfo("Europe/Moscow"),
        "opens_at": time(9),
        "closes_at": time(20),
        "is_online": False,
        "capacity": 20,
        "is_step_free": True,
        "is_active": True,
        "equipment": frozenset({PROJECTOR}),
    }
    return RoomFacts(pk, name, site, f"Site {site}", **{**known, **facts})


def trainer(pk, name, **facts):
    known = {"qualifications": {SERVICE: None}, "hours_a_day": 8, "hours_a_week": 30, "site_id": STROGINO}
    return TrainerFacts(pk, 100 + pk, name, is_active=True, **{**known, **facts})


def busy(span, site=STROGINO, changeover=0):
    return Busy(
        span.longer(changeover), span, 99, "Other", teaches=True, site_id=site, site_name=f"Site {site}"
    )


def facts(*rooms, trainers=(), calendar=None):
    return Facts(NEEDS, {one.pk: one for one in rooms}, {one.pk: one for one in trainers}, calendar or {})


def card(span, room_id=HALL, trainers=(), **fields):
    known = {
        "pk": 1,
        "session_id": 1,
        "version": 1,
        "title": "Course",
        "state": "draft",
        "number": 1,
        "meetings": 1,
        "seats": 20,
    }
    return Card(
        starts_at=span.starts_at, ends_at=span.ends_at, room_id=room_id, trainers=trainers, **known | fields
    )


@pytest.mark.parametrize(
    ("view", "first", "last"),
    [
        ("day", date(2026, 12, 9), date(2026, 12, 9)),
        ("week", MONDAY, date(2026, 12, 13)),
        ("month", date(2026, 12, 1), date(2026, 12, 31)),
    ],
)
def test_a_board_shows_whole_weeks_and_months(view, first, last):
    scope = Scope(view, date(2026, 12, 9))

    assert (scope.first, scope.last) == (first, last)
    assert Scope(view, scope.following).first == last + timedelta(days=1)
    assert Scope(view, scope.previous).last == first - timedelta(days=1)


def test_a_week_earlier_or_later_the_same_weekday_is_looked_at_and_of_a_month_its_first_day():
    wednesday = date(2026, 12, 9)

    assert Scope(View.WEEK, wednesday).following == date(2026, 12, 16)
    assert Scope(View.MONTH, wednesday).previous == date(2026, 11, 1)


def test_rows_are_what_is_in_use_and_what_a_card_needs():
    known = facts(room(HALL, "Hall"), room(SMALL, "Small", is_active=False), room(FAR, "Far", VDNKH))
    scope = Scope("week", MONDAY, "room", STROGINO)

    assert [row.title for row in rows_of(scope, known, [])] == ["Without a room", "Hall"]
    assert [row.title for row in rows_of(scope, known, [card(at(10), SMALL)])] == [
        "Without a room",
        "Hall",
        "Small",
    ]


def test_a_board_may_show_drafts_or_problems_alone():
    calm, draft, flagged = (
        card(at(10), state="open"),
        card(at(10)),
        card(at(10), state="open", flags=(Flag("Too few people.", "bad"),)),
    )

    shown = {
        only: [is_shown(one, Scope(only=only)) for one in (calm, draft, flagged)]
        for only in ("", "draft", "flagged")
    }

    assert shown == {
        "": [True, True, True],
        "draft": [False, True, False],
        "flagged": [False, False, True],
    }


def test_a_card_stands_in_the_rows_of_its_room_of_each_trainer_and_of_its_site():
    one = card(at(10), HALL, ((IVANOV, "Ivanov"), (PETROV, "Petrov")), site_id=STROGINO)

    assert [one.row_keys(rows) for rows in ("room", "trainer", "site")] == [
        ["room-11"],
        ["trainer-31", "trainer-32"],
        ["site-1"],
    ]
    assert card(at(10), None).row_keys("trainer") == ["trainer-0"]


def test_a_flag_is_on_the_meeting_that_it_is_about():
    """The same findings as in the list of problems, of which a session of two meetings has some for each."""
    plan = MeetingPlan(at(10).starts_at, at(10).ends_at, HALL, (IVANOV,))
    findings = [
        Finding("room_closed", "this room today", (About("room", HALL),), MONDAY),
        Finding("room_closed", "another room", (About("room", FAR),), MONDAY),
        Finding("centre_closed", "another day", (), date(2026, 12, 8)),
        Finding("trainer_week_hours", "this week", (About("trainer", IVANOV),), MONDAY, is_soft=True),
        Finding("too_few", "the whole session", (About("session", 1),)),
    ]

    assert flags_of(plan, [Problem(one) for one in findings]) == (
        Flag("this room today", "bad"),
        Flag("the whole session", "bad"),
        Flag("this week", "wait"),
    )


def test_rule_5_closed_days_closures_absences_and_days_off_lie_behind_the_cards():
    known = facts(
        room(HALL, "Hall", closures=(Closure(at(12, 2, day=8), "Repair"),)),
        trainers=[
            trainer(
                IVANOV,
                "Ivanov",
                absences=(TrainerAbsence(date(2026, 12, 1), date(2026, 12, 8), "vacation"),),
                shift=Shift("5/2"),
            )
        ],
        calendar={date(2026, 12, 9): DayFacts(closed="Cleaning")},
    )
    scope = Scope("week", MONDAY)
    rows = [Row("room", HALL, "Hall"), Row("trainer", IVANOV, "Ivanov")]

    bands = bands_of(scope, known, rows, travel_minutes=90)

    assert [(band.row, band.kind, band.words) for band in bands] == [
        ("room-11", "closed", "The centre is closed (Cleaning)"),
        ("trainer-31", "closed", "The centre is closed (Cleaning)"),
        ("room-11", "closed", "Closed: Repair"),
        ("trainer-31", "away", "Absent"),
        ("trainer-31", "off", "Day off (works 5/2)"),
        ("trainer-31", "off", "Day off (works 5/2)"),
    ]


def test_rule_2_a_day_shows_opening_hours_changeovers_and_the_way_between_sites():
    taken = at(10)
    known = facts(
        room(HALL, "Hall", busy=(busy(taken, changeover=15),)),
        trainers=[trainer(IVANOV, "Ivanov", busy=(busy(taken), busy(at(15), VDNKH)))],
    )
    rows = [Row("room", HALL, "Hall"), Row("trainer", IVANOV, "Ivanov")]

    bands = bands_of(Scope("day", MONDAY), known, rows, travel_minutes=90)

    assert bands == [
        Band("room-11", at(0, 9), "closed", "Site 1 is open from 09:00 to 20:00"),
        Band("room-11", at(20, 4), "closed", "Site 1 is open from 09:00 to 20:00"),
        Band("room-11", at(13, 0.25), "changeover", "Changeover"),
        Band("trainer-31", at(13, 1.5), "travel", "On the way from “Site 1” to “Site 2”"),
    ]


def test_a_day_is_drawn_while_any_site_is_open_and_whatever_meets_outside_of_it():
    known = facts(room(HALL, "Hall"), room(FAR, "Far", closes_at=time(21, 30)))

    assert hours_of(known, []) == (9, 22)
    assert hours_of(known, [at(7)]) == (7, 22)
    assert hours_of(facts(), []) == (8, 21)


def question(known, dragged, days=(MONDAY,), now=None, **facts_of):
    return Question(known, dragged, tuple(days), POLICY, now or moscow(2026, 12, 1), **facts_of)


def sentences(found, row, span):
    """What is said of a place on the board, as the script looks it up."""
    times = [*found[""], *found[row]]
    return [one.why for one in times if one.span.overlaps(span)]


def test_rule_2_a_taken_room_is_forbidden_with_its_changeover_and_the_other_booking_named():
    known = facts(room(HALL, "Hall", busy=(busy(at(12), changeover=15),)))
    dragged = Dragged(MeetingPlan(at(16).starts_at, at(16).ends_at))

    found = forbidden_times(question(known, dragged), [Row("room", HALL, "Hall")], None)

    taken = ["Hall: taken on 7 December, 12:00–15:00, “Other”."]
    assert sentences(found, "room-11", at(10)) == taken
    assert sentences(found, "room-11", at(8.75)) == ["Hall: Site 1 is open from 09:00 to 20:00."]
    assert (
        sentences(found, "room-11", at(9, 2.75)) == []
    )  # the changeover of this one ends as the other begins
    assert sentences(found, "room-11", at(9, 3)) == taken
    assert sentences(found, "room-11", at(15.25)) == []


def test_rule_4_a_room_that_is_too_small_or_lacks_something_is_forbidden_at_any_time():
    known = facts(room(SMALL, "Small", capacity=6, equipment=frozenset()))
    dragged = Dragged(MeetingPlan(at(16).starts_at, at(16).ends_at), group=7)

    found = forbidden_times(question(known, dragged), [Row("room", SMALL, "Small")], None)

    assert sentences(found, "room-12", at(10)) == [
        "Small: seats 6, the group is 7.",
        "Small: has no projector.",
    ]


def test_rule_3_the_trainer_of_the_row_is_asked_instead_of_the_one_whose_row_the_card_leaves():
    known = facts(
        room(HALL, "Hall"),
        trainers=[
            trainer(IVANOV, "Ivanov", absences=(TrainerAbsence(MONDAY, MONDAY, "vacation"),)),
            trainer(PETROV, "Petrov", qualifications={}),
        ],
    )
    dragged = Dragged(MeetingPlan(at(16).starts_at, at(16).ends_at, HALL, (IVANOV,)))
    rows = [Row("trainer", IVANOV, "Ivanov"), Row("trainer", PETROV, "Petrov")]

    found = forbidden_times(question(known, dragged), rows, IVANOV)

    assert sentences(found, "trainer-31", at(10)) == ["Ivanov: absent on 7 December."]
    assert sentences(found, "trainer-32", at(10)) == [
        "Petrov: without a qualification valid on 7 December: Service."
    ]


def test_rule_2_the_way_from_another_site_is_forbidden_and_the_same_site_is_not():
    known = facts(
        room(HALL, "Hall"),
        room(FAR, "Far", VDNKH),
        trainers=[trainer(IVANOV, "Ivanov", busy=(busy(at(10), VDNKH),))],
    )
    dragged = Dragged(MeetingPlan(at(16).starts_at, at(16).ends_at, HALL, (IVANOV,)))
    rows = [Row("room", HALL, "Hall"), Row("room", FAR, "Far")]

    found = forbidden_times(question(known, dragged), rows, None)

    assert sentences(found, "room-11", at(14)) == [
        "Ivanov: at the site “Site 2” on 7 December, 10:00–13:00; the way takes 90 minutes."
    ]
    assert sentences(found, "room-21", at(14)) == []


def test_rule_2_the_group_needs_its_way_too():
    known = facts(room(HALL, "Hall"), room(FAR, "Far", VDNKH))
    other = MeetingPlan(at(10, 1).starts_at, at(10, 1).ends_at, FAR)
    dragged = Dragged(MeetingPlan(at(16).starts_at, at(16).ends_at), (other,))
    rows = [Row("room", HALL, "Hall"), Row("room", FAR, "Far")]

    found = forbidden_times(question(known, dragged), rows, None)

    assert sentences(found, "room-11", at(12, 1)) == [
        "7 December: the way from “Site 2” to “Site 1” takes 90 minutes."
    ]
    assert sentences(found, "room-21", at(12, 1)) == []


def test_rule_3_soft_limits_are_told_apart():
    known = facts(trainers=[trainer(IVANOV, "Ivanov", hours_a_day=2, shift=Shift("5/2"))])
    dragged = Dragged(MeetingPlan(at(16).starts_at, at(16).ends_at, None, (IVANOV,)))
    saturday = date(2026, 12, 12)

    found = forbidden_times(question(known, dragged, [saturday]), [Row("room", 0, "None")], None)

    assert [(one.why, one.is_soft) for one in found["room-0"]] == [
        ("Ivanov: 12 December is a day off (works 5/2).", True),
        ("Ivanov: 4 academic hours on 12 December, the limit a day is 2.", True),
    ]


def test_the_past_closed_days_and_the_session_s_own_meetings_are_forbidden_in_every_row():
    known = facts(calendar={date(2026, 12, 8): DayFacts(closed="Cleaning")})
    other = MeetingPlan(at(10, 4.5).starts_at, at(10, 4.5).ends_at)
    dragged = Dragged(MeetingPlan(at(16).starts_at, at(16).ends_at), (other,))
    asked = question(known, dragged, (MONDAY, date(2026, 12, 8)), now=at(9).starts_at)

    found = forbidden_times(asked, [], None)

    assert [one.why for one in found[""]] == [
        "This time is over. Choose a later day or time.",
        "Two meetings of the session overlap. Give each its own time.",
        "7 December: 10 academic hours, and 8 at most are taught a day.",
        "8 December: the centre is closed (Cleaning).",
    ]


def test_only_a_draft_may_be_taken_off_its_room():
    plan = MeetingPlan(at(16).starts_at, at(16).ends_at)
    row = Row("room", 0, "Without a room")

    answers = [
        sentences(
            forbidden_times(question(facts(), Dragged(plan, is_draft=draft)), [row], None), row.key, at(10)
        )
        for draft in (True, False)
    ]

    assert answers == [[], ["People know of this meeting: it needs a room."]]
