"""Sessions as they stand, as plans, and the facts about them: for many at once, in a fixed number of queries."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from django.utils import timezone

from centre.models import Policy
from centre.prepared import Given, Prepared
from courses.models import Course
from scheduling.facts import CourseNeeds, Facts
from scheduling.loading import NOBODYS, load_days, weeks_of, without_session
from scheduling.models import Booking, Meeting, Session, Waiver
from scheduling.plans import Details, MeetingPlan, SessionPlan


def ask_claims() -> Any:
    claims = Booking.objects.filter(meeting__session_id__any=Given("sessions"))
    claims = claims.exclude(role=Booking.Role.ATTENDS).order_by("pk")
    return claims.values_list("meeting", "room", "person__trainer")


def ask_ahead() -> Any:
    ahead = Meeting.objects.filter(session_id__any=Given("sessions"), starts_at__gt=Given("now"))
    return ahead.order_by("starts_at").values_list("pk", "session", "starts_at", "ends_at")


CLAIMS, AHEAD = Prepared(ask_claims), Prepared(ask_ahead)


def plans_of(sessions: Sequence[Session], *, begun_too: bool = False) -> dict[int, SessionPlan]:
    """The sessions as plans of their meetings that have not begun, or of all; two queries."""
    rooms: dict[int, int] = {}
    trainers: dict[int, list[int]] = defaultdict(list)
    meetings: dict[int, list[MeetingPlan]] = {session.pk: [] for session in sessions}
    after = datetime.min.replace(tzinfo=UTC) if begun_too else timezone.now()
    for meeting, room, trainer in CLAIMS(sessions=list(meetings)):
        if room:
            rooms[meeting] = room
        elif trainer:
            trainers[meeting].append(trainer)
    for pk, session, starts_at, ends_at in AHEAD(sessions=list(meetings), now=after):
        meetings[session].append(MeetingPlan(starts_at, ends_at, rooms.get(pk), tuple(trainers[pk])))
    return {session.pk: SessionPlan(tuple(meetings[session.pk]), details_of(session)) for session in sessions}


def details_of(session: Session) -> Details:
    return Details(
        limit=session.limit,
        needs_step_free=session.needs_step_free,
        online_link=session.online_link,
        note=session.note,
    )


def courses_of(sessions: Iterable[Session]) -> list[Course]:
    """Each once."""
    return list({session.course_id: session.course for session in sessions}.values())


WAIVERS = Prepared(lambda: Waiver.objects.filter(session_id__any=Given("sessions")).select_related("by"))


def waivers_of(session_ids: Iterable[int]) -> dict[tuple[int, str], Waiver]:
    """By the session and the finding's key with what reason a limit was broken; one query."""
    found = WAIVERS(sessions=list(session_ids))
    return {(waiver.session_id, waiver.key): waiver for waiver in found}


def own_facts(facts: Facts, plan: SessionPlan, session: Session, needs: CourseNeeds) -> Facts:
    """Of the whole centre what this plan is about, as if its meetings ahead were not booked."""
    rooms = {meeting.room_id for meeting in plan.meetings}
    trainers = {pk for meeting in plan.meetings for pk in meeting.trainer_ids}
    part = Facts(
        needs,
        {pk: facts.rooms[pk] for pk in rooms if pk in facts.rooms},
        {pk: facts.trainers[pk] for pk in trainers if pk in facts.trainers},
        facts.calendar,
    )
    return without_session(part, session.pk)


def facts_about(plans: Iterable[SessionPlan], *, policy: Policy) -> Facts:
    """What the checks ask about these plans, which have meetings: their rooms and trainers, with all that is booked in
    those weeks, the plans' own sessions too (`own_facts`); seven queries.
    """
    meetings = [meeting for plan in plans for meeting in plan.meetings]
    return load_days(
        NOBODYS,
        *weeks_of([meeting.span for meeting in meetings]),
        reach_minutes=policy.travel_minutes,
        room_ids={meeting.room_id for meeting in meetings if meeting.room_id is not None},
        trainer_ids={trainer for meeting in meetings for trainer in meeting.trainer_ids},
    )
