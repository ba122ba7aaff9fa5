"""The numbers of the policy in words: what each means, its unit, its sensible range; and changing them."""

from dataclasses import dataclass
from datetime import datetime, time
from typing import Any, cast

from django.db import connection, models
from django.db.models import Max
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from centre.actions import action
from centre.errors import Refusal
from centre.models import Policy
from centre.templatetags.centre_text import percent

Group = str | Promise

PLANNING = gettext_lazy("Planning")
SEATS = gettext_lazy("Taking and cancelling seats")
RESULTS = gettext_lazy("Attendance and results")
MESSAGES = gettext_lazy("Messages")
PEOPLE = gettext_lazy("Staff list")
SIGNING_IN = gettext_lazy("Signing in")

MINUTES = pgettext_lazy("unit", "min")
HOURS = pgettext_lazy("unit", "h")
ACADEMIC_HOURS = pgettext_lazy("unit", "acad. h")
DAYS = pgettext_lazy("unit", "d")
PERCENT = "%"


@dataclass(frozen=True)
class Number:
    """One number of the policy: the field's name, its group, what it means, its unit and, but for times, its range."""

    name: str
    group: Group
    meaning: str | Promise
    unit: str | Promise = ""
    least: int = 0
    most: int = 0

    @property
    def field(self) -> "models.Field[Any, Any]":
        return cast("models.Field[Any, Any]", Policy._meta.get_field(self.name))

    @property
    def label(self) -> str:
        return str(self.field.verbose_name)

    @property
    def default(self) -> Any:
        return self.field.get_default()

    def shown(self, value: Any) -> str:
        """The value with its unit: "15 minutes", "21:00", "yes"."""
        if isinstance(value, bool):
            return _("yes") if value else _("no")
        if isinstance(value, time):
            return f"{value:%H:%M}"
        if self.unit == PERCENT:
            return percent(value)
        return f"{value}\u00a0{self.unit}" if self.unit else str(value)


NUMBERS = (
    Number(
        "changeover_minutes",
        PLANNING,
        gettext_lazy("After each meeting the room stays booked for this long, to be tidied and aired."),
        MINUTES,
        0,
        120,
    ),
    Number(
        "travel_minutes",
        PLANNING,
        gettext_lazy("The least time a trainer or trainee has between meetings at two sites."),
        MINUTES,
        0,
        480,
    ),
    Number(
        "academic_hours_a_day",
        PLANNING,
        gettext_lazy("A session teaches no more than this on one day; an academic hour is 45 minutes."),
        ACADEMIC_HOURS,
        1,
        12,
    ),
    Number(
        "too_few_first_days",
        PLANNING,
        gettext_lazy(
            "This long before the start the HR admin is asked what to do with a session that has too few people."
        ),
        DAYS,
        3,
        60,
    ),
    Number(
        "too_few_second_days",
        PLANNING,
        gettext_lazy(
            "This long before the start the question is asked again, even if the answer was to run anyway."
        ),
        DAYS,
        2,
        59,
    ),
    Number(
        "too_few_last_days",
        PLANNING,
        gettext_lazy(
            "This long before the start it is asked for the last time. Nothing is ever cancelled automatically."
        ),
        DAYS,
        1,
        58,
    ),
    Number(
        "assignment_answer_hours",
        PLANNING,
        gettext_lazy(
            "How long a trainer has to accept or decline a published session; HR is told who has not answered."
        ),
        HOURS,
        1,
        336,
    ),
    Number(
        "repeat_window_days",
        SEATS,
        gettext_lazy(
            "People with a valid completion may take the course again once it has this many days left."
        ),
        DAYS,
        0,
        366,
    ),
    Number(
        "optional_bookings_max",
        SEATS,
        gettext_lazy("The most optional courses one person may have ahead; staff may allow more."),
        "",
        1,
        50,
    ),
    Number(
        "cancel_lead_hours",
        SEATS,
        gettext_lazy(
            "Up to this long before the start a seat is given back with one click; after that it counts as late."
        ),
        HOURS,
        0,
        336,
    ),
    Number(
        "approval_days",
        SEATS,
        gettext_lazy(
            "How many working days a head has to decide about a request; then HR is asked too. "
            "Silence approves nothing."
        ),
        DAYS,
        1,
        30,
    ),
    Number(
        "away_percent",
        SEATS,
        gettext_lazy(
            "The largest share of the people on shift who may be away for training on one day; one person always may."
        ),
        PERCENT,
        0,
        100,
    ),
    Number(
        "due_soon_days",
        SEATS,
        gettext_lazy(
            "People who must complete a mandatory course within this many days stand before others in the queue."
        ),
        DAYS,
        0,
        366,
    ),
    Number(
        "offer_above_hours",
        SEATS,
        gettext_lazy(
            "With more time than this before the start, the first person in the queue is asked first."
        ),
        HOURS,
        1,
        720,
    ),
    Number(
        "short_notice_hours",
        SEATS,
        gettext_lazy(
            "Up to this long before the start a freed seat is booked at once for whoever agreed to short notice; "
            "after that only staff give it."
        ),
        HOURS,
        0,
        720,
    ),
    Number(
        "offer_answer_hours",
        SEATS,
        gettext_lazy(
            "How long an offered seat waits for an answer; then the next person in the queue is asked."
        ),
        HOURS,
        1,
        168,
    ),
    Number(
        "offer_hours_from",
        SEATS,
        gettext_lazy("The hours of an offer count from this time of day."),
    ),
    Number(
        "offer_hours_until",
        SEATS,
        gettext_lazy("The hours of an offer count until this time of day."),
    ),
    Number(
        "reservation_release_days",
        SEATS,
        gettext_lazy("This long before the start, seats kept without names become free for everybody."),
        DAYS,
        0,
        60,
    ),
    Number(
        "kept_priority_days",
        SEATS,
        gettext_lazy(
            "How long people keep the time of their request for another date after the centre cancelled their session."
        ),
        DAYS,
        0,
        366,
    ),
    Number(
        "clash_choice_hours",
        SEATS,
        gettext_lazy(
            "How long people have to choose when a session was moved to a time at which they are busy."
        ),
        HOURS,
        1,
        336,
    ),
    Number(
        "sheet_opens_minutes",
        RESULTS,
        gettext_lazy("The attendance sheet opens this long before a meeting."),
        MINUTES,
        0,
        240,
    ),
    Number(
        "attended_percent",
        RESULTS,
        gettext_lazy("Whoever attended at least this share of the minutes has completed the course."),
        PERCENT,
        1,
        100,
    ),
    Number(
        "expiring_within_days",
        RESULTS,
        gettext_lazy("Heads and staff see a completion as expiring when it has this many days left."),
        DAYS,
        1,
        366,
    ),
    Number(
        "first_reminder_hours",
        MESSAGES,
        gettext_lazy("The first reminder goes out this long before the first meeting."),
        HOURS,
        3,
        720,
    ),
    Number(
        "second_reminder_hours",
        MESSAGES,
        gettext_lazy("The second reminder; it also goes out before the first meeting of each further day."),
        HOURS,
        2,
        336,
    ),
    Number(
        "last_reminder_hours",
        MESSAGES,
        gettext_lazy("The last reminder before a meeting."),
        HOURS,
        1,
        48,
    ),
    Number(
        "quiet_from",
        MESSAGES,
        gettext_lazy("From this time on nothing is sent, except news that cannot wait."),
    ),
    Number(
        "quiet_until",
        MESSAGES,
        gettext_lazy("From this time on messages are sent again."),
    ),
    Number(
        "leavers_percent",
        PEOPLE,
        gettext_lazy("A staff list that would dismiss a larger share of the people asks first."),
        PERCENT,
        0,
        100,
    ),
    Number(
        "idle_minutes",
        SIGNING_IN,
        gettext_lazy("Whoever does nothing for this long signs in again; what was typed is kept."),
        MINUTES,
        5,
        720,
    ),
    Number(
        "second_factor",
        SIGNING_IN,
        gettext_lazy("Besides the password they type a code shown by an app on their phone."),
    ),
)
# So much of a day must be left for messages.
WAKING_HOURS_LEAST = 8


class StalePolicy(Refusal):
    """Somebody else wrote a version since the page was made."""


def values_of(policy: Policy) -> dict[str, Any]:
    return {number.name: getattr(policy, number.name) for number in NUMBERS}


def differences(old: Policy, new: dict[str, Any]) -> list[tuple[Number, Any, Any]]:
    """The numbers that change, with the old and the new value."""
    return [
        (number, getattr(old, number.name), new[number.name])
        for number in NUMBERS
        if getattr(old, number.name) != new[number.name]
    ]


@action
def change_policy(
    values: dict[str, Any], *, author: str, reason: str, based_on: int | None, now: datetime | None = None
) -> Policy:
    """Write a new version, in force at once; `based_on` is the key of the version whose numbers were changed.

    Raises:
        StalePolicy: another version was written meanwhile.
    """
    # Whoever writes a version waits for whoever is writing; there may be no row to lock yet. Reading goes on.
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE centre_policy IN EXCLUSIVE MODE")
    latest = Policy.objects.aggregate(latest=Max("pk"))["latest"]
    if latest != based_on:
        raise StalePolicy(
            _(
                "Somebody changed the policy while you were editing. Nothing of yours was saved. "
                "Look at the new numbers and repeat your change."
            )
        )
    return Policy.objects.create(**values, author=author, reason=reason, valid_from=now or timezone.now())
