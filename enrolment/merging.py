"""Joining a session that has too few people with another one of its course (rule 8), as one operation."""

from django.utils import timezone
from django.utils.translation import gettext as _

from centre.actions import action
from centre.models import Policy
from enrolment.conditions import day_words
from enrolment.interest.ending import end_fulfilled
from enrolment.merge_plans import Clash, MergePlan, merge_plans, targets_of
from enrolment.models import SEATS_TAKEN, AttendanceMark, Ending, Enrolment, EnrolmentEntry, Seat
from enrolment.notices import about, clash_messages, merged_messages
from enrolment.offers.notices import OFFERED
from enrolment.seats import give_up_seat, hold_seat, note, promote
from enrolment.situations import situations
from notifications.actions import noting, plan_messages, withdraw_messages
from people.models import Employee
from scheduling.actions import booked_persons, cancel_session, moment, record_step, waiting_persons
from scheduling.errors import SchedulingError, StalePlan, WrongState
from scheduling.models import Booking, Session, SessionStep

Entry = EnrolmentEntry.Kind


@action
def merge_sessions(source: Session, target: Session, *, by: Employee | None, expected: str = "") -> MergePlan:
    """Take the people of one session into another and cancel the first; return what became of everybody.

    Who holds a seat and is free at the time gets one there, in the order of the queue, and else waits there; who
    waits joins that queue with their own rank and moment of request; who is busy then is told, and their enrolment
    ends by the centre. Everybody gets one message. `expected` is the fingerprint of what the planner has read.

    Raises:
        StalePlan: something else would become of somebody than the planner has read.
        WrongState: one of the sessions has begun, or is not open for enrolment.
        SchedulingError: the target is of another course, or its room has steps and the group must not climb any.
        PersonBusy: from the constraint, when a booking came first by a moment.
    """
    sessions = Session.objects.with_course().lock_all({source.pk, target.pk})
    if len(sessions) < 2:
        raise SchedulingError(_("A session is joined with another one. Choose that one again."))
    source, target = sessions[source.pk], sessions[target.pk]
    refuse_unfit(source, target)
    attending, teaching = booked_persons([source.pk])
    enrolled = Enrolment.objects.live().filter(session=source.pk).values_list("trainee", flat=True)
    Employee.objects.lock_all(attending | teaching | set(enrolled) | waiting_persons([source.pk, target.pk]))
    policy = Policy.objects.current()
    promote(target, policy=policy)  # what is free belongs to those who wait there, as far as they may have it
    plan = plan_under_locks(source, target, policy)
    if expected and expected != plan.fingerprint:
        raise StalePlan(_("Something has changed since you read what will happen. Read it again."))

    joined_to = _("Joined with the session of %(start)s.") % {"start": moment(target.starts_at)}
    joined_from = _("Joined with the session of %(start)s.") % {"start": moment(source.starts_at)}
    step = take_over(source, target, by, joined_from)
    with noting(step.cause):
        move_people(source, target, plan, policy, by, joined_from)
    cancel_session(source, joined_to, by=by)
    return plan


def refuse_unfit(source: Session, target: Session) -> None:
    if source.course_id != target.course_id:
        raise SchedulingError(_("Only sessions of the same course are joined. Choose another one."))
    for session in (source, target):
        if not session.is_open_for_enrolment:
            raise WrongState(
                _(
                    "Only sessions that are open for enrolment and have not begun are joined. Choose another one."
                )
            )


def plan_under_locks(source: Session, target: Session, policy: Policy) -> MergePlan:
    plans = merge_plans(source, targets_of(source, timezone.now()).filter(pk=target.pk), policy=policy)
    if not plans:
        raise SchedulingError(_("The room of that session has steps, and this group needs step-free access."))
    return plans[0]


def take_over(source: Session, target: Session, by: Employee | None, reason: str) -> SessionStep:
    """Prepare the target: it takes over the need of step-free access, and a version beyond both.

    News of an enrolment are told apart by the version of its session: a smaller one would be taken for told.
    """
    target.needs_step_free = target.needs_step_free or source.needs_step_free
    target.version = max(source.version, target.version) + 1
    target.save(update_fields=["needs_step_free", "version"])
    return record_step(target, SessionStep.Kind.JOINED, by, reason)


def move_people(
    source: Session, target: Session, plan: MergePlan, policy: Policy, by: Employee | None, reason: str
) -> None:
    """Do what the plan says: seats first, then the queue, which is asked once all stand in it."""
    clashing = [clash.attendee for clash in plan.clashing]
    groups = (plan.moving, plan.without_seat, plan.waiting, plan.asked, clashing)
    keys = [one.enrolment_id for group in groups for one in group]
    enrolments = Enrolment.objects.select_related("trainee", "course").in_bulk(keys)
    Booking.objects.attending().filter(meeting__session=source).delete()
    # The sheet opens minutes before the start.
    AttendanceMark.objects.filter(meeting__session=source).delete()
    withdraw_messages(about(pk) for pk in enrolments)
    known: dict[str, object] = {"old_starts_at": source.starts_at.isoformat(), "from": source.pk}

    for one in plan.moving:
        moved = come_over(enrolments[one.enrolment_id], target)
        situation = situations(moved.trainee, [target], policy=policy)[target.pk]
        hold_seat(moved, situation, kind="merged", by=by, reason=reason, context=known)
    for one in (*plan.without_seat, *plan.waiting, *plan.asked):
        moved = come_over(enrolments[one.enrolment_id], target)
        moved.seat = Seat.NONE if one.seat == Seat.NONE else Seat.WAITING
        moved.save()
        # Who was offered a seat had left the queue, and stands in it again.
        note(moved, Entry.MERGE_QUEUED if one.seat in SEATS_TAKEN else Entry.MERGED, by, reason)
        plan_messages(merged_messages([moved], target, known))
    for clash in plan.clashing:
        ended = enrolments[clash.attendee.enrolment_id]
        give_up_seat(ended, Ending.BY_CENTRE, by=by, reason=in_words(clash), kind=Entry.MERGE_CLASH)
        plan_messages(clash_messages([ended], source, target))
    promoted = promote(target, policy=policy)
    # Whose offer from a wish ended waits now, unless there was a seat to offer again.
    end_fulfilled([one.trainee_id for one in enrolments.values()])
    # The one message about the joining says that there is a seat, or an offer.
    withdraw_messages((about(one.pk) for one in promoted if one.pk in enrolments), ["seat_given", OFFERED])


def come_over(enrolment: Enrolment, target: Session) -> Enrolment:
    """The row goes on in the other session, with its own time of request."""
    enrolment.session = target
    enrolment.clash_since = enrolment.offer_until = None
    enrolment.exceeds = False  # of a seat in the session that goes
    return enrolment


def in_words(clash: Clash) -> str:
    """Where the person is booked, for planners."""
    start, end = (timezone.localtime(at) for at in (clash.other.starts_at, clash.other.ends_at))
    return _("booked on %(day)s from %(start)s to %(end)s: “%(course)s”") % {
        "day": day_words(start),
        "start": f"{start:%H:%M}",
        "end": f"{end:%H:%M}",
        "course": clash.other.title,
    }
