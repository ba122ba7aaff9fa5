"""What changes the order of a queue: a pin by staff, and terms of obligations that are counted anew."""

from collections.abc import Collection

from django.db.models import F, Q
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from centre.actions import action
from centre.models import Policy
from enrolment.annotations import due_day
from enrolment.errors import EnrolmentError, ReasonMissing
from enrolment.models import Enrolment, EnrolmentEntry, EnrolmentQuerySet, Seat
from enrolment.seats import note, promote, waiting_trainees
from people.models import Employee
from scheduling.models import Session

Entry = EnrolmentEntry.Kind


@action
def pin(enrolment: Enrolment, *, by: Employee, reason: str) -> Enrolment:
    """Put somebody who waits first in the queue, behind those who were put there and asked earlier (rule 13).

    Pinning again changes nothing. No seat is made by it: the queue is asked, and gives what is free.

    Raises:
        EnrolmentError: the person does not wait, or the session has begun.
        ReasonMissing: why, must be said.
    """
    return _set_pin(enrolment, pinned=True, by=by, reason=reason)


@action
def unpin(enrolment: Enrolment, *, by: Employee, reason: str) -> Enrolment:
    """Let the person wait where term and time of request put them. Raises as `pin` does."""
    return _set_pin(enrolment, pinned=False, by=by, reason=reason)


def _set_pin(enrolment: Enrolment, *, pinned: bool, by: Employee, reason: str) -> Enrolment:
    if enrolment.session_id is None:
        raise EnrolmentError(_("A self-paced course has no queue."))
    session = Session.objects.with_course().lock(enrolment.session_id)
    Employee.objects.lock_all({enrolment.trainee_id} | waiting_trainees([session.pk]))
    enrolment = Enrolment.objects.select_related("trainee").get(pk=enrolment.pk)
    if not enrolment.is_live or enrolment.seat != Seat.WAITING or enrolment.session_id != session.pk:
        raise EnrolmentError(
            _("%(person)s does not wait in this queue any more.") % {"person": enrolment.trainee.short_name}
        )
    if session.has_begun:
        raise EnrolmentError(_("The session has begun: its queue gives no seats any more."))
    if not reason.strip():
        raise ReasonMissing(_("Say why: the person reads it in the story of their enrolment."))
    if bool(enrolment.pinned_at) != pinned:
        enrolment.pinned_at = timezone.now() if pinned else None
        enrolment.save(update_fields=["pinned_at"])
        note(enrolment, Entry.PINNED if pinned else Entry.UNPINNED, by, reason.strip())
        promote(session, policy=Policy.objects.current())
        enrolment.refresh_from_db()
    return enrolment


def refresh_due_days(*, people: Collection[int] | None = None, course: int | None = None) -> int:
    """Count anew until when people are to complete the courses they are enrolled in; return how many terms changed.

    Of the named people, or of one course; of everybody when neither is given. Doing it again changes nothing. What
    has begun keeps the term it had. Each change is a line of the enrolment's story, for it may move the queue.

    Each session is a transaction of its own, so that nobody who takes a seat waits for the terms of a whole night.
    """
    rows = of_other_terms(people, course).filter(session__starts_at__gt=timezone.now())
    sessions = Session.objects.filter(pk__in=rows.order_by().values("session")).order_by("pk")
    return sum(refresh_due_days_of(session, people=people) for session in sessions)


@action
def refresh_due_days_of(session: Session, *, people: Collection[int] | None = None) -> int:
    """See `refresh_due_days`.

    Under the session's lock, as everything that changes ranks: a seat that is freed at the same moment goes by the old
    terms or by the new ones, as the story tells it, and no row that gets it is written back with the old one.
    """
    session = Session.objects.lock(session.pk)
    if session.has_begun:
        return 0
    changed = list(of_other_terms(people).filter(session=session).order_by("pk"))
    for one in changed:
        one.due_on = vars(one)["owed"]
    Enrolment.objects.bulk_update(changed, ["due_on"], batch_size=500)
    EnrolmentEntry.objects.bulk_create(
        EnrolmentEntry(enrolment=one, kind=Entry.DUE_CHANGED, reason=term_words(one), due_on=one.due_on)
        for one in changed
    )
    return len(changed)


def of_other_terms(people: Collection[int] | None, course: int | None = None) -> EnrolmentQuerySet:
    """Live enrolments whose term is not what the trainee owes, which stands beside it as `owed`."""
    rows = Enrolment.objects.live().filter(session__isnull=False)
    if people is not None:
        rows = rows.filter(trainee__in=people)
    if course is not None:
        rows = rows.filter(course=course)
    differs = (
        Q(due_on__isnull=True, owed__isnull=False)
        | Q(due_on__isnull=False, owed__isnull=True)
        | Q(due_on__lt=F("owed"))
        | Q(due_on__gt=F("owed"))
    )
    return rows.annotate(owed=due_day("trainee")).filter(differs)


def term_words(enrolment: Enrolment) -> str:
    if enrolment.due_on is None:
        return _("no term any more")
    return _("to be completed by %(day)s") % {"day": formats.date_format(enrolment.due_on, "DATE_FORMAT")}
