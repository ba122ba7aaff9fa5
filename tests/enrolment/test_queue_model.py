"""Enrol, ask, decide, cancel and change limits at random, against a small model: rules 10, 12 and 13, every sequence.

Two sessions overlap in time, so that somebody who holds a seat in one cannot be given a seat in the other.
"""

from collections import Counter
from itertools import count

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from centre.errors import Refusal
from enrolment.actions import cancel_enrolment, enrol
from enrolment.approvals.actions import ask_for_seat, decide
from enrolment.invariants import booking_faults
from enrolment.models import Approval
from scheduling.actions import change_limit
from tests.enrolment.approvals import led_office, member
from tests.factories import PolicyFactory, SessionFactory, in_days

CROWD = 6
PEOPLE = st.integers(0, CROWD - 1)
SESSIONS = st.integers(0, 1)


# How often the sequences came to what the test is about: chance alone may never fill a queue.
SEEN: Counter[str] = Counter()


class Model:
    """Who holds and who waits, as rules 10 and 13 say it."""

    def __init__(self):
        self.seats, self.held, self.queue = [1, 1], [set(), set()], [[], []]
        # Requests that await a decision, and which request was made when: rule 12.
        self.asked, self.made, self.clock = [set(), set()], {}, count()

    def promote(self, *sessions):
        for session in sessions:
            for person in list(self.queue[session]):
                if len(self.held[session]) < self.seats[session] and person not in self.held[1 - session]:
                    SEEN["chosen of several"] += len(self.queue[session]) > 1
                    self.queue[session].remove(person)
                    self.held[session].add(person)
                elif len(self.held[session]) < self.seats[session]:
                    SEEN["passed over"] += 1

    def is_live(self, person, session):
        return any(person in those[session] for those in (self.held, self.queue, self.asked))

    def enrol(self, person, session):
        if not self.is_live(person, session):
            if person in self.held[1 - session]:
                return False
            self.made[person, session] = next(self.clock)
            self.queue[session].append(person)
            self.promote(session)
        return True

    def ask(self, person, session):
        if not self.is_live(person, session):
            if person in self.held[1 - session]:
                return False
            self.made[person, session] = next(self.clock)
            self.asked[session].add(person)
        return True

    def decide(self, person, session, granted):
        self.asked[session].remove(person)
        if granted:
            self.queue[session].append(person)
            self.queue[session].sort(key=lambda one: self.made[one, session])
            SEEN["granted before others"] += self.queue[session][-1] != person
            self.promote(session)

    def cancel(self, person, session):
        waits_elsewhere = person in self.queue[1 - session]
        self.held[session].discard(person)
        self.asked[session].discard(person)
        self.queue[session] = [other for other in self.queue[session] if other != person]
        self.promote(*([0, 1] if waits_elsewhere else [session]))

    def limit(self, session, seats):
        if seats < len(self.held[session]):
            SEEN["limit refused"] += 1
            return False
        SEEN["raised while several wait"] += seats > self.seats[session] and len(self.queue[session]) > 1
        self.seats[session] = seats
        self.promote(session)
        return True


class Queue(RuleBasedStateMachine):
    def __init__(self):
        super().__init__()
        self.transaction = transaction.atomic()
        self.transaction.__enter__()
        self.model = Model()
        PolicyFactory(away_percent=100)  # all are of one office, and the shift is not what this is about
        office = led_office()
        self.head, self.people = office.head, [member(office) for _number in range(CROWD)]
        self.number_of = {person.pk: number for number, person in enumerate(self.people)}
        self.sessions = [SessionFactory(seats=1, limit=1, starts_at=in_days(14, hour)) for hour in (10, 11)]

    def teardown(self):
        transaction.set_rollback(True)
        self.transaction.__exit__(None, None, None)

    @initialize(crowd=st.permutations(range(CROWD)), many=st.integers(2, CROWD))
    def queues_form(self, crowd, many):
        for person in crowd[:many]:
            self.enrols(person, 0)
        for person in crowd[:-3:-1]:  # who asks first, and is allowed later
            self.asks(person, 1)
        for person in reversed(crowd[:-2]):
            self.enrols(person, 1)

    @rule(person=PEOPLE, session=SESSIONS)
    def enrols(self, person, session):
        try:
            enrol(self.people[person], self.sessions[session])
            accepted = True
        except Refusal:
            accepted = False
        assert accepted == self.model.enrol(person, session)

    @rule(person=PEOPLE, session=SESSIONS)
    def asks(self, person, session):
        try:
            ask_for_seat(self.people[person], self.sessions[session])
            accepted = True
        except Refusal:
            accepted = False
        assert accepted == self.model.ask(person, session)

    @precondition(lambda self: any(self.model.asked))
    @rule(pick=st.integers(0, 99), granted=st.sampled_from([True, True, False]))
    def is_decided(self, pick, granted):
        asked = [(person, session) for session in (0, 1) for person in sorted(self.model.asked[session])]
        person, session = asked[pick % len(asked)]
        request = self.sessions[session].enrolments.live().get(trainee=self.people[person])
        decide(request, granted=granted, by=self.head, reason="Смена")
        self.model.decide(person, session, granted)

    @precondition(lambda self: any(self.model.held) or any(self.model.queue) or any(self.model.asked))
    @rule(pick=st.integers(0, 99))
    def cancels(self, pick):
        live = [
            (person, session)
            for session in (0, 1)
            for person in [
                *sorted(self.model.held[session]),
                *self.model.queue[session],
                *sorted(self.model.asked[session]),
            ]
        ]
        self.cancel(*live[pick % len(live)])

    @precondition(lambda self: any(len(queue) > 1 for queue in self.model.queue))
    @rule(pick=st.integers(0, 99))
    def a_seat_of_a_long_queue_is_freed(self, pick):
        holders = [
            (person, session)
            for session in (0, 1)
            for person in sorted(self.model.held[session])
            if len(self.model.queue[session]) > 1
        ]
        if holders:
            self.cancel(*holders[pick % len(holders)])

    def cancel(self, person, session):
        enrolment = self.sessions[session].enrolments.live().get(trainee=self.people[person])
        cancel_enrolment(enrolment, by=enrolment.trainee)
        self.model.cancel(person, session)

    @rule(session=SESSIONS, difference=st.sampled_from([1, 1, -1, -1, -1]))
    def limits(self, session, difference):
        seats = max(1, self.model.seats[session] + difference)
        try:
            change_limit(self.sessions[session], seats, by=None)
            accepted = True
        except Refusal:
            accepted = False
        assert accepted == self.model.limit(session, seats)

    @invariant()
    def agrees_with_the_model(self):
        for index, session in enumerate(self.sessions):
            live = session.enrolments.live().order_by("requested_at", "pk")
            asked = set(self.numbers_of(live.filter(approval=Approval.ASKED)))
            held = set(self.numbers_of(live.holding()))  # held or offered
            waiting = self.numbers_of(session.enrolments.promotable())
            assert (held, waiting) == (self.model.held[index], self.model.queue[index])
            assert asked == self.model.asked[index]
            assert len(held) <= self.model.seats[index]
            eligible = [person for person in waiting if person not in self.model.held[1 - index]]
            assert not (eligible and len(held) < self.model.seats[index])

    def numbers_of(self, enrolments):
        return [self.number_of[key] for key in enrolments.values_list("trainee_id", flat=True)]

    @invariant()
    def bookings_are_the_seats(self):
        assert booking_faults() == []


@pytest.mark.django_db
def test_rule_10_and_12_and_13_hold_for_every_sequence():
    run_state_machine_as_test(
        Queue,
        settings=settings(
            max_examples=50,
            stateful_step_count=20,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
    assert all(
        SEEN[what] >= 10
        for what in (
            "chosen of several",
            "passed over",
            "limit refused",
            "raised while several wait",
            "granted before others",
        )
    ), SEEN
