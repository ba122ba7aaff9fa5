"""Until when people may cancel or must choose after a step of planners, in sentences for its preview (rule 6).

Only what the actions keep: `cancel_enrolment` asks the same hours and the same start.
"""

from collections import Counter
from collections.abc import Collection, Iterator
from datetime import timedelta

from django.utils import timezone
from django.utils.translation import ngettext

from centre.models import Policy
from centre.templatetags.centre_text import when
from enrolment.models import Enrolment
from scheduling.models import Session
from scheduling.rehearsal import Deadline


def deadlines_of(enrolment_ids: Collection[int]) -> Iterator[Deadline]:
    """Of those of the enrolments that hold a seat in a session ahead; three queries, or none."""
    if not enrolment_ids:
        return
    seated = Enrolment.objects.live().seated().filter(pk__in=enrolment_ids, session__isnull=False)
    rows = seated.values_list("session", "clash_since")
    people = Counter(session for session, _clash in rows)
    clashing = Counter(session for session, since in rows if since)
    lead = timedelta(hours=Policy.objects.current().cancel_lead_hours)
    for session in Session.objects.with_course().filter(pk__in=people, starts_at__gt=timezone.now()):
        yield of_cancelling(session, people[session.pk], lead)
        if clashing[session.pk]:
            yield of_choosing(session, clashing[session.pk])


def of_cancelling(session: Session, people: int, lead: timedelta) -> Deadline:
    until = session.starts_at - lead
    words = {"course": session.course.title, "count": people, "start": when(session.starts_at)}
    if until <= timezone.now():
        late = ngettext(
            "“%(course)s”, %(start)s: %(count)s person with a seat can cancel only late, with a reason.",
            "“%(course)s”, %(start)s: %(count)s people with a seat can cancel only late, with a reason.",
            people,
        )
        return Deadline(session.starts_at, late % words)
    free = ngettext(
        "“%(course)s”: %(count)s person with a seat can cancel freely until %(until)s, later with a reason.",
        "“%(course)s”: %(count)s people with a seat can cancel freely until %(until)s, later with a reason.",
        people,
    )
    return Deadline(until, free % (words | {"until": when(until)}))


def of_choosing(session: Session, people: int) -> Deadline:
    """Nobody is asked to choose within a term: the seat is kept, and can be given up until the start."""
    words = {"course": session.course.title, "count": people, "start": when(session.starts_at)}
    sentence = ngettext(
        "“%(course)s”: %(count)s person in a clash can choose until it begins, %(start)s.",
        "“%(course)s”: %(count)s people in a clash can choose until it begins, %(start)s.",
        people,
    )
    return Deadline(session.starts_at, sentence % words)
