"""The trainer's own desk: what waits for an answer, this week, workload, trouble, leave, hours without teaching."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from enrolment.sheets import sheets_to_close, week_of_lessons
from people.models import Employee
from people.requests import UserRequest
from scheduling.checks import monday_of
from scheduling.hurt import LAST_DAY
from scheduling.models import Assignment, Booking, Meeting
from scheduling.views.desk import own_trainer
from scheduling.workload import months_of_trainer, weeks_of_trainer
from trainers.models import LeaveRequest, Trainer

LEAVES_SHOWN = 10
REPORTS_SHOWN = 5


@dataclass(frozen=True)
class Question:
    """An assignment with the meetings that the trainer teaches in its session."""

    assignment: Assignment
    meetings: list[Meeting]

    @property
    def can_be_answered(self) -> bool:
        return any(not meeting.has_begun for meeting in self.meetings)


def questions_of(trainer: Trainer) -> list[Question]:
    """What the trainer is asked or has answered about sessions that are not over; two queries."""
    rows = list(
        Assignment.objects.ahead()
        .filter(trainer=trainer)
        .select_related("session__course")
        .order_by("session__starts_at", "pk")
    )
    meetings: dict[int, list[Meeting]] = defaultdict(list)
    taught = Meeting.objects.filter(
        session__in=[row.session_id for row in rows],
        bookings__person=trainer.employee_id,
        bookings__role=Booking.Role.TEACHES,
    )
    for meeting in taught.order_by("starts_at"):
        meetings[meeting.session_id].append(meeting)
    return [Question(row, meetings[row.session_id]) for row in rows]


def questions_to(person: Employee) -> int:
    """How many sessions wait for the person's answer."""
    asked = Assignment.objects.ahead().filter(trainer__employee=person, state=Assignment.State.ASKED)
    return asked.filter(session__meetings__starts_at__gt=timezone.now()).distinct().count()


@login_required
@require_safe
def desk(request: UserRequest) -> HttpResponse:
    trainer = own_trainer(request.user)
    questions = questions_of(trainer)
    today = timezone.localdate()
    monday = monday_of(today)
    days = week_of_lessons(request.user, monday, drafts=False)
    context = {
        "trainer": trainer,
        "is_own": True,
        "waiting": [one for one in questions if one.assignment.is_asked and one.can_be_answered],
        "answered": [one for one in questions if not one.assignment.is_asked and one.can_be_answered],
        "to_close": list(sheets_to_close(request.user)),
        "today": [day for day in days if day.on == today],
        "later": [day for day in days if day.on > today],
        "monday": monday,
        "sunday": monday + timedelta(days=6),
        "weeks": weeks_of_trainer(trainer),
        "months": months_of_trainer(trainer),
        "leaves": list(
            LeaveRequest.objects.filter(trainer=trainer, ends_on__gte=today).order_by("-asked_at")[
                :LEAVES_SHOWN
            ]
        ),
        "reports": list(trainer.trouble_reports.fresh().select_related("session__course")[:REPORTS_SHOWN]),
        "hours": list(trainer.unavailabilities.during(today, LAST_DAY)),
    }
    return render(request, "enrolment/desk.html", context)
