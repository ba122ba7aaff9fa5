"""A date that the trainee has changed themselves: whoever decides is told, and may take the permission back (rule 12).

What was allowed was another day of the office. The seat there is given at once all the same: a request holds none, and
who had to wait for an answer would have neither the old date nor the new one.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import DateTimeField, Exists, OuterRef, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _

from centre.actions import action
from centre.models import Policy
from centre.templatetags.centre_text import short_name
from centre.working_days import SEARCHED_DAYS, all_after_working_days
from enrolment.actions.leaving import lock_together
from enrolment.approvals.actions import AsRead, refuse_past, refuse_unread
from enrolment.approvals.deciders import decided_by, told_about
from enrolment.approvals.errors import AlreadyDecided
from enrolment.approvals.needs import decision_until
from enrolment.approvals.notices import DATE_CHANGED, REFUSED, decision_message
from enrolment.approvals.rows import Request, requests_in
from enrolment.beyond import seat_within_the_limit
from enrolment.errors import ReasonMissing
from enrolment.models import APPROVAL_SETTLED, Approval, Ending, Enrolment, EnrolmentEntry, EnrolmentQuerySet
from enrolment.notices import about
from enrolment.seats import end_clash, give_up_seat, note, promote
from notifications.actions import PlannedMessage, plan_messages
from people.models import Employee

Entry = EnrolmentEntry.Kind
# Lines after which an earlier change of the trainee's is no question any more: another date, or another decision.
SINCE = (Entry.HEAD_TOLD, Entry.TRANSFERRED, Entry.MERGED, Entry.GRANTED, Entry.REFUSED)


@dataclass(frozen=True)
class Changed:
    """A changed date as its decider reads it, with the shift of its days; `until` is the term."""

    request: Request
    until: datetime


def tell_of_change(
    row: Enrolment, now: datetime, policy: Policy, context: dict[str, object]
) -> datetime | None:
    """Note that who decides is told of the new date, and plan the letter; the term, or None when nobody is there."""
    told = sorted(told_about([row], timezone.localdate(now)))
    if not told:
        return None
    note(row, Entry.HEAD_TOLD, None)
    part = str(row.entries.count())
    plan_messages(
        PlannedMessage(DATE_CHANGED, person, about(row.pk), context=context, part=part) for person in told
    )
    return open_until(row, decision_until(now, policy))


def open_until(row: Enrolment, term: datetime) -> datetime:
    return min(term, row.session.starts_at) if row.session else term


def changed(person: Employee, now: datetime | None = None) -> list[tuple[Enrolment, datetime]]:
    """Changes of date that the person may say no to at this moment, with their terms; three statements at most."""
    now = now or timezone.now()
    days = Policy.objects.current(now).approval_days
    rows = list(
        decided_by(person, told_since(now - timedelta(days=2 * days + SEARCHED_DAYS), now), now)
        .select_related("session__course", "trainee")
        .order_by("session__starts_at", "pk")
    )
    told_at = [row.told_at for row in rows]  # type: ignore[attr-defined]
    terms = all_after_working_days(told_at, days)
    found = [(row, open_until(row, term)) for row, term in zip(rows, terms, strict=True)]
    return [(row, until) for row, until in found if until > now]


def told_since(moment: datetime, now: datetime) -> EnrolmentQuerySet:
    """Live enrolments of sessions ahead whose last change was the trainee's, `told_at` since that moment."""
    last = EnrolmentEntry.objects.filter(enrolment=OuterRef("pk"), kind__in=SINCE).order_by("-pk")
    found = Enrolment.objects.live().filter(approval__in=APPROVAL_SETTLED, session__starts_at__gt=now)
    found = found.filter(
        Exists(EnrolmentEntry.objects.filter(kind=Entry.HEAD_TOLD, enrolment=OuterRef("pk")))
    )
    found = found.annotate(last_line=Subquery(last.values("kind")[:1]))
    told_at = Subquery(last.values("at")[:1], output_field=DateTimeField())
    return found.filter(last_line=Entry.HEAD_TOLD).annotate(told_at=told_at).filter(told_at__gt=moment)


def changed_for(person: Employee) -> list[Changed]:
    """For the page of decisions: seven statements more when there is something to show."""
    terms = {row.pk: until for row, until in changed(person)}
    if not terms:
        return []
    shown = requests_in(Enrolment.objects.filter(pk__in=terms)).rows
    return [Changed(one, terms[one.enrolment.pk]) for one in shown]


@action
def withdraw_permission(
    enrolment: Enrolment, *, by: Employee, reason: str, read: AsRead | None = None
) -> Enrolment:
    """Say no to the date that the trainee has changed to: the seat there is given up, and goes to the queue.

    The trainee is told when the decision cannot be taken back any more; taken back, the request waits for one.

    Raises:
        ReasonMissing: no reason is given.
        AlreadyDecided: it is somebody else's to decide, the term is over, or the date is another one by now.
        NotAsRead: the session was changed since the decider read it.
        TooLate: the session has begun.
    """
    if not reason.strip():
        raise ReasonMissing(_("Say why you refuse: the person will read it."))
    sessions = lock_together([enrolment])
    row = Enrolment.objects.select_related("trainee", "course", "session").get(pk=enrolment.pk)
    session = sessions.get(row.session_id or 0)
    fresh = Employee.objects.employed().filter(pk=by.pk).first()
    now = timezone.now()
    if session is None or fresh is None or row.pk not in {one.pk for one, _until in changed(fresh, now)}:
        raise AlreadyDecided(
            _("There is nothing to decide about the date of %(person)s any more.")
            % {"person": short_name(row.trainee)}
        )
    refuse_past(session)
    refuse_unread(row, session, read)
    row.approval = Approval.REFUSED
    give_up_seat(row, Ending.REFUSED, by=by, reason=reason.strip(), kind=Entry.REFUSED)
    own = Enrolment.objects.live().filter(trainee=row.trainee_id)
    for clashing in own.clashing(now).filter(session__in=sessions).order_by("pk"):
        end_clash(clashing)
    seat_within_the_limit(sessions.values())
    policy = Policy.objects.current(now)
    for freed in sessions.values():
        promote(freed, policy=policy, now=now)
    plan_messages([decision_message(row, REFUSED, now, {"new_date": True})])
    return row
