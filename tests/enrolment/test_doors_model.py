"""Random sequences of all doors and changes: seats, marks beyond the limit, bookings and the log agree (rule 10)."""

from random import Random

import pytest

from centre.errors import Refusal
from enrolment.actions import Terms, cancel_enrolment, enrol
from enrolment.doors.actions import restore_enrolment, transfer_enrolment
from enrolment.invariants import booking_faults
from enrolment.models import SEATS_TAKEN, Enrolment, Seat
from enrolment.queue.log import load
from scheduling.actions import change_limit
from tests.enrolment.approvals import hr_admin
from tests.factories import CourseFactory, EmployeeFactory, SessionFactory, in_days

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("seed", range(4))
def test_rule_10_no_sequence_of_doors_oversells_or_leaves_a_ghost(seed):
    random, staff = Random(seed), hr_admin()
    course = CourseFactory()
    sessions = [
        SessionFactory(course=course, seats=2, limit=2, starts_at=in_days(14 + 3 * n)) for n in (0, 1)
    ]
    people = EmployeeFactory.create_batch(8)
    done = 0
    for _step in range(60):
        session, person = random.choice(sessions), random.choice(people)
        own = Enrolment.objects.filter(trainee=person).order_by("-pk").first()
        try:
            match random.randrange(6):
                case 0 | 1:
                    enrol(person, session)
                case 2:
                    enrol(person, session, by=staff, terms=Terms(exceeds=True, despite="Есть стул"))
                case 3 if own:
                    cancel_enrolment(own, by=person)
                case 4 if own:
                    by = random.choice([person, staff])
                    transfer_enrolment(own, session, by=by, queues=by == staff)
                case 5 if own:
                    restore_enrolment(own, by=random.choice([person, staff]), reason="Ошибка")
                case _:
                    session.refresh_from_db()
                    change_limit(session, random.choice([1, 2, 3]), by=None)
            done += 1
        except Refusal:
            pass
        assert booking_faults() == []
        for one in sessions:
            one.refresh_from_db()
            taken = one.enrolments.filter(seat__in=SEATS_TAKEN)
            assert taken.filter(exceeds=False).count() <= one.seats
            waiting = list(one.enrolments.promotable())
            # Who waits, waits for a seat: nobody here is passed over.
            assert not waiting or taken.count() >= one.seats
            assert waiting == sorted(waiting, key=lambda row: (row.requested_at, row.pk))
    assert done > 20
    last = max(line.pk for one in sessions for story in load(one) for line in story.lines)
    for one in sessions:
        for story in load(one):
            row = Enrolment.objects.get(pk=story.enrolment_id)
            lines = [line for line in story.lines if line.pk <= last]
            end = lines[-1]
            after = type(end)(pk=last + 1, at=end.at, kind="skipped")
            assert story.waits(after) == (row.is_live and row.seat == Seat.WAITING)
