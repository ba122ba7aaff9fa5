"""What the beat asks for, in words, and how late a run is."""

from copy import copy
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from celery.schedules import maybe_schedule
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from centre.receivers import NOT_NOTED
from trainingcenter.celery import app
from website.state.facts import Words

TASK_WORDS: dict[str, Words] = {
    "notifications.tasks.send_due_messages": _("Sending messages"),
    "accounts.tasks.close_accounts_of_leavers": _("Closing accounts of people who left"),
    "enrolment.tasks.end_clashes": _("Giving bookings back when a clash is over"),
    "enrolment.tasks.end_enrolments_of_leavers": _("Ending enrolments of people who left"),
    "accounts.tasks.answer_password_requests": _("Answering “Forgot the password?”"),
    "accounts.tasks.work_on_staff_lists": _("Reading and applying staff lists"),
    "accounts.tasks.clear_accounts": _("Clearing away old sign-ins and lists"),
    "centre.tasks.forget_uses": _("Clearing away counts of limits"),
    "enrolment.tasks.refresh_due_days": _("Counting terms of mandatory courses anew"),
    "enrolment.tasks.give_free_seats": _("Giving free seats to who waits"),
    "enrolment.doors.tasks.note_unanswered_clashes": _(
        "Noting who did not choose between two sessions in time"
    ),
    "enrolment.bulk.tasks.work_on_bulk_runs": _("Enrolling people from lists"),
    "enrolment.bulk.tasks.forget_bulk_runs": _("Clearing away old lists of people to enrol"),
    "enrolment.offers.tasks.lapse_due_offers": _("Passing on offered seats that nobody accepted in time"),
    "enrolment.interest.tasks.keep_wishes": _("Offering seats to who wants a course"),
    "enrolment.reservations.tasks.keep_reservations": _("Releasing seats kept for offices"),
    "enrolment.approvals.tasks.keep_terms_of_requests": _("Asking HR about requests nobody decided"),
    "enrolment.approvals.tasks.tell_of_waiting_requests": _(
        "Telling heads what waits for them, and of their week"
    ),
    "audit.tasks.forget_old_looks": _("Forgetting old looks at people’s data"),
    "scheduling.tasks.tell_of_too_few": _("Telling HR of sessions with too few people"),
    "scheduling.tasks.tell_of_silent_trainers": _("Telling HR of trainers who have not answered"),
}


@dataclass(frozen=True)
class PeriodicTask:
    """A task of the beat; `schedule` is what the settings say: seconds, or a schedule of Celery's."""

    name: str
    schedule: Any

    @property
    def title(self) -> Words:
        return TASK_WORDS.get(self.name, self.name)

    def late_by(self, ended_at: datetime, now: datetime) -> timedelta:
        """How long ago the run after `ended_at` was due; negative while there is time."""
        schedule = copy(maybe_schedule(self.schedule, app=app))
        schedule.nowfun = lambda: now
        # As the settings say it to the beat: in a long run of the tests Celery's app once answered another one.
        vars(schedule)["tz"] = timezone.get_default_timezone()
        return -schedule.remaining_estimate(ended_at)


def periodic_tasks() -> list[PeriodicTask]:
    """In the order of the settings."""
    entries = settings.CELERY_BEAT_SCHEDULE.values()
    return [PeriodicTask(one["task"], one["schedule"]) for one in entries if one["task"] not in NOT_NOTED]
