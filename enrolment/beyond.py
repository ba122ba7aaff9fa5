"""Who sits beyond the limit of a session (rule 10), and who does no longer."""

from collections.abc import Iterable
from itertools import groupby

from enrolment.models import Enrolment
from scheduling.headcounts import headcount
from scheduling.models import Session


def seat_within_the_limit(sessions: Iterable[Session]) -> list[Enrolment]:
    """Take the mark from those whom seats that were raised or freed bring within the limit; return them.

    Who asked first comes first. The mark says who sits beyond the limit today: left standing, it would hide from a
    planner of fewer seats whom that hurts. The caller holds the locks of the sessions.
    """
    by_key = {session.pk: session for session in sessions}
    marked = Enrolment.objects.holding().filter(session__in=by_key, exceeds=True)
    within: list[Enrolment] = []
    in_order = marked.order_by("session", "requested_at", "pk")
    for pk, rows in groupby(in_order, lambda one: one.session_id):
        session, beyond = by_key[pk or 0], list(rows)
        people = headcount(session)
        free = session.seats - people.reserved - (people.held - len(beyond))
        within += beyond[: max(0, free)]
    for one in within:
        one.exceeds = False
    if within:
        Enrolment.objects.bulk_update(within, ["exceeds"], batch_size=500)
    return within
