"""Until when people may cancel or must choose after a step of planners, in sentences for its preview (rule 6).

Only what the actions keep: `cancel_enrolment` asks the same hours and the same start, `note_unanswered` the same term.
"""

from collections import Counter
from collections.abc import Collection, Iterator
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import ngettext

from centre.models import Policy
from centre.quotes import with_inner_quotes
from centre.templatetags.centre_text import when
from enrolment.models import Enrolment
from scheduling.models import Session
from scheduling.rehearsal import Deadline


def deadlines_of(enrolment_ids: Collection[int]) -> Iterator[Deadline]:
    """Of those of the enrolments that hold or are offered a seat in a session ahead; three queries, or none."""
    if not enrolment_ids:
        return
    holding = Enrolment.objects.live().holding().filter(pk__in=enrolment_ids, session__isnull=False)
    every = list(holding.values_list("session", "clash_since", "offer_until"))
    rows = [(session, since) for session, since, offer_until in every if offer_until is None]
    offers: dict[int | None, list[datetime]] = {}
    for session_id, _since, offer_until in every:
        if offer_until is not None:
            offers.setdefault(session_id, []).append(offer_until)
    people = Counter(session for session, _clash in rows)
    clashing = Counter(session for session, since in rows if since)
    since = {session: since for session, since in rows if since}
    policy = Policy.objects.current()
    lead = timedelta(hours=policy.cancel_lead_hours)
    choice = timedelta(hours=policy.clash_choice_hours)
    for session in Session.objects.with_course().filter(
        pk__in=people.keys() | offers.keys(), starts_at__gt=timezone.now()
    ):
        if people[session.pk]:
            yield of_cancelling(session, people[session.pk], lead)
        if session.pk in offers:
            yield of_answering(session, offers[session.pk])
        if clashing[session.pk]:
            until = min(since[session.pk] + choice, session.starts_at)
            yield of_choosing(session, clashing[session.pk], until)


def of_cancelling(session: Session, people: int, lead: timedelta) -> Deadline:
    until = session.starts_at - lead
    words = {"course": session.course.title, "count": people, "start": when(session.starts_at)}
    if until <= timezone.now():
        late = ngettext(
            "“%(course)s”, %(start)s: %(count)s person with a seat can cancel only late, with a reason.",
            "“%(course)s”, %(start)s: %(count)s people with a seat can cancel only late, with a reason.",
            people,
        )
        return Deadline(session.starts_at, with_inner_quotes(late % words))
    free = ngettext(
        "“%(course)s”: %(count)s person with a seat can cancel freely until %(until)s, later with a reason.",
        "“%(course)s”: %(count)s people with a seat can cancel freely until %(until)s, later with a reason.",
        people,
    )
    return Deadline(until, with_inner_quotes(free % (words | {"until": when(until)})))


def of_answering(session: Session, terms: list[datetime]) -> Deadline:
    """By the first of the terms; silence passes the seat on (rule 14)."""
    until = min(terms)
    sentence = ngettext(
        "“%(course)s”: %(count)s person who is offered a seat answers until %(until)s; then it goes to the next.",
        "“%(course)s”: %(count)s people who are offered seats answer until %(until)s at the earliest.",
        len(terms),
    )
    words = {"course": session.course.title, "count": len(terms), "until": when(until)}
    return Deadline(until, with_inner_quotes(sentence % words))


def of_choosing(session: Session, people: int, until: datetime) -> Deadline:
    """Who has not chosen by then keeps the seat, and HR is asked: nothing is dropped silently."""
    words = {"course": session.course.title, "count": people, "until": when(until)}
    sentence = ngettext(
        "“%(course)s”: %(count)s person in a clash is to choose until %(until)s; then HR is asked.",
        "“%(course)s”: %(count)s people in a clash are to choose until %(until)s; then HR is asked.",
        people,
    )
    return Deadline(until, with_inner_quotes(sentence % words))
