"""May I? The conditions of rule 11, each a small function that explains itself and shows the way out.

Functions over the dataclass `Situation`, without the ORM; `enrolment.situations` loads it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.urls import reverse
from django.utils import formats, timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from centre.models import Policy
from centre.quotes import with_inner_quotes
from scheduling.models import Session


@dataclass(frozen=True)
class Unmet:
    """A condition that is not met: a stable code, a sentence, and where to go to mend it."""

    code: str
    message: str
    url: str = ""
    link: str = ""


@dataclass(frozen=True)
class OtherBooking:
    """Another claim on the trainee's time, during a meeting or within the travel time around it.

    `course` is empty for a draft that they are to teach: which it is, planners alone see (rule 1).
    """

    starts_at: datetime
    ends_at: datetime
    course: str
    site_id: int | None
    is_online: bool

    @property
    def title(self) -> str:
        return self.course or _("a session that is still being planned")


@dataclass(frozen=True)
class PlannedMeeting:
    """A meeting of the session, with the trainee's other bookings around it; `id` is the meeting's key."""

    id: int
    starts_at: datetime
    ends_at: datetime
    site_id: int | None
    is_online: bool
    nearby: tuple[OtherBooking, ...]


@dataclass(frozen=True)
class Prerequisite:
    code: str
    title: str
    is_met: bool


@dataclass(frozen=True)
class DayAtOffice:
    """A day of the session as the trainee's office has it (rule 16).

    `at_work` counts the people of the office whose shift it is, the trainee among them; `away` those of them who are
    away for training that day, the trainee not; `away_most` how many may be. `on_leave`: the staff list has the trainee
    on leave or ill now; until when, it does not say.
    """

    on: date
    is_working_day: bool
    at_work: int
    away: int
    away_most: int
    on_leave: bool = False

    @property
    def is_over(self) -> bool:
        """One more away would be too many. On their day off nobody is missed."""
        return self.is_working_day and self.away >= self.away_most


@dataclass(frozen=True)
class Situation:
    """Everything that decides whether one trainee may enrol in one session. Seats count everybody's."""

    session: Session
    now: datetime
    policy: Policy
    seats_taken: int
    waiting: int
    in_audience: bool
    live_enrolment_id: int | None
    live_enrolment_elsewhere: bool
    optional_bookings: int
    prerequisites: tuple[Prerequisite, ...]
    # The last day of the longest valid completion of the course; `date.max` when it never expires.
    completed_until: date | None
    meetings: tuple[PlannedMeeting, ...] = field(default=())
    # The last day to be in time with a mandatory course; none for one that the trainee does not owe.
    due_on: date | None = None
    # Since when the trainee wants the course, whichever date it has; none for somebody without such a wish.
    wanted_since: datetime | None = None
    # Seats without a name that are kept for other offices than the trainee's, and for the trainee's own (rule 17).
    reserved: int = 0
    own_reserved: int = 0
    # The session's days at the trainee's office; none for somebody without an office.
    days: tuple[DayAtOffice, ...] = field(default=())
    # Codes of conditions that staff overlook for this enrolment, with a reason in its story (rule 11).
    overlooked: frozenset[str] = field(default=frozenset())
    # When the trainee asked for the course first, of whose session the centre cancelled the last one (rule 15).
    kept_since: datetime | None = None

    @property
    def has_free_seat(self) -> bool:
        return self.seats_gone < self.session.seats

    @property
    def seats_gone(self) -> int:
        """Seats that the trainee cannot have: taken, or kept for others."""
        return self.seats_taken + self.reserved

    @property
    def days_over(self) -> list[DayAtOffice]:
        """Days on which too many of the office would be away, unless that is overlooked (rule 16)."""
        if OFFICE in self.overlooked:
            return []
        return [day for day in self.days if day.is_over]

    @property
    def on_leave(self) -> bool:
        """The trainee is on leave or ill now, and may not be back by then."""
        return any(day.on_leave for day in self.days)

    @property
    def days_off(self) -> list[DayAtOffice]:
        """Days of the session on which the trainee does not work."""
        return [day for day in self.days if not day.is_working_day]

    @property
    def free_seats(self) -> int:
        return max(0, self.session.seats - self.seats_gone)


Condition = Callable[[Situation], Unmet | None]

# The share of the office is no condition, for a head may allow more; staff may overlook it all the same (rule 16).
OFFICE = "office"
# What no reason heals: the database keeps it, or there is nothing to come to.
NEVER_OVERLOOKED = frozenset({"closed", "enrolled", "clash"})


def is_open(situation: Situation) -> Unmet | None:
    session = situation.session
    if session.status == Session.Status.CANCELLED:
        message = _("This session was cancelled. Choose another date.")
    elif session.status not in {Session.Status.OPEN, Session.Status.CONFIRMED}:
        message = _("This session is not open for enrolment. Choose another date.")
    elif session.starts_at <= situation.now:
        message = _("This session has already begun. Choose another date.")
    else:
        return None
    return Unmet("closed", message, session.course.get_absolute_url(), _("Other dates"))


def belongs_to_the_audience(situation: Situation) -> Unmet | None:
    if situation.in_audience:
        return None
    return Unmet(
        "audience",
        _("The course is meant for other positions than yours. Look for courses for your position."),
        reverse("website:catalogue") + "?mine=1",
        _("Courses for me"),
    )


def has_prerequisites(situation: Situation) -> Unmet | None:
    missing = [prerequisite for prerequisite in situation.prerequisites if not prerequisite.is_met]
    if not missing:
        return None
    message = ngettext(
        "First complete the course %(courses)s: it must be valid on the day of the session.",
        "First complete the courses %(courses)s: they must be valid on the day of the session.",
        len(missing),
    )
    titles = ", ".join(_("“%(title)s”") % {"title": course.title} for course in missing)
    return Unmet(
        "prerequisites",
        with_inner_quotes(message % {"courses": titles}),
        reverse("website:course", args=[missing[0].code]),
        with_inner_quotes(_("Go to “%(title)s”") % {"title": missing[0].title}),
    )


def has_no_other_enrolment(situation: Situation) -> Unmet | None:
    if not situation.live_enrolment_elsewhere or situation.live_enrolment_id is None:
        return None
    return Unmet(
        "enrolled",
        _(
            "You are already enrolled in this course, for another date. You keep it until you change to this one."
        ),
        reverse("enrolment:dates", args=[situation.live_enrolment_id]),
        _("Change the date"),
    )


def has_no_valid_completion(situation: Situation) -> Unmet | None:
    until = situation.completed_until
    if until is None:
        return None
    starts_on = timezone.localdate(situation.session.starts_at)
    if until != date.max and until <= starts_on + timedelta(days=situation.policy.repeat_window_days):
        return None
    if until == date.max:
        message = _("You have completed this course, and it does not have to be repeated.")
    else:
        message = ngettext(
            "You have completed this course; it is valid until %(until)s. "
            "It may be repeated during the last %(days)s day.",
            "You have completed this course; it is valid until %(until)s. "
            "It may be repeated during the last %(days)s days.",
            situation.policy.repeat_window_days,
        ) % {"until": formats.date_format(until, "DATE_FORMAT"), "days": situation.policy.repeat_window_days}
    return Unmet("completed", message, reverse("website:completions"), _("My completions"))


def has_no_overlapping_booking(situation: Situation) -> Unmet | None:
    travel = timedelta(minutes=situation.policy.travel_minutes)
    for meeting in situation.meetings:
        for other in meeting.nearby:
            words = {
                "day": day_words(other.starts_at),
                "start": formats.time_format(timezone.localtime(other.starts_at), "H:i"),
                "end": formats.time_format(timezone.localtime(other.ends_at), "H:i"),
                "course": other.title,
            }
            if other.starts_at < meeting.ends_at and meeting.starts_at < other.ends_at:
                message = _(
                    "You are already booked on %(day)s from %(start)s to %(end)s: “%(course)s”. "
                    "Choose another date, or cancel that booking."
                )
                return Unmet(
                    "clash", with_inner_quotes(message % words), reverse("website:home"), _("My training")
                )
            if needs_travel(meeting, other) and (
                other.starts_at < meeting.ends_at + travel and meeting.starts_at < other.ends_at + travel
            ):
                message = _(
                    "You are booked at another site on %(day)s from %(start)s to %(end)s: “%(course)s”. "
                    "The way between the sites takes %(minutes)s min. Choose another date, or cancel that booking."
                )
                words["minutes"] = str(situation.policy.travel_minutes)
                return Unmet(
                    "travel", with_inner_quotes(message % words), reverse("website:home"), _("My training")
                )
    return None


def needs_travel(meeting: PlannedMeeting, other: OtherBooking) -> bool:
    if meeting.is_online or other.is_online or meeting.site_id is None or other.site_id is None:
        return False
    return meeting.site_id != other.site_id


def has_room_for_optional(situation: Situation) -> Unmet | None:
    limit = situation.policy.optional_bookings_max
    if situation.session.course.is_mandatory or situation.optional_bookings < limit:
        return None
    message = ngettext(
        "You already have %(limit)s optional course ahead, which is the most. Finish or cancel it first.",
        "You already have %(limit)s optional courses ahead, which is the most. Finish or cancel one first.",
        limit,
    )
    return Unmet("optional", message % {"limit": limit}, reverse("website:home"), _("My training"))


# In the order in which they matter to the reader: the first unmet one stands beside the button.
CONDITIONS: tuple[Condition, ...] = (
    is_open,
    has_no_other_enrolment,
    belongs_to_the_audience,
    has_no_valid_completion,
    has_prerequisites,
    has_no_overlapping_booking,
    has_room_for_optional,
)


# A self-paced course has no seats and no time: the person may study it beside anything else.
COURSE_CONDITIONS: tuple[Condition, ...] = (
    belongs_to_the_audience,
    has_no_valid_completion,
    has_prerequisites,
)


def unmet(situation: Situation, conditions: Sequence[Condition] = CONDITIONS) -> list[Unmet]:
    """Every condition that the situation does not meet and nobody overlooks, the first that matters first."""
    overlooked = situation.overlooked - NEVER_OVERLOOKED
    return [
        failed
        for condition in conditions
        if (failed := condition(situation)) and failed.code not in overlooked
    ]


def day_words(at: datetime) -> str:
    return day_words_of(timezone.localdate(at))


def day_words_of(day: date) -> str:
    return formats.date_format(day, "j E" if get_language() == "ru" else "j F")
