"""What staff and the trainee see of the conditions: each of them, met or not, with what to do (rule 11)."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from centre.models import Policy
from centre.prepared import Given, Prepared
from enrolment import conditions
from enrolment.annotations import TRAINEE
from enrolment.conditions import (
    CONDITIONS,
    NEVER_OVERLOOKED,
    OFFICE,
    Condition,
    Situation,
    Unmet,
    day_words_of,
    unmet,
)
from enrolment.doors.overlooking import EXCEED, OVERRIDE, as_taken_back, counts_as_optional
from enrolment.models import Approval, Ending, Enrolment
from enrolment.nominating.words import about_them
from enrolment.office.words import shift_away_words, their_days_off_words
from enrolment.panels import Panel, seats_words
from enrolment.situations import situations
from people.models import Employee
from scheduling.models import Session, SessionQuerySet

NAMES: dict[Condition, str | Promise] = {
    conditions.is_open: gettext_lazy("The session is open for enrolment"),
    conditions.has_no_other_enrolment: gettext_lazy("No other date of this course"),
    conditions.belongs_to_the_audience: gettext_lazy("The course is for the position"),
    conditions.has_no_valid_completion: gettext_lazy("Not completed yet, or to be repeated soon"),
    conditions.has_prerequisites: gettext_lazy("What comes before is completed"),
    conditions.has_no_overlapping_booking: gettext_lazy("Nothing else at that time"),
    conditions.has_room_for_optional: gettext_lazy("Not too many optional courses ahead"),
}
DATES_SHOWN = 10
DATES_OFFERED = 3
SHORT_QUEUE = 3
# A year, more than any policy keeps: the hot page asks for the policy only when there is something to show.
LONGEST_KEPT = timedelta(days=366)


@dataclass(frozen=True)
class Check:
    """One condition by name; `unmet` says why it is not met and what to do."""

    name: str
    unmet: Unmet | None


def checks_of(situation: Situation) -> list[Check]:
    """Every condition in the order in which they matter; what is overlooked counts as met."""
    return [
        Check(str(NAMES[condition]), next(iter(unmet(situation, [condition])), None))
        for condition in CONDITIONS
    ]


@dataclass(frozen=True)
class Door:
    """One person before one session, as staff who may enrol them see it."""

    person: Employee
    session: Session
    situation: Situation
    enrolment: Enrolment | None
    may_overlook: bool
    may_exceed: bool
    # Whether the share of the office is asked of them, and not of the head, who decides or has decided (rule 16).
    asks_share: bool = True

    @property
    def obstacles(self) -> list[tuple[str, str]]:
        """Codes and sentences of what is not met, the share of the office among them."""
        found = [(one.code, one.message) for one in unmet(self.situation)]
        if self.asks_share and self.situation.days_over:
            day = self.situation.days_over[0]
            found.append((OFFICE, shift_away_words(day.on, day.away, day.at_work)))
        return found

    @property
    def healable(self) -> list[tuple[str, str]]:
        return [(code, words) for code, words in self.obstacles if code not in NEVER_OVERLOOKED]

    @property
    def final(self) -> list[str]:
        """What no reason heals."""
        return [words for code, words in self.obstacles if code in NEVER_OVERLOOKED]

    @property
    def is_shut(self) -> bool:
        return bool(self.final) or (bool(self.healable) and not self.may_overlook)

    @property
    def seat_is_free(self) -> bool:
        return self.situation.has_free_seat and not self.situation.waiting

    @property
    def seats_words(self) -> str:
        return seats_words(self.session.seats, self.situation.seats_gone, self.situation.waiting)

    @property
    def beyond_words(self) -> str:
        return _("A seat beyond the limit: this makes %(taken)s of %(seats)s") % {
            "taken": self.situation.seats_taken + 1,
            "seats": self.session.seats,
        }

    @property
    def day_off_words(self) -> str:
        return their_days_off_words([day.on for day in self.situation.days_off])

    @property
    def office_words(self) -> list[str]:
        """How many of the office's shift are away on each day: what the head would see (rule 16)."""
        return [
            ngettext(
                "%(day)s: %(away)s of %(all)s is away for training, at most %(most)s may be.",
                "%(day)s: %(away)s of %(all)s are away for training, at most %(most)s may be.",
                day.away,
            )
            % {"day": day_words_of(day.on), "away": day.away, "all": day.at_work, "most": day.away_most}
            for day in self.situation.days
            if day.is_working_day
        ]


def door_of(person: Employee, session: Session, reader: Employee) -> Door:
    situation = situations(person, [session], policy=Policy.objects.current())[session.pk]
    live = None
    if situation.live_enrolment_id and not situation.live_enrolment_elsewhere:
        live = Enrolment.objects.get(pk=situation.live_enrolment_id)
    return Door(person, session, situation, live, reader.has_perm(OVERRIDE), reader.has_perm(EXCEED))


def door_back(enrolment: Enrolment, session: Session, reader: Employee) -> Door:
    """The same of a cancelled enrolment in the session, which staff may take back."""
    situation = situations(enrolment.trainee, [session], policy=Policy.objects.current())[session.pk]
    situation = as_taken_back(situation, enrolment)
    may_overlook, asks_share = reader.has_perm(OVERRIDE), enrolment.approval == Approval.NOT_NEEDED
    return Door(enrolment.trainee, session, situation, None, may_overlook, False, asks_share)


@dataclass(frozen=True)
class OtherDate(Panel):
    """Another date of an enrolment, as its trainee would find it after the change."""

    # Whether the share of the office is asked for it, or of the head, who decides about the request.
    asks_share: bool = True

    @property
    def is_over(self) -> bool:
        return self.asks_share and bool(self.situation.days_over)

    @property
    def obstacles(self) -> list[tuple[str, str]]:
        """Codes and sentences of all that stands in the way, said to staff about the trainee."""
        found = [(one.code, about_them(one)) for one in unmet(self.situation)]
        return [*found, (OFFICE, self.their_away_words)] if self.is_over else found

    @property
    def is_final(self) -> bool:
        """Something stands in the way that no reason heals."""
        return any(code in NEVER_OVERLOOKED for code, _words in self.obstacles)


def other_dates(enrolment: Enrolment, policy: Policy | None = None) -> list[OtherDate]:
    """Up to ten other dates of the course, as its trainee would find them after the change; four statements."""
    sessions = list(other_sessions(enrolment).with_course().order_by("starts_at", "pk")[:DATES_SHOWN])
    if not sessions:
        return []
    found = situations(enrolment.trainee, sessions, policy=policy or Policy.objects.current())
    return [
        OtherDate(
            session=one,
            situation=as_if_free(found[one.pk], enrolment),
            enrolment=None,
            asks_share=enrolment.approval != Approval.ASKED,
        )
        for one in sessions
    ]


def other_sessions(enrolment: Enrolment) -> SessionQuerySet:
    """The course's sessions ahead, but for the enrolment's own."""
    upcoming = Session.objects.upcoming().filter(course=enrolment.course_id)
    return upcoming.exclude(pk=enrolment.session_id or 0)


def as_if_free(situation: Situation, enrolment: Enrolment) -> Situation:
    """The enrolment itself is no obstacle: it goes along with what is overlooked for it on any date."""
    if not enrolment.is_live:
        return situation
    own = enrolment.session is not None and counts_as_optional(enrolment, enrolment.session, situation.now)
    return replace(
        situation,
        live_enrolment_elsewhere=False,
        optional_bookings=situation.optional_bookings - own,
        overlooked=enrolment.overlooks - {OFFICE},
    )


def offered_dates(enrolment: Enrolment) -> list[OtherDate]:
    """After a cancellation by the centre: up to three dates that the person may take, with seats or short queues."""
    if not keeps_its_time(enrolment):
        return []
    fit = [
        one
        for one in other_dates(enrolment)
        if one.obstacle is None and (one.situation.has_free_seat or one.situation.waiting <= SHORT_QUEUE)
    ]
    return sorted(fit, key=lambda one: (not one.seat_is_free, one.session.starts_at))[:DATES_OFFERED]


def keeps_its_time(enrolment: Enrolment) -> bool:
    if enrolment.ended_because != Ending.BY_CENTRE or enrolment.ended_at is None:
        return False
    return enrolment.ended_at > kept_from(timezone.now())


def kept_from(now: datetime) -> datetime:
    return now - timedelta(days=Policy.objects.current(now).kept_priority_days)


def ask_cancelled() -> Any:
    own = Enrolment.objects.filter(trainee=TRAINEE)
    newer = own.filter(course=OuterRef("course"), pk__gt=OuterRef("pk"))
    cancelled = own.filter(ended_because=Ending.BY_CENTRE, ended_at__gt=Given("since")).exclude(Exists(newer))
    found = cancelled.select_related("course", "session", "trainee").order_by("-ended_at", "-pk")
    return found.defer("course__search_russian", "course__search_simple", "course__description")


CANCELLED = Prepared(ask_cancelled)


def cancelled_lately(person: Employee) -> list[Enrolment]:
    """The person's enrolments that the centre cancelled and that nothing has followed yet.

    One query, and one more for the term when there are some.
    """
    now = timezone.now()
    found: list[Enrolment] = CANCELLED(trainee=person.pk, since=now - LONGEST_KEPT)
    since = kept_from(now) if found else now
    return [one for one in found if one.ended_at and one.ended_at > since]
