"""Lists of people and sessions: what tests of "many at once" have in common."""

from enrolment.bulk.actions import carry_out, order_application
from enrolment.bulk.making import STAFFS_OWN, ListOfPeople, make_run
from enrolment.bulk.tasks import work_on_bulk_runs
from enrolment.models import BulkRun
from tests.enrolment.approvals import hr_admin, member
from tests.factories import OfficeFactory

__all__ = ["carry_out", "hr_admin"]


def at_work(count, office=None):
    """So many people who work on the day of an ordinary session, each of an own office unless one is given."""
    return [member(office or OfficeFactory()) for _number in range(count)]


def numbers(people):
    return "\n".join(person.employments.get().personnel_number for person in people)


def pasted(session, text, *, by=None, terms=STAFFS_OWN, urgent_first=False):
    people = text if isinstance(text, str) else numbers(text)
    listed = ListOfPeople(BulkRun.Source.PASTE, data=people.encode())
    return make_run(session, listed, by=by or hr_admin(), terms=terms, urgent_first=urgent_first)


def outcomes(run):
    return [row.outcome for row in run.rows.order_by("line")]


def applied(run, *, by=None):
    """The run, carried out as the background does it."""
    order_application(run, by=by or run.made_by)
    work_on_bulk_runs()
    run.refresh_from_db()
    return run


def reason_codes(run, line=1):
    row = run.rows.get(line=line)
    return [one["code"] for one in row.all_reasons]
