"""The order of the queue in words: to those who wait, without anybody's name, and for the story of a seat."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from centre.models import Policy
from enrolment.queue.order import Rank, Standing, rank_of

if TYPE_CHECKING:
    from enrolment.models import Enrolment


def ahead_words(standing: Standing) -> str:
    """Why the person stands where they stand: how many are ahead, and for what reason (rule 13)."""
    if not standing.ahead:
        return _("You are the first in the queue.")
    return _("Ahead of you: %(people)s.") % {"people": "; ".join(groups_ahead(standing))}


def groups_ahead(standing: Standing) -> Iterator[str]:
    for rank, count in sorted(standing.ahead.items()):
        if rank == standing.rank:
            words = ngettext(
                "%(count)s person who asked earlier", "%(count)s people who asked earlier", count
            )
        elif rank == Rank.PINNED:
            words = ngettext(
                "%(count)s person whom the training centre put first",
                "%(count)s people whom the training centre put first",
                count,
            )
        elif rank == Rank.OVERDUE:
            words = ngettext(
                "%(count)s person whose mandatory course is overdue",
                "%(count)s people whose mandatory course is overdue",
                count,
            )
        else:
            words = ngettext(
                "%(count)s person whose mandatory course is due sooner",
                "%(count)s people whose mandatory course is due sooner",
                count,
            )
        yield words % {"count": count}


def turn_words(enrolment: "Enrolment", policy: Policy, now: datetime) -> str:
    """For what it is the person's turn at this moment, as it is written into the story with the seat."""
    rank = rank_of(
        enrolment.pinned_at, enrolment.due_on, today=timezone.localdate(now), soon_days=policy.due_soon_days
    )
    return rank_words(rank, enrolment.due_on)


def rank_words(rank: Rank, due_on: date | None) -> str:
    if rank in {Rank.OVERDUE, Rank.DUE_SOON} and due_on:
        return _("%(rank)s: to be completed by %(day)s") % {
            "rank": rank.label,
            "day": formats.date_format(due_on, "DATE_FORMAT"),
        }
    return str(rank.label)
