"""The cards of sessions with too few people as planners see them, and the columns of their list (rule 8)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Count
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from centre.functions import SortKey
from centre.listing import Column
from enrolment.models import Approval, Enrolment
from scheduling.columns.sessions import ROOM, TRAINERS
from scheduling.models import Session, SessionStep
from scheduling.overview import SessionRow, session_rows
from scheduling.too_few import Card


@dataclass
class TooFewRow(SessionRow):
    """A card with its session: who awaits a decision, who waits for another date, what was decided last."""

    card: Card
    asked: int
    elsewhere: int
    decision: SessionStep | None

    @property
    def days_left(self) -> str:
        days = self.card.days_left
        if days == 0:
            return _("today")
        return ngettext("in %(days)s day", "in %(days)s days", days) % {"days": days}


def card_rows(sessions: Sequence[Session], cards: Mapping[int, Card]) -> list[TooFewRow]:
    """The rows of a page; eight queries for any number."""
    live = Enrolment.objects.live().order_by()
    asked = dict(
        live.filter(session__in=sessions, approval=Approval.ASKED)
        .values_list("session")
        .annotate(number=Count("pk"))
    )
    # By course, those in queues of all its sessions ahead; the session's own are taken off below.
    queues = dict(
        Enrolment.objects.in_queue()
        .filter(course__in={session.course_id for session in sessions}, session__starts_at__gt=timezone.now())
        .values_list("course")
        .annotate(number=Count("pk"))
    )
    steps = SessionStep.objects.filter(session__in=sessions, kind=SessionStep.Kind.RUN_ANYWAY)
    decisions = {step.session_id: step for step in steps.select_related("by").order_by("at", "pk")}
    return [
        TooFewRow(
            row.session,
            row.meetings,
            row.people,
            card=cards[row.session.pk],
            asked=asked.get(row.session.pk, 0),
            elsewhere=queues.get(row.session.course_id, 0) - row.people.waiting,
            decision=decisions.get(row.session.pk),
        )
        for row in session_rows(sessions)
    ]


def people_words(row: TooFewRow) -> str:
    return _("%(held)s of %(minimum)s") % {
        "held": row.card.standing.held,
        "minimum": row.card.standing.minimum,
    }


TOO_FEW_COLUMNS = (
    Column(
        "course",
        gettext_lazy("Course"),
        lambda row: row.session.course.title,
        order=(SortKey("course__title").asc(), "starts_at"),
        link=lambda row: reverse("scheduling:session", args=[row.session.pk]),
    ),
    Column(
        "starts",
        gettext_lazy("When"),
        lambda row: row.session.starts_at,
        order=("starts_at",),
        template="scheduling/_when_cell.html",
    ),
    ROOM,
    TRAINERS,
    Column(
        "people",
        gettext_lazy("People"),
        people_words,
        template="enrolment/_too_few_people_cell.html",
    ),
    Column("asked", gettext_lazy("Await a decision"), lambda row: row.asked, is_number=True, is_extra=True),
    Column(
        "elsewhere",
        gettext_lazy("Wait for other dates"),
        lambda row: row.elsewhere,
        is_number=True,
        is_extra=True,
    ),
    Column(
        "stage",
        gettext_lazy("Begins"),
        lambda row: f"{row.days_left}, {row.card.stage.label}",
        template="enrolment/_too_few_stage_cell.html",
    ),
    Column(
        "decided",
        gettext_lazy("Decided"),
        lambda row: row.decision.reason if row.decision else "",
        is_extra=True,
    ),
    Column(
        "decide",
        gettext_lazy("What to do"),
        lambda row: capfirst(_("decided")) if row.card.is_decided else "",
        template="enrolment/_too_few_decide_cell.html",
    ),
)
