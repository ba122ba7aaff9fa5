"""A run is made: who is named, who is meant, and what would become of them. No enrolment is touched."""

import logging
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.staff_import.bulk import update_all
from centre.actions import action
from centre.errors import Refusal
from centre.models import Policy
from enrolment.actions import Terms as SeatTerms
from enrolment.bulk.errors import BulkError, NobodyNamed, NotReady
from enrolment.bulk.forecast import Forecast, Standing, Terms, standings
from enrolment.bulk.matching import candidates
from enrolment.bulk.models import BulkRow, BulkRun, RowOutcome
from enrolment.bulk.reading import Named, people_in_file, people_in_text, refuse_too_many
from enrolment.doors.overlooking import refuse_without_right
from enrolment.models import AttendanceMark, Enrolment, Mark
from enrolment.queue.order import rank_of
from people.models import Employee, Employment
from scheduling.models import Session

State = BulkRun.State
logger = logging.getLogger(__name__)

# Longer texts and larger groups are looked through in the background.
AT_ONCE_BYTES = 20_000
WRITTEN_AT_ONCE = 500
STAFFS_OWN = Terms()
CAME = (Mark.PRESENT, Mark.LATE, Mark.LEFT_EARLY)


@dataclass(frozen=True)
class ListOfPeople:
    """What a run is made of: text or a file (`data`), or keys of offices, positions or another session (`spec`)."""

    source: str
    words: str = ""
    data: bytes = b""
    spec: dict[str, object] = field(default_factory=dict)


@action
def make_run(
    session: Session,
    people: ListOfPeople,
    *,
    by: Employee,
    terms: Terms = STAFFS_OWN,
    urgent_first: bool = False,
) -> BulkRun:
    """Keep the list and look it through, a long one in the background; nobody is enrolled by it.

    Raises:
        BulkError: the list names nobody, or too many.
        UnreadableTable: the file is no table, or a hostile one.
        NotAllowed, ReasonMissing: conditions are overlooked without the right or a reason.
    """
    from enrolment.bulk.tasks import work_on_commit  # which knows these actions

    if terms.overlooks:
        refuse_without_right(by, SeatTerms(overlooks=terms.overlooks, despite=terms.despite))

    run = BulkRun.objects.create(
        session=session,
        made_by=by,
        source=people.source,
        source_words=people.words[:300],
        data=people.data or None,
        spec=people.spec,
        over_share=terms.over_share,
        skips_days_off=terms.skips_days_off,
        urgent_first=urgent_first,
        overlooks=" ".join(sorted(terms.overlooks)),
        despite=terms.despite.strip(),
    )
    if len(people.data) > AT_ONCE_BYTES:
        work_on_commit()
    else:
        read_run(run)
    return run


def read_received(run: BulkRun) -> None:
    """Look through a list in the background; what it says, or why it cannot be read, stands in the row afterwards."""
    try:
        with translation.override(run.made_by.language):
            read_waiting(run)
    except Refusal as error:
        give_up_reading(run, str(error))
    except Exception:
        logger.exception("The list of people %s cannot be read", run.pk)
        give_up_reading(run, _("The site made a mistake with this list. The administrators can see it."))


def give_up_reading(run: BulkRun, why: str) -> None:
    BulkRow.objects.filter(run=run).delete()
    BulkRun.objects.filter(pk=run.pk, state=State.READING).update(
        state=State.UNREADABLE, trouble=why, data=None
    )


@action
def read_waiting(run: BulkRun) -> None:
    run = BulkRun.objects.select_for_update(of=("self",)).get(pk=run.pk)
    if run.state == State.READING:
        run.rows.all().delete()
        read_run(run)


def read_run(run: BulkRun) -> None:
    named, found = named_and_found(run)
    run.rows.bulk_create(
        (
            BulkRow(
                run=run,
                line=line,
                place=line,
                given=one.given[:300],
                person_id=keys[0] if len(keys) == 1 else None,
                candidates=keys if len(keys) > 1 else [],
                outcome=RowOutcome.NOT_FOUND,
            )
            for line, (one, keys) in enumerate(zip(named, found, strict=True), start=1)
        ),
        batch_size=WRITTEN_AT_ONCE,
    )
    run.data, run.state = None, State.READY
    foresee(run)


def named_and_found(run: BulkRun) -> tuple[list[Named], list[list[int]]]:
    """Everybody in the list, and for each the keys of those who fit."""
    data = bytes(run.data or b"")
    if run.source == BulkRun.Source.FILE:
        named = people_in_file(data)
    elif run.source == BulkRun.Source.PASTE:
        named = people_in_text(data.decode())
    else:
        people = list(people_of(run).order_by("name_key", "pk"))
        if not people:
            raise NobodyNamed
        refuse_too_many(people)
        return [Named(0, person.full_name) for person in people], [[person.pk] for person in people]
    return named, candidates(named)


def people_of(run: BulkRun) -> QuerySet[Employee]:
    """People of the offices and positions, or of the other session, who work here."""
    people = Employee.objects.employed()
    if run.source == BulkRun.Source.PLACES:
        jobs = Employment.objects.current().filter(is_main=True, employee=OuterRef("pk"))
        if offices := run.spec.get("offices"):
            jobs = jobs.filter(office__in=offices)
        if positions := run.spec.get("positions"):
            jobs = jobs.filter(position__in=positions)
        return people.filter(Exists(jobs))
    return people.filter(Exists(enrolments_of(run).filter(trainee=OuterRef("pk"))))


def enrolments_of(run: BulkRun) -> QuerySet[Enrolment]:
    """Enrolments of the other session: of all who are or were in it, who came, who did not, or who waited."""
    every = Enrolment.objects.filter(session=run.spec["session"])
    marks = AttendanceMark.objects.filter(enrolment=OuterRef("pk"), mark__in=CAME)
    which = run.spec.get("which")
    if which == "came":
        return every.seated().filter(Exists(marks))
    if which == "not_came":
        return every.seated().filter(~Exists(marks))
    if which == "queue":
        return every.in_queue()
    return every.seated() | every.in_queue()


# --- the look before ------------------------------------------------------------------------------


@action
def look_again(run: BulkRun, *, by: Employee) -> BulkRun:
    """Foresee anew what would become of everybody: the session has changed meanwhile. Raises NotReady."""
    run = ready_run(run.pk)
    foresee(run)
    return run


@action
def choose(run: BulkRun, line: int, person: Employee, *, by: Employee) -> BulkRow:
    """Say who of several is meant, and foresee anew: everybody after them moves by one.

    Raises:
        NotReady: the run is under work, or was carried out.
        BulkError: the person is none of those who fit.
    """
    run = ready_run(run.pk)
    row = run.rows.get(line=line)
    if person.pk not in row.candidates:
        raise BulkError(_("%(person)s is none of those who fit.") % {"person": person.full_name})
    row.person = person
    row.save(update_fields=["person"])
    foresee(run)
    row.refresh_from_db()
    return row


def ready_run(pk: int) -> BulkRun:
    """The run, locked, while it waits to be carried out. Raises NotReady."""
    run = BulkRun.objects.select_for_update(of=("self",)).get(pk=pk)
    if run.state != State.READY:
        raise NotReady
    return run


def foresee(run: BulkRun) -> None:
    """Write into the rows what would become of each in the order of arrival, and the numbers into the run."""
    now = timezone.now()
    policy = Policy.objects.current(now)
    session = Session.objects.with_course().get(pk=run.session_id)
    rows = list(run.rows.order_by("line"))
    people = Employee.objects.in_bulk({row.person_id for row in rows if row.person_id})
    working = [person for person in people.values() if person.is_active]
    found = standings(working, session, policy=policy, now=now)
    if run.urgent_first:
        rows.sort(key=lambda row: (urgency(found.get(row.person_id or 0), policy, now), row.line))
    forecast, lines = Forecast(Terms.of(run)), dict[int, int]()
    for place, row in enumerate(rows, start=1):
        row.place = place
        foresee_row(row, people, found, forecast, lines)
    update_all(rows, ["place", "outcome", "foreseen", "reasons", "notes"])
    run.counts = dict(Counter(str(row.outcome) for row in rows))
    run.save()


def urgency(standing: Standing | None, policy: Policy, now: datetime) -> int:
    """As the queue ranks people (rule 13): overdue, due soon, everybody else."""
    due_on = standing.situation.due_on if standing else None
    return rank_of(None, due_on, today=timezone.localdate(now), soon_days=policy.due_soon_days)


def foresee_row(
    row: BulkRow,
    people: dict[int, Employee],
    found: dict[int, Standing],
    forecast: Forecast,
    lines: dict[int, int],
) -> None:
    """`lines` says in which line each person stood first."""
    row.reasons, row.notes = [], []
    if row.person_id is None:
        is_known = bool(row.candidates)
        row.outcome = RowOutcome.TWO if is_known else RowOutcome.NOT_FOUND
        row.reasons = [{"code": "namesakes" if is_known else "unknown"}]
    elif row.person_id in lines:
        row.outcome = RowOutcome.TWICE
        row.reasons = [{"code": "twice", "line": lines[row.person_id]}]
    elif not people[row.person_id].is_active:
        row.outcome, row.reasons = RowOutcome.LEFT, [{"code": "leaver"}]
    else:
        verdict = forecast.next(found[row.person_id])
        row.outcome = verdict.outcome
        row.reasons, row.notes = list(verdict.reasons), list(verdict.notes)
    if row.person_id:
        lines.setdefault(row.person_id, row.line)
    row.foreseen = row.outcome
