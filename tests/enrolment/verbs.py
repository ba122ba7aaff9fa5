"""The verbs of a seat and of a queue, one after the other at random: what `test_every_verb` does.

Each verb is a method that goes through, is refused as the product refuses it, or returns False: nothing to do.
"""

from collections import Counter
from contextlib import suppress
from datetime import timedelta
from itertools import permutations
from random import Random

from django.utils import timezone

from centre.errors import Refusal
from enrolment.actions import cancel_enrolment, end_enrolments_of_leaver, enrol
from enrolment.actions.enrolling import Terms
from enrolment.approvals.actions import ask_for_seat, decide, undo_decision
from enrolment.approvals.tasks import keep_terms_of_requests
from enrolment.bulk.actions import order_undoing
from enrolment.bulk.models import BulkRun
from enrolment.bulk.tasks import work_on_bulk_runs
from enrolment.doors.actions import TAKEN_BACK, restore_enrolment, transfer_enrolment
from enrolment.doors.cancelling import cancel_for_somebody
from enrolment.doors.walk_ins import add_walk_in
from enrolment.interest.actions import drop_interest, want_course
from enrolment.interest.models import Interest
from enrolment.interest.tasks import keep_wishes
from enrolment.merging import merge_sessions
from enrolment.models import Approval, Enrolment, EnrolmentEntry, Seat
from enrolment.movers.actions import give_up_for_leave
from enrolment.movers.questions import in_sessions_ahead
from enrolment.nominating.actions import nominate, people_to_send, replace_trainee
from enrolment.notices import REMINDERS, about
from enrolment.offers.actions import accept_offer, decline_offer, give_seat, wish_short_notice
from enrolment.offers.tasks import lapse_due_offers
from enrolment.queue.actions import pin, refresh_due_days, unpin
from enrolment.reservations.actions import release_seats, reserve_seats
from enrolment.reservations.models import Reservation
from enrolment.reservations.tasks import keep_reservations
from enrolment.tasks import end_enrolments_of_leavers, give_free_seats
from notifications.models import Message
from people.models import Employee, Employment
from scheduling.actions import cancel_session, change_limit
from scheduling.headcounts import headcount
from scheduling.models import Session
from tests.enrolment.approvals import hr_admin, led_office, member
from tests.enrolment.bulk import applied, pasted
from tests.enrolment.interests import opened
from tests.factories import CourseFactory, PolicyFactory, SessionFactory, in_days

CROWD, MOST_SESSIONS = 5, 4
# Two days on, two days off: who works on the day of a session does so on this one after it begins to be at hand.
AT_WORK_AGAIN = 8
# After so many steps the days of the sessions come, if they have not come by themselves.
LATE, STEPS_A_DAY = 65, 5
# Seats are given by staff alone, and not from the queue at all.
HOURS_BEFORE = (23, 0)
# How often each verb went through, in all sequences together.
SEEN: Counter[str] = Counter()


class Sequence:
    """Two offices, three sessions of which two overlap, and one person of staff; `do` does something at random."""

    def __init__(self, seed, clock):
        self.random, self.clock = Random(seed), clock
        # The shift is not what this is about; kept seats are released when all begins to be at short notice.
        PolicyFactory(away_percent=100, reservation_release_days=3)
        self.offices = [led_office(), led_office()]
        self.staff = hr_admin()
        self.people = [member(office) for office in self.offices for _number in range(CROWD)]
        optional, mandatory = CourseFactory(), CourseFactory(is_mandatory=True, due_days=30)
        self.sessions = [
            SessionFactory(course=course, seats=2, limit=2, starts_at=starts_at)
            for course, starts_at in [
                (optional, in_days(14, 10)),
                (mandatory, in_days(14, 11)),
                (mandatory, in_days(15, 15)),
            ]
        ]
        self.steps, self.day_due = 0, LATE
        for person in self.people[::2]:
            enrol(person, self.sessions[1])
        clock.shift(timedelta(days=10))
        self.verbs = [
            *[self.enrols] * 4,
            *[self.asks] * 3,
            *[self.is_decided] * 4,
            *[self.cancels] * 2,
            *[self.accepts] * 2,
            *[self.time_passes] * 2,
            self.does_not_answer,
            *[self.is_undone] * 2,
            *[self.declines] * 2,
            self.wishes,
            *[self.is_given] * 3,
            self.is_pinned,
            self.is_unpinned,
            self.owes,
            self.limits,
            *[self.changes_date] * 2,
            self.is_cancelled,
            self.takes_back,
            self.restores,
            self.is_let_in,
            *[self.is_sent] * 2,
            *[self.keeps] * 2,
            self.gives_back,
            *[self.is_replaced] * 2,
            self.leaves,
            self.is_called_off,
            *[self.wants] * 2,
            self.wants_no_more,
            *[self.opens_date] * 2,
            *[self.joins] * 2,
            self.is_listed,
            self.is_unlisted,
            self.stays_at_home,
            self.is_kept_beyond,
            *[self.walks_in] * 4,
        ]

    def do(self):
        """The name of what went through; what is refused is tried again as something else."""
        self.clock.shift(timedelta(minutes=1))
        self.steps += 1
        for _try in range(10):
            verb = self.random.choice(self.verbs)
            try:
                if verb() is not False:
                    SEEN[verb.__name__] += 1
                    return verb.__name__
            except Refusal:
                SEEN[f"{verb.__name__} refused"] += 1
        return "nothing"

    # --- whom and what --------------------------------------------------------------------------------

    def person(self):
        return Employee.objects.get(pk=self.random.choice(self.people).pk)

    def session(self):
        return Session.objects.get(pk=self.random.choice(self.sessions).pk)

    def one(self, rows):
        """One of the rows; a verb without any is none."""
        rows = list(rows.order_by("pk"))
        if not rows:
            raise Refusal("nothing of the kind")
        return self.random.choice(rows)

    def enrolment(self, **what):
        return self.one(Enrolment.objects.live().filter(**what))

    def tick(self):
        return self.random.random() < 0.5

    # --- verbs ----------------------------------------------------------------------------------------

    def enrols(self):
        enrol(self.person(), self.session(), terms=Terms(at_short_notice=self.tick()))

    def asks(self):
        ask_for_seat(self.person(), self.session(), at_short_notice=self.tick(), consents=True)

    def is_decided(self):
        row = self.enrolment(approval=Approval.ASKED)
        decide(row, granted=self.random.random() < 0.7, by=head_of(row.trainee), reason="Смена")

    def is_undone(self):
        decided = Enrolment.objects.filter(approval__in=[Approval.GRANTED, Approval.REFUSED])
        row = self.one(decided)
        undo_decision(row, by=head_of(row.trainee))
        give_free_seats()  # as within five minutes: the person's places elsewhere

    def accepts(self):
        row = self.enrolment(seat=Seat.OFFERED)
        accept_offer(row, by=row.trainee)

    def declines(self):
        row = self.enrolment(seat=Seat.OFFERED)
        decline_offer(row, by=row.trainee)

    def does_not_answer(self):
        until = self.enrolment(seat=Seat.OFFERED).offer_until
        if until > timezone.now():
            self.clock.move_to(until)
        self.what_time_brings()

    def wishes(self):
        row = self.enrolment(seat=Seat.WAITING)
        wish_short_notice(row, wishes=self.tick(), by=row.trainee)

    def is_given(self):
        give_seat(self.enrolment(seat=Seat.WAITING), by=self.staff, reason="Договорились")

    def is_pinned(self):
        pin(self.enrolment(seat=Seat.WAITING), by=self.staff, reason="Нужно")

    def is_unpinned(self):
        unpin(self.enrolment(seat=Seat.WAITING, pinned_at__isnull=False), by=self.staff, reason="Не нужно")

    def owes(self):
        job = self.person().employments.get()
        job.started_on -= timedelta(days=self.random.randrange(40))
        job.save()
        return bool(refresh_due_days(people={job.employee_id}))

    def cancels(self):
        row = self.enrolment()
        cancel_enrolment(row, by=row.trainee, reason="Болею")

    def is_cancelled(self):
        """By staff: at the person's wish, or the centre takes the seat away."""
        cancel_for_somebody(self.enrolment(), by=self.staff, reason="Звонил", by_centre=self.tick())

    def changes_date(self):
        row = self.enrolment(course=self.sessions[1].course)
        there = self.random.choice([one for one in self.sessions[1:] if one.pk != row.session_id])
        by = self.random.choice([row.trainee, self.staff])
        transfer_enrolment(row, there, by=by, reason="Смена", queues=by is self.staff, consents=True)

    def takes_back(self):
        row = self.enrolment()
        cancel_enrolment(row, by=row.trainee, reason="Болею")
        self.clock.shift(timedelta(minutes=2))
        restore_enrolment(row, by=row.trainee)

    def restores(self):
        ended = Enrolment.objects.filter(ended_because__in=TAKEN_BACK)
        restore_enrolment(self.one(ended), by=self.staff, reason="Ошибка")

    def is_let_in(self):
        """Beyond the limit, and whatever may be overlooked."""
        terms = Terms(exceeds=True, overlooks=frozenset({"completed", "optional"}), despite="Нужно")
        enrol(self.person(), self.session(), by=self.staff, terms=terms)

    def is_sent(self):
        """By the head, past the approval: on a kept seat, on a free one, or to the end of the queue."""
        person = self.person()
        nominate(person, self.session(), by=head_of(person), despite_shift=self.tick())

    def keeps(self):
        office = self.random.choice(self.offices)
        roomy = [one for one in self.running().order_by("pk") if has_room(one)]
        session = self.random.choice(roomy or self.sessions)
        return bool(reserve_seats(session, office, self.random.choice([1, 1, 2]), by=office.head))

    def gives_back(self):
        kept = self.one(Reservation.objects.standing().filter(seats__gt=0).select_related("office"))
        release_seats(kept, by=kept.office.head)

    def is_replaced(self):
        """On this very seat, also where the office keeps another one without a name."""
        taken = Enrolment.objects.live().holding()
        roomy = taken.filter(session__in=[one for one in self.running() if has_room(one)])
        row = self.one(roomy or taken)
        head = head_of(row.trainee)
        with suppress(Refusal):
            reserve_seats(row.session, row.trainee.employments.get().office, 1, by=head)
        substitute = self.one(people_to_send(head).exclude(pk=row.trainee_id))
        kept = kept_in(row.session)
        came = replace_trainee(row, substitute, by=head, despite_shift=self.tick())
        assert (came.seat, came.trainee, kept_in(row.session)) == (Seat.HELD, substitute, kept)

    def limits(self):
        session = self.session()
        change_limit(session, max(1, session.seats + self.random.choice([1, 1, -1])), by=None)

    def leaves(self):
        if self.random.random() < 0.6:
            return False
        person = self.person()
        Employee.objects.filter(pk=person.pk).update(is_active=False)
        end_enrolments_of_leaver(person)
        return None

    def is_called_off(self):
        if self.random.random() < 0.85:
            return False
        cancel_session(self.sessions[2], "Заболел тренер", by=self.staff)
        give_free_seats()
        return None

    def wants(self):
        course = self.random.choice([self.sessions[0].course, self.sessions[1].course])
        assert want_course(self.person(), course).is_live

    def wants_no_more(self):
        wish = drop_interest(self.one(Interest.objects.live()))
        assert wish.ended_because == Interest.Ending.WITHDRAWN

    def opens_date(self):
        """One more date of the mandatory course, offered at once to whoever wants it; an office may keep a seat."""
        if self.running().count() > MOST_SESSIONS:
            return False
        course = self.sessions[1].course
        enrolled = Enrolment.objects.live().filter(course=course).values("trainee")
        people = Employee.objects.filter(pk__in=[one.pk for one in self.people]).exclude(pk__in=enrolled)
        want_course(self.one(people), course)
        starts_at = in_days(AT_WORK_AGAIN, 10 + len(self.sessions) % 8)
        session = opened(course, seats=3, limit=3, starts_at=starts_at)
        self.sessions.append(session)
        if self.tick():
            office = self.random.choice(self.offices)
            reserve_seats(session, office, 1, by=office.head)
        return None

    def joins(self):
        """Two dates of the mandatory course, whichever goes: nobody of the first is lost, and a seat stays a seat."""
        dates = [one for one in self.running().order_by("pk") if one.pk != self.sessions[0].pk]
        pairs = list(permutations(dates, 2))
        if not pairs:
            return False
        carrying = [
            (one, other)
            for one, other in pairs
            if one.enrolments.live().seated().exists() and has_room(other)
        ]
        source, target = self.random.choice(carrying or pairs)
        ahead = places(source.enrolments.live().filter(trainee__is_active=True))
        plan = merge_sessions(source, target, by=self.staff)
        clashing = {clash.attendee.enrolment_id for clash in plan.clashing}
        came = places(target.enrolments.live().filter(pk__in=ahead))
        assert came == {pk: place for pk, place in ahead.items() if pk not in clashing}
        assert not source.enrolments.live().exists()
        news = Message.objects.planned().filter(subject__in=[about(pk) for pk in came])
        assert Counter(one.subject for one in news if one.kind not in REMINDERS) == Counter(map(about, came))
        return None

    def is_listed(self):
        """Some people at once, by a list that the background carries out."""
        run = applied(pasted(self.session(), self.random.sample(self.people, 3), by=self.staff))
        assert run.state == BulkRun.State.APPLIED

    def is_unlisted(self):
        run = self.one(BulkRun.objects.filter(state=BulkRun.State.APPLIED))
        order_undoing(run, by=self.staff)
        work_on_bulk_runs()
        run.refresh_from_db()
        assert run.state == BulkRun.State.UNDONE

    def stays_at_home(self):
        """On parental leave, or back from it."""
        if self.random.random() < 0.4:
            return False
        person = self.person()
        job = person.employments.get()
        job.leave = "" if job.leave else Employment.Leave.PARENTAL
        job.save()
        give_up_for_leave(person, by=self.staff)
        assert not (job.leave and in_sessions_ahead(timezone.now()).filter(trainee=person).exists())
        return None

    def is_kept_beyond(self):
        """Fewer seats than people, of whom nobody loses theirs: staff may, and say why."""
        session = self.session()
        held = set(session.enrolments.holding())
        if len(held) < 2 or session.seats < 2:
            return False
        change_limit(session, min(len(held), session.seats) - 1, by=self.staff, reason="Стулья принесём")
        assert set(session.enrolments.holding()) == held
        assert session.enrolments.holding().filter(exceeds=True).exists()
        if self.steps % 2:  # and takes it back
            change_limit(session, session.seats, by=self.staff)
        return None

    def walks_in(self):
        """At the sheet, by whoever writes it; late in a sequence the clock goes on to the days of the sessions."""
        if self.steps > self.day_due:
            self.day_comes()
        session = self.one(self.running().filter(starts_at__lte=timezone.now()))
        elsewhere = Enrolment.objects.live().filter(course=session.course).exclude(session=session)
        people = Employee.objects.filter(pk__in=[one.pk for one in self.people], is_active=True)
        people = people.exclude(pk__in=elsewhere.values("trainee"))
        wanting = people.filter(interests__in=Interest.objects.live().filter(course=session.course))
        person = self.one(wanting if wanting and self.tick() else people)
        came = add_walk_in(session, person, by=self.staff, despite=self.random.choice(["", "Пришёл"]))
        assert (came.seat, came.is_live) == (Seat.HELD, True)

    def running(self):
        sessions = Session.objects.filter(pk__in=[one.pk for one in self.sessions])
        return sessions.exclude(status=Session.Status.CANCELLED)

    def day_comes(self):
        """The next moment after which seats are given in another way, or at which a session begins."""
        moments = [one.starts_at - timedelta(hours=hours) for one in self.running() for hours in HOURS_BEFORE]
        if ahead := [at for at in moments if at > timezone.now()]:
            self.clock.move_to(min(ahead))
            self.what_time_brings()

    def time_passes(self):
        self.clock.shift(timedelta(hours=self.random.choice([1, 1, 6, 18])))
        self.what_time_brings()

    def what_time_brings(self):
        keep_terms_of_requests()
        keep_reservations()
        end_enrolments_of_leavers()
        give_free_seats()
        self.offers_lapse()
        keep_wishes()

    def offers_lapse(self):
        """To the next at once: afterwards only who did not answer may get another seat, that their time allows now."""
        due = Enrolment.objects.live().filter(seat=Seat.OFFERED, offer_until__lte=timezone.now())
        late = set(due.values_list("trainee", flat=True))
        lapse_due_offers()
        before = seated()
        give_free_seats()
        assert {trainee for _enrolment, trainee in seated() - before} <= late

    def story(self):
        """What happened to whom, for whoever looks for the reason of a fault."""
        entries = EnrolmentEntry.objects.order_by("pk")
        lines = [f"{one.at:%d %H:%M} {one.enrolment_id} {one.kind}" for one in entries]
        told = [f"{one.subject} {one.kind} {one.state}" for one in Message.objects.order_by("pk")]
        return "\n".join([*lines, *told])


def has_room(session):
    people = headcount(session)
    return session.is_open_for_enrolment and people.held + people.reserved < session.seats


def seated():
    """Who has a seat, or is offered one."""
    return set(Enrolment.objects.holding().values_list("pk", "trainee"))


def places(enrolments):
    """What makes their places in a queue, by enrolment."""
    return {pk: place for pk, *place in enrolments.values_list("pk", "requested_at", "pinned_at", "due_on")}


def kept_in(session):
    """The seats that are kept without a name."""
    return sorted(session.reservations.standing().values_list("pk", "seats"))


def head_of(person):
    return person.employments.get().office.head
