"""Sessions as they stand, as plans, and the facts about them: for many at once, in a fixed number of queries."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace

from django.utils import timezone

from centre.models import Policy
from courses.models import Course
from scheduling.facts import CourseNeeds, Facts
from scheduling.loading import NOBODYS, load_days, weeks_of, without_session
from scheduling.models import Booking, Meeting, Session, Waiver
from scheduling.plans import Details, MeetingPlan, SessionPlan


def plans_of(sessions: Sequence[Session]) -> dict[int, SessionPlan]:
    """The sessions as plans of their meetings that have not begun; two queries."""
    rooms: dict[int, int] = {}
    trainers: dict[int, list[int]] = defaultdict(list)
    claims = Booking.objects.filter(meeting__session__in=sessions).exclude(role=Booking.Role.ATTENDS)
    for meeting, room, trainer in claims.order_by("pk").values_list("meeting", "room", "person__trainer"):
        if room:
            rooms[meeting] = room
        elif trainer:
            trainers[meeting].append(trainer)
    meetings: dict[int, list[MeetingPlan]] = {session.pk: [] for session in sessions}
    ahead = Meeting.objects.filter(session__in=sessions, starts_at__gt=timezone.now())
    for row in ahead.order_by("starts_at"):
        meetings[row.session_id].append(
            MeetingPlan(row.starts_at, row.ends_at, rooms.get(row.pk), tuple(trainers[row.pk]))
        )
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


def waivers_of(session_ids: Iterable[int]) -> dict[tuple[int, str], Waiver]:
    """By the session and the finding's key with what reason a limit was broken; one query."""
    found = Waiver.objects.filter(session__in=list(session_ids)).select_related("by")
    return {(waiver.session_id, waiver.key): waiver for waiver in found}


def own_facts(facts: Facts, plan: SessionPlan, session: Session, needs: CourseNeeds) -> Facts:
    """Of the whole centre what this plan is about, as if its session were not booked."""
    rooms = {meeting.room_id for meeting in plan.meetings}
    trainers = {pk for meeting in plan.meetings for pk in meeting.trainer_ids}
    part = replace(
        facts,
        needs=needs,
        rooms={pk: room for pk, room in facts.rooms.items() if pk in rooms},
        trainers={pk: trainer for pk, trainer in facts.trainers.items() if pk in trainers},
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
