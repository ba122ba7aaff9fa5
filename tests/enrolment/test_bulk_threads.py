"""Two workers at one moment, and one row at two hands: rule 18 over real connections."""

import pytest

from enrolment.bulk.actions import order_application, settle
from enrolment.bulk.tasks import work_on_bulk_runs
from enrolment.models import EnrolmentEntry
from tests.enrolment.bulk import at_work, outcomes, pasted
from tests.factories import SessionFactory
from tests.threads import at_once, before_the_commit

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.threads]


def test_rule_18_two_workers_at_once_enrol_everybody_once_in_order():
    session = SessionFactory(seats=2)
    people = at_work(6)
    run = pasted(session, people)
    order_application(run, by=run.made_by)

    results = at_once([work_on_bulk_runs, work_on_bulk_runs])

    assert not [one for one in results if isinstance(one, Exception)]
    run.refresh_from_db()
    assert (run.state, outcomes(run)) == ("applied", ["seat", "seat", *["queue"] * 4])
    assert [one.trainee for one in session.enrolments.order_by("requested_at")] == people
    assert EnrolmentEntry.objects.count() == 6


def test_rule_18_a_row_that_is_being_written_is_carried_out_once():
    """Without the lock of the run: the second hand waits for the first and finds the row done."""
    session = SessionFactory()
    run = pasted(session, at_work(1))
    order_application(run, by=run.made_by)
    row = run.rows.select_related("run").get()

    def carry_out():
        return settle(type(row).objects.select_related("run").get(pk=row.pk), by=run.made_by)

    second = before_the_commit(carry_out, carry_out)

    assert (second.outcome, session.enrolments.count()) == ("seat", 1)
    assert EnrolmentEntry.objects.count() == 1
