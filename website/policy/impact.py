"""What a change of the policy touches, counted before it is saved (rule 6 for numbers)."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, F, QuerySet, Sum
from django.db.models.functions import TruncDate
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import BrowserSession
from accounts.roles import FACTOR_ROLES
from centre.models import Policy
from centre.policy import Number, differences
from centre.templatetags.centre_text import thin
from enrolment.models import SEATS_TAKEN, Approval, Ending, Enrolment, Seat
from enrolment.notices import REMINDERS
from notifications.models import Message
from people.models import Employee
from records.models import Completion
from scheduling.models import ACADEMIC_HOUR, Assignment, Meeting, Session

Impact = Callable[[Any, Any, datetime], Iterator[str]]


def impact_of(current: Policy, values: dict[str, Any]) -> list[tuple[Number, Any, Any, list[str]]]:
    """Each number that changes: old and new value, and in sentences what that touches."""
    now = timezone.now()
    return [
        (number, old, new, list(IMPACTS.get(number.name, nothing_counted)(old, new, now)))
        for number, old, new in differences(current, values)
    ]


def nothing_counted(old: Any, new: Any, now: datetime) -> Iterator[str]:
    yield _("Holds from the moment of saving.")


def upcoming_meetings(now: datetime) -> QuerySet[Meeting]:
    return Meeting.objects.filter(starts_at__gt=now).exclude(session__status=Session.Status.CANCELLED)


def planned_meetings(old: int, new: int, now: datetime) -> Iterator[str]:
    count = upcoming_meetings(now).count()
    yield ngettext(
        "%(count)s planned meeting keeps its booking; what is planned or moved from now on is checked anew.",
        "%(count)s planned meetings keep their bookings; what is planned or moved from now on is checked anew.",
        count,
    ) % {"count": thin(count)}


def hours_a_day(old: int, new: int, now: datetime) -> Iterator[str]:
    longer = (
        upcoming_meetings(now)
        .annotate(on=TruncDate("starts_at"))
        .order_by()
        .values("session", "on")
        .annotate(length=Sum(F("ends_at") - F("starts_at")))
        .filter(length__gt=new * ACADEMIC_HOUR)
        .values("session")
        .distinct()
    )
    count = longer.count()
    yield ngettext(
        "%(count)s planned session teaches more than that on a day. It stays, and cannot be moved as it is.",
        "%(count)s planned sessions teach more than that on a day. They stay, and cannot be moved as they are.",
        count,
    ) % {"count": thin(count)}


def too_few_questions(old: int, new: int, now: datetime) -> Iterator[str]:
    def near(days: int) -> int:
        return Session.objects.beginning_soon(now, days=days).count()

    yield before_and_after(
        _("Sessions that begin within so many days: %(before)s now, %(after)s afterwards."),
        near(old),
        near(new),
    )
    yield _("Those below their smallest group among them are asked about; what was told is not told again.")


def answers_of_trainers(old: int, new: int, now: datetime) -> Iterator[str]:
    count = Assignment.objects.ahead().filter(state=Assignment.State.ASKED, answer_until__gt=now).count()
    yield ngettext(
        "%(count)s trainer who is asked now keeps their term; who is asked from now on gets the new one.",
        "%(count)s trainers who are asked now keep their terms; who is asked from now on gets the new one.",
        count,
    ) % {"count": thin(count)}


def repeats(old: int, new: int, now: datetime) -> Iterator[str]:
    yield before_and_after(
        _("Completions that may be repeated today, by the time left: %(before)s now, %(after)s afterwards."),
        ending_within(old, now),
        ending_within(new, now),
    )


def expiring(old: int, new: int, now: datetime) -> Iterator[str]:
    yield before_and_after(
        _("Completions shown as expiring: %(before)s now, %(after)s afterwards."),
        ending_within(old, now),
        ending_within(new, now),
    )


def ending_within(days: int, now: datetime) -> int:
    today = timezone.localdate(now)
    return Completion.objects.filter(valid_until__range=(today, today + timedelta(days=days))).count()


def optional_bookings(old: int, new: int, now: datetime) -> Iterator[str]:
    over = (
        Enrolment.objects.live()
        .filter(session__starts_at__gt=now)
        .filter(course__is_mandatory=False)
        .order_by()
        .values("trainee")
        .annotate(number=Count("pk"))
        .filter(number__gt=new)
    )
    count = over.count()
    yield ngettext(
        "%(count)s person has more optional courses ahead and keeps them.",
        "%(count)s people have more optional courses ahead and keep them.",
        count,
    ) % {"count": thin(count)}


def cancelling(old: int, new: int, now: datetime) -> Iterator[str]:
    def free(hours: int) -> int:
        return (
            Enrolment.objects.live()
            .filter(seat__in=SEATS_TAKEN, session__starts_at__gt=now + timedelta(hours=hours))
            .count()
        )

    yield before_and_after(
        _("Seats that can be given back by a click at this moment: %(before)s now, %(after)s afterwards."),
        free(old),
        free(new),
    )


def asked_heads(old: int, new: int, now: datetime) -> Iterator[str]:
    count = Enrolment.objects.live().filter(approval=Approval.ASKED).count()
    yield ngettext(
        "%(count)s request that waits for a head keeps its term; the next get the new one.",
        "%(count)s requests that wait for a head keep their terms; the next get the new one.",
        count,
    ) % {"count": thin(count)}


def seats_kept(old: int, new: int, now: datetime) -> Iterator[str]:
    yield _(
        "Seats that are taken stay. Who takes or is given a seat from now on is checked by the new number."
    )


def queues(old: int, new: int, now: datetime) -> Iterator[str]:
    count = Enrolment.objects.in_queue().filter(session__starts_at__gt=now).count()
    yield ngettext(
        "%(count)s person who waits in a queue is ranked by the new number from now on.",
        "%(count)s people who wait in queues are ranked by the new number from now on.",
        count,
    ) % {"count": thin(count)}


def freed_seats(old: Any, new: Any, now: datetime) -> Iterator[str]:
    offered = Enrolment.objects.live().filter(seat=Seat.OFFERED).count()
    yield ngettext(
        "%(count)s seat that is offered now keeps its term; what becomes free from now on goes by the new number.",
        "%(count)s seats that are offered now keep their terms; what becomes free from now on goes by the new number.",
        offered,
    ) % {"count": thin(offered)}


def kept_priorities(old: int, new: int, now: datetime) -> Iterator[str]:
    def kept(days: int) -> int:
        return Enrolment.objects.filter(
            ended_because=Ending.BY_CENTRE, ended_at__gt=now - timedelta(days=days)
        ).count()

    yield before_and_after(
        _(
            "Enrolments that the centre cancelled and whose time still counts: %(before)s now, %(after)s afterwards."
        ),
        kept(old),
        kept(new),
    )


def clashes(old: int, new: int, now: datetime) -> Iterator[str]:
    count = Enrolment.objects.live().filter(clash_since__isnull=False).count()
    yield ngettext(
        "%(count)s person whose session was moved to a busy time chooses by the new term.",
        "%(count)s people whose sessions were moved to a busy time choose by the new term.",
        count,
    ) % {"count": thin(count)}


def sheets(old: int, new: int, now: datetime) -> Iterator[str]:
    count = upcoming_meetings(now).count()
    yield ngettext(
        "The sheet of %(count)s meeting ahead opens at another time.",
        "The sheets of %(count)s meetings ahead open at another time.",
        count,
    ) % {"count": thin(count)}


def attendance(old: int, new: int, now: datetime) -> Iterator[str]:
    count = Session.objects.filter(status__in=[Session.Status.OPEN, Session.Status.CONFIRMED]).count()
    yield ngettext(
        "%(count)s sheet that is not closed yet is counted by the new share.",
        "%(count)s sheets that are not closed yet are counted by the new share.",
        count,
    ) % {"count": thin(count)}
    yield _("Closed sheets and completions stay as they are.")


def reminders(old: int, new: int, now: datetime) -> Iterator[str]:
    count = Message.objects.planned().filter(kind__in=REMINDERS).count()
    yield ngettext(
        "%(count)s planned reminder keeps its time; seats taken or moved from now on get the new one.",
        "%(count)s planned reminders keep their time; seats taken or moved from now on get the new one.",
        count,
    ) % {"count": thin(count)}


def quiet_hours(old: Any, new: Any, now: datetime) -> Iterator[str]:
    count = Message.objects.planned().count()
    yield ngettext(
        "%(count)s message waits to be sent; the new quiet hours hold for it too.",
        "%(count)s messages wait to be sent; the new quiet hours hold for them too.",
        count,
    ) % {"count": thin(count)}


def leavers(old: int, new: int, now: datetime) -> Iterator[str]:
    people = Employee.objects.employed().count()
    yield before_and_after(
        _(
            "A staff list asks first when it dismisses more people than: %(before)s now, %(after)s afterwards."
        ),
        people * old // 100,
        people * new // 100,
    )


def before_and_after(sentence: str, before: int, after: int) -> str:
    return sentence % {"before": thin(before), "after": thin(after)}


def browser_sessions(old: int, new: int, now: datetime) -> Iterator[str]:
    count = BrowserSession.objects.live().filter(person__isnull=False).count()
    yield ngettext(
        "%(count)s person who is signed in now is meant from their next page on.",
        "%(count)s people who are signed in now are meant from their next page on.",
        count,
    ) % {"count": thin(count)}


def second_factors(old: bool, new: bool, now: datetime) -> Iterator[str]:
    holders = Employee.objects.employed().filter(groups__name__in=FACTOR_ROLES).distinct()
    without = holders.exclude(totpdevice__confirmed=True).count()
    yield (
        ngettext(
            "%(count)s person with such a role has no second factor yet; it is set up at the next sign-in.",
            "%(count)s people with such a role have no second factor yet; it is set up at the next sign-in.",
            without,
        )
        % {"count": thin(without)}
        if new
        else _("The codes are asked of nobody any more.")
    )


IMPACTS: dict[str, Impact] = {
    "idle_minutes": browser_sessions,
    "second_factor": second_factors,
    "changeover_minutes": planned_meetings,
    "travel_minutes": planned_meetings,
    "academic_hours_a_day": hours_a_day,
    "too_few_first_days": too_few_questions,
    "too_few_second_days": too_few_questions,
    "too_few_last_days": too_few_questions,
    "assignment_answer_hours": answers_of_trainers,
    "repeat_window_days": repeats,
    "expiring_within_days": expiring,
    "optional_bookings_max": optional_bookings,
    "cancel_lead_hours": cancelling,
    "approval_days": asked_heads,
    "away_percent": seats_kept,
    "due_soon_days": queues,
    "offer_above_hours": freed_seats,
    "short_notice_hours": freed_seats,
    "offer_answer_hours": freed_seats,
    "offer_hours_from": freed_seats,
    "offer_hours_until": freed_seats,
    "reservation_release_days": seats_kept,
    "kept_priority_days": kept_priorities,
    "clash_choice_hours": clashes,
    "sheet_opens_minutes": sheets,
    "attended_percent": attendance,
    "first_reminder_hours": reminders,
    "second_reminder_hours": reminders,
    "last_reminder_hours": reminders,
    "quiet_from": quiet_hours,
    "quiet_until": quiet_hours,
    "leavers_percent": leavers,
}
