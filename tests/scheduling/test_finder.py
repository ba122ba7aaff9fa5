"""Free slots, series and many groups (rules 2 to 5), as functions over facts: what is proposed can be planned."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import chain, combinations
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from centre.models import Policy
from scheduling.checks import (
    clash_findings,
    daily_hours_findings,
    local_day,
    plan_findings,
    soft_findings,
    travel_findings,
)
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
    WeeklyHours,
)
from scheduling.finder.days import Search
from scheduling.finder.search import find_groups, find_series, find_slots, with_taken
from scheduling.finder.wishes import Obstacle, Pattern, Wish
from scheduling.models import ACADEMIC_HOUR
from scheduling.plans import MeetingPlan
from tests.factories import MOSCOW, moscow

STROGINO, VDNKH = 1, 2
WINDOW, CONFLICTS, SERVICE = 7, 5, 6
MONDAY = date(2026, 12, 7)
POLICY = Policy()


@pytest.fixture(autouse=True, scope="module")
def _english():
    with translation.override("en"):
        yield


def at(hour, minute=0, *, day=MONDAY):
    return moscow(day.year, day.month, day.day) + timedelta(hours=hour, minutes=minute)


def span(start, end, *, day=MONDAY):
    return Span(at(start, day=day), at(end, day=day))


def room(pk, site=STROGINO, **facts):
    known = {"capacity": 20, "is_step_free": True, "is_active": True, "is_online": False}
    known |= {"opens_at": time(8), "closes_at": time(20), "zone": MOSCOW}
    return RoomFacts(pk, f"Room {pk}", site, f"Site {site}", **{**known, **facts})


def trainer(pk, **facts):
    known = {"qualifications": {CONFLICTS: None}, "hours_a_day": 8, "hours_a_week": 30, "site_id": STROGINO}
    return TrainerFacts(pk, 100 + pk, f"Trainer {pk}", is_active=True, **{**known, **facts})


def taken(claimed, *, site=STROGINO, teaches=True):
    return Busy(claimed, claimed, 99, "Other", teaches=teaches, site_id=site, site_name=f"Site {site}")


def search_in(rooms, trainers, *, needs=None, calendar=None, **wish):
    needs = needs or CourseNeeds(
        is_online=False, group_min=1, group_max=20, qualifications={CONFLICTS: "Conflicts"}
    )
    facts = Facts(needs, {one.pk: one for one in rooms}, {one.pk: one for one in trainers}, calendar or {})
    known = {"length": 4 * ACADEMIC_HOUR, "people": 16, "first": MONDAY, "last": MONDAY + timedelta(days=11)}
    return Search(Wish(**{**known, "not_before": at(0), **wish}), facts, POLICY)


def told(slots):
    """Day of the month, beginning, room and trainers of each."""
    return [
        (
            f"{slot.span.starts_at.astimezone(MOSCOW):%d %H:%M}",
            slot.room.pk,
            [one.pk for one in slot.trainers],
        )
        for slot in slots
    ]


def test_the_first_three_slots_at_a_site_with_a_window_and_a_conflict_trainer():
    needs = CourseNeeds(
        is_online=False,
        group_min=1,
        group_max=20,
        equipment={WINDOW: "Service window"},
        qualifications={CONFLICTS: "Conflicts"},
    )
    equipped = frozenset({WINDOW})
    search = search_in(
        [
            room(1),
            room(2, equipment=equipped, capacity=12),
            room(3, VDNKH, equipment=equipped),
            room(4, equipment=equipped, busy=(taken(span(8, 10)), taken(span(16, 20)))),
        ],
        [
            trainer(1, qualifications={SERVICE: None}),
            trainer(2, absences=(TrainerAbsence(MONDAY, MONDAY, "illness"),)),
            trainer(3, busy=(taken(span(8, 12)),)),
        ],
        needs=needs,
        site_id=STROGINO,
    )

    found = find_slots(search, count=3)

    assert told(found.slots) == [("07 12:00", 4, [3]), ("08 08:00", 4, [2]), ("08 11:00", 4, [2])]
    assert found.slots[0].reasons == (
        "20 seats for 16 people",
        "Trainer 3: is at this site that day anyway, 0 of 30 academic hours that week",
    )


def test_rule_2_changeover_and_the_way_between_sites_are_kept_free():
    search = search_in(
        [room(1, busy=(taken(span(8, 10)),)), room(2, VDNKH, busy=(taken(span(11, 20)),))],
        [trainer(1, busy=(taken(span(14, 15), site=VDNKH),))],
        last=MONDAY,
        length=2 * ACADEMIC_HOUR,
    )

    found = find_slots(search, count=9)

    # Room 2 until 10:45 for its changeover; room 1 until the way to the other site begins at 12:30, and after it.
    assert told(found.slots) == [
        ("07 08:00", 2, [1]),
        ("07 10:00", 1, [1]),
        ("07 16:30", 1, [1]),
        ("07 18:00", 1, [1]),
    ]


def test_slots_begin_at_a_quarter_of_an_hour():
    until_five_past_nine = Span(at(8), at(9, 5))
    search = search_in([room(1, busy=(taken(until_five_past_nine),))], [trainer(1)], last=MONDAY)

    assert told(find_slots(search, count=2).slots) == [("07 09:15", 1, [1]), ("07 12:15", 1, [1])]


def test_a_site_in_another_time_zone_keeps_its_own_days_and_hours():
    kamchatka = ZoneInfo("Asia/Kamchatka")
    morning = [datetime(2026, 12, 7, hour, tzinfo=kamchatka).astimezone(UTC) for hour in (8, 11)]
    search = search_in([room(1, zone=kamchatka, busy=(taken(Span(*morning)),))], [trainer(1)])

    (slot,) = find_slots(search, count=1).slots

    # In UTC the morning lies on the day before.
    assert slot.span.starts_at == datetime(2026, 12, 7, 11, tzinfo=kamchatka)


def test_rule_3_two_trainers_who_hold_the_qualifications_together_and_as_few_as_can_be():
    both = CourseNeeds(
        is_online=False,
        group_min=1,
        group_max=20,
        qualifications={CONFLICTS: "Conflicts", SERVICE: "Service"},
    )
    one, other = trainer(1), trainer(2, qualifications={SERVICE: None})
    whole = trainer(3, qualifications={CONFLICTS: None, SERVICE: None}, site_id=VDNKH)

    assert told(find_slots(search_in([room(1)], [one, other], needs=both), count=1).slots)[0][2] == [1, 2]
    assert told(find_slots(search_in([room(1)], [one, other, whole], needs=both), count=1).slots)[0][2] == [3]


def test_rule_3_limits_are_kept_unless_the_planner_says_otherwise():
    tired = trainer(1, load={MONDAY: 5 * ACADEMIC_HOUR})
    search = search_in([room(1)], [tired])
    beyond = replace(search, wish=replace(search.wish, keeps_limits=False))

    assert told(find_slots(search, count=1).slots) == [("08 08:00", 1, [1])]
    (slot,) = find_slots(beyond, count=1).slots
    assert told([slot]) == [("07 08:00", 1, [1])]
    assert [warning.code for warning in slot.warnings] == ["trainer_day_hours"]


@pytest.mark.parametrize(
    ("keeps_limits", "begins", "warnings"),
    [(True, "07 12:00", []), (False, "07 08:00", ["trainer_unavailable"])],
)
def test_rule_3_hours_without_teaching_are_kept_free_unless_the_planner_says_otherwise(
    keeps_limits, begins, warnings
):
    mornings = WeeklyHours(MONDAY.weekday(), time(8), time(12), MONDAY)
    search = search_in([room(1)], [trainer(1, unavailable=(mornings,))], keeps_limits=keeps_limits)

    (slot,) = find_slots(search, count=1).slots

    assert told([slot]) == [(begins, 1, [1])]
    assert [warning.code for warning in slot.warnings] == warnings


def test_what_stood_in_the_way_is_counted_by_days():
    day = timedelta(days=1)
    search = search_in(
        [room(1, busy=(taken(span(8, 20, day=MONDAY + day)),))],
        [
            trainer(
                1,
                absences=(TrainerAbsence(MONDAY + 2 * day, MONDAY + 2 * day, "illness"),),
                busy=(taken(span(8, 20, day=MONDAY + 3 * day)),),
                load={MONDAY + 4 * day: 8 * ACADEMIC_HOUR},
                qualifications={CONFLICTS: MONDAY + 4 * day},
            )
        ],
        calendar={MONDAY: DayFacts(closed="Stocktaking")},
        last=MONDAY + 5 * day,
    )

    found = find_slots(search, count=1)

    assert found.slots == ()
    assert found.obstacles == Counter(
        [
            Obstacle.CLOSED,
            Obstacle.ROOMS_TAKEN,
            Obstacle.AWAY,
            Obstacle.BUSY,
            Obstacle.LIMITS,
            Obstacle.UNQUALIFIED,
        ]
    )
    assert find_slots(
        search_in([room(1, capacity=9)], [trainer(1)], last=MONDAY), count=1
    ).obstacles == Counter([Obstacle.NO_ROOM])


def test_a_series_keeps_weekdays_and_distance_and_the_room_and_trainer_of_its_first_meeting():
    tuesday, thursday = frozenset({1}), frozenset({1, 3})
    rooms = [room(1, busy=(taken(span(8, 20, day=date(2026, 12, 8))),)), room(2, capacity=25)]
    trainers = [trainer(1, busy=(taken(span(8, 20, day=date(2026, 12, 8))),)), trainer(2, site_id=VDNKH)]
    twice_a_week = search_in(
        rooms, trainers, weekdays=thursday, begins_from=time(10), last=date(2026, 12, 31)
    )
    weekly = replace(twice_a_week, wish=replace(twice_a_week.wish, weekdays=tuesday))

    # Room 1 and trainer 1 would be free and rank higher from the second meeting on.
    assert told(find_series(twice_a_week, Pattern(3)).slots) == [
        ("08 10:00", 2, [2]),
        ("10 10:00", 2, [2]),
        ("15 10:00", 2, [2]),
    ]
    assert [when for when, *_where in told(find_series(weekly, Pattern(3, days_between=14)).slots)] == [
        "08 10:00",
        "22 10:00",
    ]


def test_rule_2_groups_take_nothing_twice_and_share_the_load():
    search = search_in([room(1), room(2)], [trainer(1), trainer(2)], last=MONDAY + timedelta(days=4))

    found = find_groups(search, Pattern(2), count=4)

    plans = [plan for group in found for plan in group.plans]
    assert [len(group.plans) for group in found] == [2] * 4
    assert not any(
        (one.span.longer(15).overlaps(other.span) and one.room_id == other.room_id)
        or (one.span.overlaps(other.span) and set(one.trainer_ids) & set(other.trainer_ids))
        for one, other in combinations(plans, 2)
    )
    assert Counter(pk for plan in plans for pk in plan.trainer_ids) == {1: 4, 2: 4}
    assert len({group.plans[0].starts_at.date() for group in found}) == 4


def test_groups_for_which_there_is_no_place_say_why():
    search = search_in([room(1)], [trainer(1, hours_a_week=8)], last=MONDAY + timedelta(days=4))

    found = find_groups(search, Pattern(1), count=3)

    assert [len(group.plans) for group in found] == [1, 1, 0]
    assert found[2].obstacles == Counter({Obstacle.LIMITS: 5})


# --- every proposal can be planned, and the first is the earliest ---------------------------------

HOURS = range(9, 14)
spans = st.builds(
    lambda day, start, quarters: Span(
        moscow(2026, 12, 7 + day, 8) + timedelta(minutes=15 * start),
        moscow(2026, 12, 7 + day, 8) + timedelta(minutes=15 * (start + quarters)),
    ),
    st.integers(0, 1),
    st.integers(0, 22),
    st.integers(1, 8),
)
busy = st.lists(
    st.builds(
        lambda claimed, site: taken(claimed, site=site), spans, st.sampled_from([STROGINO, VDNKH, None])
    ),
    max_size=3,
).map(tuple)
rooms = st.lists(
    st.tuples(
        st.sampled_from([STROGINO, VDNKH]),
        st.booleans(),
        st.sampled_from([8, 20]),
        busy,
        st.lists(spans, max_size=1),
    ),
    min_size=1,
    max_size=2,
).map(
    lambda several: [
        room(
            pk,
            site,
            is_step_free=step_free,
            capacity=capacity,
            busy=own,
            opens_at=time(9),
            closes_at=time(13),
            closures=tuple(Closure(one, "flood") for one in closed),
        )
        for pk, (site, step_free, capacity, own, closed) in enumerate(several, start=1)
    ]
)
trainers = st.lists(
    st.tuples(
        st.sets(st.sampled_from([CONFLICTS, SERVICE]), max_size=2),
        busy,
        st.sampled_from([(), (TrainerAbsence(MONDAY, MONDAY, "illness"),)]),
        st.sampled_from([3, 8]),
        st.sampled_from([None, Shift("2/2", MONDAY), Shift("2/2", MONDAY - timedelta(days=1))]),
        st.sampled_from([(), (WeeklyHours(MONDAY.weekday(), time(10), time(11, 30), MONDAY),)]),
    ),
    min_size=1,
    max_size=3,
).map(
    lambda several: [
        trainer(
            pk,
            qualifications=dict.fromkeys(held),
            busy=own,
            absences=away,
            hours_a_day=hours,
            shift=shift,
            unavailable=unavailable,
        )
        for pk, (held, own, away, hours, shift, unavailable) in enumerate(several, start=1)
    ]
)
needs = st.sets(st.sampled_from([CONFLICTS, SERVICE]), max_size=2).map(
    lambda asked: CourseNeeds(
        is_online=False, group_min=1, group_max=20, qualifications={pk: str(pk) for pk in asked}
    )
)
searches = st.builds(
    lambda rooms, trainers, needs, quarters, closed, step_free, keeps_limits: search_in(
        rooms,
        trainers,
        needs=needs,
        calendar={MONDAY: DayFacts(closed="Stocktaking")} if closed else {},
        length=timedelta(minutes=15 * quarters),
        people=10,
        last=MONDAY + timedelta(days=1),
        needs_step_free=step_free,
        keeps_limits=keeps_limits,
    ),
    rooms,
    trainers,
    needs,
    st.integers(2, 10),
    st.booleans(),
    st.booleans(),
    st.booleans(),
)


def against(search, plans):
    """What speaks against these meetings, by the checks that refuse a plan; soft findings only where they count."""
    facts = replace(search.facts, needs=replace(search.facts.needs, group_min=search.people))
    wish = search.wish
    return [
        *plan_findings(facts, plans, needs_step_free=wish.needs_step_free),
        *clash_findings(facts, plans, changeover_minutes=POLICY.changeover_minutes),
        *travel_findings(facts, plans, travel_minutes=POLICY.travel_minutes),
        *daily_hours_findings([(local_day(plan.span), plan.span.length) for plan in plans], hours_at_most=8),
        *(soft_findings(facts, plans) if wish.keeps_limits else ()),
    ]


def earliest(search):
    """The first moment on the grid at which some room and some trainers can be had, tried one by one."""
    facts, length = search.facts, search.wish.length
    useful = [
        pk
        for pk, one in facts.trainers.items()
        if not facts.needs.qualifications or set(one.qualifications) & set(facts.needs.qualifications)
    ]
    teams = list(chain.from_iterable(combinations(useful, size) for size in (1, 2)))
    for start in (
        at(9, 15 * quarter, day=day) for day in (MONDAY, date(2026, 12, 8)) for quarter in range(4 * 4)
    ):
        for one in facts.rooms:
            for team in teams:
                if not against(search, [MeetingPlan(start, start + length, one, team)]):
                    return start
    return None


@settings(max_examples=60, deadline=None)
@given(searches)
def test_rules_2_to_4_the_first_slot_is_the_earliest_and_none_clashes(search):
    found = find_slots(search, count=3)

    assert (found.slots[0].span.starts_at if found.slots else None) == earliest(search)
    assert [against(search, [plan]) for plan in found.plans] == [[]] * len(found.slots)


@settings(max_examples=60, deadline=None)
@given(searches)
def test_rules_2_to_4_no_proposed_group_breaks_a_rule(search):
    groups = find_groups(search, Pattern(2), count=2)

    for group in groups:
        others = [plan for other in groups if other is not group for plan in other.plans]
        beside = replace(search, facts=with_taken(search.facts, others, POLICY.changeover_minutes))
        assert against(beside, list(group.plans)) == []
