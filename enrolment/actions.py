"""The verbs of enrolment. Each is one transaction: lock, check, write, tell (STYLE.md).

Locks in this order, each in the order of keys: sessions, persons. A freed seat may go to anybody who waits,
so an action that frees one locks all who wait together with the person it is about.
"""

from datetime import timedelta

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from centre.actions import action
from centre.models import Policy
from centre.prepared import Given, Prepared
from courses.models import Course
from enrolment.conditions import unmet
from enrolment.errors import EnrolmentError, NotEligible, ReasonMissing, TooLate
from enrolment.models import Ending, Enrolment, EnrolmentEntry, Seat
from enrolment.notices import completion_messages, given_up_messages, queue_messages
from enrolment.seats import end_clash, give_up_seat, hold_seat, note, promote, waiting_trainees
from enrolment.situations import situations, unmet_for_course
from notifications.actions import plan_messages
from notifications.invites import knows
from people.models import Employee
from records.actions import Finished, record_completions
from records.models import Completion
from scheduling.models import Session
from scheduling.notices import about as about_session

Entry = EnrolmentEntry.Kind


def enrol(trainee: Employee, session: Session, *, by: Employee | None = None) -> Enrolment:
    """Give the trainee a seat in the session or, when it is full or people wait, a place at the end of its queue.

    Asking again returns the same enrolment. Messages are planned in the same transaction. `by` is who acts,
    the trainee when nobody is named.

    Raises:
        NotEligible: with each unmet condition in words, and the way out.
        PersonBusy: a booking elsewhere came first by a moment.
    """
    enrolment, may_move_up = _enrol(trainee, session, by=by or trainee)
    if may_move_up:
        # A free seat and people who wait: each of them was passed over. Whether the newcomer may take the seat
        # is the queue's decision, and the queue needs everybody's lock, which only a new transaction may take.
        promote_waiting(session)
        enrolment.refresh_from_db()
    return enrolment


# Built once, for this is the action that many do at one moment.
LOCKED_SESSION = Prepared(lambda: Session.objects.with_course().locked().filter(pk=Given("pk")))
LOCKED_TRAINEE = Prepared(lambda: Employee.objects.locked().filter(pk=Given("pk")))


@action
def _enrol(trainee: Employee, session: Session, *, by: Employee) -> tuple[Enrolment, bool]:
    policy = Policy.objects.current()  # before the lock, for which a whole queue may wait
    [session] = LOCKED_SESSION(pk=session.pk)  # first the session, then people
    [trainee] = LOCKED_TRAINEE(pk=trainee.pk)
    situation = situations(trainee, [session], policy=policy)[session.pk]
    if situation.live_enrolment_id and not situation.live_enrolment_elsewhere:
        return Enrolment.objects.get(pk=situation.live_enrolment_id), False
    refuse_leaver(trainee)
    if failed := unmet(situation):
        raise NotEligible(failed)

    enrolment = Enrolment(trainee=trainee, session=session, course=session.course)
    if situation.has_free_seat and not situation.waiting:
        hold_seat(enrolment, situation, kind="seat_taken", by=by)
        return enrolment, False
    enrolment.seat = Seat.WAITING
    enrolment.save()
    note(enrolment, Entry.QUEUED, by)
    plan_messages(queue_messages(enrolment, session))
    return enrolment, situation.has_free_seat


@action
def promote_waiting(session: Session) -> list[Enrolment]:
    """Give the session's free seats to those who wait and may take them; return who got one."""
    session = Session.objects.with_course().lock(session.pk)
    Employee.objects.lock_all(waiting_trainees([session.pk]))
    return promote(session, policy=Policy.objects.current())


@action
def cancel_enrolment(enrolment: Enrolment, *, by: Employee, reason: str = "") -> Enrolment:
    """Give up the seat, or the place in the queue; a freed seat goes to the first who waits and qualifies.

    Cancelling again changes nothing. Less than `cancel_lead_hours` before the start it is recorded as late and
    needs a reason. The trainee's time is free again too, so a clash with it is over, and their own places in other
    queues are asked anew.

    Raises:
        TooLate: the session has begun; from then on it is absence.
        ReasonMissing: a late cancellation without a reason.
    """
    trainee_id = enrolment.trainee_id
    own = Enrolment.objects.live().filter(trainee=trainee_id)
    concerned = own.filter(Q(seat=Seat.WAITING) | Q(clash_since__isnull=False)).values_list(
        "session", flat=True
    )
    session_ids = sorted({*concerned, *filter(None, [enrolment.session_id])})
    sessions = Session.objects.with_course().lock_all(session_ids)
    Employee.objects.lock_all({trainee_id} | waiting_trainees(session_ids))
    enrolment = Enrolment.objects.get(pk=enrolment.pk)
    if not enrolment.is_live:
        return enrolment
    if enrolment.session_id is None:
        give_up_seat(enrolment, Ending.CANCELLED, by=by, reason=reason)
        return enrolment

    policy = Policy.objects.current()
    session = sessions[enrolment.session_id]
    if enrolment.seat != Seat.WAITING:  # a queue that led nowhere may be left, for the sake of another date
        refuse_begun(session)
    give_up_seat(enrolment, ending_of(enrolment, session, policy, reason), by=by, reason=reason.strip())
    if knows(trainee_id, about_session(session.pk)):  # what was never told needs no taking back
        plan_messages(given_up_messages(enrolment, session))
    for clashing in own.ahead(timezone.now()).filter(clash_since__isnull=False, session__in=session_ids):
        end_clash(clashing)
    for freed in sessions.values():
        promote(freed, policy=policy)
    return enrolment


@action
def end_clashes_of(session: Session) -> list[Enrolment]:
    """Give the seats that a move brought into a clash their bookings where nothing stands in the way any more."""
    session = Session.objects.lock(session.pk)
    clashing = session.enrolments.ahead(timezone.now()).filter(clash_since__isnull=False).order_by("pk")
    Employee.objects.lock_all(clashing.order_by().values_list("trainee", flat=True))
    return [enrolment for enrolment in clashing if end_clash(enrolment)]


@action
def end_enrolments_of_leaver(trainee: Employee, *, by: Employee | None = None) -> list[Enrolment]:
    """End what somebody who left the organisation had ahead; each freed seat goes to the queue (rule 19).

    A session that has begun keeps its people: its sheet says how it ended for them. Who returned meanwhile
    keeps everything.
    """
    ahead = Enrolment.objects.ahead(timezone.now()).filter(trainee=trainee)
    session_ids = sorted({pk for pk in ahead.values_list("session", flat=True) if pk is not None})
    sessions = Session.objects.with_course().lock_all(session_ids)
    people = Employee.objects.lock_all({trainee.pk} | waiting_trainees(session_ids))
    if people[trainee.pk].is_active:
        return []
    # What came between the first look and the locks has another session, unlocked: the next run ends it.
    ended = list(ahead.filter(Q(session__in=session_ids) | Q(session__isnull=True)))
    for enrolment in ended:
        give_up_seat(enrolment, Ending.DISMISSED, by=by)
    policy = Policy.objects.current()
    for session in sessions.values():
        promote(session, policy=policy)
    return ended


@action
def start_course(trainee: Employee, course: Course) -> Enrolment:
    """Enrol the trainee in a self-paced course, which starts at once. Asking again returns the same enrolment.

    Raises:
        EnrolmentError: the course is taught in sessions, is archived, or has no materials yet.
        NotEligible: the audience, a prerequisite or a valid completion stands in the way.
    """
    if not course.is_self_paced:
        raise EnrolmentError(_("This course is taught in sessions: choose a date."))
    if course.is_archived or not course.materials.exists():
        raise EnrolmentError(_("The materials of this course are being prepared. Come back later."))
    trainee = Employee.objects.lock(trainee.pk)
    if live := trainee.enrolments.live().filter(course=course).first():
        return live
    refuse_leaver(trainee)
    if failed := unmet_for_course(trainee, course):
        raise NotEligible(failed)
    enrolment = Enrolment.objects.create(trainee=trainee, course=course, seat=Seat.NONE)
    note(enrolment, Entry.STARTED, trainee)
    return enrolment


@action
def finish_course(enrolment: Enrolment, *, score: int | None = None) -> Completion:
    """Finish a self-paced course: the enrolment ends and its completion is recorded.

    Finishing again returns the completion there is.

    Raises:
        EnrolmentError: the enrolment was cancelled, or the score is below the course's passing score.
    """
    trainee = Employee.objects.lock(enrolment.trainee_id)
    enrolment = Enrolment.objects.select_related("course").get(pk=enrolment.pk)
    course = enrolment.course
    if enrolment.session_id is not None:
        raise EnrolmentError(_("This course is taught in sessions: its trainer closes the sheet."))
    if not enrolment.is_live and enrolment.ended_because != Ending.FINISHED:
        raise EnrolmentError(_("This enrolment was cancelled. Start the course anew."))
    if course.is_scored and (score is None or score < (course.passing_score or 0)):
        raise EnrolmentError(
            _("The course is passed from %(passing)s%% on. Try the test again.")
            % {"passing": course.passing_score}
        )
    if enrolment.is_live:
        enrolment.ended_because = Ending.FINISHED
        enrolment.ended_at = timezone.now()
        enrolment.score = score
        enrolment.save()
        note(enrolment, Entry.ENDED, trainee)
    on = timezone.localdate(enrolment.ended_at)
    (completion,) = record_completions(course, [Finished(trainee.pk, score=enrolment.score)], on=on)
    plan_messages(completion_messages([completion]))
    return completion


def refuse_leaver(trainee: Employee) -> None:
    """Ask under the person's lock: the account may have been closed since the page was opened."""
    if not trainee.is_active:
        raise EnrolmentError(_("%(person)s does not work here any more.") % {"person": trainee.short_name})


def refuse_begun(session: Session) -> None:
    if session.has_begun:
        raise TooLate(_("The session has begun: who does not come is absent. Speak to the trainer."))


def ending_of(enrolment: Enrolment, session: Session, policy: Policy, reason: str) -> Ending:
    """Free or late, by the clock; a place in the queue is always free to leave."""
    lead = timedelta(hours=policy.cancel_lead_hours)
    if enrolment.seat == Seat.WAITING or session.starts_at - timezone.now() >= lead:
        return Ending.CANCELLED
    if not reason.strip():
        raise ReasonMissing(
            _("Less than %(hours)s h are left before the start. Say why you cannot come.")
            % {"hours": policy.cancel_lead_hours}
        )
    return Ending.CANCELLED_LATE
