"""What a step would do, found out by doing it and taking it back: the preview cannot differ from the deed (rules 1, 6).

The verb runs in a transaction that is rolled back, under the same locks and checks as in earnest; nothing leaves it,
for messages are rows and Celery is nudged after a commit only. No estimate beside the actions would stay true.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from centre.errors import Refusal
from centre.templatetags.centre_text import when
from notifications import kinds
from notifications.actions import noting
from notifications.kinds import Letter
from notifications.models import Message
from scheduling import signals
from scheduling.assignments.findings import terms_of_answers
from scheduling.models import Session

# The name of the button that asks for a preview instead of the deed.
REHEARSE = "rehearse"


@dataclass(frozen=True)
class Effect:
    """What happens to one person, in words for planners; `is_hurt` when it is bad news."""

    person: str
    what: str
    is_hurt: bool = False
    why: str = ""


@dataclass(frozen=True)
class Deadline:
    """Until when some people must or may do something afterwards, as a sentence that says it all (rule 6)."""

    until: datetime
    sentence: str


@dataclass(frozen=True)
class News:
    """The messages of one kind that would be planned: to whom, from when to when, and how the first of them reads."""

    kind: str
    recipients: tuple[str, ...]
    send_after: datetime
    last_after: datetime
    letter: Letter | None

    @property
    def name(self) -> str:
        return kinds.name_of(self.kind)

    @property
    def count(self) -> int:
        return len(self.recipients)

    @property
    def is_due(self) -> bool:
        return self.send_after <= timezone.now()

    @property
    def times(self) -> str:
        """When it leaves, in words: of reminders, when they are planned for."""
        words = {"first": when(self.send_after), "last": when(self.last_after)}
        if words["first"] == words["last"]:
            return _("on %(first)s") % words
        return _("from %(first)s to %(last)s") % words


@dataclass(frozen=True)
class Rehearsal:
    """`refusal` says why the step cannot be taken; then there is nothing else."""

    news: tuple[News, ...] = ()
    effects: tuple[Effect, ...] = ()
    # The soonest first.
    deadlines: tuple[Deadline, ...] = ()
    # Messages planned before that would not leave any more.
    withdrawn: int = 0
    refusal: Refusal | None = None

    @property
    def messages(self) -> int:
        return sum(news.count for news in self.news)

    @property
    def is_felt(self) -> bool:
        """Whether anybody is touched or told."""
        return bool(self.news or self.effects or self.withdrawn)

    @property
    def seen(self) -> list[Any]:
        """What a planner reads of it, for a fingerprint.

        Not the reminders that are withdrawn: that one of them has left meanwhile is no other difference. Nor the
        deadlines: they follow from the rest, and those that count from now move with the clock.
        """
        return [
            [(effect.person, effect.what, effect.why) for effect in self.effects],
            [(news.kind, news.count, sorted(news.recipients)) for news in self.news],
        ]

    @property
    def hurt(self) -> list[Effect]:
        return [effect for effect in self.effects if effect.is_hurt]

    @property
    def others(self) -> list[Effect]:
        return [effect for effect in self.effects if not effect.is_hurt]


class TakenBack(Exception):
    """Ends the transaction of a rehearsal."""


def rehearse(verb: Callable[[], Any], sessions: Iterable[Session]) -> Rehearsal:
    """What the verb would do to these sessions' people, and tell whom; nothing is changed."""
    found = Rehearsal()
    try:
        with transaction.atomic():
            found = watched(verb, sessions)
            raise TakenBack
    except TakenBack:
        return found
    except Refusal as refusal:
        return Rehearsal(refusal=refusal)


def watched(verb: Callable[[], Any], sessions: Iterable[Session]) -> Rehearsal:
    """Do it, in the caller's transaction, and say what it did: for a deed that must be the one that was shown."""
    keys, begun_at = [session.pk for session in sessions], timezone.now()
    with noting() as noted:
        known = Message.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        answers: list[tuple[Any, Any]] = signals.rehearsing.send(sender=Session, session_ids=keys)
        verb()
    told: list[Effect | Deadline] = [one for _receiver, tell in answers for one in tell()]
    effects = tuple(one for one in told if isinstance(one, Effect))
    deadlines = [one for one in told if isinstance(one, Deadline)]
    deadlines += [Deadline(until, words) for until, words in terms_of_answers(keys, asked_since=begun_at)]
    fresh = Message.objects.planned().filter(key__in=noted.keys, pk__gt=known)
    return Rehearsal(
        tuple(news_of(fresh)),
        effects,
        tuple(sorted(deadlines, key=lambda deadline: deadline.until)),
        noted.withdrawn,
    )


def news_of(planned: QuerySet[Message]) -> Iterator[News]:
    """The messages by kind, those that leave first in front."""
    by_kind: dict[str, list[Message]] = {}
    for message in planned.select_related("recipient").order_by("send_after", "recipient__name_key"):
        by_kind.setdefault(message.kind, []).append(message)
    for kind, messages in by_kind.items():
        names = dict.fromkeys(message.recipient.short_name for message in messages)
        first, last = messages[0], messages[-1]
        yield News(kind, tuple(names), first.send_after, last.send_after, letter_of(first))


def letter_of(message: Message) -> Letter | None:
    """The letter as its recipient would get it if it left at once; None when only its day can tell its text."""
    language = message.recipient.language or translation.get_language() or ""
    with translation.override(language):
        return kinds.render(message)
