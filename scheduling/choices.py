"""Which rooms and trainers a planner is offered for given times, and why not the others."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import reduce
from itertools import chain

from centre.models import Policy
from courses.models import Course
from scheduling.checks import (
    Finding,
    load_findings,
    local_day,
    room_clash_findings,
    room_findings,
    room_time_findings,
    shift_findings,
    trainer_clash_findings,
    trainer_findings,
    unavailable_findings,
    unique,
    unqualified_findings,
)
from scheduling.facts import CourseNeeds, Facts, RoomFacts, Span, TrainerFacts
from scheduling.loading import load_facts, with_bookings, without_session


@dataclass(frozen=True)
class Option:
    """A room or a trainer, with what speaks against them at each meeting, in the meetings' order.

    `until_published` is what stands in the way now, and not any more after the next publication.
    """

    findings: tuple[tuple[Finding, ...], ...]
    until_published: tuple[Finding, ...] = field(default=(), kw_only=True)

    def is_free_at(self, meeting: int) -> bool:
        return not self.findings[meeting]

    @property
    def is_free(self) -> bool:
        """Whether nothing speaks against any meeting."""
        return not any(self.findings)

    @property
    def is_only_taken(self) -> bool:
        """Whether bookings of others are all that speaks against it."""
        return not self.is_free and all(found.is_clash for found in self.reasons)

    @property
    def is_free_sometimes(self) -> bool:
        return any(not findings for findings in self.findings)

    @property
    def reasons(self) -> list[Finding]:
        return unique(*self.findings)


@dataclass(frozen=True)
class RoomOption(Option):
    room: RoomFacts

    @property
    def pk(self) -> int:
        return self.room.pk


@dataclass(frozen=True)
class TrainerOption(Option):
    """`holds` are the titles of those qualifications of the course that the trainer holds on each day.

    `warnings` are the soft findings, should they teach all the meetings: they may be chosen with a reason (rule 3).
    """

    trainer: TrainerFacts
    holds: tuple[str, ...]
    warnings: tuple[Finding, ...] = ()

    @property
    def pk(self) -> int:
        return self.trainer.pk


@dataclass(frozen=True)
class Choices:
    """All rooms and trainers in use, the best fitting first."""

    facts: Facts
    spans: tuple[Span, ...]
    travel_minutes: int
    rooms: tuple[RoomOption, ...]
    trainers: tuple[TrainerOption, ...]

    def free_rooms(self, meeting: int | None = None) -> list[RoomOption]:
        """Rooms for that meeting, or for all."""
        return [option for option in self.rooms if fits(option, meeting)]

    def free_trainers(self, meeting: int | None = None) -> list[TrainerOption]:
        """Trainers for that meeting, or for all."""
        return [option for option in self.trainers if fits(option, meeting)]

    @property
    def other_rooms(self) -> list[RoomOption]:
        return [option for option in self.rooms if not option.is_free]

    @property
    def other_trainers(self) -> list[TrainerOption]:
        return [option for option in self.trainers if not option.is_free]

    @property
    def taken_rooms(self) -> list[RoomOption]:
        """Those of the others that somebody else has, and nothing more speaks against."""
        return [option for option in self.other_rooms if option.is_only_taken]

    @property
    def taken_trainers(self) -> list[TrainerOption]:
        return [option for option in self.other_trainers if option.is_only_taken]


def fits(option: Option, meeting: int | None) -> bool:
    return option.is_free if meeting is None else option.is_free_at(meeting)


def load_choices(
    course: Course,
    spans: Sequence[Span],
    *,
    group: int,
    needs_step_free: bool,
    policy: Policy,
    besides: Collection[int] = (),
    leaving: Collection[int] = (),
    with_reasons: bool = False,
) -> Choices:
    """The choices for a group of that many people at these times; eight queries.

    Bookings of the sessions `besides`, which are planned anew, do not count. Those of sessions that are `leaving` with
    the next publication do not either, but an option that they hold now says so. `with_reasons`: why somebody is
    absent may be said to this reader.
    """
    facts = with_bookings(
        load_facts(course, spans),
        spans,
        reach_minutes=max(policy.travel_minutes, policy.changeover_minutes),
        besides=besides,
    )
    found = choices(
        reduce(without_session, leaving, facts),
        spans,
        group=group,
        needs_step_free=needs_step_free,
        policy=policy,
        with_reasons=with_reasons,
    )
    return with_what_leaves(found, facts, policy) if leaving else found


def with_what_leaves(found: Choices, now: Facts, policy: Policy) -> Choices:
    """The choices, each that is free only after the next publication with what stands in the way until then."""
    rooms = tuple(
        replace(
            option,
            until_published=tuple(
                unique(
                    *(
                        room_clash_findings(
                            now.rooms[option.pk], span, changeover_minutes=policy.changeover_minutes
                        )
                        for span in found.spans
                    )
                )
            ),
        )
        for option in found.rooms
    )
    trainers = tuple(
        replace(
            option,
            until_published=tuple(
                unique(*(trainer_clash_findings(now.trainers[option.pk], span) for span in found.spans))
            ),
        )
        for option in found.trainers
    )
    return replace(found, rooms=rooms, trainers=trainers)


def choices(
    facts: Facts,
    spans: Sequence[Span],
    *,
    group: int,
    needs_step_free: bool,
    policy: Policy,
    with_reasons: bool,
) -> Choices:
    """Sort what there is: rooms with the fewest seats to spare first, trainers by limits kept, then qualifications."""
    rooms = [
        RoomOption(
            tuple(
                (
                    *room_findings(room, facts.needs, group=group, step_free=needs_step_free),
                    *room_time_findings(room, span),
                    *room_clash_findings(room, span, changeover_minutes=policy.changeover_minutes),
                )
                for span in spans
            ),
            room,
        )
        for room in facts.rooms.values()
    ]
    trainers = [
        trainer_option(trainer, facts, spans, with_reasons=with_reasons)
        for trainer in facts.trainers.values()
    ]
    rooms.sort(key=lambda option: (option.room.capacity, option.room.site_name, option.room.name))
    trainers.sort(key=lambda option: (len(option.warnings) > 0, -len(option.holds), option.trainer.name))
    return Choices(facts, tuple(spans), policy.travel_minutes, tuple(rooms), tuple(trainers))


def trainer_option(
    trainer: TrainerFacts, facts: Facts, spans: Sequence[Span], *, with_reasons: bool
) -> TrainerOption:
    needs = facts.needs
    holds = [
        title
        for pk, title in needs.qualifications.items()
        if all(trainer.holds(pk, local_day(span)) for span in spans)
    ]
    return TrainerOption(
        tuple(
            tuple(trainer_meeting_findings(trainer, needs, span, with_reasons=with_reasons)) for span in spans
        ),
        trainer,
        tuple(sorted(holds)),
        tuple(
            chain(
                shift_findings(trainer, spans, facts.calendar),
                unavailable_findings(trainer, spans),
                load_findings(trainer, spans),
            )
        ),
    )


def trainer_meeting_findings(
    trainer: TrainerFacts, needs: CourseNeeds, span: Span, *, with_reasons: bool
) -> Iterator[Finding]:
    """What speaks against the trainer at the meeting, who need not hold all the qualifications, but one at least."""
    day = local_day(span)
    yield from unqualified_findings(trainer, needs, day)
    yield from trainer_findings(trainer, day, with_reasons=with_reasons)
    yield from trainer_clash_findings(trainer, span)
