"""The proposed groups of a month as a page shows them: each with what speaks against it beside the others."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from scheduling.checks import Finding, broken_rules, clash_findings, unique
from scheduling.facts import Facts, RoomFacts, Span, TrainerFacts
from scheduling.finder.days import Search
from scheduling.finder.search import find_series, with_taken
from scheduling.finder.wishes import Found, Pattern
from scheduling.plans import Details, MeetingPlan, SessionPlan


@dataclass(frozen=True)
class PlacedMeeting:
    span: Span
    room: RoomFacts | None
    trainers: tuple[TrainerFacts, ...]


@dataclass(frozen=True)
class ProposedGroup:
    """A group with its meetings and what speaks against them; `why_not` says why there is no place for it."""

    number: int
    meetings: tuple[PlacedMeeting, ...] = ()
    findings: tuple[Finding, ...] = ()
    why_not: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return _("Group %(number)s") % {"number": self.number}


@dataclass(frozen=True)
class WithoutPlace:
    """Groups for which there is no place, for the same reasons."""

    numbers: tuple[int, ...]
    why_not: tuple[str, ...]

    @property
    def name(self) -> str:
        words = {"numbers": ", ".join(map(str, self.numbers))}
        return ngettext("Group %(numbers)s", "Groups %(numbers)s", len(self.numbers)) % words


def without_place(groups: Iterable[ProposedGroup]) -> list[WithoutPlace]:
    """Each reason once, with the groups that it is said of."""
    by_reason: dict[tuple[str, ...], list[int]] = {}
    for group in groups:
        if not group.meetings:
            by_reason.setdefault(group.why_not, []).append(group.number)
    return [WithoutPlace(tuple(numbers), why_not) for why_not, numbers in by_reason.items()]


def proposed_group(search: Search, number: int, plans: Mapping[int, SessionPlan]) -> ProposedGroup:
    """The group beside the others of the page, as if those were booked."""
    plan = plans[number]
    others = (meeting for key, other in plans.items() if key != number for meeting in other.meetings)
    facts = with_taken(search.facts, others, search.policy.changeover_minutes)
    found = unique(
        clash_findings(facts, plan.meetings, changeover_minutes=search.policy.changeover_minutes),
        broken_rules(
            facts, plan.meetings, needs_step_free=plan.details.needs_step_free, policy=search.policy
        ),
    )
    meetings = tuple(placed(facts, meeting) for meeting in plan.meetings)
    return ProposedGroup(number, meetings, tuple(found))


def placed(facts: Facts, meeting: MeetingPlan) -> PlacedMeeting:
    trainers = tuple(facts.trainers[pk] for pk in meeting.trainer_ids if pk in facts.trainers)
    return PlacedMeeting(meeting.span, facts.rooms.get(meeting.room_id or 0), trainers)


def another_place(
    search: Search,
    pattern: Pattern,
    others: Iterable[SessionPlan],
    *,
    room_id: int | None,
    trainer_id: int | None,
) -> Found:
    """Where else one group may be, in that room or with that trainer, the others standing."""
    taken = [meeting for other in others for meeting in other.meetings]
    facts = with_taken(search.facts, taken, search.policy.changeover_minutes)
    wish = replace(search.wish, trainer_id=trainer_id or search.wish.trainer_id)
    if room_id:
        wish = replace(wish, room_id=room_id, site_id=None)
    return find_series(replace(search, wish=wish, facts=facts, spreads_load=True), pattern)


def plan_of(found: Iterable[MeetingPlan], *, limit: int | None, needs_step_free: bool) -> SessionPlan:
    return SessionPlan(tuple(found), Details(limit=limit, needs_step_free=needs_step_free))
