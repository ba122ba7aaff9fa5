"""What heads did for their people in the demo: seats kept without names, and somebody sent (rule 17)."""

from collections.abc import Iterable

from centre.errors import Refusal
from centre.models import Policy
from enrolment.nominating.actions import nominate
from enrolment.nominating.candidates import candidates_of
from enrolment.reservations.actions import reserve_seats
from people.models import Employee
from scheduling.models import Session

KEPT_SEATS = 2


def load_deeds(heads: Iterable[Employee]) -> int:
    """Let each head keep seats of one session and send one person to it; return how many did."""
    sessions = list(Session.objects.upcoming().with_course().order_by("starts_at", "pk"))
    policy = Policy.objects.current()
    return sum(any(acts(head, session, policy) for session in sessions) for head in heads)


def acts(head: Employee, session: Session, policy: Policy) -> bool:
    """Whether the session has seats to keep, and somebody of the office may come to it."""
    office = head.headed_offices.order_by("pk").first()
    if office is None or not (ready := candidates_of(head, session, policy=policy).ready):
        return False
    try:
        reserve_seats(session, office, KEPT_SEATS + 1, by=head)
    except Refusal:
        return False
    for one in ready:
        try:
            nominate(one.person, session, by=head)
        except Refusal:
            continue
        return True
    return False
