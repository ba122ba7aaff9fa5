"""Deciding about requests for a seat, taking a decision back, and what time does to those nobody decides (rule 12)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from centre.actions import action
from centre.errors import Refusal
from centre.models import Policy
from centre.templatetags.centre_text import short_name
from centre.working_days import working_days
from enrolment.actions.enrolling import Terms, enrol
from enrolment.approvals.deciders import asked, hr_admins, may_decide, told_of
from enrolment.approvals.errors import AlreadyDecided, CannotTakeBack, NotAsRead, NotYours
from enrolment.approvals.links import line_of
from enrolment.approvals.needs import decision_until
from enrolment.approvals.notices import (
    ESCALATED,
    GRANTED,
    REFUSED,
    UNDO_MINUTES,
    WAITING,
    daily_messages,
    decision_message,
    not_decided_messages,
)
from enrolment.approvals.urgent import not_told_today, urgent_messages
from enrolment.approvals.words import DECISIONS, earlier_words
from enrolment.beyond import seat_within_the_limit
from enrolment.errors import ReasonMissing, TooLate
from enrolment.interest.ending import end_fulfilled
from enrolment.models import Approval, Ending, Enrolment, EnrolmentEntry, Seat
from enrolment.notices import about
from enrolment.offers.notices import OFFERED
from enrolment.seats import note, promote, waiting_trainees
from enrolment.weekly.notices import told_of_the_week_on
from notifications.actions import plan_messages, withdraw_messages
from notifications.models import Message
from people.models import Employee
from scheduling.models import Booking, Session

Entry = EnrolmentEntry.Kind
# What a decision itself brings about: with anything else in the story it cannot be taken back any more.
FOLLOWS_AT_ONCE = {*DECISIONS, Entry.PROMOTED, Entry.SKIPPED, Entry.OFFERED}
# Of a seat that came free after the decision; it does not wait as the letter about the decision does.
SEAT_NEWS = ("seat_given", OFFERED)


@dataclass(frozen=True)
class AsRead:
    """The session of a request, and its version, whose days and numbers the decider has read."""

    session_id: int
    version: int


@dataclass(frozen=True)
class Outcome:
    """What became of one of many requests; `refusal` is why nothing did."""

    enrolment: Enrolment
    refusal: str = ""


def ask_for_seat(
    trainee: Employee, session: Session, *, at_short_notice: bool = False, consents: bool = False
) -> Enrolment:
    """The trainee's own door: a request to whoever decides, or at once a seat or a place in the queue.

    Which of both is asked under the locks. Asking again returns the same enrolment. Raises as `enrol` does.
    """
    terms = Terms(is_own_wish=True, at_short_notice=at_short_notice, consents=consents)
    return enrol(trainee, session, terms=terms)


@action
def decide(
    enrolment: Enrolment,
    *,
    granted: bool,
    by: Employee,
    reason: str = "",
    line: int | None = None,
    read: AsRead | None = None,
) -> Enrolment:
    """Allow the request or refuse it.

    What is allowed stands in the queue at the time of its request, and the queue decides at once about the seats
    that are free. Refusing needs a reason and ends it. The trainee is told when the decision cannot be taken back
    any more. `line` is that of the letter's link, which is good for its own question alone; `read` what the decider
    has read of the request's days.

    Raises:
        NotYours: it is the own request, or somebody else decides about it by now.
        AlreadyDecided: somebody was faster, or the trainee has withdrawn it; says who. Or the link is of an earlier
            question.
        NotAsRead: the session was moved, or changed, since the decider read it, or the request is for another one.
        TooLate: the session has begun, or does not take place.
        ReasonMissing: a refusal without one.
    """
    if not granted and not reason.strip():
        raise ReasonMissing(_("Say why you refuse: the person will read it."))
    session, row = lock(enrolment)
    refuse_settled(row)
    if line is not None and line != line_of(row):
        raise AlreadyDecided(earlier_words())
    refuse_past(session)
    if not may_decide(by, row):
        raise NotYours(
            _("You do not decide about the request of %(person)s.") % {"person": short_name(row.trainee)}
        )
    refuse_unread(row, session, read)
    now = timezone.now()
    if granted:
        row.approval, row.seat = Approval.GRANTED, Seat.WAITING
        row.approval_until = row.escalated_at = None
        row.save()
        note(row, Entry.GRANTED, by, reason.strip())
        # The person has waited for this decision, and is not asked once more.
        promote(session, policy=Policy.objects.current(now), at_once=(row.pk,))
        row.refresh_from_db()
        # The one letter about the decision says what came of it.
        Message.objects.planned().about(about(row.pk)).filter(kind="seat_given").delete()
        plan_messages([decision_message(row, GRANTED, now)])
    else:
        row.approval = Approval.REFUSED
        row.end(Ending.REFUSED, now)
        row.save()
        note(row, Entry.REFUSED, by, reason.strip())
        plan_messages([decision_message(row, REFUSED, now)])
    return row


def decide_many(
    enrolments: Iterable[Enrolment],
    *,
    granted: bool,
    by: Employee,
    reason: str = "",
    read: Mapping[int, AsRead | None] | None = None,
) -> list[Outcome]:
    """Decide about each on its own, in the order of request; one that cannot be decided stops no other.

    `read` is what the decider has read of each, by its key.
    """
    as_read = read or {}
    outcomes = []
    for one in sorted(enrolments, key=lambda row: (row.requested_at, row.pk)):
        try:
            decided = decide(one, granted=granted, by=by, reason=reason, read=as_read.get(one.pk))
            outcomes.append(Outcome(decided))
        except Refusal as error:
            outcomes.append(Outcome(one, str(error)))
    return outcomes


@action
def undo_decision(enrolment: Enrolment, *, by: Employee) -> Enrolment:
    """Take the own decision back within ten minutes: the request waits again, a seat it brought goes to the queue.

    Raises:
        CannotTakeBack: it is somebody else's decision, the time is over, or something followed from it.
    """
    session, row = lock(enrolment)
    now = timezone.now()
    refuse_keeping(row, session, by, now)
    if row.ended_because == Ending.REFUSED:
        row.ended_because, row.ended_at = Ending.LIVE, None
    Booking.objects.attending().filter(meeting__session=session, person=row.trainee_id).delete()
    policy = Policy.objects.current(now)
    story = row.entries.order_by("pk")
    was_asked = story.filter(kind__in=[Entry.ASKED, Entry.TRANSFERRED]).last()
    escalated = story.filter(kind=Entry.ESCALATED, pk__gt=was_asked.pk if was_asked else 0).last()
    row.seat, row.approval = Seat.NONE, Approval.ASKED
    row.offer_until = row.clash_since = None
    # Not by the time of request, which may be that of an old wish for the course.
    row.approval_until = decision_until(was_asked.at if was_asked else row.requested_at, policy)
    row.escalated_at = escalated.at if escalated else None
    row.save()
    # Reminders stay planned: without a seat they do not leave, and another seat plans its own.
    withdraw_messages([about(row.pk)], [GRANTED, REFUSED, *SEAT_NEWS])
    note(row, Entry.DECISION_UNDONE, by)
    end_fulfilled([row.trainee_id])
    seat_within_the_limit([session])
    promote(session, policy=policy)
    return row


@action
def keep_terms(session: Session) -> int:
    """Do what time brings for the session's requests, and return for how many; doing it again changes nothing.

    Unanswered in time: HR is asked too. Unanswered at the start: the request ends and the trainee is told.
    """
    session = Session.objects.lock(session.pk)
    now = timezone.now()
    rows = session.enrolments.live().filter(approval=Approval.ASKED).order_by("pk")
    if session.starts_at <= now:
        return end_undecided(list(rows), now)
    return escalate(list(rows.filter(approval_until__lte=now, escalated_at=None)), now)


@action
def tell_deciders(now: datetime) -> int:
    """Plan the day's one letter to each who decides about something, and return to how many; none on a day off.

    Who is told of the week today is told there. What cannot wait for tomorrow's letter is told at once, on any day:
    who asks does it, and here what became urgent by a move of the session, or by another head.
    """
    today = timezone.localdate(now)
    plan_messages(urgent_messages(asked(now), now, Policy.objects.current(now)))
    if not working_days(today, today):
        return 0
    people = told_of(not_told_today(asked(now), now), today) - told_of_the_week_on(today)
    plan_messages(daily_messages(WAITING, people, today))
    return len(people)


# --- how ------------------------------------------------------------------------------------------


def lock(enrolment: Enrolment) -> tuple[Session, Enrolment]:
    """The session and the fresh row, with everybody locked whom a seat may concern.

    Raises:
        AlreadyDecided: the request went on in another session meanwhile.
    """
    if enrolment.session_id is None:
        raise AlreadyDecided(_("Nothing is to be decided about this enrolment."))
    session = Session.objects.with_course().lock(enrolment.session_id)
    Employee.objects.lock_all({enrolment.trainee_id} | waiting_trainees([session.pk]))
    row = Enrolment.objects.select_related("trainee", "course").get(pk=enrolment.pk)
    if row.session_id != session.pk:
        raise AlreadyDecided(
            _("The request of %(person)s is for another session now. Look at it again.")
            % {"person": short_name(row.trainee)}
        )
    return session, row


def refuse_settled(row: Enrolment) -> None:
    if row.is_live and row.approval == Approval.ASKED:
        return
    person = {"person": short_name(row.trainee)}
    decision = row.entries.filter(kind__in=DECISIONS).select_related("by").order_by("pk").last()
    if row.approval in {Approval.GRANTED, Approval.REFUSED} and decision and decision.by:
        words = _("%(decider)s has decided about the request of %(person)s already.")
        raise AlreadyDecided(words % (person | {"decider": short_name(decision.by)}))
    raise AlreadyDecided(_("The request of %(person)s does not wait any more.") % person)


def refuse_unread(row: Enrolment, session: Session, read: AsRead | None) -> None:
    """Nobody decides about days, and numbers of a shift, that they have not seen."""
    if read is None or read == AsRead(session.pk, session.version):
        return
    if read.session_id != session.pk:
        words = _("The request of %(person)s is for another date by now. Read its days, then decide.")
    else:
        words = _(
            "The session that %(person)s asks for has changed since you opened this page. "
            "Read its days once more, then decide."
        )
    raise NotAsRead(words % {"person": short_name(row.trainee)})


def refuse_past(session: Session) -> None:
    if session.has_begun or session.status not in {Session.Status.OPEN, Session.Status.CONFIRMED}:
        raise TooLate(_("The session has begun, or does not take place: nothing is to be decided any more."))


def refuse_keeping(row: Enrolment, session: Session, by: Employee, now: datetime) -> None:
    entries = list(row.entries.order_by("pk"))
    decided = next((entry for entry in reversed(entries) if entry.kind in DECISIONS), None)
    words = {"person": short_name(row.trainee)}
    if decided is None or decided.by_id != by.pk:
        raise CannotTakeBack(_("You have decided nothing about the request of %(person)s.") % words)
    if session.status not in {Session.Status.OPEN, Session.Status.CONFIRMED} or not row.trainee.is_active:
        raise CannotTakeBack(_("Nothing is to be decided about the request of %(person)s any more.") % words)
    if decided.at + timedelta(minutes=UNDO_MINUTES) <= now or session.has_begun:
        raise CannotTakeBack(
            _("The decision about %(person)s cannot be taken back any more: they are told of it.") % words
        )
    after = [entry for entry in entries if entry.pk >= decided.pk]
    told = Message.objects.told().about(about(row.pk)).filter(kind__in=SEAT_NEWS, planned_at__gte=decided.at)
    if told.exists() or any(
        entry.kind not in FOLLOWS_AT_ONCE or entry.by_id not in {None, by.pk} for entry in after
    ):
        raise CannotTakeBack(
            _("Something has followed from the decision about %(person)s already: it stands.") % words
        )
    others = Enrolment.objects.live().filter(trainee=row.trainee_id, course=row.course_id).exclude(pk=row.pk)
    if others.exists():
        raise CannotTakeBack(_("%(person)s has chosen another date meanwhile.") % words)


def escalate(rows: list[Enrolment], now: datetime) -> int:
    if not rows:
        return 0
    Enrolment.objects.filter(pk__in=[row.pk for row in rows]).update(escalated_at=now)
    for row in rows:
        note(row, Entry.ESCALATED, None)
    plan_messages(daily_messages(ESCALATED, [admin.pk for admin in hr_admins()], timezone.localdate(now)))
    return len(rows)


def end_undecided(rows: list[Enrolment], now: datetime) -> int:
    for row in rows:
        row.end(Ending.NOT_REACHED, now)
        row.save()
        note(row, Entry.NOT_DECIDED, None)
    withdraw_messages([about(row.pk) for row in rows])
    plan_messages(not_decided_messages(rows))
    return len(rows)
