"""Planning, withdrawing, stopping and resending messages, inside the transaction of the news itself (rule 26)."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime

from django.db import connection, transaction
from django.utils import timezone

from centre.actions import action
from centre.inserts import PreparedInsert
from notifications.models import Message
from notifications.tasks import nudge

MESSAGES = PreparedInsert(Message, ignore_conflicts=True)


@dataclass(frozen=True)
class PlannedMessage:
    """News to be told: who, what kind, about what ("enrolment:12"), and when at the earliest (None: at once).

    `version` tells the news from an earlier one of the same kind, such as a second move of the session; `part`
    tells apart several of one version, such as the reminders before each meeting. `cause` is that of `noting` where
    none is given.
    """

    kind: str
    recipient_id: int
    about: str
    send_after: datetime | None = None
    version: int = 1
    context: dict[str, object] = field(default_factory=dict)
    part: str = ""
    cause: str = ""

    @property
    def key(self) -> str:
        parts = [str(self.recipient_id), self.kind, self.about, str(self.version), self.part]
        return "/".join(filter(None, parts))


@dataclass
class Noted:
    """What was planned and withdrawn meanwhile."""

    keys: list[str] = field(default_factory=list)
    withdrawn: int = 0
    # Kept with each message: what it was planned for ("step:12").
    cause: str = ""


_noted: ContextVar[Noted | None] = ContextVar("noted", default=None)


@contextmanager
def noting(cause: str = "") -> Iterator[Noted]:
    """Note what is planned and withdrawn in the block, for a page that shows it before it happens.

    With a `cause` the messages of the block keep it, whichever app plans them; without one they keep that of the
    block around it, which notes them too.
    """
    around = _noted.get()
    noted = Noted(cause=cause or (around.cause if around else ""))
    token = _noted.set(noted)
    try:
        yield noted
    finally:
        _noted.reset(token)
        if around is not None:
            around.keys += noted.keys
            around.withdrawn += noted.withdrawn


def plan_messages(planned: Iterable[PlannedMessage]) -> None:
    """Write the messages in one statement; one that stands in the ledger already is not planned again.

    Celery is nudged after the commit for those that may leave at once.
    """
    now, noted, planned = timezone.now(), _noted.get(), list(planned)
    rows: list[dict[str, object]] = [
        {
            "recipient_id": message.recipient_id,
            "kind": message.kind,
            "subject": message.about,
            "version": message.version,
            "key": message.key,
            "cause": message.cause or (noted.cause if noted else ""),
            "context": message.context,
            "planned_at": now,
            "send_after": message.send_after or now,
        }
        for message in planned
    ]
    MESSAGES.insert(rows)
    if noted is not None:
        noted.keys += [str(row["key"]) for row in rows]
    if any(message.send_after is None or message.send_after <= now for message in planned):
        nudge_on_commit()


def withdraw_messages(abouts: Iterable[str], kinds: Iterable[str] | None = None) -> int:
    """Withdraw what is still planned about these subjects (of these kinds only); return how many.

    Waits for a message that is being sent at this moment: nothing old leaves after the commit (promise R14).
    """
    planned = Message.objects.planned().filter(subject__in=list(abouts))
    if kinds is not None:
        planned = planned.filter(kind__in=list(kinds))
    withdrawn = planned.update(state=Message.State.WITHDRAWN)
    if (noted := _noted.get()) is not None:
        noted.withdrawn += withdrawn
    return withdrawn


def told_nothing_else(abouts: Iterable[str], kinds: Iterable[str]) -> set[tuple[int, str]]:
    """Recipients and subjects of which the last news of these kinds is still planned, and told all that came before.

    Who takes that news back has nothing to tell these people.
    """
    untold: dict[tuple[int, str], list[str]] = {}
    found = Message.objects.filter(subject__in=list(abouts), kind__in=list(kinds)).order_by("version", "pk")
    for recipient, subject, state in found.values_list("recipient", "subject", "state"):
        states = untold.setdefault((recipient, subject), [])
        if state in {Message.State.PLANNED, Message.State.WITHDRAWN}:
            states.append(state)
        else:
            states.clear()
    return {key for key, states in untold.items() if states == [Message.State.PLANNED]}


@action
def stop_message(message: Message) -> bool:
    """Withdraw one message by hand; False when it has left, or was withdrawn, meanwhile."""
    return bool(Message.objects.planned().filter(pk=message.pk).update(state=Message.State.WITHDRAWN))


@action
def resend_message(message: Message) -> Message:
    """Send a message again, with the facts of now; return the row that will leave.

    One that never arrived is tried again itself. One that was sent stays as it was sent, and a copy goes out
    under a key and a Message-ID of its own, for a mail server would drop the same one; asking twice before
    the copy has left makes one copy.
    """
    now = timezone.now()
    message = Message.objects.select_for_update().get(pk=message.pk)
    if message.state in {Message.State.PLANNED, Message.State.FAILED}:
        message.state, message.send_after, message.attempts = Message.State.PLANNED, now, 0
        message.save(update_fields=["state", "send_after", "attempts"])
        nudge_on_commit()
        return message
    first_key = message.key.partition("/again:")[0]
    copies = Message.objects.about(message.subject).filter(key__startswith=f"{first_key}/again:")
    if waiting := copies.planned().first():
        return waiting
    copy = Message.objects.create(
        recipient_id=message.recipient_id,
        kind=message.kind,
        subject=message.subject,
        version=message.version,
        key=f"{first_key}/again:{copies.count() + 1}",
        context=message.context,
        send_after=now,
    )
    nudge_on_commit()
    return copy


def nudge_on_commit() -> None:
    """Nudge once after the commit, however many actions of the transaction have news."""
    if not any(nudge in after_commit for after_commit in connection.run_on_commit):
        transaction.on_commit(nudge, robust=True)
