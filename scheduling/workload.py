"""How much trainers teach, against their limits, week by week and month by month, with the sessions behind a number.

Hours are academic hours. A month's limit follows from the week's and from the month's working days by the law's
calendar: five of them are a week. The sums are functions over dataclasses; what they add up is loaded before.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from centre.templatetags.centre_text import percent
from scheduling.checks import hours_words, monday_of
from scheduling.facts import DayFacts, Shift
from scheduling.forms.sessions import next_month
from scheduling.loading import load_calendar, midnight
from scheduling.models import ACADEMIC_HOUR, Booking, Session
from trainers.models import Trainer

WEEKS_BACK, WEEKS_AHEAD = 4, 8
A_WEEK = timedelta(days=7)
FIVE_DAYS = Shift("5/2")


@dataclass(frozen=True)
class Taught:
    """A meeting that somebody teaches."""

    on: date
    length: timedelta
    session: Session


@dataclass(frozen=True)
class Load:
    """What is taught from `first` to `last`, against the limit in academic hours."""

    first: date
    last: date
    length: timedelta
    limit: int
    sessions: tuple[Session, ...] = ()

    @property
    def hours(self) -> str:
        return hours_words(self.length)

    @property
    def is_over(self) -> bool:
        return self.length > self.limit * ACADEMIC_HOUR

    @property
    def percent(self) -> int:
        """Of the limit, rounded; more than a hundred when it is broken."""
        return round(self.length / (self.limit * ACADEMIC_HOUR) * 100) if self.limit else 0

    @property
    def bar(self) -> int:
        return min(self.percent, 100)

    @property
    def words(self) -> str:
        """ "12 of 36 academic hours, 33%"."""
        words = {"hours": self.hours, "limit": self.limit, "percent": percent(self.percent)}
        return _("%(hours)s of %(limit)s academic hours, %(percent)s") % words

    @property
    def is_now(self) -> bool:
        return self.first <= timezone.localdate() <= self.last


def load_between(taught: Iterable[Taught], first: date, last: date, *, limit: int) -> Load:
    """The sum of what lies between the days; each session once, in the order of time."""
    inside = [one for one in taught if first <= one.on <= last]
    sessions = {one.session.pk: one.session for one in inside}
    length = sum((one.length for one in inside), timedelta())
    return Load(first, last, length, limit, tuple(sessions.values()))


def month_limit(hours_a_week: int, first: date, calendar: Mapping[date, DayFacts]) -> int:
    """The limit of the month that begins on `first`."""
    days = (next_month(first) - first).days
    working = sum(FIVE_DAYS.works_on(first + timedelta(days=number), calendar) for number in range(days))
    return round(hours_a_week * working / 5)


# --- one trainer ----------------------------------------------------------------------------------


def weeks_of_trainer(trainer: Trainer) -> list[Load]:
    """The last four weeks, this one and those after it, published sessions alone; one query."""
    this = monday_of(timezone.localdate())
    first = this - WEEKS_BACK * A_WEEK
    mondays = [first + number * A_WEEK for number in range(WEEKS_BACK + WEEKS_AHEAD)]
    taught = load_taught([trainer.employee_id], first, mondays[-1] + timedelta(days=6), drafts=False)
    own = taught.get(trainer.employee_id, [])
    limit = trainer.academic_hours_a_week
    return [load_between(own, monday, monday + timedelta(days=6), limit=limit) for monday in mondays]


def months_of_trainer(trainer: Trainer) -> list[Load]:
    """This month and the next, published sessions alone; two queries."""
    this = timezone.localdate().replace(day=1)
    firsts = [this, next_month(this)]
    last = next_month(firsts[-1]) - timedelta(days=1)
    calendar = load_calendar(this, last)
    own = load_taught([trainer.employee_id], this, last, drafts=False).get(trainer.employee_id, [])
    return [month_of(own, first, trainer.academic_hours_a_week, calendar) for first in firsts]


def month_of(
    taught: Iterable[Taught], first: date, hours_a_week: int, calendar: Mapping[date, DayFacts]
) -> Load:
    last = next_month(first) - timedelta(days=1)
    return load_between(taught, first, last, limit=month_limit(hours_a_week, first, calendar))


# --- all trainers ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class TrainerMonth:
    """A trainer's month, and each week that has a day in it, drafts counted as planning counts them."""

    trainer: Trainer
    month: Load
    weeks: tuple[Load, ...]

    @property
    def fullest(self) -> Load:
        return max(self.weeks, key=lambda week: week.length)

    @property
    def weeks_over(self) -> int:
        return sum(week.is_over for week in self.weeks)


def months_of(trainers: Sequence[Trainer], first: date) -> list[TrainerMonth]:
    """The rows of a page, in the given order; two queries."""
    last = next_month(first) - timedelta(days=1)
    begin, end = monday_of(first), monday_of(last) + timedelta(days=6)
    taught = load_taught([trainer.employee_id for trainer in trainers], begin, end, drafts=True)
    calendar = load_calendar(first, last)
    mondays = [begin + number * A_WEEK for number in range((end - begin).days // 7 + 1)]
    rows = []
    for trainer in trainers:
        own, limit = taught.get(trainer.employee_id, []), trainer.academic_hours_a_week
        weeks = tuple(load_between(own, day, day + timedelta(days=6), limit=limit) for day in mondays)
        rows.append(TrainerMonth(trainer, month_of(own, first, limit, calendar), weeks))
    return rows


def load_taught(
    persons: Collection[int], first: date, last: date, *, drafts: bool
) -> dict[int, list[Taught]]:
    """By person what they teach on the days from `first` to `last`; one query."""
    bookings = (
        Booking.objects.teaching()
        .filter(person__in=persons, meeting__starts_at__gte=midnight(first))
        .filter(meeting__starts_at__lt=midnight(last + timedelta(days=1)))
        .select_related("meeting__session__course")
        .defer("meeting__session__course__description")
        .order_by("meeting__starts_at", "pk")
    )
    if not drafts:
        bookings = bookings.exclude(meeting__session__status=Session.Status.DRAFT)
    found: dict[int, list[Taught]] = defaultdict(list)
    for booking in bookings:
        meeting = booking.meeting
        if booking.person_id is not None:
            day, length = timezone.localdate(meeting.starts_at), meeting.ends_at - meeting.starts_at
            found[booking.person_id].append(Taught(day, length, meeting.session))
    return found
