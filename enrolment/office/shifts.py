"""Who works on a day and who of them is away, as functions over plain data (rules 5 and 16).

The pattern alone says who works: the law's calendar is not asked, for offices are open on holidays too, and whoever
is on leave is no part of the shift.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Self

from enrolment.conditions import DayAtOffice
from people.models import Employment, works_on


@dataclass(frozen=True)
class Pattern:
    """How somebody works: five days a week or, with the first day of it, two days on and two off."""

    work_pattern: str
    starts_on: date | None = None

    @classmethod
    def of(cls, job: Employment) -> Self:
        return cls(job.work_pattern, job.pattern_starts_on)

    def works_on(self, day: date) -> bool:
        return works_on(self.work_pattern, self.starts_on, day)


@dataclass(frozen=True)
class Colleagues:
    """So many people of an office who share a pattern; leave counts none of them."""

    pattern: Pattern
    people: int


@dataclass(frozen=True)
class Away:
    """A colleague who is away for training on a day."""

    person: int
    on: date
    pattern: Pattern


def away_most(at_work: int, percent: int) -> int:
    """How many of a shift may be away for training: at most the share of the policy, and always one (rule 16)."""
    return max(1, at_work * percent // 100)


def days_at_office(
    own: Pattern,
    colleagues: Iterable[Colleagues],
    away: Iterable[Away],
    days: Collection[date],
    *,
    percent: int,
    on_leave: bool = False,
) -> list[DayAtOffice]:
    """The days as the trainee's office has them; `colleagues` count the trainee, `away` leaves the trainee out.

    Who is away on a day off is missed by nobody.
    """
    colleagues, away = list(colleagues), list(away)
    found = []
    for day in sorted(days):
        at_work = sum(group.people for group in colleagues if group.pattern.works_on(day))
        found.append(
            DayAtOffice(
                on=day,
                is_working_day=own.works_on(day),
                at_work=at_work,
                away=len({one.person for one in away if one.on == day and one.pattern.works_on(day)}),
                away_most=away_most(at_work, percent),
                on_leave=on_leave,
            )
        )
    return found
