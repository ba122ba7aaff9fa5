"""What planners read of trainers' answers among the problems of a session."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from centre.prepared import Given, Prepared
from centre.templatetags.centre_text import when
from scheduling.assignments.models import Assignment
from scheduling.checks import About, Finding, day_words, finding

State = Assignment.State


def ask_unwelcome() -> Any:
    late = Q(state=State.ASKED, answer_until__lte=Given("now"))
    rows = Assignment.objects.filter(late | Q(state=State.DECLINED), session_id__any=Given("sessions"))
    return rows.select_related("trainer__employee").order_by("pk")


UNWELCOME = Prepared(ask_unwelcome)


def unwelcome_answers(session_ids: Iterable[int]) -> dict[int, list[Assignment]]:
    """By session who has declined, or has not answered in time; one query."""
    found: dict[int, list[Assignment]] = defaultdict(list)
    for row in UNWELCOME(sessions=list(session_ids), now=timezone.now()):
        found[row.session_id].append(row)
    return found


def about_answers(rows: Iterable[Assignment]) -> list[Finding]:
    """A sentence for each."""
    return [finding_of(row) for row in rows]


def finding_of(row: Assignment) -> Finding:
    name = row.trainer.employee.short_name
    about = (About("trainer", row.trainer_id), About("session", row.session_id))
    if row.is_declined:
        return finding("trainer_declined", name, _("declined (%(why)s)") % {"why": row.why}, about)
    day = day_words(timezone.localdate(row.answer_until))
    words = _("has not answered by %(day)s whether they will teach") % {"day": day}
    return finding("trainer_unanswered", name, words, about)


def terms_of_answers(session_ids: Iterable[int], *, asked_since: datetime) -> Iterator[tuple[datetime, str]]:
    """By when those who were asked since then are to answer, each term with its sentence; one query."""
    rows = Assignment.objects.filter(
        session__in=list(session_ids), state=State.ASKED, asked_at__gte=asked_since
    )
    names: dict[datetime, dict[str, None]] = defaultdict(dict)
    for row in rows.select_related("trainer__employee").order_by(
        "answer_until", "trainer__employee__name_key"
    ):
        minute = row.answer_until.replace(second=0, microsecond=0)
        names[minute][row.trainer.employee.short_name] = None
    for until, trainers in names.items():
        words = {"trainers": ", ".join(trainers), "until": when(until)}
        yield until, _("%(trainers)s: to answer by %(until)s whether they will teach.") % words


def answers_of(session_id: int) -> dict[int, Assignment]:
    """By the person's key what each trainer of the session is asked or has answered; one query."""
    rows = Assignment.objects.filter(session=session_id).select_related("trainer")
    return {row.trainer.employee_id: row for row in rows}
