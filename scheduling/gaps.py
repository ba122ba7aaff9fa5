"""Which planned meetings need another trainer or room, and writing who was chosen (rule 7)."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from django.db.models import QuerySet
from django.utils import timezone

from scheduling.actions import Change
from scheduling.facts import CourseNeeds, Facts, Span
from scheduling.headcounts import Headcount, headcounts
from scheduling.hurt import closed_rooms, lost_trainers
from scheduling.loading import load_calendar_of_centre, needs_of_courses, weeks_of
from scheduling.models import Booking, Meeting, Room, Session
from scheduling.plans import MeetingPlan, SessionPlan
from scheduling.replacement import Gap
from trainers.models import Trainer


@dataclass(frozen=True)
class Missing:
    """A gap of a session with what a page says of it; `leaving` has no name when nobody was planned."""

    gap: Gap
    session: Session
    people: Headcount
    leaving: str
    place: str

    @property
    def key(self) -> str:
        """Its word in forms: the session, who or what is missing, and from which meeting on."""
        kind = f"room{self.gap.room or 0}" if self.gap.leaving is None else f"trainer{self.gap.leaving}"
        return f"{self.session.pk}-{kind}-{self.gap.spans[0].starts_at:%Y%m%d%H%M}"


@dataclass(frozen=True)
class Placed:
    """A meeting with the keys of its room and trainers."""

    meeting: Meeting
    room: Room | None
    trainers: dict[int, Trainer]  # by the person's key

    @property
    def span(self) -> Span:
        return Span(self.meeting.starts_at, self.meeting.ends_at)


def load_missing(meetings: QuerySet[Meeting], *, rooms: bool) -> tuple[list[Missing], Facts | None]:
    """Gaps of these meetings ahead, a session's together, with the facts by which replacements are ranked.

    With `rooms` those that need a room, else those that need a trainer. Sixteen queries for any number.
    """
    hurt = {meeting.pk: meeting for meeting in meetings.filter(starts_at__gt=timezone.now())}
    if not hurt:
        return [], None
    sessions = {meeting.session_id: meeting.session for meeting in hurt.values()}
    placed = load_placed(sessions)
    spans = [one.span for several in placed.values() for one in several]
    facts = load_calendar_of_centre(*weeks_of(spans))
    needs = needs_of_courses(list({one.course_id: one.course for one in sessions.values()}.values()))
    people = headcounts(sessions)
    gone = closed_rooms(hurt.values()) if rooms else lost_trainers(list(hurt.values()))
    missing = []
    for pk, session in sessions.items():
        count = people.get(pk, Headcount())
        by_subject: dict[int, list[Placed]] = defaultdict(list)
        for one in placed[pk]:
            if one.meeting.pk in hurt:
                for subject in subjects(one, gone.get(one.meeting.pk, set()), rooms=rooms):
                    by_subject[subject].append(one)
        staying = [one for one in placed[pk] if one.meeting.pk not in hurt]
        for subject, several in by_subject.items():
            found = missing_of(
                session, several, placed[pk], subject, count, needs[session.course_id], rooms=rooms
            )
            missing.append(with_ways(found, several, staying) if rooms else found)
    missing.sort(key=lambda one: (one.gap.spans[0].starts_at, one.session.pk))
    return missing, facts


def subjects(one: Placed, gone: set[int], *, rooms: bool) -> Iterable[int]:
    """Keys of the room or of the trainers who are missing at the meeting; 0 when none was planned."""
    if rooms:
        return [one.room.pk] if one.room and one.room.pk in gone else [] if one.room else [0]
    absent = [trainer.pk for person, trainer in one.trainers.items() if person in gone]
    return absent or ([] if one.trainers else [0])


def missing_of(
    session: Session,
    several: Sequence[Placed],
    all_of_session: Sequence[Placed],
    subject: int,
    people: Headcount,
    needs: CourseNeeds,
    *,
    rooms: bool,
) -> Missing:
    first = several[0]
    others = {trainer.pk for one in several for trainer in one.trainers.values()} - {subject}
    near = {trainer.pk for one in all_of_session for trainer in one.trainers.values()}
    names = {trainer.pk: trainer.employee.short_name for trainer in first.trainers.values()}
    gap = Gap(
        session_id=session.pk,
        course_title=session.course.title,
        spans=tuple(one.span for one in several),
        needs=needs,
        site_id=first.room.site_id if first.room and not first.room.site.is_online else None,
        leaving=None if rooms else subject,
        others=tuple(sorted(others)),
        near=frozenset(near - others - {subject}),
        room=subject if rooms else None,
        group=max(people.held, session.course.group_min or 1),
        needs_step_free=session.needs_step_free,
    )
    place = first.room.name if first.room else ""
    return Missing(gap, session, people, place if rooms else names.get(subject, ""), place)


def with_ways(missing: Missing, several: Sequence[Placed], staying: Sequence[Placed]) -> Missing:
    """The same with what is asked about travel to another site: who teaches, and where the session else meets."""
    taught = tuple(tuple(sorted(trainer.pk for trainer in one.trainers.values())) for one in several)
    fixed = tuple(
        MeetingPlan(one.span.starts_at, one.span.ends_at, one.room.pk) for one in staying if one.room
    )
    return replace(missing, gap=replace(missing.gap, taught=taught, staying=fixed))


def load_placed(sessions: Iterable[int]) -> dict[int, list[Placed]]:
    """By session its meetings ahead in the order of time, with rooms and trainers; three queries."""
    ahead = Meeting.objects.filter(session__in=list(sessions), starts_at__gt=timezone.now())
    found: dict[int, list[Placed]] = defaultdict(list)
    rooms: dict[int, Room] = {}
    trainers: dict[int, dict[int, Trainer]] = defaultdict(dict)
    claims = Booking.objects.filter(meeting__session__in=list(sessions)).exclude(role=Booking.Role.ATTENDS)
    for claim in claims.select_related("room__site", "person__trainer__employee"):
        if claim.room is not None:
            rooms[claim.meeting_id] = claim.room
        elif claim.person is not None:
            trainers[claim.meeting_id][claim.person.pk] = claim.person.trainer
    for meeting in ahead.order_by("starts_at"):
        found[meeting.session_id].append(Placed(meeting, rooms.get(meeting.pk), trainers[meeting.pk]))
    return found


def filled(plan: SessionPlan, gap: Gap, chosen: int) -> SessionPlan:
    """The plan with the chosen room or trainer in the gap's meetings."""

    def fill(meeting: MeetingPlan) -> MeetingPlan:
        if meeting.span not in gap.spans:
            return meeting
        if gap.leaving is None:
            return replace(meeting, room_id=chosen)
        stay = tuple(pk for pk in meeting.trainer_ids if pk != gap.leaving)
        return replace(meeting, trainer_ids=(*stay, chosen))

    return replace(plan, meetings=tuple(fill(meeting) for meeting in plan.meetings))


def changes_for(
    choices: Iterable[tuple[Missing, int]], versions: dict[int, int], plans: dict[int, SessionPlan]
) -> list[Change]:
    """What `replan_sessions` is asked: each session once, with everything that was chosen for it."""
    sessions: dict[int, Session] = {}
    wanted: dict[int, SessionPlan] = {}
    for missing, chosen in choices:
        pk = missing.session.pk
        sessions[pk] = missing.session
        wanted[pk] = filled(wanted.get(pk, plans[pk]), missing.gap, chosen)
    return [Change(sessions[pk], versions[pk], plan) for pk, plan in wanted.items()]
