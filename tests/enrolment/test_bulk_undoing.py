"""Many at once: what a run made is taken back (rule 18)."""

import pytest

from enrolment.actions import cancel_enrolment, enrol
from enrolment.bulk.actions import order_undoing
from enrolment.bulk.errors import CannotUndo
from enrolment.bulk.tasks import work_on_bulk_runs
from enrolment.models import Ending, EnrolmentEntry, Seat
from notifications.models import Message
from scheduling.models import Booking
from tests.enrolment.bulk import applied, at_work, pasted
from tests.factories import (
    SessionFactory,
)

pytestmark = pytest.mark.django_db
Entry = EnrolmentEntry.Kind


def undone(run):
    order_undoing(run, by=run.made_by)
    work_on_bulk_runs()
    run.refresh_from_db()
    return run


def test_rule_18_undoing_ends_what_the_run_made_and_nothing_else():
    session = SessionFactory(seats=2)
    before, *people = at_work(3)
    enrol(before, session)
    run = undone(applied(pasted(session, [before, *people])))

    assert run.state == "undone"
    assert [one.trainee for one in session.enrolments.live()] == [before]
    assert set(session.enrolments.exclude(trainee=before).values_list("ended_because", flat=True)) == {
        Ending.BY_CENTRE
    }
    assert Booking.objects.attending().count() == 1
    entries = EnrolmentEntry.objects.filter(kind=Entry.CANCELLED)
    assert (
        all(str(run.pk) in reason for reason in entries.values_list("reason", flat=True))
        and len(entries) == 2
    )
    assert not EnrolmentEntry.objects.filter(kind=Entry.PROMOTED).exists()


def test_rule_18_a_seat_of_an_undone_run_goes_to_who_waits():
    session = SessionFactory(seats=1)
    listed, outsider = at_work(2)
    run = applied(pasted(session, [listed]))
    enrol(outsider, session)

    undone(run)

    assert session.enrolments.get(trainee=outsider).seat == Seat.OFFERED


def test_rule_18_who_was_told_is_told_once_that_it_is_taken_back():
    session = SessionFactory(seats=1)
    told, untold = at_work(2)
    run = applied(pasted(session, [told, untold]))
    Message.objects.filter(recipient=told, kind="seat_taken").update(state="shown", body="…")

    undone(run)

    assert list(Message.objects.filter(kind="bulk_taken_back").values_list("recipient", flat=True)) == [
        told.pk
    ]
    assert not Message.objects.planned().filter(recipient=untold).exists()


def test_rule_18_the_first_reminder_ends_undoing():
    session = SessionFactory()
    first, second = at_work(2)
    run = applied(pasted(session, [first, second]))
    Message.objects.filter(recipient=first, kind="reminder_first").update(state="shown", body="…")

    with pytest.raises(CannotUndo):
        undone(run)

    assert session.enrolments.live().count() == 2


def test_rule_18_what_cannot_be_undone_is_named():
    session = SessionFactory()
    left, reminded, other = people = at_work(3)
    run = applied(pasted(session, people))
    cancel_enrolment(session.enrolments.get(trainee=left), by=left)
    order_undoing(run, by=run.made_by)
    Message.objects.filter(recipient=reminded, kind="reminder_first").update(state="sent", body="…")

    work_on_bulk_runs()

    assert {row.person: row.not_undone for row in run.rows.all()} == {
        left: [{"code": "ended"}],
        reminded: [{"code": "reminded"}],
        other: [],
    }


def test_rule_18_undoing_again_changes_nothing():
    run = undone(applied(pasted(SessionFactory(), at_work(1))))

    assert order_undoing(run, by=run.made_by).state == "undone"
    assert work_on_bulk_runs() == 0
