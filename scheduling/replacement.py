"""Who could teach instead, and where instead: ranked, with the reasons for the rank (rule 7). Functions over facts.

A trainer ranks by what speaks against them: nothing, then soft limits; then by the least disturbance: who teaches
others of the session's meetings already, who is at the same site that day anyway, whose home it is, who teaches the
fewest hours that week. A room ranks by its site, then by the seats to spare; one at another site, to which trainers or
the group could not travel in time, cannot be had. Who cannot at all is listed with why.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from django.utils.translation import gettext as _

from scheduling.checks import (
    Finding,
    hours_words,
    load_findings,
    local_day,
    monday_of,
    qualification_findings,
    room_clash_findings,
    room_findings,
    room_time_findings,
    shift_findings,
    trainer_clash_findings,
    trainer_findings,
    trainer_travel_findings,
    travel_findings,
    unavailable_findings,
    unique,
)
from scheduling.facts import Busy, CourseNeeds, Facts, RoomFacts, Span, TrainerFacts
from scheduling.plans import MeetingPlan


@dataclass(frozen=True)
class Gap:
    """Meetings of one session that need another trainer than `leaving`, or another room than `room`.

    `others` teach these meetings beside; `near` teach other meetings of the session. The site is None online.
    `taught` names the trainers of each of these meetings, `staying` are the session's meetings that keep their room.
    """

    session_id: int
    course_title: str
    spans: tuple[Span, ...]
    needs: CourseNeeds
    site_id: int | None = None
    leaving: int | None = None
    others: tuple[int, ...] = ()
    near: frozenset[int] = frozenset()
    room: int | None = None
    group: int = 1
    needs_step_free: bool = False
    taught: tuple[tuple[int, ...], ...] = ()
    staying: tuple[MeetingPlan, ...] = ()

    def in_room(self, room: int) -> tuple[MeetingPlan, ...]:
        """These meetings as they would be planned there."""
        taught = self.taught or ((),) * len(self.spans)
        return tuple(
            MeetingPlan(span.starts_at, span.ends_at, room, trainers)
            for span, trainers in zip(self.spans, taught, strict=True)
        )


@dataclass(frozen=True)
class TrainerCandidate:
    trainer: TrainerFacts
    against: tuple[Finding, ...]
    warnings: tuple[Finding, ...]
    reasons: tuple[str, ...]
    rank: tuple[object, ...]

    @property
    def pk(self) -> int:
        return self.trainer.pk

    @property
    def can(self) -> bool:
        return not self.against


@dataclass(frozen=True)
class RoomCandidate:
    room: RoomFacts
    against: tuple[Finding, ...]
    reasons: tuple[str, ...]
    rank: tuple[object, ...]

    @property
    def pk(self) -> int:
        return self.room.pk

    @property
    def can(self) -> bool:
        return not self.against


def rank_trainers(gap: Gap, facts: Facts, *, travel_minutes: int) -> list[TrainerCandidate]:
    """Everybody but who leaves and who teaches there anyhow, the best first; who cannot stands last."""
    candidates = [
        trainer_candidate(trainer, gap, facts, travel_minutes=travel_minutes)
        for pk, trainer in facts.trainers.items()
        if pk != gap.leaving and pk not in gap.others
    ]
    return sorted(candidates, key=lambda candidate: candidate.rank)


def trainer_candidate(
    trainer: TrainerFacts, gap: Gap, facts: Facts, *, travel_minutes: int
) -> TrainerCandidate:
    together = [trainer, *(facts.trainers[pk] for pk in gap.others if pk in facts.trainers)]
    against: list[Finding] = []
    for span in gap.spans:
        against += trainer_findings(trainer, local_day(span))
        against += qualification_findings(together, gap.needs, local_day(span))
        against += trainer_clash_findings(trainer, span)
        if gap.site_id is not None:
            against += trainer_travel_findings(trainer, span, gap.site_id, travel_minutes=travel_minutes)
    warnings = (
        *shift_findings(trainer, gap.spans, facts.calendar),
        *unavailable_findings(trainer, gap.spans),
        *load_findings(trainer, gap.spans),
    )
    is_near = trainer.pk in gap.near
    is_there = gap.site_id is not None and any(
        busy.site_id == gap.site_id and local_day(busy.meeting) == local_day(span)
        for span in gap.spans
        for busy in trainer.busy
    )
    is_home = gap.site_id is not None and trainer.site_id == gap.site_id
    week = load_of_week(trainer, gap.spans[0])
    return TrainerCandidate(
        trainer,
        tuple(unique(against)),
        warnings,
        tuple(trainer_reasons(trainer, week, is_near=is_near, is_there=is_there, is_home=is_home)),
        (bool(against), len(warnings), not is_near, not is_there, not is_home, week, trainer.name),
    )


def trainer_reasons(
    trainer: TrainerFacts, week: timedelta, *, is_near: bool, is_there: bool, is_home: bool
) -> Iterator[str]:
    if is_near:
        yield _("teaches other meetings of the session")
    if is_there:
        yield _("is at this site that day anyway")
    elif is_home:
        yield _("works at this site")
    words = {"hours": hours_words(week), "limit": trainer.hours_a_week}
    if trainer.hours_a_week is None:
        yield _("%(hours)s academic hours that week") % words
    else:
        yield _("%(hours)s of %(limit)s academic hours that week") % words


def load_of_week(trainer: TrainerFacts, span: Span) -> timedelta:
    return trainer.load_of_week(monday_of(local_day(span)))


def rank_rooms(
    gap: Gap, facts: Facts, *, changeover_minutes: int, travel_minutes: int
) -> list[RoomCandidate]:
    """Every other room of the kind that the course needs, the best first; those that cannot be had stand last.

    Trainers' meetings that need a room themselves are to be left out of the facts: see `without_gaps`.
    """
    home = facts.rooms[gap.room].site_id if gap.room in facts.rooms else None
    candidates = [
        room_candidate(
            room, gap, facts, home, changeover_minutes=changeover_minutes, travel_minutes=travel_minutes
        )
        for pk, room in facts.rooms.items()
        if pk != gap.room and room.is_online == gap.needs.is_online
    ]
    return sorted(candidates, key=lambda candidate: candidate.rank)


def room_candidate(
    room: RoomFacts, gap: Gap, facts: Facts, home: int | None, *, changeover_minutes: int, travel_minutes: int
) -> RoomCandidate:
    against = list(room_findings(room, gap.needs, group=gap.group, step_free=gap.needs_step_free))
    for span in gap.spans:
        against += room_time_findings(room, span)
        against += room_clash_findings(room, span, changeover_minutes=changeover_minutes)
    against += travel_findings(facts, (*gap.in_room(room.pk), *gap.staying), travel_minutes=travel_minutes)
    reasons = [_("the same site") if room.site_id == home else room.site_name]
    if not room.is_online:
        reasons.append(
            _("%(seats)s seats for %(people)s people") % {"seats": room.capacity, "people": gap.group}
        )
    return RoomCandidate(
        room,
        tuple(unique(against)),
        tuple(reasons),
        (bool(against), room.site_id != home, room.capacity, room.name),
    )


def propose_trainers(
    gaps: Sequence[Gap], facts: Facts, *, travel_minutes: int
) -> dict[int, TrainerCandidate | None]:
    """By the gap's place in the list its best trainer, those before it counted as given: nobody twice at one time."""
    chosen: dict[int, TrainerCandidate | None] = {}
    for number, gap in enumerate(gaps):
        ranked = rank_trainers(gap, facts, travel_minutes=travel_minutes)
        best = next((candidate for candidate in ranked if candidate.can), None)
        chosen[number] = best
        if best is not None:
            facts = replace(facts, trainers={**facts.trainers, best.pk: burdened(best.trainer, gap)})
    return chosen


def burdened(trainer: TrainerFacts, gap: Gap) -> TrainerFacts:
    """The trainer as if they taught the gap's meetings already."""
    load = dict(trainer.load)
    for span in gap.spans:
        day = local_day(span)
        load[day] = load.get(day, timedelta()) + span.length
    taken = tuple(booked(gap, gap.spans))
    return replace(trainer, load=load, busy=(*trainer.busy, *taken))


def propose_rooms(
    gaps: Sequence[Gap], facts: Facts, *, changeover_minutes: int, travel_minutes: int
) -> dict[int, RoomCandidate | None]:
    """By the gap's place in the list its best room, those before it counted as given."""
    chosen: dict[int, RoomCandidate | None] = {}
    for number, gap in enumerate(gaps):
        ranked = rank_rooms(gap, facts, changeover_minutes=changeover_minutes, travel_minutes=travel_minutes)
        best = next((candidate for candidate in ranked if candidate.can), None)
        chosen[number] = best
        if best is not None:
            facts = with_room(facts, gap, best.room, changeover_minutes=changeover_minutes)
    return chosen


def with_room(facts: Facts, gap: Gap, room: RoomFacts, *, changeover_minutes: int) -> Facts:
    """The facts as if the gap's meetings had that room: it is taken, and their trainers are at its site."""
    there = replace(gap, site_id=None if room.is_online else room.site_id)
    claims = booked(there, [span.longer(changeover_minutes) for span in gap.spans], room.site_name)
    rooms = {**facts.rooms, room.pk: replace(room, busy=(*room.busy, *claims))}
    trainers = dict(facts.trainers)
    for taught, busy in zip(gap.taught, booked(there, gap.spans, room.site_name), strict=False):
        for pk in taught:
            if pk in trainers:
                trainers[pk] = replace(trainers[pk], busy=(*trainers[pk].busy, busy))
    return replace(facts, rooms=rooms, trainers=trainers)


def without_gaps(facts: Facts, gaps: Iterable[Gap]) -> Facts:
    """The facts without the claims of these meetings on their trainers: where they will be is not known yet."""
    open_ones = {(gap.session_id, span) for gap in gaps for span in gap.spans}
    trainers = {
        pk: replace(
            trainer,
            busy=tuple(one for one in trainer.busy if (one.session_id, one.meeting) not in open_ones),
        )
        for pk, trainer in facts.trainers.items()
    }
    return replace(facts, trainers=trainers)


def booked(gap: Gap, spans: Iterable[Span], site_name: str = "") -> Iterator[Busy]:
    for span, meeting in zip(spans, gap.spans, strict=True):
        yield Busy(
            span=span,
            meeting=meeting,
            session_id=gap.session_id,
            course_title=gap.course_title,
            teaches=True,
            site_id=gap.site_id,
            site_name=site_name,
        )
