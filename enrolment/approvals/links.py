"""Links of letters by which one request is allowed or refused (expectation 17).

A link carries who decides and the line of the story by which the request waits: it is good for this decider and this
request, and for no later question about it (another date, a decision that was taken back). It dies with the decision,
after some days, and with the address that it was sent to. Whether its decider still decides is asked each time.
"""

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import OuterRef, Subquery
from django.urls import reverse
from django.utils.crypto import salted_hmac

from enrolment.links import is_older, read_signed, sign
from enrolment.models import Enrolment, EnrolmentEntry, EnrolmentQuerySet
from people.models import Employee

SALT = "enrolment.decision"
# Letters about what waits come more often, each with new links.
LIVES = timedelta(days=7)
Entry = EnrolmentEntry.Kind
# Lines by which a request begins to wait, or waits for something else than before.
WAITS_SINCE = (Entry.ASKED, Entry.DECISION_UNDONE, Entry.TRANSFERRED, Entry.MERGED)


@dataclass(frozen=True)
class DecisionLink:
    decider_id: int
    line_id: int
    # Of the address that the letter went to: a mailbox that somebody has given up decides nothing.
    mailbox: str
    is_old: bool


def waiting_line() -> Subquery:
    """Of an enrolment: the key of the line by which its request waits."""
    lines = EnrolmentEntry.objects.filter(enrolment=OuterRef("pk"), kind__in=WAITS_SINCE).order_by("-pk")
    return Subquery(lines.values("pk")[:1])


def with_lines(found: EnrolmentQuerySet) -> EnrolmentQuerySet:
    """The requests with all that a letter says of them, and `line` for their links."""
    return found.select_related("trainee", "session__course").annotate(line=waiting_line())


def line_of(enrolment: Enrolment) -> int:
    """The same of one enrolment; 0 when nobody was ever asked."""
    lines = enrolment.entries.filter(kind__in=WAITS_SINCE).order_by("-pk")
    return lines.values_list("pk", flat=True).first() or 0


def mailbox_of(decider: Employee) -> str:
    return salted_hmac(SALT, decider.email).hexdigest()[:16]


def make_token(decider: Employee, line: int) -> str:
    return sign([decider.pk, line, mailbox_of(decider)], SALT)


def read_token(token: str) -> DecisionLink | None:
    """What the link is about; None when nobody here has made it."""
    values = read_signed(token, SALT)
    if values is None:
        return None
    decider_id, line_id, mailbox = values
    return DecisionLink(decider_id, line_id, mailbox, is_old=is_older(token, SALT, LIVES))


def decide_path(decider: Employee, line: int) -> str:
    return reverse("enrolment:decide_by_link", args=[make_token(decider, line)])
