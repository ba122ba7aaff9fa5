"""The seat itself: the one function that gives a seat, and the one that frees it, whatever the door (rule 10).

Both are called inside an action that holds the lock of the session and of every person concerned.
"""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _
from psycopg2.extras import DateTimeTZRange

from centre.inserts import PreparedInsert, columns_of, one_round_trip
from centre.models import Policy
from enrolment.conditions import PlannedMeeting, Situation, unmet
from enrolment.errors import SessionFull
from enrolment.models import Approval, Ending, Enrolment, EnrolmentEntry, Seat
from enrolment.notices import about, forget_reminders, seat_messages
from enrolment.offers.clock import Way, answer_until, way_to_seat
from enrolment.offers.notices import offer_messages
from enrolment.office.loading import lock_office_days
from enrolment.office.words import share_is_gone
from enrolment.queue.words import turn_words
from enrolment.reservations.using import Kept, kept_words, use_kept_seat
from enrolment.situations import situations
from notifications.actions import plan_messages, withdraw_messages
from people.models import Employee
from scheduling.actions import persons_busy
from scheduling.models import Booking, Meeting, Session

Entry = EnrolmentEntry.Kind

ENROLMENTS, BOOKINGS, NOTES = (
    PreparedInsert(Enrolment),
    PreparedInsert(Booking),
    PreparedInsert(EnrolmentEntry),
)

# The line of the story by the kind of news; any other seat was taken.
ENTRIES = {
    "seat_given": Entry.PROMOTED,
    "merged": Entry.MERGED,
    "transferred": Entry.TRANSFERRED,
}


def hold_seat(
    enrolment: Enrolment,
    situation: Situation,
    *,
    kind: str,
    by: Employee | None = None,
    reason: str = "",
    context: dict[str, object] | None = None,
    exceeds: str = "",
    tells: bool = True,
) -> None:
    """Give the enrolment a seat and its bookings, note it, and plan its messages (`kind` is the news).

    `situation` was counted under the session's lock in this transaction. `exceeds` is the reason of staff who may
    give a seat beyond the limit: it is used, and the enrolment marked, when none is free (rule 10). Without
    `tells` only the reminders are planned, for the caller tells the news.

    Raises:
        SessionFull: no seat is free, and none beyond the limit is given.
        PersonBusy: from the constraint, when the trainee is booked elsewhere for part of the time.
    """
    session = situation.session
    if not situation.has_free_seat and not exceeds:
        raise SessionFull(_("No seat is free any more. You may join the queue."))
    enrolment.seat, enrolment.offer_until = Seat.HELD, None
    enrolment.exceeds = not situation.has_free_seat
    is_keyed = enrolment._state.adding and enrolment.pk is not None
    if not is_keyed:
        enrolment.save()
        forget_reminders(enrolment)
    use_kept_seat(enrolment, situation)
    starts = [meeting.starts_at for meeting in situation.meetings]
    with one_round_trip():
        if is_keyed:
            insert_keyed(enrolment)
        BOOKINGS.insert(bookings_for(enrolment, situation.meetings))
        note(enrolment, ENTRIES.get(kind, Entry.SEAT_TAKEN), by, reason)
        if enrolment.exceeds:
            note(enrolment, Entry.EXCEEDED, by, f"{seats_beyond(situation)}: {exceeds}")
        planned = seat_messages(
            enrolment,
            session,
            kind=kind,
            starts=starts,
            policy=situation.policy,
            now=situation.now,
            context=context or {},
        )
        plan_messages(planned if tells else planned[1:])


def insert_keyed(enrolment: Enrolment) -> None:
    """Write a new enrolment that has its key and its time of request already (`enrolment.locking`)."""
    ENROLMENTS.insert([columns_of(enrolment)])
    enrolment._state.adding = False
    enrolment._state.db = connection.alias


def seats_beyond(situation: Situation) -> str:
    """ "13/12": how many of how many with one more."""
    return f"{situation.seats_taken + 1}/{situation.session.seats}"


def offer_seat(enrolment: Enrolment, situation: Situation, *, reason: str) -> None:
    """Keep a free seat with its bookings for who is next, until they answer or the term is over (rule 14).

    It counts as taken. `reason` says for what it is their turn; `situation` is as for `hold_seat`.

    Raises:
        SessionFull: no seat is free.
        PersonBusy: from the constraint, when the trainee is booked elsewhere for part of the time.
    """
    session = situation.session
    if not situation.has_free_seat:
        raise SessionFull(_("No seat is free any more. You may join the queue."))
    enrolment.seat = Seat.OFFERED
    enrolment.offer_until = answer_until(situation.now, session.starts_at, situation.policy)
    enrolment.save()
    use_kept_seat(enrolment, situation)
    with one_round_trip():
        BOOKINGS.insert(bookings_for(enrolment, situation.meetings))
        note(enrolment, Entry.OFFERED, None, reason)
        plan_messages(offer_messages(enrolment, session))


def bookings_for(enrolment: Enrolment, meetings: Sequence[PlannedMeeting]) -> Iterator[dict[str, object]]:
    for meeting in meetings:
        yield {
            "meeting_id": meeting.id,
            "person_id": enrolment.trainee_id,
            "role": Booking.Role.ATTENDS,
            "period": DateTimeTZRange(meeting.starts_at, meeting.ends_at),
        }


def give_up_seat(
    enrolment: Enrolment,
    ending: Ending,
    *,
    by: Employee | None,
    reason: str = "",
    kind: EnrolmentEntry.Kind = Entry.CANCELLED,
) -> None:
    """End the enrolment: its seat and bookings are free at once, what was still to be told is withdrawn."""
    if enrolment.session_id is not None:
        Booking.objects.filter(
            meeting__session=enrolment.session_id, person=enrolment.trainee_id, role=Booking.Role.ATTENDS
        ).delete()
    enrolment.end(ending, timezone.now())
    enrolment.save()
    withdraw_messages([about(enrolment.pk)])
    note(enrolment, kind, by, reason)


def book_again(flagged: set[int], meetings: Sequence[Meeting]) -> set[int]:
    """Give bookings back to whom an earlier move brought into a clash; return those who clash still.

    The meetings have not begun, for what has keeps its bookings in a clash too.
    """
    still = persons_busy(flagged, meetings)
    Booking.objects.bulk_create(
        Booking(
            meeting=meeting,
            person_id=person,
            role=Booking.Role.ATTENDS,
            period=(meeting.starts_at, meeting.ends_at),
        )
        for meeting in meetings
        for person in sorted(flagged - still)
    )
    return still


def end_clash(enrolment: Enrolment) -> bool:
    """Book the meetings of a seat that a move brought into a clash, once the trainee is free then; whether they are."""
    ahead = list(Meeting.objects.filter(session=enrolment.session_id, starts_at__gt=timezone.now()))
    if not ahead or book_again({enrolment.trainee_id}, ahead):
        return False
    enrolment.clash_since = None
    enrolment.save(update_fields=["clash_since"])
    note(enrolment, Entry.CLASH_OVER, None)
    return True


def promote(
    session: Session, *, policy: Policy, now: datetime | None = None, at_once: Collection[int] = ()
) -> list[Enrolment]:
    """Give the free seats to those who wait, in the order of the queue; return who was booked or offered one.

    What becomes of a seat follows from the time left (rule 14): an offer; a booking of those who wish for it at short
    notice too; then nothing by itself, and after the start nothing at all. `at_once` are the keys of enrolments whose
    person acts this very moment, by a request that is granted or by coming as the last behind people who were passed
    over: nobody has to ask them again, and they are booked; shortly before the start only when nobody is ahead of them.

    The conditions are asked again; who does not meet them keeps waiting, passed over with the reason in the
    enrolment's story, as does whoever would leave too few at their office, unless the head has allowed it (rules 13,
    16). A seat that is kept for an office or an okrug goes to its people alone, past those who stand before them (rule
    17). The caller holds the locks of the session and of everybody who waits.
    """
    now = now or timezone.now()
    promoted: list[Enrolment] = []
    way = way_to_seat(session.starts_at, now, policy)
    if session.status not in {Session.Status.OPEN, Session.Status.CONFIRMED} or way is Way.NONE:
        return promoted
    if way is Way.STAFF and not at_once:
        return promoted
    free = session.seats - session.enrolments.holding().count()
    if free <= 0:
        return promoted
    # Who left the organisation is on their way out of the queue too.
    waiting = list(
        session.enrolments.promotable(now).filter(trainee__is_active=True).select_related("trainee")
    )
    # All at once, for who is passed over is followed by people of other offices.
    lock_office_days(
        [one.trainee_id for one in waiting],
        [timezone.localdate(at) for at in session.meetings.order_by().values_list("starts_at", flat=True)]
        if waiting
        else [],
    )
    kept = Kept.of(session, [one.trainee_id for one in waiting], policy=policy, now=now)
    # Of others the free seats are: they are passed over when somebody behind them gets one.
    outsiders: list[Enrolment] = []
    for enrolment in waiting:
        if not kept.leaves_a_seat(free, enrolment.trainee_id):
            outsiders.append(enrolment)
            continue
        acts_now = enrolment.pk in at_once
        if way is Way.STAFF and not acts_now:
            break  # staff decide about whoever comes first, and nobody overtakes them
        if way is Way.SHORT_NOTICE and not (acts_now or enrolment.at_short_notice):
            pass_over(enrolment, no_short_notice(policy))
            continue
        situation = situations(enrolment.trainee, [session], policy=policy, now=now)[session.pk]
        if failed := unmet(situation):
            pass_over(enrolment, failed[0].message)
            continue
        if situation.days_over and enrolment.approval != Approval.GRANTED:
            pass_over(enrolment, share_is_gone(situation.days_over[0]))
            continue
        for outsider in outsiders:
            pass_over(outsider, kept_words(free, session, policy))
        outsiders.clear()
        turn = turn_words(enrolment, policy, now)
        if way is Way.OFFER and not acts_now:
            offer_seat(enrolment, situation, reason=turn)
        else:
            hold_seat(enrolment, situation, kind="seat_given", reason=turn)
        promoted.append(enrolment)
        free -= 1
        if free == 0:
            break
        if kept.seats:
            kept = Kept.of(session, kept.places, policy=policy, now=now)
    return promoted


def no_short_notice(policy: Policy) -> str:
    """Why somebody was passed over who would have had to be asked first."""
    return _(
        "Less than %(hours)s h were left before the start, and the wish “at short notice too” was not ticked."
    ) % {"hours": policy.offer_above_hours}


def pass_over(enrolment: Enrolment, reason: str) -> None:
    """Note why a waiting trainee did not get a freed seat; the same reason is noted once."""
    last = enrolment.entries.order_by("-at", "-pk").first()
    if last is None or (last.kind, last.reason) != (Entry.SKIPPED, reason[:300]):
        note(enrolment, Entry.SKIPPED, None, reason)


def note(enrolment: Enrolment, kind: EnrolmentEntry.Kind, by: Employee | None, reason: str = "") -> None:
    NOTES.insert(
        [
            {
                "enrolment_id": enrolment.pk,
                "at": timezone.now(),
                "kind": kind,
                "by_id": by.pk if by else None,
                "reason": reason[:300],
                "due_on": enrolment.due_on,
            }
        ]
    )


def waiting_trainees(session_ids: list[int]) -> set[int]:
    """Keys of the people who wait for a seat in the sessions: a freed seat may concern any of them."""
    waiting = Enrolment.objects.in_queue().filter(session__in=session_ids)
    return set(waiting.values_list("trainee", flat=True))
