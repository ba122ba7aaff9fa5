"""Which sessions have too few people and want a decision (rule 8): functions over dataclasses, and what loads them.

Nothing of a card is stored but what a person decided: "run anyway" is a step of the session, which keeps it quiet until
its next stage.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import TextChoices
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from centre.models import Policy
from scheduling.headcounts import Headcount, headcounts
from scheduling.models import Session, SessionStep

COUNTED = frozenset({Session.Status.OPEN, Session.Status.CONFIRMED})


class Stage(TextChoices):
    """How near the start is, from the first question to the last."""

    FIRST = "first", _("first question")
    SECOND = "second", _("second question")
    LAST = "last", _("last question")

    @property
    def rank(self) -> int:
        return list(Stage).index(self)


@dataclass(frozen=True)
class Stages:
    """So many days before the start each stage begins."""

    first_days: int
    second_days: int
    last_days: int

    @classmethod
    def of(cls, policy: Policy) -> "Stages":
        return cls(policy.too_few_first_days, policy.too_few_second_days, policy.too_few_last_days)

    def on(self, day: date, starts_on: date) -> Stage | None:
        """The stage in which a session that starts on a day is on another; None when it is still far."""
        left = (starts_on - day).days
        if left <= self.last_days:
            return Stage.LAST
        if left <= self.second_days:
            return Stage.SECOND
        return Stage.FIRST if left <= self.first_days else None


@dataclass(frozen=True)
class Standing:
    """A session as far as its people go; `decided_at`: when somebody last said that it takes place all the same."""

    session_id: int
    status: str
    starts_at: datetime
    held: int
    minimum: int
    decided_at: datetime | None = None


@dataclass(frozen=True)
class Card:
    """A session with too few people; `is_decided` as long as the last decision holds."""

    standing: Standing
    stage: Stage
    days_left: int
    is_decided: bool

    @property
    def missing(self) -> int:
        return self.standing.minimum - self.standing.held


def card_of(standing: Standing, now: datetime, stages: Stages) -> Card | None:
    """None: nothing has to be decided about the session, or not yet, or no more."""
    if standing.status not in COUNTED or standing.starts_at <= now or standing.held >= standing.minimum:
        return None
    # Most of what is planned is months away: no stage has begun there, whatever the zone, and no calendar is asked.
    if standing.starts_at - now > timedelta(days=stages.first_days + 2):
        return None
    today, starts_on = timezone.localdate(now), timezone.localdate(standing.starts_at)
    if (stage := stages.on(today, starts_on)) is None:
        return None
    decided = stages.on(timezone.localdate(standing.decided_at), starts_on) if standing.decided_at else None
    return Card(
        standing,
        stage,
        days_left=(starts_on - today).days,
        is_decided=decided is not None and decided.rank >= stage.rank,
    )


def cards_of(standings: Iterable[Standing], now: datetime, stages: Stages) -> dict[int, Card]:
    """The cards by the session's key."""
    return {one.session_id: card for one in standings if (card := card_of(one, now, stages))}


def too_few(*, policy: Policy, now: datetime | None = None) -> dict[int, Card]:
    """Every card of the moment, those that are decided too; three queries."""
    now = now or timezone.now()
    stages = Stages.of(policy)
    near = Session.objects.beginning_soon(now, days=stages.first_days)
    return cards_of(standings_of(near.select_related("course").order_by()), now, stages)


def standings_of(sessions: Iterable[Session]) -> list[Standing]:
    """The sessions come with their courses; two queries."""
    by_key = {session.pk: session for session in sessions}
    people = headcounts(by_key)
    decided = dict(
        SessionStep.objects.filter(session__in=by_key, kind=SessionStep.Kind.RUN_ANYWAY)
        .order_by("session", "at")
        .values_list("session", "at")
    )
    return [
        Standing(
            pk,
            session.status,
            session.starts_at,
            held=people.get(pk, Headcount()).held,
            minimum=session.course.group_min or 0,
            decided_at=decided.get(pk),
        )
        for pk, session in by_key.items()
    ]
