"""Heads send their people and replace one by another (rule 17), and see the shift's number before (rule 16)."""

import pytest
from django.urls import reverse
from django.utils import timezone

from enrolment.actions import Terms, cancel_enrolment, enrol
from enrolment.errors import TooManyAway
from enrolment.invariants import booking_faults
from enrolment.models import Approval, Ending, EnrolmentEntry, Reservation, Seat
from enrolment.nominating.actions import agree_to_day_off, nominate, nominate_many, replace_trainee
from enrolment.nominating.errors import (
    AlreadyThere,
    CannotReplace,
    NotAllowed,
    NotYourPeople,
)
from enrolment.reservations.actions import reserve_seats
from notifications import kinds
from notifications.models import Message
from people.models import Employment, Office
from scheduling.models import Booking, Session
from tests.enrolment.approvals import asking, hr_admin, kinds_of, led_office, member
from tests.factories import EmployeeFactory, EmploymentFactory, SessionFactory, in_days

pytestmark = pytest.mark.django_db
Entry = EnrolmentEntry.Kind


def letter(kind, recipient):
    message = Message.objects.planned().get(kind=kind, recipient=recipient)
    found = kinds.render(message)
    return f"{found.title} {' '.join(map(str, found.paragraphs))}"


def news_of(person):
    planned = Message.objects.planned().filter(recipient=person).exclude(kind__startswith="reminder")
    return list(planned.values_list("kind", flat=True))


def off_duty(office):
    """Somebody of the office whose day off the ordinary session lies on."""
    first = timezone.localdate(in_days(12))
    return EmploymentFactory(office=office, work_pattern="2/2", pattern_starts_on=first).employee


# --- sending --------------------------------------------------------------------------------------


def test_rule_17_a_head_sends_somebody_of_the_office_without_wish_or_approval():
    office = led_office()
    person, session = member(office), SessionFactory()

    enrolment = nominate(person, session, by=office.head)

    assert (enrolment.seat, enrolment.approval) == (Seat.HELD, Approval.NOT_NEEDED)
    assert kinds_of(enrolment) == [Entry.SEAT_TAKEN, Entry.NOMINATED]
    assert enrolment.entries.get(kind=Entry.NOMINATED).by == office.head
    assert news_of(person) == ["nominated"]
    assert office.head.last_name in letter("nominated", person)
    assert booking_faults() == []


def test_rule_17_who_is_sent_to_a_full_session_joins_the_end_of_its_queue():
    office = led_office()
    session = SessionFactory(seats=1)
    enrol(EmployeeFactory(), session)
    first = enrol(EmployeeFactory(), session)
    person = member(office)

    enrolment = nominate(person, session, by=office.head)

    assert (enrolment.seat, enrolment.place_in_queue, first.place_in_queue) == (Seat.WAITING, 2, 1)
    assert news_of(person) == ["nominated"]
    assert "2" in letter("nominated", person)


def test_rule_17_sending_uses_the_kept_seats_first():
    office = led_office()
    session = SessionFactory(seats=2)
    reserve_seats(session, office, 1, by=office.head)

    nominate(member(office), session, by=office.head)

    assert Reservation.objects.get().seats == 0
    assert enrol(EmployeeFactory(), session).seat == Seat.HELD


def test_rule_17_many_are_sent_each_on_their_own():
    office, session = led_office(), SessionFactory()
    away, stranger = member(office), member(led_office())
    Booking.objects.create(
        meeting=SessionFactory().meetings.get(),
        person=away,
        role="attends",
        period=(in_days(14, 9), in_days(14, 12)),
    )
    people = [member(office), away, stranger]

    outcomes = nominate_many(people, session, by=office.head, despite_shift=True)

    assert [one.has_seat for one in outcomes] == [True, False, False]
    assert [bool(one.refusal) for one in outcomes] == [False, True, True]
    assert away.last_name in outcomes[1].refusal


def test_rule_17_a_request_of_ones_own_is_allowed_by_being_sent():
    office = led_office()
    request = asking(office)

    enrolment = nominate(request.trainee, request.session, by=office.head)

    assert (enrolment.pk, enrolment.approval, enrolment.seat) == (request.pk, Approval.GRANTED, Seat.HELD)


def test_rule_17_sending_again_changes_nothing():
    office, session = led_office(), SessionFactory()
    person = member(office)
    nominate(person, session, by=office.head)

    with pytest.raises(AlreadyThere):
        nominate(person, session, by=office.head)

    assert session.enrolments.count() == 1


def test_rule_11_conditions_are_asked_of_those_who_are_sent_and_said_about_them():
    office, session = led_office(), SessionFactory()
    session.course.audience.add(EmploymentFactory().position)
    person = member(office)

    with pytest.raises(NotAllowed, match=person.last_name):
        nominate(person, session, by=office.head)


def test_s2_nobody_sends_people_of_another_office_themselves_or_its_head():
    office, other = led_office(deputy=True), led_office()
    session = SessionFactory()

    for by, person in (
        (office.head, member(other)),
        (office.head, office.head),
        (office.deputy, office.deputy),
        (office.deputy, office.head),
        (member(office), member(office)),
        (hr_admin(), member(office)),
    ):
        with pytest.raises(NotYourPeople):
            nominate(person, session, by=by)
    assert nominate(office.deputy, session, by=office.head, despite_shift=True)


def test_s31_who_lost_the_office_sends_nobody():
    office, session = led_office(), SessionFactory()
    Office.objects.filter(pk=office.pk).update(head=None)

    with pytest.raises(NotYourPeople):
        nominate(member(office), session, by=office.head)


# --- the office stays open ------------------------------------------------------------------------


def test_rule_16_too_many_away_the_head_sees_the_number_and_may_allow_it():
    office, session = led_office(), SessionFactory()
    Employment.objects.filter(employee=office.head).update(leave="vacation")
    people = [member(office) for _number in range(4)]
    nominate(people[0], session, by=office.head)

    with pytest.raises(TooManyAway, match="2"):
        nominate(people[1], session, by=office.head)
    enrolment = nominate(people[1], session, by=office.head, despite_shift=True)

    assert (enrolment.seat, enrolment.approval) == (Seat.HELD, Approval.GRANTED)
    assert "4" in enrolment.entries.get(kind=Entry.NOMINATED).reason


def test_rule_16_who_is_sent_on_a_day_off_is_told_and_can_agree():
    office, session = led_office(), SessionFactory()
    person = off_duty(office)

    enrolment = nominate(person, session, by=office.head)

    assert (enrolment.seat, enrolment.consented_at) == (Seat.HELD, None)
    said = letter("nominated", person)
    assert "выходной" in said or "day off" in said
    with pytest.raises(NotYourPeople):
        agree_to_day_off(enrolment, by=office.head)
    agreed = agree_to_day_off(enrolment, by=person)
    assert agreed.consented_at is not None
    assert kinds_of(agree_to_day_off(agreed, by=person)).count(Entry.CONSENTED) == 1


# --- replacing ------------------------------------------------------------------------------------


def test_rule_17_somebody_else_gets_that_very_seat_past_the_queue_and_both_stories_say_so():
    office = led_office()
    session = SessionFactory(seats=1)
    leaving = nominate(member(office), session, by=office.head)
    first = enrol(EmployeeFactory(), session)
    substitute = member(office)

    taking = replace_trainee(leaving, substitute, by=office.head, reason="Заболела")

    leaving.refresh_from_db()
    first.refresh_from_db()
    assert (leaving.seat, leaving.ended_because) == (Seat.GIVEN_UP, Ending.REPLACED)
    assert (taking.seat, first.seat) == (Seat.HELD, Seat.WAITING)
    assert substitute.last_name in leaving.entries.get(kind=Entry.REPLACED).reason
    assert "Заболела" in leaving.entries.get(kind=Entry.REPLACED).reason
    assert leaving.trainee.last_name in taking.entries.get(kind=Entry.REPLACES).reason
    assert booking_faults() == []


def test_rule_17_the_story_of_a_replacement_ends_its_sentence_with_one_dot(client):
    office = led_office()
    leaving = nominate(member(office), SessionFactory(), by=office.head)
    replace_trainee(leaving, member(office), by=office.head, reason="Заболела")
    client.force_login(office.head)

    text = client.get(leaving.get_absolute_url()).content.decode()

    assert "Заболела" in text
    assert ".. " not in text
    assert reverse("enrolment:office_in_session", args=[leaving.session_id]) in text


def test_rule_17_both_are_told_of_a_replacement_once():
    office, session = led_office(), SessionFactory()
    leaving = nominate(member(office), session, by=office.head)
    substitute = member(office)

    replace_trainee(leaving, substitute, by=office.head)

    assert news_of(leaving.trainee) == ["replaced"]
    assert news_of(substitute) == ["nominated"]
    assert substitute.last_name in letter("replaced", leaving.trainee)
    assert leaving.trainee.last_name in letter("nominated", substitute)


def test_rule_17_somebody_is_replaced_in_a_session_beyond_its_limit_too():
    office = led_office()
    session = SessionFactory(seats=1)
    leaving = nominate(member(office), session, by=office.head)
    Session.objects.filter(pk=session.pk).update(seats=2)
    enrol(EmployeeFactory(), Session.objects.get(pk=session.pk))
    Session.objects.filter(pk=session.pk).update(seats=1)

    taking = replace_trainee(leaving, member(office), by=office.head)

    assert (taking.seat, taking.exceeds) == (Seat.HELD, True)
    assert session.enrolments.holding().count() == 2


def test_rule_10_the_substitute_of_somebody_within_the_limit_leaves_nobody_needlessly_beyond_it():
    office, session = led_office(), SessionFactory(seats=1)
    leaving = nominate(member(office), session, by=office.head)
    terms = Terms(exceeds=True, despite="Нужно")
    beyond = enrol(EmployeeFactory(), session, by=hr_admin(), terms=terms)

    taking = replace_trainee(leaving, member(office), by=office.head)

    holding = session.enrolments.holding().order_by("pk")
    assert list(holding.values_list("pk", "exceeds")) == [(beyond.pk, False), (taking.pk, True)]


def test_rule_17_a_replacement_uses_up_no_kept_seat():
    office = led_office()
    session = SessionFactory(seats=2)
    leaving = nominate(member(office), session, by=office.head)
    reserve_seats(session, office, 1, by=office.head)

    replace_trainee(leaving, member(office), by=office.head)

    assert Reservation.objects.get().seats == 1
    assert enrol(EmployeeFactory(), session).seat == Seat.WAITING


def test_rule_17_who_waits_may_replace_somebody_and_leaves_the_queue():
    office = led_office()
    session = SessionFactory(seats=1)
    leaving = nominate(member(office), session, by=office.head)
    waiting = nominate(member(office), session, by=office.head, despite_shift=True)

    taking = replace_trainee(leaving, waiting.trainee, by=office.head)

    assert (taking.pk, taking.seat) == (waiting.pk, Seat.HELD)
    assert booking_faults() == []


def test_rule_26_who_was_sent_to_the_queue_is_told_of_the_seat_of_somebody_else_too():
    office = led_office()
    session, substitute = SessionFactory(seats=1), member(office)
    held = nominate(member(office), session, by=office.head)
    nominate(substitute, session, by=office.head, despite_shift=True)
    Message.objects.filter(recipient=substitute).update(state=Message.State.SENT, sent_at=timezone.now())

    replace_trainee(held, substitute, by=office.head, despite_shift=True)

    assert news_of(substitute) == ["nominated"]
    assert held.trainee.last_name in letter("nominated", substitute)


def test_rule_17_the_seat_stays_where_the_substitute_may_not_come():
    office, session = led_office(), SessionFactory()
    leaving = nominate(member(office), session, by=office.head)
    busy = member(office)
    enrol(busy, SessionFactory())

    with pytest.raises(NotAllowed):
        replace_trainee(leaving, busy, by=office.head)

    leaving.refresh_from_db()
    assert leaving.seat == Seat.HELD
    assert booking_faults() == []


def test_rule_17_nobody_is_replaced_after_the_start_or_without_a_seat(time_machine):
    office, session = led_office(), SessionFactory()
    leaving = nominate(member(office), session, by=office.head)
    ended = nominate(member(office), session, by=office.head, despite_shift=True)
    cancel_enrolment(ended, by=ended.trainee)
    with pytest.raises(CannotReplace):
        replace_trainee(ended, member(office), by=office.head)

    time_machine.move_to(session.starts_at)

    with pytest.raises(CannotReplace):
        replace_trainee(leaving, member(office), by=office.head)


def test_s2_a_head_replaces_only_people_of_the_office_by_people_of_it():
    office, other = led_office(), led_office()
    session = SessionFactory()
    own = nominate(member(office), session, by=office.head)
    foreign = nominate(member(other), session, by=other.head)

    for enrolment, substitute in ((own, member(other)), (foreign, member(office)), (own, office.head)):
        with pytest.raises(NotYourPeople):
            replace_trainee(enrolment, substitute, by=office.head)
    assert replace_trainee(foreign, member(office), by=hr_admin(), despite_shift=True)


def test_rule_13_the_places_of_who_stays_away_in_other_queues_are_asked_anew():
    office = led_office()
    session, other = SessionFactory(), SessionFactory(seats=1)
    person = member(office)
    seated = enrol(EmployeeFactory(), other)
    waiting = enrol(person, other, terms=Terms(approval=Approval.GRANTED))  # whatever the shift
    leaving = nominate(person, session, by=office.head, despite_shift=True)
    cancel_enrolment(seated, by=seated.trainee)
    waiting.refresh_from_db()
    assert waiting.seat == Seat.WAITING, "busy at that time"

    replace_trainee(leaving, member(office), by=office.head)

    waiting.refresh_from_db()
    assert waiting.seat in {Seat.HELD, Seat.OFFERED}
