"""Asking trainers, in the transaction that publishes a session or changes it: the rows follow the bookings."""

from collections import defaultdict
from datetime import datetime, timedelta

from django.utils import timezone

from centre.models import Policy
from scheduling.assignments.models import Assignment
from scheduling.models import Booking, Meeting, Session
from trainers.models import Trainer

State = Assignment.State
# What a trainer teaches in a session: the times, and the site of each (None: online, or without a room).
Teaching = list[list[str | int | None]]


def ask_trainers(session: Session, *, policy: Policy) -> None:
    """Ask whoever is to teach something else than they were asked for; forget who does not teach any more.

    The same times at the same site are no new question. What was accepted before is accepted again when it comes
    back. The caller holds the session's lock and has written its bookings.
    """
    teaching = teaching_of(session)
    known = {row.trainer_id: row for row in session.assignments.all()}
    session.assignments.exclude(trainer__in=teaching).delete()
    for trainer, wanted in teaching.items():
        row = known.get(trainer) or Assignment(session=session, trainer_id=trainer)
        if row.pk and row.asked_for == wanted:
            continue
        row.asked_for = wanted
        row.why, row.overdue_told_at = "", None
        if row.accepted_for == wanted:
            row.state, row.answered_at = State.ACCEPTED, row.answered_at or timezone.now()
        else:
            row.state, row.answered_at = State.ASKED, None
            row.asked_at = timezone.now()
            row.answer_until = term_of(session, policy)
        row.save()


def ask_nobody(session: Session) -> None:
    """The session was cancelled."""
    session.assignments.all().delete()


def term_of(session: Session, policy: Policy) -> datetime:
    """Until when an answer helps: the policy's hours, and not later than the next meeting begins."""
    now = timezone.now()
    term = now + timedelta(hours=policy.assignment_answer_hours)
    first = session.meetings.filter(starts_at__gt=now).order_by("starts_at").first()
    return min(term, first.starts_at) if first else term


def teaching_of(session: Session) -> dict[int, Teaching]:
    """By trainer what they teach in the session; three queries."""
    sites = dict(
        Booking.objects.of_rooms()
        .filter(meeting__session=session, room__site__is_online=False)
        .values_list("meeting", "room__site")
    )
    trainers = dict(
        Trainer.objects.filter(employee__bookings__meeting__session=session).values_list("employee", "pk")
    )
    found: dict[int, Teaching] = defaultdict(list)
    meetings = Meeting.objects.filter(session=session, bookings__role=Booking.Role.TEACHES)
    for meeting, starts_at, ends_at, person in meetings.order_by("starts_at").values_list(
        "pk", "starts_at", "ends_at", "bookings__person"
    ):
        found[trainers[person]].append([starts_at.isoformat(), ends_at.isoformat(), sites.get(meeting)])
    return dict(found)
