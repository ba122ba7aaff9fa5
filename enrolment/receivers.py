"""What enrolment does with the news of scheduling, inside the transaction that makes it."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Count, OuterRef, Q, Subquery
from django.db.models.functions import JSONObject
from django.dispatch import receiver
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import ngettext

from accounts.signals import staff_changed
from centre.models import Policy
from courses.models import Course
from courses.signals import changing_delivery
from enrolment.actions import end_enrolments_of_leaver
from enrolment.annotations import reserved_seats
from enrolment.beyond import seat_within_the_limit
from enrolment.deadlines import deadlines_of
from enrolment.doors.overlooking import EXCEED
from enrolment.models import (
    ENDED_FIELDS,
    SEATS_TAKEN,
    AttendanceMark,
    Ending,
    Enrolment,
    EnrolmentEntry,
    Seat,
)
from enrolment.notices import (
    NEWS_OF_A_MOVE,
    OUTDATED_BY_A_MOVE,
    about,
    cancelled_messages,
    moved_messages,
    reminder_messages,
)
from enrolment.offers.clock import term_after_move
from enrolment.seats import book_again, note, promote, waiting_trainees
from notifications.actions import plan_messages, told_nothing_else, withdraw_messages
from people.models import Employee
from scheduling import signals
from scheduling.headcounts import Beyond, Headcount
from scheduling.models import Booking, Meeting, Session
from scheduling.rehearsal import Deadline, Effect

Entry = EnrolmentEntry.Kind
HURTS = {
    Entry.CLASH,
    Entry.CANCELLED,
    Entry.SKIPPED,
    Entry.MERGE_QUEUED,
    Entry.MERGE_CLASH,
    Entry.EXCEEDED,
}


@receiver(staff_changed)
def free_the_seats_of_leavers(left: list[int], by: Employee | None, **kwargs: Any) -> None:
    """After the import's commit, each in a transaction of its own, for sessions are locked before people.

    The accounts are closed by then, so that nothing can be added; what fails here, the task ends later.
    """

    def end_all() -> None:
        for leaver in Employee.objects.filter(pk__in=left).order_by("pk"):
            end_enrolments_of_leaver(leaver, by=by)

    if left:
        transaction.on_commit(end_all, robust=True)


@receiver(signals.collecting_persons)
def name_who_has_no_bookings(session_ids: list[int], **kwargs: Any) -> set[int]:
    """Who waits, and who holds a seat without bookings since a move brought it into a clash."""
    clashing = Enrolment.objects.live().filter(session__in=session_ids, clash_since__isnull=False)
    return waiting_trainees(session_ids) | set(clashing.values_list("trainee", flat=True))


@receiver(signals.rehearsing)
def watch_people(session_ids: list[int], **kwargs: Any) -> Callable[[], Iterator[Effect | Deadline]]:
    """The stories of the enrolments say what happened to whom: those written while the step is rehearsed."""
    latest = EnrolmentEntry.objects.order_by("-pk").values_list("pk", flat=True).first() or 0

    def effects() -> Iterator[Effect | Deadline]:
        written = EnrolmentEntry.objects.filter(pk__gt=latest, enrolment__session__in=session_ids)
        entries = list(
            written.select_related("enrolment__trainee").order_by("enrolment__trainee__name_key", "pk")
        )
        yield from deadlines_of({entry.enrolment_id for entry in entries})
        for entry in entries:
            yield Effect(
                entry.enrolment.trainee.short_name,
                capfirst(entry.get_kind_display()),
                is_hurt=entry.kind in HURTS,
                why=entry.reason if entry.kind == Entry.MERGE_CLASH else "",
            )

    return effects


@receiver(changing_delivery)
def studies_stand_in_the_way(course: Course, **kwargs: Any) -> str:
    """Of a self-paced course, which has no sessions."""
    count = Enrolment.objects.live().filter(course=course, session=None).count()
    return (
        ngettext(
            "%(count)s person studies the course at this moment. Make a new course instead.",
            "%(count)s people study the course at this moment. Make a new course instead.",
            count,
        )
        % {"count": count}
        if count
        else ""
    )


@receiver(signals.counting_people)
def count_people(session_ids: list[int], **kwargs: Any) -> dict[int, Headcount]:
    """How many people planners see, and how many seats are kept for offices; one query.

    Who holds a seat is counted also after the sheet is closed.
    """
    live = Q(ended_because=Ending.LIVE)
    # Of each session by its index: of a join PostgreSQL reads every enrolment there ever was.
    of_session = (
        Enrolment.objects.filter(session=OuterRef("pk"))
        .order_by()
        .values("session")
        .annotate(
            held=Count("pk", filter=Q(seat__in=SEATS_TAKEN)),
            waiting=Count("pk", filter=live & Q(seat=Seat.WAITING)),
            told=Count("pk", filter=live),
            clashing=Count("pk", filter=live & Q(clash_since__isnull=False)),
        )
    )
    people = JSONObject(held="held", waiting="waiting", told="told", clashing="clashing")
    counts = (
        Session.objects.filter(pk__any=session_ids)
        .order_by()
        .annotate(people=Subquery(of_session.values(json=people)), kept=reserved_seats(timezone.now(), Q()))
        .values_list("pk", "people", "kept")
    )
    return {pk: Headcount(**(people or {}), reserved=kept) for pk, people, kept in counts}


@receiver(signals.crowding_out)
def name_who_would_sit_beyond(session: Session, seats: int, by: Employee | None, **kwargs: Any) -> Beyond:
    """The last by time of request, and whether the planner may let them, with the rights of this moment (S31)."""
    fresh = Employee.objects.employed().filter(pk=by.pk).first() if by else None
    names = tuple(one.trainee.short_name for one in last_beyond(session, seats))
    return Beyond(names, may_stay=fresh is not None and fresh.has_perm(EXCEED))


@receiver(signals.seats_exceeded)
def keep_people_beyond_the_limit(session: Session, by: Employee | None, reason: str, **kwargs: Any) -> None:
    """Nobody loses a seat (promise R9): who came last keeps theirs beyond the limit, with the planner's reason."""
    rows = last_beyond(session, session.seats)
    taken = session.enrolments.holding().count()
    for number, one in enumerate(rows, start=taken - len(rows) + 1):
        one.exceeds = True
        note(one, Entry.EXCEEDED, by, f"{number}/{session.seats}: {reason.strip()}")
    Enrolment.objects.bulk_update(rows, ["exceeds"], batch_size=500)


def last_beyond(session: Session, seats: int) -> list[Enrolment]:
    """Those of the holders within the limit for whom so many seats are not enough, the last of all at the end."""
    within = session.enrolments.holding().filter(exceeds=False).select_related("trainee")
    return list(within.order_by("requested_at", "pk"))[seats:]


@receiver(signals.seats_changed)
def give_new_seats(sessions: list[Session], **kwargs: Any) -> None:
    """More seats belong to the queue. Who waits is locked here, or was locked with all others by the action."""
    Employee.objects.lock_all(waiting_trainees([session.pk for session in sessions]))
    policy = Policy.objects.current()
    seat_within_the_limit(sessions)
    for session in sessions:
        promote(session, policy=policy)


@receiver(signals.sessions_cancelled)
def end_enrolments(sessions: list[Session], reason: str, by: Employee | None, **kwargs: Any) -> None:
    """Cancelled by the centre is a state of its own; the time of request stays in the row (rule 15)."""
    enrolments = list(Enrolment.objects.live().filter(session__in=sessions).select_related("session"))
    withdraw_messages(about(one.pk) for one in enrolments)
    now = timezone.now()
    for one in enrolments:
        one.end(Ending.BY_CENTRE, now)
    Enrolment.objects.bulk_update(enrolments, ENDED_FIELDS, batch_size=500)
    EnrolmentEntry.objects.bulk_create(
        EnrolmentEntry(enrolment=one, kind=Entry.CANCELLED, by=by, reason=reason, due_on=one.due_on)
        for one in enrolments
    )
    plan_messages(cancelled_messages(enrolments, reason))


def booked_among(people: set[int], meetings: list[Meeting]) -> set[int]:
    """Those of the people who attend any of the meetings."""
    if not people:
        return set()
    booked = Booking.objects.attending().filter(person__in=people, meeting__in=meetings)
    return set(booked.values_list("person", flat=True))


@receiver(signals.session_moved)
def tell_the_move(
    session: Session,
    meetings: list[Meeting],
    old_starts_at: datetime,
    on_new_days: bool,
    clashing_person_ids: list[int],
    takes_back: bool,
    by: Employee | None,
    **kwargs: Any,
) -> None:
    """Everybody learns the new time; who clashes keeps the seat, flagged; reminders are planned anew.

    Who was not told yet of the change that is taken back is told nothing.
    Marks made in the minutes before the old start say nothing of the new one, nor does the consent to come on a day off
    of other days: the letter and the page ask anew (rule 16).
    """
    if session.starts_at != old_starts_at:
        AttendanceMark.objects.filter(meeting__session=session).delete()
    policy, now = Policy.objects.current(), timezone.now()
    enrolments = list(Enrolment.objects.live().filter(session=session).select_related("trainee"))
    flagged = {one.trainee_id for one in enrolments if one.clash_since}
    # Who was there when the session began is booked already, unless they clash again.
    clashing = set(clashing_person_ids) | book_again(flagged - booked_among(flagged, meetings), meetings)
    abouts = [about(one.pk) for one in enrolments]
    kept_quiet = told_nothing_else(abouts, NEWS_OF_A_MOVE) if takes_back else set()
    withdraw_messages(abouts, OUTDATED_BY_A_MOVE)
    for one in enrolments:
        one.clash_since = (one.clash_since or now) if one.trainee_id in clashing else None
        if on_new_days:
            one.consented_at = None
        if one.offer_until:
            one.offer_until = term_after_move(one.offer_until, session.starts_at, now, policy)
    Enrolment.objects.bulk_update(enrolments, ["clash_since", "offer_until", "consented_at"], batch_size=500)
    EnrolmentEntry.objects.bulk_create(
        EnrolmentEntry(
            enrolment=one,
            kind=Entry.CLASH if one.trainee_id in clashing else Entry.MOVED,
            by=by,
            due_on=one.due_on,
        )
        for one in enrolments
    )
    starts = [meeting.starts_at for meeting in meetings]
    plan_messages(
        [
            *moved_messages(
                [one for one in enrolments if (one.trainee_id, about(one.pk)) not in kept_quiet],
                session,
                old_starts_at=old_starts_at,
                clashing=clashing,
            ),
            *(
                reminder
                for one in enrolments
                if one.seat == Seat.HELD  # an offer is no promise to come
                for reminder in reminder_messages(one, session, starts=starts, policy=policy, now=now)
            ),
        ]
    )
