"""Cards and rows from what was loaded: pure, so that tests need no database."""

from collections.abc import Iterable, Sequence
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from scheduling.board.values import Card, Flag, Row, Rows, Scope
from scheduling.checks import Finding, local_day, monday_of
from scheduling.facts import Facts
from scheduling.plans import MeetingPlan
from scheduling.problems import Problem


def flags_of(plan: MeetingPlan, problems: Iterable[Problem]) -> tuple[Flag, ...]:
    """Of what is wrong with the session that which is about this meeting, the worst first."""
    day = local_day(plan.span)
    own = [problem for problem in problems if concerns(problem.finding, plan, day)]
    own.sort(key=lambda problem: (not problem.is_open, problem.finding.is_soft))
    return tuple(Flag(problem.finding.message, problem.tone) for problem in own)


def concerns(finding: Finding, plan: MeetingPlan, day: date) -> bool:
    """Whether its day and its room or trainers are the meeting's; what names none concerns every meeting."""
    if finding.on not in (None, day) and not is_of_week(finding, day):
        return False
    rooms = [pk for kind, pk in finding.about if kind == "room"]
    trainers = [pk for kind, pk in finding.about if kind == "trainer"]
    return (not rooms or plan.room_id in rooms) and (
        not trainers or any(pk in plan.trainer_ids for pk in trainers)
    )


def is_of_week(finding: Finding, day: date) -> bool:
    return finding.code == "trainer_week_hours" and finding.on == monday_of(day)


def rows_of(scope: Scope, facts: Facts, cards: Sequence[Card] | None) -> list[Row]:
    """The rows in use, and those that a card needs (None: all); in front the row of what has no room or trainer."""
    if scope.rows == Rows.TRAINER:
        return [Row(Rows.TRAINER, 0, _("Without a trainer")), *trainer_rows(scope, facts, cards)]
    nowhere = Row(scope.rows, 0, _("Without a room"))
    if scope.rows == Rows.ROOM:
        return [nowhere, *room_rows(scope, facts, cards)]
    return [nowhere, *site_rows(scope, facts)]


def room_rows(scope: Scope, facts: Facts, cards: Sequence[Card] | None) -> list[Row]:
    needed = set(facts.rooms) if cards is None else {card.room_id for card in cards}
    rooms = [
        room
        for room in facts.rooms.values()
        if (room.is_active or room.pk in needed) and scope.site in (None, room.site_id)
    ]
    rooms.sort(key=lambda room: (room.is_online, room.site_name, room.name))
    return [
        Row(
            Rows.ROOM,
            room.pk,
            room.name,
            ", ".join(
                [
                    *([] if room.is_online else [room.site_name]),
                    ngettext("%(count)s seat", "%(count)s seats", room.capacity) % {"count": room.capacity},
                ]
            ),
        )
        for room in rooms
    ]


def trainer_rows(scope: Scope, facts: Facts, cards: Sequence[Card] | None) -> list[Row]:
    needed = set(facts.trainers) if cards is None else {pk for card in cards for pk, _name in card.trainers}
    homes = {room.site_id: room.site_name for room in facts.rooms.values()}
    trainers = [
        trainer
        for trainer in facts.trainers.values()
        if trainer.pk in needed or (trainer.is_active and scope.site in (None, trainer.site_id))
    ]
    trainers.sort(key=lambda trainer: trainer.name)
    return [Row(Rows.TRAINER, one.pk, one.name, homes.get(one.site_id or 0, "")) for one in trainers]


def site_rows(scope: Scope, facts: Facts) -> list[Row]:
    sites: dict[int, list[str]] = {}
    rooms = sorted(facts.rooms.values(), key=lambda room: (room.is_online, room.site_name))
    for room in rooms:
        if room.is_active and scope.site in (None, room.site_id):
            sites.setdefault(room.site_id, [room.site_name]).append(room.name)
    return [
        Row(
            Rows.SITE,
            pk,
            name,
            ngettext("%(count)s room", "%(count)s rooms", len(names)) % {"count": len(names)},
        )
        for pk, (name, *names) in sites.items()
    ]
