"""A board as JSON for the script that draws it: times are the centre's own, as clocks show them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from scheduling.board.forbidden import Forbidden
from scheduling.board.values import Band, Board, Card, Row, Unplanned
from scheduling.checks import day_words


def clock_time(at: datetime) -> str:
    """ "2026-12-04T10:00" in the centre's zone."""
    return f"{at.astimezone(timezone.get_default_timezone()):%Y-%m-%dT%H:%M}"


def board_as_json(board: Board, unplanned: Unplanned) -> dict[str, Any]:
    rows = board.scope.rows
    return {
        "hours": board.hours,
        "rows": [row_as_json(row) for row in board.rows],
        "cards": [card_as_json(card, rows) for card in board.cards],
        "bands": [band_as_json(band) for band in board.bands],
        "unplanned": [card_as_json(card, rows) for card in unplanned.cards],
    }


def row_as_json(row: Row) -> dict[str, Any]:
    return {"id": row.key, "pk": row.pk, "title": row.title, "words": row.words}


def card_as_json(card: Card, rows: str) -> dict[str, Any]:
    return {
        "id": card.pk,
        "session": card.session_id,
        "url": reverse("scheduling:board_meeting", args=[card.pk]),
        "allowed": reverse("scheduling:board_allowed", args=[card.pk]),
        "version": card.version,
        "title": card.title,
        "number": f"{card.number}/{card.meetings}" if card.meetings > 1 else "",
        "start": clock_time(card.starts_at),
        "end": clock_time(card.ends_at),
        "rows": card.row_keys(rows),
        "room": card.room_id,
        "place": ", ".join(filter(None, [card.room, card.site])) or _("without a room"),
        "trainers": [pk for pk, _name in card.trainers],
        "names": ", ".join(name for _pk, name in card.trainers) or _("without a trainer"),
        "seats": f"{card.held}/{card.seats}",
        "state": card.state,
        "stateWord": card.state_word,
        "tone": card.tone,
        "flags": [flag.message for flag in card.flags],
        "canMove": card.can_move,
        "label": label_of(card),
    }


def label_of(card: Card) -> str:
    """What the place of the card on the board shows, for whoever hears it: its day, its room and its trainers."""
    starts_at = card.starts_at.astimezone(timezone.get_default_timezone())
    return _("%(day)s, %(room)s, %(trainers)s") % {
        "day": day_words(starts_at.date()),
        "room": card.room or _("without a room"),
        "trainers": ", ".join(name for _pk, name in card.trainers) or _("without a trainer"),
    }


def band_as_json(band: Band) -> dict[str, Any]:
    return {
        "row": band.row,
        "start": clock_time(band.span.starts_at),
        "end": clock_time(band.span.ends_at),
        "kind": band.kind,
        "words": band.words,
    }


def forbidden_as_json(found: Mapping[str, Sequence[Forbidden]]) -> dict[str, list[dict[str, Any]]]:
    return {
        row: [
            {
                "start": clock_time(one.span.starts_at),
                "end": clock_time(one.span.ends_at),
                "code": one.code,
                "why": one.why,
                "soft": one.is_soft,
            }
            for one in times
        ]
        for row, times in found.items()
    }
