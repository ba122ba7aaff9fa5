"""Two sessions at one time after a move: the person chooses within a term, and nothing is dropped silently (rule 6)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from centre.actions import action
from centre.models import Policy
from enrolment.actions.leaving import cancel_together, lock_together
from enrolment.doors.overlooking import refuse_without
from enrolment.errors import EnrolmentError
from enrolment.models import SEATS_TAKEN, Enrolment, EnrolmentEntry, EnrolmentQuerySet
from enrolment.seats import note
from people.models import Employee
from scheduling.models import Booking, Session

Entry = EnrolmentEntry.Kind
STAFF = "scheduling.plan_session"


@dataclass(frozen=True)
class Choice:
    """A seat that a move brought into a clash, and what is at the same time; `until` is the term."""

    enrolment: Enrolment
    others: list[Enrolment]
    # What the person is to teach then, or another booking without an enrolment: it cannot be given up here.
    is_bound: bool
    until: datetime

    @property
    def is_over(self) -> bool:
        return self.until <= timezone.now()


def choice_of(enrolment: Enrolment, policy: Policy | None = None) -> Choice | None:
    """What there is to choose, as it is now; four statements at most, and none without a clash."""
    if not enrolment.is_live or enrolment.clash_since is None or enrolment.session is None:
        return None
    if enrolment.session.has_begun:
        return None
    others = [booking.meeting.session_id for booking in bookings_beside(enrolment)]
    rows = Enrolment.objects.live().filter(
        trainee=enrolment.trainee_id, session__in=others, seat__in=SEATS_TAKEN
    )
    found = list(rows.select_related("course", "session").order_by("session__starts_at", "pk"))
    bound = bool(set(others) - {one.session_id for one in found})
    return Choice(enrolment, found, bound, choose_until(enrolment, policy or Policy.objects.current()))


def choose_until(enrolment: Enrolment, policy: Policy) -> datetime:
    """The term for choosing, or the start of the session when that comes first."""
    if enrolment.clash_since is None or enrolment.session is None:
        raise ValueError("There is nothing to choose.")
    term = enrolment.clash_since + timedelta(hours=policy.clash_choice_hours)
    return min(term, enrolment.session.starts_at)


def bookings_beside(enrolment: Enrolment) -> list[Booking]:
    """The trainee's other bookings during the meetings of the session."""
    meetings = list(enrolment.session.meetings.all()) if enrolment.session else []
    during = Q(pk__in=[])
    for meeting in meetings:
        during |= Q(period__overlap=(meeting.starts_at, meeting.ends_at))
    found = Booking.objects.filter(during, person=enrolment.trainee_id)
    return list(found.exclude(meeting__session=enrolment.session_id).select_related("meeting").order_by("pk"))


@action
def choose_in_clash(enrolment: Enrolment, *, keeps: bool, by: Employee) -> Enrolment:
    """Keep this session and cancel what is at the same time, or the other way round; never late, and at once.

    The freed seat goes to the queue. What is kept has its bookings again.

    Raises:
        NotAllowed: it is neither the own enrolment nor staff.
        EnrolmentError: nothing is to be chosen any more, or the person teaches at that time.
        TooLate: the session that is to be cancelled has begun.
    """
    if by.pk != enrolment.trainee_id:
        refuse_without(by, STAFF)
    row, choice = fresh_choice(enrolment)
    lock_together([row, *choice.others])
    seen = choice.others
    row, choice = fresh_choice(row)  # two tabs may have chosen both ways, or a planner moved one of them
    if choice.others != seen:
        raise EnrolmentError(
            _("Something has changed since you read what there is to choose. Read it again.")
        )
    if keeps and choice.is_bound:
        raise EnrolmentError(_("The person teaches at that time. Speak to the training centre."))
    given_up = choice.others if keeps else [row]
    if given_up:
        reason = _("chosen between two courses of one time")
        cancel_together(given_up, by=by, reason=reason, freely=True)
    row.refresh_from_db()
    return row


def fresh_choice(enrolment: Enrolment) -> tuple[Enrolment, Choice]:
    """Raises EnrolmentError when there is nothing to choose."""
    row = Enrolment.objects.select_related("session").get(pk=enrolment.pk)
    choice = choice_of(row)
    if choice is None:
        raise EnrolmentError(_("There is nothing to choose any more."))
    return row, choice


def unanswered() -> EnrolmentQuerySet:
    """Seats in a clash about which the person did not choose in time, as the log has it; nobody has decided yet."""
    return unchosen().filter(
        Exists(EnrolmentEntry.objects.filter(noted_since_the_clash(), enrolment=OuterRef("pk")))
    )


def unchosen() -> EnrolmentQuerySet:
    ahead = Enrolment.objects.live().filter(clash_since__isnull=False, seat__in=SEATS_TAKEN)
    return ahead.filter(session__starts_at__gt=timezone.now())


def noted_since_the_clash() -> Q:
    return Q(kind=Entry.CLASH_UNANSWERED, at__gte=OuterRef("clash_since"))


def overdue(now: datetime, policy: Policy) -> EnrolmentQuerySet:
    """Of which the term is over and that is not noted yet."""
    noted = EnrolmentEntry.objects.filter(noted_since_the_clash(), enrolment=OuterRef("pk"))
    term = now - timedelta(hours=policy.clash_choice_hours)
    return unchosen().filter(clash_since__lte=term).exclude(Exists(noted))


@action
def note_unanswered(session: Session) -> int:
    """Note who did not choose in time, once, so that HR sees it; return for how many."""
    session = Session.objects.lock(session.pk)
    rows = overdue(timezone.now(), Policy.objects.current()).filter(session=session).order_by("pk")
    late = list(rows)
    for row in late:
        note(row, Entry.CLASH_UNANSWERED, None)
    return len(late)


def asked_of_hr() -> Iterable[Enrolment]:
    """For the list of HR, the nearest session first."""
    rows = unanswered().select_related("trainee", "session__course")
    return rows.order_by(F("session__starts_at").asc(), "pk")
