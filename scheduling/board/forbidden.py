"""Where a meeting that is being dragged must not go, and why: the checks of planning, asked for all times at once."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from centre.models import Policy
from scheduling.board.background import closed_hours, day_span
from scheduling.board.values import Row, Rows
from scheduling.checks import (
    Finding,
    closed_findings,
    daily_hours_findings,
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
)
from scheduling.facts import Facts, RoomFacts, Span, TrainerFacts
from scheduling.plans import MeetingPlan


@dataclass(frozen=True)
class Forbidden:
    """A time that the meeting must not touch, and why; with a reason it may, when it `is_soft`."""

    span: Span
    code: str
    why: str
    is_soft: bool = False

    @classmethod
    def by(cls, one: Finding, span: Span) -> "Forbidden":
        return cls(span, one.code, one.message, one.is_soft)


@dataclass(frozen=True)
class Dragged:
    """The meeting as it stands, the others of its session, and for how many people it needs a room."""

    plan: MeetingPlan
    others: tuple[MeetingPlan, ...] = ()
    group: int = 1
    # So many hold a seat: a room for fewer wants a reason (rule 10).
    held: int = 0
    step_free: bool = False
    is_draft: bool = True


@dataclass(frozen=True)
class Question:
    """Everything that is asked of one row: facts leave the meeting's own session out."""

    facts: Facts
    dragged: Dragged
    days: tuple[date, ...]
    policy: Policy
    now: datetime
    with_reasons: bool = False

    @property
    def whole(self) -> Span:
        return day_span(self.days[0], self.days[-1])

    def at(self, day: date) -> Span:
        """The meeting on another day, at its own hour."""
        start = self.dragged.plan.starts_at
        moved = day_span(day).starts_at + (start - day_span(local_day(self.dragged.plan.span)).starts_at)
        return Span(moved, moved + self.dragged.plan.span.length)


def forbidden_times(
    question: Question, rows: Sequence[Row], out_of: int | None
) -> dict[str, list[Forbidden]]:
    """By the row's key; under an empty key what holds in every row. `out_of`: the trainer whose row it leaves."""
    found = {"": list(whatever_the_row(question))}
    for row in rows:
        room, trainers = taken_to(question, row, out_of)
        found[row.key] = [
            *nobody_and_nowhere(question, row),
            *(room_forbids(question, room) if room else ()),
            *(group_on_its_way(question, room) if room else ()),
            *trainers_forbid(question, trainers, room),
        ]
    return found


def taken_to(question: Question, row: Row, out_of: int | None) -> tuple[RoomFacts | None, list[TrainerFacts]]:
    """The room and the trainers that the meeting would have in that row. Of a site's row no room is known yet."""
    facts, plan = question.facts, question.dragged.plan
    room = facts.rooms.get(plan.room_id or 0)
    keys = list(plan.trainer_ids)
    if row.rows == Rows.ROOM:
        room = facts.rooms.get(row.pk)
    elif row.rows == Rows.TRAINER:
        keys = [pk for pk in keys if pk != out_of]
        keys += [row.pk] if row.pk and row.pk not in keys else []
    elif room is None or room.site_id != row.pk:
        room = None
    return room, [facts.trainers[pk] for pk in keys if pk in facts.trainers]


def whatever_the_row(question: Question) -> Iterator[Forbidden]:
    """What is over, closed days, the session's other meetings, and how much is taught a day."""
    if question.whole.starts_at < question.now:
        over = Span(question.whole.starts_at, min(question.now, question.whole.ends_at))
        yield Forbidden(over, "time_over", _("This time is over. Choose a later day or time."))
    for other in question.dragged.others:
        sentence = _("Two meetings of the session overlap. Give each its own time.")
        yield Forbidden(other.span, "meetings_overlap", sentence)
    for day in question.days:
        yield from on(day, closed_findings(question.facts, day))
        lengths = [(day, question.dragged.plan.span.length)]
        lengths += [(day, one.span.length) for one in question.dragged.others if local_day(one.span) == day]
        limit = question.policy.academic_hours_a_day
        yield from on(day, daily_hours_findings(lengths, hours_at_most=limit))


def on(day: date, findings: Iterable[Finding]) -> Iterator[Forbidden]:
    for one in findings:
        yield Forbidden.by(one, day_span(day))


def nobody_and_nowhere(question: Question, row: Row) -> Iterator[Forbidden]:
    """Only a draft may lack a room or a trainer."""
    if row.pk == 0 and not question.dragged.is_draft:
        code, sentence = (
            ("needs_trainer", _("People know of this meeting: it needs a trainer."))
            if row.rows == Rows.TRAINER
            else ("needs_room", _("People know of this meeting: it needs a room."))
        )
        yield Forbidden(question.whole, code, sentence)


def room_forbids(question: Question, room: RoomFacts) -> Iterator[Forbidden]:
    dragged, changeover = question.dragged, question.policy.changeover_minutes
    lacks = room_findings(room, question.facts.needs, group=dragged.group, step_free=dragged.step_free)
    for one in lacks:
        yield Forbidden.by(one, question.whole)
    if dragged.group <= room.capacity < dragged.held:
        yield Forbidden(question.whole, "people_beyond", crowded_words(room, dragged.held), is_soft=True)
    for day in question.days:
        for span in closed_hours(room, day):
            for one in room_time_findings(replace(room, closures=()), span):
                yield Forbidden.by(one, span)
    for closure in room.closures:
        always_open = replace(room, closures=(closure,))
        for one in room_time_findings(always_open, closure.span):
            if one.code == "room_closed":
                yield Forbidden.by(one, closure.span)
    for busy in room.busy:
        alone = replace(room, busy=(busy,))
        taken = Span(busy.meeting.starts_at - timedelta(minutes=changeover), busy.span.ends_at)
        for one in room_clash_findings(alone, busy.meeting, changeover_minutes=changeover):
            yield Forbidden.by(one, taken)


def crowded_words(room: RoomFacts, held: int) -> str:
    return _("%(room)s: seats %(seats)s, and %(held)s hold a seat") % {
        "room": room.name,
        "seats": room.capacity,
        "held": held,
    }


def group_on_its_way(question: Question, room: RoomFacts) -> Iterator[Forbidden]:
    """The times around the session's other meetings at another site, which the group needs for the way (rule 2)."""
    travel = question.policy.travel_minutes
    for other in question.dragged.others:
        if other.room_id in question.facts.rooms:
            next_to_it = MeetingPlan(other.ends_at, other.ends_at + timedelta(minutes=1), room.pk)
            without_trainers = replace(other, trainer_ids=())
            for one in travel_findings(question.facts, [next_to_it, without_trainers], travel_minutes=travel):
                yield Forbidden.by(one, other.span.widened(travel))


def trainers_forbid(
    question: Question, trainers: Sequence[TrainerFacts], room: RoomFacts | None
) -> Iterator[Forbidden]:
    for day in question.days:
        if trainers:
            yield from on(day, qualification_findings(trainers, question.facts.needs, day))
        for trainer in trainers:
            yield from on(day, trainer_findings(trainer, day, with_reasons=question.with_reasons))
            yield from on(day, soft_on(question, trainer, day))
    for trainer in trainers:
        yield from hours_without(question, trainer)
        yield from busy_trainer(question, trainer, room)


def soft_on(question: Question, trainer: TrainerFacts, day: date) -> Iterator[Finding]:
    """The trainer's limits with the meeting on that day, beside the session's others that they teach (rule 3)."""
    others = (
        one for one in question.dragged.others if one.starts_at > question.now
    )  # the load has the begun
    spans = [one.span for one in others if trainer.pk in one.trainer_ids]
    spans.append(question.at(day))
    yield from shift_findings(trainer, [spans[-1]], question.facts.calendar)
    for one in load_findings(trainer, spans):
        if one.on in (day, monday_of(day)):
            yield one


def hours_without(question: Question, trainer: TrainerFacts) -> Iterator[Forbidden]:
    """The weekly hours in which the trainer cannot teach, or would rather not."""
    zone = timezone.get_default_timezone()
    for day in question.days:
        for hours in trainer.unavailable:
            begins_at, ends_at = (
                datetime.combine(day, at, tzinfo=zone) for at in (hours.begins_at, hours.ends_at)
            )
            span = Span(begins_at, ends_at)
            for one in unavailable_findings(replace(trainer, unavailable=(hours,)), [span]):
                yield Forbidden.by(one, span)


def busy_trainer(question: Question, trainer: TrainerFacts, room: RoomFacts | None) -> Iterator[Forbidden]:
    travel = question.policy.travel_minutes
    for busy in trainer.busy:
        alone = replace(trainer, busy=(busy,))
        for one in trainer_clash_findings(alone, busy.span):
            yield Forbidden.by(one, busy.span)
        if room is None or room.is_online:
            continue
        before = Span(busy.span.starts_at - timedelta(minutes=travel), busy.span.starts_at)
        after = Span(busy.span.ends_at, busy.span.ends_at + timedelta(minutes=travel))
        for way in (before, after):
            for one in trainer_travel_findings(alone, way, room.site_id, travel_minutes=travel):
                yield Forbidden.by(one, way)
