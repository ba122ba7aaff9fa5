"""Seats without a name, kept for an office or an okrug until some days before the start (rule 17)."""

from datetime import timedelta

import pytest

from enrolment.actions import cancel_enrolment, enrol
from enrolment.invariants import booking_faults
from enrolment.models import EnrolmentEntry, Reservation, Seat
from enrolment.panels import panel_of
from enrolment.reservations.actions import release_seats, reserve_seats
from enrolment.reservations.errors import CannotReserve, NotYourOffice
from enrolment.reservations.notices import CANCELLED, ENDING
from enrolment.reservations.tasks import keep_reservations
from enrolment.tasks import give_free_seats
from notifications import kinds
from notifications.models import Message
from people.models import Office
from scheduling.actions import cancel_session, change_limit
from scheduling.errors import SeatsTaken
from tests.enrolment.approvals import hr_admin, led_office, member
from tests.factories import EmployeeFactory, EmploymentFactory, MandatorySessionFactory, in_days

pytestmark = pytest.mark.django_db
Entry = EnrolmentEntry.Kind


def session_of(seats, **fields):
    return MandatorySessionFactory(seats=seats, **fields)


def reserved(office, seats=2, session=None, **fields):
    session = session or session_of(3, **fields)
    return reserve_seats(session, office, seats, by=office.head)


def seats_kept(session):
    return [
        (one.whom, one.seats, one.asked) for one in Reservation.objects.standing().filter(session=session)
    ]


def test_rule_17_a_head_keeps_seats_and_others_have_only_the_rest():
    office = led_office()
    session = reserved(office, 2).session

    assert enrol(EmployeeFactory(), session).seat == Seat.HELD
    assert enrol(EmployeeFactory(), session).seat == Seat.WAITING
    assert enrol(member(office), session).seat == Seat.HELD
    assert seats_kept(session) == [(office.name, 1, 2)]
    assert booking_faults() == []


def test_rule_17_the_page_says_the_seats_that_the_reader_can_have():
    office = led_office()
    session = reserved(office, 2).session

    assert panel_of(EmployeeFactory(), session).situation.free_seats == 1
    assert panel_of(member(office), session).situation.free_seats == 3


def test_rule_17_people_of_the_office_use_its_own_seats_first_and_then_those_of_the_okrug():
    office = led_office()
    Office.objects.filter(pk=office.pk).update(okrug="ЦАО")
    session = reserved(office, 1, session=session_of(5)).session
    reserve_seats(session, "ЦАО", 1, by=hr_admin(), reason="Квота")

    for _time in range(3):
        enrol(member(office), session)

    assert seats_kept(session) == [(office.name, 0, 1), ("ЦАО", 0, 1)]


def test_rule_17_a_kept_seat_goes_past_those_who_wait_before_and_says_so():
    office = led_office()
    session = reserved(office, 1, session=session_of(2)).session
    enrol(EmployeeFactory(), session)
    first = enrol(EmploymentFactory().employee, session)

    theirs = enrol(member(office), session)

    first.refresh_from_db()
    assert (first.seat, theirs.seat) == (Seat.WAITING, Seat.HELD)
    passed = first.entries.get(kind=Entry.SKIPPED)
    assert "придержан" in passed.reason or "kept" in passed.reason
    assert booking_faults() == []


def test_rule_17_nobody_is_passed_over_while_nobody_of_the_office_asks():
    office = led_office()
    session = reserved(office, 1, session=session_of(2)).session
    seated = enrol(EmployeeFactory(), session)
    first = enrol(EmployeeFactory(), session)

    cancel_enrolment(seated, by=seated.trainee)

    first.refresh_from_db()
    assert first.seat in {Seat.HELD, Seat.OFFERED}
    assert not first.entries.filter(kind=Entry.SKIPPED).exists()


def test_rule_17_no_more_seats_are_kept_than_are_free():
    office = led_office()
    session = session_of(3)
    enrol(EmployeeFactory(), session)

    with pytest.raises(CannotReserve, match="2"):
        reserve_seats(session, office, 3, by=office.head)


def test_rule_17_no_seats_are_kept_from_those_who_wait():
    office = led_office()
    session = session_of(1)
    enrol(EmployeeFactory(), session)
    enrol(EmployeeFactory(), session)

    with pytest.raises(CannotReserve):
        reserve_seats(session, office, 1, by=office.head)


def test_rule_17_no_seats_are_kept_after_their_day():
    office = led_office()

    with pytest.raises(CannotReserve):
        reserve_seats(session_of(3, starts_at=in_days(4)), office, 1, by=office.head)


def test_rule_17_asking_again_changes_nothing_and_fewer_go_to_who_waits():
    office = led_office()
    session = session_of(3)
    kept = reserve_seats(session, office, 3, by=office.head)
    assert reserve_seats(session, office, 3, by=office.head) == kept
    waiting = enrol(EmployeeFactory(), session)

    reserve_seats(session, office, 2, by=office.head)

    waiting.refresh_from_db()
    assert waiting.seat in {Seat.HELD, Seat.OFFERED}
    assert seats_kept(session) == [(office.name, 2, 2)]


def test_rule_17_what_is_given_back_goes_to_the_queue_in_the_same_transaction():
    office = led_office()
    kept = reserved(office, 3)
    waiting = enrol(EmployeeFactory(), kept.session)

    release_seats(kept, by=office.head)

    waiting.refresh_from_db()
    assert waiting.seat in {Seat.HELD, Seat.OFFERED}
    assert seats_kept(kept.session) == []


def test_rule_17_time_releases_the_seats_even_before_the_task_runs(time_machine):
    office = led_office()
    session = reserved(office, 3).session
    waiting = enrol(EmployeeFactory(), session)

    time_machine.move_to(session.starts_at - timedelta(days=5))

    assert panel_of(EmployeeFactory(), session).situation.reserved == 0
    give_free_seats()
    waiting.refresh_from_db()
    assert waiting.seat in {Seat.HELD, Seat.OFFERED}
    assert keep_reservations() == 1
    assert keep_reservations() == 0
    assert seats_kept(session) == []


def test_rule_17_the_day_before_the_head_is_told_once(time_machine):
    office = led_office()
    kept = reserved(office, 2)

    time_machine.move_to(kept.session.starts_at - timedelta(days=6, minutes=1))
    keep_reservations()
    assert not Message.objects.filter(kind=ENDING).exists()
    time_machine.move_to(kept.session.starts_at - timedelta(days=6) + timedelta(minutes=1))
    keep_reservations()
    keep_reservations()

    message = Message.objects.get(kind=ENDING)
    assert message.recipient == office.head
    assert "2" in kinds.render(message).title


def test_rule_17_a_cancelled_session_keeps_no_seats_and_the_head_is_told():
    office = led_office()
    session = reserved(office, 2).session

    cancel_session(session, "Нет света", by=None)

    assert seats_kept(session) == []
    message = Message.objects.get(kind=CANCELLED)
    assert message.recipient == office.head
    assert "Нет света" in " ".join(kinds.render(message).paragraphs)


def test_rule_17_the_office_keeps_its_seats_when_its_head_changes():
    office = led_office()
    kept = reserved(office, 2)
    old, new = office.head, EmployeeFactory()
    Office.objects.filter(pk=office.pk).update(head=new)

    with pytest.raises(NotYourOffice):
        release_seats(kept, by=old)
    assert release_seats(kept, by=new).ended_at is not None


def test_r9_seats_that_are_kept_stand_in_the_way_of_a_smaller_limit():
    office = led_office()
    session = reserved(office, 2).session
    enrol(EmployeeFactory(), session)

    with pytest.raises(SeatsTaken):
        change_limit(session, 2, by=None)

    assert change_limit(session, 3, by=None).seats == 3


def test_s2_nobody_keeps_seats_for_another_office_without_the_right():
    office, other = led_office(), led_office(deputy=True)
    session = session_of(9)

    for stranger in (office.head, EmployeeFactory(), member(other)):
        with pytest.raises(NotYourOffice):
            reserve_seats(session, other, 1, by=stranger)
    with pytest.raises(NotYourOffice):
        reserve_seats(session, "ЦАО", 1, by=office.head)
    assert reserve_seats(session, other, 1, by=other.deputy)
    assert reserve_seats(session, office, 1, by=hr_admin())


def test_s31_a_right_that_was_taken_away_keeps_no_seats():
    person = hr_admin()
    office = led_office()
    person.groups.clear()

    with pytest.raises(NotYourOffice):
        reserve_seats(session_of(3), office, 1, by=person)


def test_rule_17_a_quota_of_an_okrug_is_for_all_its_offices():
    first, second = led_office(), led_office()
    Office.objects.filter(pk__in=[first.pk, second.pk]).update(okrug="ЦАО")
    session = session_of(2)
    reserve_seats(session, "ЦАО", 2, by=hr_admin())

    seats = [enrol(person, session).seat for person in (EmployeeFactory(), member(first), member(second))]

    assert seats == [Seat.WAITING, Seat.HELD, Seat.HELD]
    assert seats_kept(session) == [("ЦАО", 0, 2)]
