"""A run is carried out, person by person through the ordinary seat operation, and undone (rule 18).

Each person is a transaction of their own, so that a worker who is killed leaves nobody half enrolled, and the next one
goes on behind the last row that was written. The row is locked with the seat: however many workers, repeats or clicks
there are, a row is carried out once.
"""

import logging
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from centre.actions import action
from centre.errors import Refusal
from centre.models import Policy
from enrolment.actions import Terms as SeatTerms
from enrolment.actions import enrol
from enrolment.approvals.needs import decision_until
from enrolment.beyond import seat_within_the_limit
from enrolment.bulk.errors import CannotUndo, NotReady
from enrolment.bulk.forecast import Terms, Verdict, judge
from enrolment.bulk.models import MADE, BulkRow, BulkRun, RowOutcome
from enrolment.bulk.notices import done_messages, undone_messages
from enrolment.conditions import Situation
from enrolment.doors.overlooking import OVERRIDE, refuse_without
from enrolment.models import SEATS_TAKEN, Approval, Ending, Enrolment, Seat
from enrolment.notices import REMINDERS, about
from enrolment.office.loading import lock_office_days
from enrolment.seats import give_up_seat, promote, waiting_trainees
from enrolment.situations import situations
from notifications.actions import plan_messages
from notifications.models import Message
from people.models import Employee
from scheduling.models import Session

State = BulkRun.State
logger = logging.getLogger(__name__)

# So many people are enrolled while the author waits: about a second.
AT_ONCE_ROWS = 20


@action
def order_application(run: BulkRun, *, by: Employee) -> BulkRun:
    """Let the background enrol everybody who may. Ordering again changes nothing.

    Raises:
        NotReady: the list is still being looked through, or was undone.
        NotAllowed: conditions are overlooked for it, and who orders has no right to do so.
    """
    from enrolment.bulk.tasks import work_on_commit  # which knows these actions

    run = BulkRun.objects.select_for_update(of=("self",)).get(pk=run.pk)
    if run.state in (State.APPLYING, State.APPLIED):
        return run
    if run.state != State.READY:
        raise NotReady
    if Terms.of(run).answered_for:
        refuse_without(by, OVERRIDE)
    run.state, run.applied_by = State.APPLYING, by
    run.save(update_fields=["state", "applied_by"])
    work_on_commit()
    return run


@action
def order_undoing(run: BulkRun, *, by: Employee) -> BulkRun:
    """Let the background end what the run made. Ordering again changes nothing.

    Raises:
        CannotUndo: the session has begun, or the first reminder was sent.
        NotReady: the run was not carried out yet.
    """
    from enrolment.bulk.tasks import work_on_commit

    run = BulkRun.objects.select_for_update(of=("self",)).select_related("session").get(pk=run.pk)
    if run.state in (State.UNDOING, State.UNDONE):
        return run
    if run.state != State.APPLIED:
        raise NotReady
    if why := why_no_undoing(run):
        raise CannotUndo(why)
    run.state, run.undone_by = State.UNDOING, by
    run.save(update_fields=["state", "undone_by"])
    work_on_commit()
    return run


def why_no_undoing(run: BulkRun) -> str:
    """Why the run as a whole stands; empty when it may be undone. Two statements."""
    if run.session.has_begun:
        return _("The session has begun: what was enrolled stands.")
    if reminders_of(run.rows.made().values_list("enrolment", flat=True)).exists():
        return _("The first reminder has been sent: people count on it. Cancel single enrolments instead.")
    return ""


def reminders_of(enrolment_ids: Iterable[int | None]) -> QuerySet[Message]:
    subjects = [about(pk) for pk in enrolment_ids if pk is not None]
    return Message.objects.told().filter(subject__in=subjects, kind__in=REMINDERS)


# --- in the background ----------------------------------------------------------------------------


def carry_out(run: BulkRun) -> None:
    """Do what was ordered with every row that nobody has done yet, in the order of arrival; then finish the run."""
    if run.state == State.APPLYING:
        each(run, BulkRow.objects.to_settle, lambda row: settle(row, by=run.applied_by or run.made_by))
        finish(run)
    elif run.state == State.UNDOING:
        each(run, BulkRow.objects.to_undo, lambda row: undo(row, by=run.undone_by or run.made_by))
        finish_undoing(run)


def carry_out_now(run: BulkRun) -> None:
    """Do a short list while its author waits; a long one, or one that a worker has begun, is left to the background."""
    from enrolment.bulk.tasks import work_on

    if run.is_busy and run.rows.count() <= AT_ONCE_ROWS:
        work_on(run.pk)


def each(run: BulkRun, rows: Callable[[], QuerySet[BulkRow]], do: Callable[[BulkRow], object]) -> None:
    for pk in list(rows().filter(run=run).values_list("pk", flat=True)):
        row = BulkRow.objects.select_related("run").get(pk=pk)
        try:
            do(row)
        except Exception:
            logger.exception("Row %s of the list of people %s cannot be carried out", row.line, run.pk)
            give_up(row, is_undoing=run.state == State.UNDOING)


def give_up(row: BulkRow, *, is_undoing: bool) -> None:
    """One person at whom the site fails stops nobody else; they are named in the result."""
    reasons = [{"code": "mistake"}]
    if is_undoing:
        BulkRow.objects.filter(pk=row.pk, undone_at__isnull=True).update(not_undone=reasons)
    else:
        BulkRow.objects.filter(pk=row.pk, settled_at__isnull=True).update(
            outcome=RowOutcome.FAILED, reasons=reasons, settled_at=timezone.now()
        )


@action
def settle(row: BulkRow, *, by: Employee) -> BulkRow:
    """Enrol the person of the row, or keep why not. A row that was carried out before stays as it is."""
    if row.person_id is None:
        return settle_nobody(row)
    session = Session.objects.with_course().lock(row.run.session_id)
    # With a free seat and people who wait, `enrol` asks the whole queue: everybody is locked before, in their order.
    has_free = session.enrolments.holding().count() < session.seats
    concerned = {row.person_id} | (waiting_trainees([session.pk]) if has_free else set())
    people = Employee.objects.lock_all(concerned)
    days = {timezone.localdate(at) for at in session.meetings.values_list("starts_at", flat=True)}
    lock_office_days(concerned, days)
    row = BulkRow.objects.select_for_update(of=("self",)).select_related("run").get(pk=row.pk)
    if row.settled_at:
        return row
    if row.outcome == RowOutcome.TWICE:
        return keep(row, Verdict(RowOutcome.TWICE, tuple(row.reasons)))
    person = people[row.person_id]
    if not person.is_active:
        return keep(row, Verdict(RowOutcome.LEFT, ({"code": "leaver"},)))
    policy = Policy.objects.current()
    situation = situations(person, [session], policy=policy)[session.pk]
    verdict = judge(situation, Terms.of(row.run))
    if verdict.outcome not in MADE:
        return keep(row, verdict)
    terms = seat_terms(verdict, situation, row.run)
    if person.pk == by.pk:
        terms = terms.of_themselves()
    try:
        enrolment = enrol(person, session, by=by, terms=terms)
    except Refusal as error:
        return keep(row, Verdict(RowOutcome.NOT_ALLOWED, ({"code": "said", "text": str(error)},)))
    return keep(row, Verdict(outcome_of(enrolment), verdict.reasons, verdict.notes), enrolment)


def seat_terms(verdict: Verdict, situation: Situation, run: BulkRun) -> SeatTerms:
    """Staff's door: no approval is needed, unless the author lets the head be asked.

    What has to be overlooked for this person alone asks for the right anew, and stands in their story.
    """
    chosen = _("chosen for the list of people No. %(number)s") % {"number": run.pk}
    despite = (run.despite or chosen) if verdict.overlooks else ""
    terms = SeatTerms(overlooks=verdict.overlooks, despite=despite)
    if verdict.outcome != RowOutcome.ASKED:
        return terms
    until = decision_until(situation.now, situation.policy)
    return replace(terms, approval=Approval.ASKED, approval_until=until)


def outcome_of(enrolment: Enrolment) -> RowOutcome:
    if enrolment.seat in SEATS_TAKEN:
        return RowOutcome.SEAT
    return RowOutcome.QUEUE if enrolment.seat == Seat.WAITING else RowOutcome.ASKED


def settle_nobody(row: BulkRow) -> BulkRow:
    row = BulkRow.objects.select_for_update(of=("self",)).get(pk=row.pk)
    return row if row.settled_at else keep(row, Verdict(RowOutcome(row.outcome), tuple(row.reasons)))


def keep(row: BulkRow, verdict: Verdict, enrolment: Enrolment | None = None) -> BulkRow:
    row.outcome, row.reasons, row.notes = verdict.outcome, list(verdict.reasons), list(verdict.notes)
    row.enrolment, row.settled_at = enrolment, timezone.now()
    row.save()
    return row


@action
def finish(run: BulkRun) -> BulkRun:
    """Say that everybody was carried out, and tell the author; while somebody is left, nothing is done."""
    run = BulkRun.objects.select_for_update(of=("self",)).get(pk=run.pk)
    if run.state != State.APPLYING or run.rows.to_settle().exists():
        return run
    run.state, run.applied_at = State.APPLIED, timezone.now()
    recount(run)
    plan_messages(done_messages(run, run.applied_by or run.made_by))
    return run


def recount(run: BulkRun) -> None:
    rows = run.rows.values_list("outcome", "undone_at")
    run.counts = dict(Counter(BulkRun.UNDONE_ROWS if undone_at else outcome for outcome, undone_at in rows))
    run.save()


# --- taking it back -------------------------------------------------------------------------------


@action
def undo(row: BulkRow, *, by: Employee) -> BulkRow:
    """End the enrolment that the row made, and give its seat to the queue; or keep why it stands.

    Who was told of the enrolment is told once that it was taken back; of what was only planned nobody hears.
    """
    if row.enrolment_id is None or row.person_id is None:
        return row
    session = Session.objects.with_course().lock(row.run.session_id)
    enrolment_id = row.enrolment_id
    seat = Enrolment.objects.values_list("seat", flat=True).get(pk=enrolment_id)
    concerned = waiting_trainees([session.pk]) if seat in SEATS_TAKEN else set()
    Employee.objects.lock_all({row.person_id, *concerned})
    row = BulkRow.objects.select_for_update(of=("self",)).select_related("run").get(pk=row.pk)
    if row.undone_at or row.not_undone:
        return row
    enrolment = Enrolment.objects.select_related("trainee", "course").get(pk=enrolment_id)
    if why := why_it_stands(enrolment, session):
        row.not_undone = [{"code": why}]
        row.save(update_fields=["not_undone"])
        return row
    was_told = Message.objects.told().about(about(enrolment.pk)).exists()
    reason = _("The list of people No. %(number)s was undone.") % {"number": row.run_id}
    give_up_seat(enrolment, Ending.BY_CENTRE, by=by, reason=reason)
    if was_told:
        plan_messages(undone_messages(enrolment, session))
    if seat in SEATS_TAKEN:
        seat_within_the_limit([session])
        promote(session, policy=Policy.objects.current())
    row.undone_at = timezone.now()
    row.save(update_fields=["undone_at"])
    return row


def why_it_stands(enrolment: Enrolment, session: Session) -> str:
    """The code of the reason why an enrolment cannot be undone any more; empty when it can."""
    if not enrolment.is_live:
        return "ended"
    if enrolment.session_id != session.pk:
        return "moved"
    if session.has_begun:
        return "begun"
    return "reminded" if reminders_of([enrolment.pk]).exists() else ""


@action
def finish_undoing(run: BulkRun) -> BulkRun:
    """Say that everything was undone that could be, and tell who ordered it; while some is left, nothing is done."""
    run = BulkRun.objects.select_for_update(of=("self",)).get(pk=run.pk)
    if run.state != State.UNDOING or run.rows.to_undo().exists():
        return run
    run.state, run.undone_at = State.UNDONE, timezone.now()
    recount(run)
    plan_messages(done_messages(run, run.undone_by or run.made_by))
    return run
