"""What another fact does to the plan, shown before it is kept: a room, a trainer, a day, a course, a number (rule 6).

The change is made in a transaction, and the findings against all sessions ahead before and after it are compared:
the same functions as in the list of problems, so that no second opinion exists. The transaction stays only when
nothing is touched, or when what it does is what somebody was shown; else it is taken back. What stands in the way of a
fact never refuses it (rule 7): sessions keep their place and are flagged.
"""

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from django.utils import timezone

from centre.actions import action
from centre.models import Policy
from scheduling.headcounts import headcounts
from scheduling.models import Session
from scheduling.problems import Problem, SessionProblems, problems_of
from scheduling.rehearsal import Rehearsal, watched

# Sessions named on a page; the others are counted.
NAMED_AT_MOST = 50


@dataclass(frozen=True)
class Stand:
    """All sessions ahead, by key, and what is wrong with some of them."""

    sessions: Mapping[int, Session]
    found: Mapping[int, SessionProblems]

    def open_problems(self, session_id: int) -> tuple[Problem, ...]:
        """What a planner allowed with a reason is no problem (rule 3)."""
        found = self.found.get(session_id)
        return tuple(problem for problem in found.problems if problem.is_open) if found else ()


@dataclass(frozen=True)
class Consequence:
    """Of one session the open problems that appear, that vanish, and that stay but read otherwise; and its seats."""

    session: Session
    fresh: tuple[Problem, ...]
    gone: tuple[Problem, ...]
    altered: tuple[Problem, ...]
    seats_before: int
    seats: int

    @property
    def changes_seats(self) -> bool:
        return self.seats != self.seats_before

    @property
    def is_felt(self) -> bool:
        return bool(self.fresh or self.gone or self.altered) or self.changes_seats


@dataclass(frozen=True)
class Consequences:
    """What a change does to sessions, people and messages; `people` hold a seat in the sessions touched."""

    sessions: tuple[Consequence, ...]
    people: int
    rehearsal: Rehearsal

    @property
    def touches_nothing(self) -> bool:
        return not self.sessions and not self.rehearsal.is_felt

    @property
    def listed(self) -> tuple[Consequence, ...]:
        return self.sessions[:NAMED_AT_MOST]

    @property
    def unlisted(self) -> int:
        return max(0, len(self.sessions) - NAMED_AT_MOST)

    @property
    def harms(self) -> int:
        """Sessions with a new problem."""
        return sum(bool(one.fresh) for one in self.sessions)

    @property
    def hard(self) -> int:
        return sum(not problem.finding.is_soft for one in self.sessions for problem in one.fresh)

    @property
    def soft(self) -> int:
        return sum(problem.finding.is_soft for one in self.sessions for problem in one.fresh)

    @property
    def gone(self) -> int:
        return sum(len(one.gone) for one in self.sessions)

    @property
    def altered(self) -> int:
        return sum(len(one.altered) for one in self.sessions)

    def fingerprint(self, facts: object) -> str:
        """Another one as soon as what was shown, or the facts that the change began from, are not the same."""
        seen = [
            [
                (
                    one.session.pk,
                    one.seats_before,
                    one.seats,
                    *(words_of(some) for some in (one.fresh, one.gone, one.altered)),
                )
                for one in self.sessions
            ],
            self.people,
            self.rehearsal.seen,
            repr(facts),
        ]
        return sha256(json.dumps(seen).encode()).hexdigest()


@dataclass(frozen=True)
class Trial:
    """A change that is done, or that waits for a second click; `is_stale` when another preview was clicked."""

    consequences: Consequences
    fingerprint: str
    is_done: bool
    is_stale: bool = False


class NotShownYet(Exception):
    """Takes the change back, and carries what it would have done."""

    def __init__(self, trial: Trial) -> None:
        super().__init__()
        self.trial = trial


def change_facts(
    change: Callable[[], Any], *, shown: str, facts: object = None, always_ask: bool = False
) -> Trial:
    """Make the change if it touches nothing or does what was `shown`, the fingerprint of a preview; else take it back.

    `facts` are those that the change begins from. With `always_ask` also a change that touches nothing waits for its
    second click. Refusals of the change pass through.
    """
    try:
        return carry_out(change, shown, facts, always_ask)
    except NotShownYet as waiting:
        return waiting.trial


@action
def carry_out(change: Callable[[], Any], shown: str, facts: object, always_ask: bool) -> Trial:
    consequences = consequences_of(change)
    fingerprint = consequences.fingerprint(facts)
    is_free = consequences.touches_nothing and not always_ask and not shown
    if is_free or shown == fingerprint:
        return Trial(consequences, fingerprint, is_done=True)
    raise NotShownYet(Trial(consequences, fingerprint, is_done=False, is_stale=bool(shown)))


def consequences_of(change: Callable[[], Any]) -> Consequences:
    """Make the change, in the caller's transaction, and say what it does.

    The same queries for any number of sessions: those of the list of problems, twice, and a few more.
    """
    before = stand_of_plan()
    rehearsal = watched(change, before.sessions.values())
    touched = compare(before, stand_of_plan())
    held = headcounts([one.session.pk for one in touched]) if touched else {}
    return Consequences(touched, sum(count.held for count in held.values()), rehearsal)


def stand_of_plan() -> Stand:
    sessions = list(Session.objects.with_course().filter(ends_at__gte=timezone.now()))
    found = problems_of(sessions, policy=Policy.objects.current())
    return Stand({session.pk: session for session in sessions}, found)


def compare(before: Stand, after: Stand) -> tuple[Consequence, ...]:
    """The sessions that the change touches, by time; none of them ends by it."""
    compared = (
        compare_one(
            session, before.sessions.get(pk, session), before.open_problems(pk), after.open_problems(pk)
        )
        for pk, session in after.sessions.items()
    )
    touched = [one for one in compared if one.is_felt]
    return tuple(sorted(touched, key=lambda one: (one.session.starts_at, one.session.pk)))


def compare_one(
    session: Session, old_session: Session, old: Collection[Problem], new: Collection[Problem]
) -> Consequence:
    old_keys = {problem.finding.key for problem in old}
    new_keys = {problem.finding.key for problem in new}
    old_words = {problem.finding.message for problem in old}
    return Consequence(
        session,
        fresh=tuple(problem for problem in new if problem.finding.key not in old_keys),
        gone=tuple(problem for problem in old if problem.finding.key not in new_keys),
        altered=tuple(
            problem
            for problem in new
            if problem.finding.key in old_keys and problem.finding.message not in old_words
        ),
        seats_before=old_session.seats,
        seats=session.seats,
    )


def words_of(problems: Collection[Problem]) -> list[str]:
    return [f"{problem.finding.key} {problem.finding.message}" for problem in problems]
