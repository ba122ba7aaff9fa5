"""A date opens, or a seat of it is free that nobody waits for: who wants the course is told, and offered a seat."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, Max, OuterRef, QuerySet
from django.utils import timezone

from centre.models import Policy
from enrolment.annotations import due_day
from enrolment.conditions import Situation, unmet
from enrolment.interest.models import Interest, InterestQuerySet
from enrolment.interest.notices import DATE_OPENED, about, opened_message
from enrolment.models import SEATS_TAKEN, Enrolment
from enrolment.queue.order import Waiting, queue_key
from enrolment.queue.words import turn_words
from enrolment.seats import offer_seat
from enrolment.situations import situations
from notifications.actions import PlannedMessage, noting, plan_messages
from notifications.models import Message
from people.models import Employee
from scheduling.models import Booking, Session, SessionStep


def unserved(courses: Collection[int] | QuerySet[Any]) -> InterestQuerySet:
    """Live wishes for the courses of people at work who have no enrolment in it yet, not an offer either."""
    enrolled = Enrolment.objects.live().filter(trainee=OuterRef("trainee"), course=OuterRef("course"))
    wishes = Interest.objects.live().of_people_at_work().filter(course__in=courses)
    return wishes.exclude(Exists(enrolled)).order_by()


def offer_dates(
    sessions: Collection[Session], *, causes: Mapping[int, str] | None = None, now: datetime | None = None
) -> list[Enrolment]:
    """Tell who wants the courses of dates that opened since, and offer free seats in order; return the enrolments.

    As many get an offer as seats are free and nobody waits for, in the order of the queue (rule 13); the others keep
    their wish. A course of which a head decides is only told of: a seat that nobody allowed is not given (rule 12),
    and when the person asks, the time of the wish counts. Each person gets one message, which keeps the cause of its
    session's step. The caller holds the locks of the sessions; the persons' are taken here, all at once, unless it
    holds them already, as who publishes a month does (`interest.receivers`).
    """
    now, causes = now or timezone.now(), causes or {}
    sessions = sorted(
        (one for one in sessions if one.is_open_for_enrolment and one.starts_at > now),
        key=lambda one: (one.starts_at, one.pk),
    )
    courses = {session.course_id for session in sessions}
    wanting = set(unserved(courses).values_list("trainee", flat=True)) if courses else set()
    if not wanting:
        return []
    people = Employee.objects.lock_all(wanting)
    policy = Policy.objects.current(now)
    wishes = in_order(
        unserved(courses).filter(trainee__in=people).annotate(owed=due_day("trainee")), policy, now
    )
    suiting = fitting(wishes, sessions)
    made: list[Enrolment] = []
    for session in sessions:
        served = {one.trainee_id for one in made}
        those = [wish for wish in suiting[session.pk] if wish.trainee_id not in served]
        with noting(causes.get(session.pk, "")):
            made += offer_seats(session, those, people=people, policy=policy, now=now)
    tell(suiting, sessions, served={one.trainee_id for one in made}, causes=causes)
    return made


def in_order(wishes: Iterable[Interest], policy: Policy, now: datetime) -> list[Interest]:
    """As the queue stands: a mandatory course that is overdue or due soon, then the time of the wish."""
    today = timezone.localdate(now)
    return sorted(
        wishes,
        key=lambda wish: queue_key(
            Waiting(wish.pk, wish.since, due_on=vars(wish)["owed"]),
            today=today,
            soon_days=policy.due_soon_days,
        ),
    )


def fitting(wishes: list[Interest], sessions: Collection[Session]) -> dict[int, list[Interest]]:
    """By session the wishes that it suits: its site is the one wished for, and the person has not left it before."""
    sites: dict[int, set[int]] = defaultdict(set)
    rooms = Booking.objects.of_rooms().filter(meeting__session__in=sessions)
    for session_id, site_id in rooms.values_list("meeting__session", "room__site"):
        sites[session_id].add(site_id)
    before = set(Enrolment.objects.filter(session__in=sessions).values_list("session", "trainee"))
    return {
        session.pk: [
            wish
            for wish in wishes
            if wish.course_id == session.course_id
            and (wish.site_id is None or wish.site_id in sites[session.pk])
            and (session.pk, wish.trainee_id) not in before
        ]
        for session in sessions
    }


def offer_seats(
    session: Session, wishes: list[Interest], *, people: dict[int, Employee], policy: Policy, now: datetime
) -> Iterator[Enrolment]:
    """The seats that are free, to the first whom the date suits; nobody is asked shortly before the start (rule 14)."""
    if not session.course.is_mandatory or session.starts_at - now <= timedelta(
        hours=policy.offer_above_hours
    ):
        return
    free = session.seats - session.enrolments.filter(seat__in=SEATS_TAKEN).count()
    for wish in wishes:
        if free <= 0:
            return
        trainee = people[wish.trainee_id]
        situation = situations(trainee, [session], policy=policy, now=now, locks_days=True)[session.pk]
        if situation.waiting:
            return
        if situation.has_free_seat and may_be_offered(situation):  # a seat may be kept for other offices
            yield offer_to(wish, situation)
            free -= 1


def may_be_offered(situation: Situation) -> bool:
    """Who may not come, whom the office cannot spare, or who would have to agree to a day off is told, and may ask."""
    return not unmet(situation) and not situation.days_over and not situation.days_off


def offer_to(wish: Interest, situation: Situation) -> Enrolment:
    """Offer the seat to whom it is the turn; the wish lives on until they accept (rule 14)."""
    enrolment = Enrolment(
        trainee_id=wish.trainee_id,
        session=situation.session,
        course=situation.session.course,
        requested_at=wish.since,
        due_on=situation.due_on,
    )
    offer_seat(enrolment, situation, reason=turn_words(enrolment, situation.policy, situation.now))
    return enrolment


def tell(
    suiting: dict[int, list[Interest]],
    sessions: Collection[Session],
    *,
    served: set[int],
    causes: Mapping[int, str],
) -> None:
    """One message to each who wanted the course before the date opened, in order, but for those with a seat."""
    steps = SessionStep.objects.filter(session__in=sessions, kind=SessionStep.Kind.PUBLISHED)
    opened = dict(steps.order_by().values_list("session").annotate(at=Max("at")))
    wishes = {wish.pk: wish for those in suiting.values() for wish in those}
    told = dict(
        Message.objects.filter(kind=DATE_OPENED, subject__in=[about(pk) for pk in wishes])
        .order_by()
        .values_list("subject")
        .annotate(at=Max("send_after"))
    )
    news: dict[int, PlannedMessage] = {}
    for session in sessions:
        at = opened.get(session.pk)
        for wish in suiting[session.pk]:
            last = told.get(about(wish.pk))
            if wish.trainee_id in served or at is None or at < wish.since or (last and last >= at):
                continue
            news.setdefault(wish.pk, opened_message(wish, session.pk, causes.get(session.pk, "")))
    plan_messages(news.values())
