"""Heads send their people to a session, and replace one by another until its start (rule 17)."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from centre.actions import action
from centre.errors import Refusal
from centre.models import Policy
from centre.templatetags.centre_text import short_name
from enrolment.actions.enrolling import Terms, enrol, refuse_leaver
from enrolment.approvals.actions import decide
from enrolment.approvals.needs import DECIDE
from enrolment.beyond import seat_within_the_limit
from enrolment.conditions import Situation, unmet
from enrolment.errors import TooManyAway
from enrolment.interest.ending import end_fulfilled
from enrolment.models import SEATS_TAKEN, Approval, Ending, Enrolment, EnrolmentEntry, Seat
from enrolment.nominating.errors import AlreadyThere, CannotReplace, NotAllowed, NotYourPeople
from enrolment.nominating.notices import nominated_message, replaced_message
from enrolment.nominating.words import refusal_words, would_be_away
from enrolment.office.words import days_off_words
from enrolment.seats import end_clash, give_up_seat, hold_seat, note, promote, waiting_trainees
from enrolment.situations import situations
from notifications.actions import plan_messages
from people.models import Employee, EmployeeQuerySet, Employment
from scheduling.models import Session

Entry = EnrolmentEntry.Kind


@dataclass(frozen=True)
class Outcome:
    """What became of one of many: the seat or the place in the queue; or why nothing did (`refusal`)."""

    person: Employee
    enrolment: Enrolment | None = None
    refusal: str = ""

    @property
    def has_seat(self) -> bool:
        return self.enrolment is not None and self.enrolment.seat in SEATS_TAKEN


def people_to_send(head: Employee, today: date | None = None) -> EmployeeQuerySet:
    """Whom the person may send: those whose main job is in an office they lead, but not heads, nor themselves.

    About heads HR decides (rule 12).
    """
    jobs = (
        Employment.objects.current(today)
        .filter(Q(office__head=head) | Q(office__deputy=head), is_main=True)
        .exclude(office__head=F("employee"))
    )
    return Employee.objects.employed().filter(pk__in=jobs.values("employee")).exclude(pk=head.pk)


@action
def nominate(trainee: Employee, session: Session, *, by: Employee, despite_shift: bool = False) -> Enrolment:
    """Send somebody of the own office to the session: a seat, one kept for the office first, or the end of the queue.

    No wish and no approval is needed, for the head is who approves; a request of the person's own is allowed by it.
    Conditions are asked as of everybody. Where more of the shift would be away than may be, `despite_shift` says that
    the head has read the number and allows it (rule 16). The person gets one letter, which says so when it is a day
    off of theirs.

    Raises:
        NotYourPeople: the trainee is not of an office that `by` leads, is its head, or is `by`.
        NotAllowed: with each condition that is not met, said about the person.
        TooManyAway: with the numbers, without `despite_shift`.
        AlreadyThere: the person has a seat there, or waits.
    """
    session = Session.objects.with_course().lock(session.pk)
    people = Employee.objects.lock_all({trainee.pk} | waiting_trainees([session.pk]))
    trainee = people[trainee.pk]
    if not may_send(by, trainee):
        raise NotYourPeople(
            _("You cannot send %(person)s: they are not of your office, or HR decides about them.")
            % {"person": short_name(trainee)}
        )
    policy = Policy.objects.current()
    situation = situations(trainee, [session], policy=policy, locks_days=True)[session.pk]
    enrolment = own_in(session, trainee)
    if enrolment is None or enrolment.approval == Approval.ASKED:
        refuse_unfit(trainee, situation)
        refuse_thin_shift(situation, despite_shift=despite_shift)
    if enrolment is None:
        approval = Approval.GRANTED if situation.days_over else Approval.NOT_NEEDED
        enrolment = enrol(trainee, session, by=by, terms=Terms(approval=approval))
    elif enrolment.approval == Approval.ASKED:
        return decide(enrolment, granted=True, by=by)
    else:
        raise AlreadyThere(already_words(enrolment, trainee))
    note(enrolment, Entry.NOMINATED, by, would_be_away(situation.days_over))
    plan_messages([nominated_message(enrolment, session.version, by=by.pk)])
    return enrolment


def nominate_many(
    people: Iterable[Employee], session: Session, *, by: Employee, despite_shift: bool = False
) -> list[Outcome]:
    """Send each on their own, in the given order; who cannot be sent stops nobody else."""
    outcomes = []
    for person in people:
        try:
            enrolment = nominate(person, session, by=by, despite_shift=despite_shift)
        except Refusal as error:
            outcomes.append(Outcome(person, refusal=str(error)))
        else:
            outcomes.append(Outcome(person, enrolment))
    return outcomes


@action
def replace_trainee(
    enrolment: Enrolment,
    substitute: Employee,
    *,
    by: Employee,
    reason: str = "",
    despite_shift: bool = False,
) -> Enrolment:
    """Let somebody else come on this very seat, past the queue, until the start; return their enrolment.

    Both stories say who comes for whom, and both are told. The substitute meets the conditions like everybody; who
    waits in the queue of the session leaves it for the seat.

    Raises:
        NotYourPeople: for a head both must be of the office; staff who decide in place of heads replace anybody.
        CannotReplace: there is no such seat any more, or the session has begun.
        AlreadyThere, NotAllowed, TooManyAway: as in `nominate`.
    """
    own = Enrolment.objects.live().filter(trainee=enrolment.trainee_id)
    concerned = own.filter(Q(seat=Seat.WAITING) | Q(clash_since__isnull=False))
    rows = {*concerned.values_list("session", flat=True), enrolment.session_id}
    session_ids = sorted(pk for pk in rows if pk is not None)
    sessions = Session.objects.with_course().lock_all(session_ids)
    people = Employee.objects.lock_all({enrolment.trainee_id, substitute.pk} | waiting_trainees(session_ids))
    leaving, substitute = people[enrolment.trainee_id], people[substitute.pk]
    enrolment = Enrolment.objects.get(pk=enrolment.pk)
    session = sessions.get(enrolment.session_id or 0)
    if not may_replace(by, leaving, substitute):
        raise NotYourPeople(_("You replace only people of your own office, and only by people of it."))
    if session is None or not enrolment.is_live or enrolment.seat not in SEATS_TAKEN:
        raise CannotReplace(
            _("%(person)s has no seat in this session any more.") % {"person": short_name(leaving)}
        )
    if not session.is_open_for_enrolment:
        raise CannotReplace(_("The session has begun, or does not take place: nobody can be replaced."))
    refuse_leaver(substitute)

    comes = _("%(person)s comes instead.") % {"person": short_name(substitute)}
    why = f"{comes} {reason.strip()}".strip()
    give_up_seat(enrolment, Ending.REPLACED, by=by, reason=why, kind=Entry.REPLACED)
    policy = Policy.objects.current()
    situation = situations(substitute, [session], policy=policy, locks_days=True)[session.pk]
    taking = own_in(session, substitute)
    if taking is not None and taking.seat in SEATS_TAKEN:
        raise AlreadyThere(already_words(taking, substitute))
    refuse_unfit(substitute, situation)
    refuse_thin_shift(situation, despite_shift=despite_shift)

    taking = taking or Enrolment(
        trainee=substitute, session=session, course=session.course, due_on=situation.due_on
    )
    taking.approval = Approval.GRANTED if situation.days_over or taking.pk else Approval.NOT_NEEDED
    taking.approval_until = taking.escalated_at = None
    instead = _("Instead of %(person)s.") % {"person": short_name(leaving)}
    # It is the seat that was given up, also in a session that is over its limit: none of those that are kept without
    # a name is used up by it.
    hold_seat(taking, replace(situation, own_reserved=0), kind="seat_taken", by=by, exceeds=instead)
    note(taking, Entry.REPLACES, by, instead)
    if situation.wanted_since:
        end_fulfilled([substitute.pk])
    plan_messages(
        [
            replaced_message(enrolment, session.version, substitute=short_name(substitute)),
            nominated_message(taking, session.version, by=by.pk, instead_of=short_name(leaving)),
        ]
    )
    # The time of who stays away is free: a clash with it is over, and their places in other queues are asked anew.
    for clashing in own.clashing(timezone.now()).filter(session__in=session_ids):
        end_clash(clashing)
    seat_within_the_limit(sessions.values())  # the substitute of somebody within it is not beyond it
    for freed in sessions.values():
        promote(freed, policy=policy)
    return taking


@action
def agree_to_day_off(enrolment: Enrolment, *, by: Employee) -> Enrolment:
    """The trainee, whom somebody else sent, agrees to come on a day off (rule 16). Agreeing again changes nothing.

    Raises:
        NotYourPeople: it is somebody else's day off.
    """
    if by.pk != enrolment.trainee_id:
        raise NotYourPeople(_("Only the person themselves agrees to come on a day off."))
    if enrolment.session_id is None:
        return enrolment
    session = Session.objects.with_course().lock(enrolment.session_id)
    trainee = Employee.objects.lock(enrolment.trainee_id)
    enrolment = Enrolment.objects.get(pk=enrolment.pk)
    days_off = situations(trainee, [session], policy=Policy.objects.current())[session.pk].days_off
    if enrolment.is_live and days_off and enrolment.consented_at is None:
        enrolment.consented_at = timezone.now()
        enrolment.save(update_fields=["consented_at"])
        note(enrolment, Entry.CONSENTED, by, days_off_words(days_off))
    return enrolment


# --- how ------------------------------------------------------------------------------------------


def may_send(head: Employee, trainee: Employee) -> bool:
    """Asked of the database anew: whoever lost the office since the page was opened sends nobody (promise S31)."""
    is_employed = Employee.objects.employed().filter(pk=head.pk).exists()
    return is_employed and people_to_send(head).filter(pk=trainee.pk).exists()


def may_replace(by: Employee, leaving: Employee, substitute: Employee) -> bool:
    fresh = Employee.objects.employed().filter(pk=by.pk).first()
    if fresh is None or substitute.pk == by.pk:
        return False
    if fresh.has_perm(DECIDE):
        return True
    own = set(people_to_send(fresh).filter(pk__in=[leaving.pk, substitute.pk]).values_list("pk", flat=True))
    # Who leads the office may give away the own seat.
    return own | {by.pk} >= {leaving.pk, substitute.pk}


def own_in(session: Session, trainee: Employee) -> Enrolment | None:
    return session.enrolments.live().filter(trainee=trainee).first()


def refuse_unfit(trainee: Employee, situation: Situation) -> None:
    refuse_leaver(trainee)
    if failed := unmet(situation):
        raise NotAllowed(refusal_words(short_name(trainee), failed))


def refuse_thin_shift(situation: Situation, *, despite_shift: bool) -> None:
    if situation.days_over and not despite_shift:
        raise TooManyAway(would_be_away(situation.days_over))


def already_words(enrolment: Enrolment, trainee: Employee) -> str:
    words = (
        _("%(person)s has a seat in this session already.")
        if enrolment.seat in SEATS_TAKEN
        else _("%(person)s waits in the queue of this session already.")
    )
    return words % {"person": short_name(trainee)}
