"""How many people hold a seat or wait. The app that seats them, to the right, is asked by a signal."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from people.models import Employee
from scheduling.models import Session
from scheduling.signals import counting_people, crowding_out


@dataclass(frozen=True)
class Headcount:
    """`held` seats, people `waiting`, and how many in all are `told` when the session moves or is cancelled.

    `clashing`: of those who hold a seat, who is booked elsewhere at the time since a move. `reserved`: seats without a
    name that are kept for offices.
    """

    held: int = 0
    waiting: int = 0
    told: int = 0
    clashing: int = 0
    reserved: int = 0


@dataclass(frozen=True)
class Beyond:
    """Who would sit beyond so many seats, the last by time of request, and whether somebody may let them."""

    names: tuple[str, ...] = ()
    may_stay: bool = False


def beyond(session: Session, seats: int, *, by: Employee | None) -> Beyond:
    answers: list[tuple[Any, Any]] = crowding_out.send(sender=Session, session=session, seats=seats, by=by)
    return next((answer for _receiver, answer in answers), Beyond())


def headcounts(session_ids: Iterable[int]) -> dict[int, Headcount]:
    """Headcounts by session; sessions without people have none."""
    counts: dict[int, Headcount] = {}
    answers: list[tuple[Any, Any]] = counting_people.send(sender=Session, session_ids=list(session_ids))
    for _receiver, answer in answers:
        counts.update(answer)
    return counts


def headcount(session: Session) -> Headcount:
    return headcounts([session.pk]).get(session.pk, Headcount())
