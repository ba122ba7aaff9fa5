"""Moving one meeting of a session from the board: the plan asked for, what is said of it, and what may be undone."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from centre.models import Policy, Site
from people.models import Employee
from scheduling.actions import current_plan
from scheduling.board.forbidden import Dragged
from scheduling.checks import day_words
from scheduling.choices import load_choices
from scheduling.errors import SchedulingError
from scheduling.headcounts import headcount
from scheduling.models import Booking, Meeting, Room, Session, SessionStep
from scheduling.plans import MeetingPlan, SessionPlan

# So long a planner may take back what they did here.
UNDONE_WITHIN = timedelta(hours=12)


@dataclass(frozen=True)
class Standing:
    """A meeting in the plan of its session, as the database has it; `number` counts from 0."""

    meeting: Meeting
    session: Session
    plan: SessionPlan
    number: int

    @property
    def own(self) -> MeetingPlan:
        return self.plan.meetings[self.number]

    @property
    def others(self) -> tuple[MeetingPlan, ...]:
        return self.plan.meetings[: self.number] + self.plan.meetings[self.number + 1 :]

    def moved(self, wanted: MeetingPlan) -> SessionPlan:
        """The session's plan with this meeting at another place."""
        meetings = [*self.plan.meetings]
        meetings[self.number] = wanted
        return replace(self.plan, meetings=tuple(meetings))


def standing(meeting: Meeting) -> Standing:
    """Where the meeting stands; it comes with its session and course."""
    plan = current_plan(meeting.session)
    number = [one.starts_at for one in plan.meetings].index(meeting.starts_at)
    return Standing(meeting, meeting.session, plan, number)


def dragged(stand: Standing) -> Dragged:
    session = stand.session
    return Dragged(
        stand.own,
        stand.others,
        group=session.course.group_min or 1,
        held=headcount(session).held,
        step_free=session.needs_step_free,
        is_draft=session.status == Session.Status.DRAFT,
    )


def room_at(site: Site, stand: Standing, wanted: MeetingPlan, policy: Policy) -> MeetingPlan:
    """The plan in a room of the site: its own when it is there and free, else the one with the fewest seats to spare.

    Raises:
        SchedulingError: no room of the site is free and fitting then.
    """
    asked = dragged(stand)
    choices = load_choices(
        stand.session.course,
        [wanted.span],
        group=max(asked.group, asked.held),
        needs_step_free=stand.session.needs_step_free,
        policy=policy,
        besides=[stand.session.pk],
    )
    free = [option.pk for option in choices.free_rooms() if option.room.site_id == site.pk]
    if not free:
        raise SchedulingError(
            _("No room of “%(site)s” is free and fitting then. Choose another time or site.") % {"site": site}
        )
    return replace(wanted, room_id=wanted.room_id if wanted.room_id in free else free[0])


@dataclass(frozen=True)
class Exchange:
    """The one meeting that is in the room asked for, and could have the room that this one leaves."""

    other: Standing
    leaves: int

    @property
    def key(self) -> str:
        """Its word in the form, with the version that the planner saw: nothing newer is overwritten (rule 9)."""
        return f"{self.other.meeting.pk}-{self.other.session.version}"

    @property
    def wanted(self) -> MeetingPlan:
        return replace(self.other.own, room_id=self.leaves)

    @property
    def words(self) -> str:
        return told(self.other.session, self.wanted)


def exchange_for(stand: Standing, wanted: MeetingPlan) -> Exchange | None:
    """Who could change rooms with the meeting; None when the room is free, or several meetings are in it then."""
    if stand.own.room_id is None or wanted.room_id in (None, stand.own.room_id):
        return None
    claimed = wanted.span.longer(Policy.objects.current().changeover_minutes)
    in_it = (
        Meeting.objects.filter(
            bookings__in=Booking.objects.filter(room=wanted.room_id).overlapping(
                claimed.starts_at, claimed.ends_at
            )
        )
        .exclude(session=stand.session)
        .select_related("session__course")
    )
    found = list(in_it[:2])
    if len(found) != 1 or found[0].has_begun or not found[0].session.can_move:
        return None
    return Exchange(standing(found[0]), stand.own.room_id)


def told(session: Session, plan: MeetingPlan) -> str:
    """ "Course: 4 December, 10:00–13:00, Room 201"."""
    return f"{session.course.title}: {place_in_words(plan)}"


def place_in_words(plan: MeetingPlan) -> str:
    """ "4 December, 10:00–13:00, Room 201"."""
    local = plan.span.local(timezone.get_default_timezone())
    room = Room.objects.filter(pk=plan.room_id).first() if plan.room_id else None
    return _("%(day)s, %(start)s–%(end)s, %(room)s") % {
        "day": day_words(local.starts_at.date()),
        "start": f"{local.starts_at:%H:%M}",
        "end": f"{local.ends_at:%H:%M}",
        "room": room or _("without a room"),
    }


def last_done_by(planner: Employee) -> SessionStep | None:
    """The planner's last change of a plan that still stands, for taking it back; None when there is nothing."""
    recent = SessionStep.objects.filter(
        by=planner, before__isnull=False, at__gt=timezone.now() - UNDONE_WITHIN
    )
    steps = (
        SessionStep.objects.filter(session__in=recent.values("session"), session__ends_at__gt=timezone.now())
        .exclude(session__status__in=[Session.Status.CANCELLED, Session.Status.CLOSED])
        .select_related("session__course")
        .order_by("pk")
    )
    by_session: dict[int, list[SessionStep]] = defaultdict(list)
    for step in steps:
        by_session[step.session_id].append(step)
    standing_last = (last_standing(own) for own in by_session.values())
    own = [
        step
        for step in standing_last
        if step and step.by_id == planner.pk and step.at > timezone.now() - UNDONE_WITHIN
    ]
    return max(own, key=lambda step: step.pk, default=None)


def last_standing(steps: Iterable[SessionStep]) -> SessionStep | None:
    """Of a session's steps in their order the last change of its plan that was not taken back.

    None when the session took a step of another kind after it: was published, say.
    """
    changes: list[SessionStep] = []
    for step in steps:
        if step.before is None:
            changes.clear()
        elif step.kind == SessionStep.Kind.UNDONE:
            changes[-1:] = []
        else:
            changes.append(step)
    return changes[-1] if changes else None
