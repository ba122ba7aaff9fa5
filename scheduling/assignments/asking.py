"""Asking trainers, in the transaction that publishes a session or changes it: the rows follow the bookings."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.db.models import Min
from django.utils import timezone

from centre.models import Policy
from scheduling.assignments.models import Assignment
from scheduling.models import Booking, Meeting, Session
from trainers.models import Trainer

State = Assignment.State
# What a trainer teaches in a session: the times, and the site of each (None: online, or without a room).
Teaching = list[list[str | int | None]]
# What a question changes; `accepted_for` is the trainer's own.
WHAT_IS_ASKED = ["asked_for", "asked_at", "answer_until", "state", "answered_at", "why", "overdue_told_at"]


def ask_trainers(sessions: Sequence[Session], *, policy: Policy) -> None:
    """Ask whoever is to teach something else than they were asked for; forget who does not teach any more.

    The same times at the same site are no new question, and what has begun is none at all: who teaches nothing else
    any more keeps a yes, and is not waited for. What was accepted before is accepted again when it comes back. The
    caller holds the sessions' locks and has written their bookings. The same statements for any number.
    """
    wanted = {
        (session, trainer): taught
        for session, trainers in teaching_of(sessions).items()
        for trainer, taught in trainers.items()
    }
    known = {(row.session_id, row.trainer_id): row for row in Assignment.objects.filter(session__in=sessions)}
    coming = {key: ahead(taught) for key, taught in wanted.items()}
    if gone := [
        row.pk
        for key, row in known.items()
        if key not in wanted or not (coming[key] or row.state == State.ACCEPTED)
    ]:
        Assignment.objects.filter(pk__in=gone).delete()
    asked = {
        key: wanted[key]
        for key, taught in coming.items()
        if taught and (key not in known or ahead(known[key].asked_for) != taught)
    }
    if not asked:
        return
    terms = terms_of(sessions, policy)
    rows = []
    for (session, trainer), taught in asked.items():
        row = known.get((session, trainer)) or Assignment(session_id=session, trainer_id=trainer)
        ask(row, taught, terms[session])
        rows.append(row)
    Assignment.objects.bulk_update([row for row in rows if row.pk], WHAT_IS_ASKED)
    Assignment.objects.bulk_create([row for row in rows if not row.pk])


def ahead(taught: Teaching) -> Teaching:
    """What has not begun of it."""
    now = timezone.now()
    return [meeting for meeting in taught if datetime.fromisoformat(str(meeting[0])) > now]


def ask(row: Assignment, taught: Teaching, term: datetime) -> None:
    now = timezone.now()
    row.asked_for = taught
    row.why, row.overdue_told_at = "", None
    if row.accepted_for == taught:
        row.state, row.answered_at = State.ACCEPTED, row.answered_at or now
    else:
        row.state, row.answered_at = State.ASKED, None
        row.asked_at, row.answer_until = now, term


def ask_nobody(session: Session) -> None:
    """The session was cancelled."""
    session.assignments.all().delete()


def terms_of(sessions: Iterable[Session], policy: Policy) -> dict[int, datetime]:
    """By session until when an answer helps: the policy's hours, not later than its next meeting begins; one query."""
    now = timezone.now()
    term = now + timedelta(hours=policy.assignment_answer_hours)
    next_starts = (
        Meeting.objects.filter(session__in=sessions, starts_at__gt=now)
        .order_by()
        .values_list("session")
        .annotate(Min("starts_at"))
    )
    return {session.pk: term for session in sessions} | {
        session: min(term, starts_at) for session, starts_at in next_starts
    }


def teaching_of(sessions: Sequence[Session]) -> dict[int, dict[int, Teaching]]:
    """By session and trainer what they teach in it; three queries."""
    sites = dict(
        Booking.objects.of_rooms()
        .filter(meeting__session__in=sessions, room__site__is_online=False)
        .values_list("meeting", "room__site")
    )
    trainers = dict(
        Trainer.objects.filter(employee__bookings__meeting__session__in=sessions).values_list(
            "employee", "pk"
        )
    )
    found: dict[int, dict[int, Teaching]] = defaultdict(lambda: defaultdict(list))
    meetings = Meeting.objects.filter(session__in=sessions, bookings__role=Booking.Role.TEACHES)
    for session, meeting, starts_at, ends_at, person in meetings.order_by("starts_at").values_list(
        "session", "pk", "starts_at", "ends_at", "bookings__person"
    ):
        taught: Teaching = found[session][trainers[person]]
        taught.append([starts_at.isoformat(), ends_at.isoformat(), sites.get(meeting)])
    return found
