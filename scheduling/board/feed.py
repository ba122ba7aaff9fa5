"""A board as JSON for the script that draws it: times are the centre's own, as clocks show them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from scheduling.board.forbidden import Forbidden
from scheduling.board.values import Band, Board, Card, Prepared, Row, Unplanned


def clock_time(at: datetime) -> str:
    """ "2026-12-04T10:00" in the centre's zone."""
    return f"{at.astimezone(timezone.get_default_timezone()):%Y-%m-%dT%H:%M}"


def board_as_json(board: Board, unplanned: Unplanned) -> dict[str, Any]:
    rows = board.scope.rows
    return {
        **tables_as_json([*board.cards, *unplanned.cards]),
        "hours": board.hours,
        "rows": [row_as_json(row) for row in board.rows],
        "cards": [card_as_json(card, rows) for card in board.cards],
        "bands": [band_as_json(band) for band in board.bands],
        "unplanned": [card_as_json(card, rows) for card in unplanned.cards],
    }


def tables_as_json(cards: Sequence[Card]) -> dict[str, dict[Any, Any]]:
    """The words that many cards share, by the keys that stand in them; 0 is said of what a card has none of."""
    in_rooms = {card.room_id: card for card in cards if card.room_id}
    in_states = {card.state: card for card in cards}
    return {
        "rooms": {0: nowhere_as_json(), **{pk: room_as_json(card) for pk, card in in_rooms.items()}},
        "trainers": {0: _("without a trainer"), **{pk: name for card in cards for pk, name in card.trainers}},
        "states": {state: card.state_word for state, card in in_states.items()},
    }


def room_as_json(card: Card) -> dict[str, str]:
    return {"name": card.room, "place": ", ".join(filter(None, [card.room, card.site]))}


def nowhere_as_json() -> dict[str, str]:
    return {"name": _("without a room"), "place": _("without a room")}


def row_as_json(row: Row) -> dict[str, Any]:
    return {"id": row.key, "title": row.title, "words": row.words}


def card_as_json(card: Card, rows: str) -> dict[str, Any]:
    """What is the card's own; the script adds the words of `tables_as_json` and the addresses of the page."""
    return {
        "id": card.pk,
        "version": card.version,
        "title": card.title,
        "number": f"{card.number}/{card.meetings}" if card.meetings > 1 else "",
        "start": clock_time(card.starts_at),
        "end": clock_time(card.ends_at),
        "rows": card.row_keys(rows),
        "room": card.room_id,
        "trainers": [pk for pk, _name in card.trainers],
        "seats": f"{card.held}/{card.seats}",
        "state": card.state,
        "tone": card.tone,
        "flags": [flag.message for flag in card.flags],
        "prepared": prepared_as_json(card.prepared),
        "canMove": card.can_move,
    }


def prepared_as_json(prepared: Prepared | None) -> dict[str, str] | None:
    return {"word": prepared.word, "text": prepared.text} if prepared else None


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
