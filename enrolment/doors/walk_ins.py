"""The door of the room: who came without an enrolment is added on the sheet (rules 10 and 20)."""

from django.utils import formats, timezone
from django.utils.translation import gettext as _

from centre.actions import action
from centre.models import Policy
from enrolment.actions.enrolling import refuse_leaver
from enrolment.approvals.needs import refuse_undecided
from enrolment.attendance import lock_open_sheet
from enrolment.conditions import (
    CONDITIONS,
    OtherBooking,
    Situation,
    has_no_overlapping_booking,
    is_open,
    unmet,
)
from enrolment.doors.overlooking import EXCEED, refuse_without
from enrolment.errors import EnrolmentError, SessionFull
from enrolment.interest.ending import end_fulfilled
from enrolment.models import Enrolment
from enrolment.offers.actions import holds_by_coming
from enrolment.seats import hold_seat
from enrolment.situations import situations
from people.models import Employee
from scheduling.models import Session

# A sheet is written after enrolment has ended, and the other bookings are asked for in the trainer's words.
WALK_IN_CONDITIONS = [one for one in CONDITIONS if one not in (is_open, has_no_overlapping_booking)]


@action
def add_walk_in(session: Session, trainee: Employee, *, by: Employee, despite: str = "") -> Enrolment:
    """Give a person who came without an enrolment a free seat, with its bookings; adding again changes nothing.

    Who waits in its queue and came takes the seat too. `despite`: why staff give a seat beyond the limit (rule 10).

    Raises:
        SheetClosed, TooEarly: as in `mark_attendance`.
        SessionFull, NotAllowed: no seat is free; beyond the limit without the right.
        EnrolmentError: a condition of the course is not met, or the person is booked elsewhere, in words.
    """
    first = session.meetings.earliest("starts_at")
    session = lock_open_sheet(first)
    trainee = Employee.objects.lock(trainee.pk)
    live = trainee.enrolments.live().filter(session=session).first()
    if live is not None and holds_by_coming(live, session, by=by):
        return live
    refuse_leaver(trainee)
    refuse_undecided(live)
    situation = situations(trainee, [session], policy=Policy.objects.current())[session.pk]
    if despite.strip() and not situation.has_free_seat:
        refuse_without(by, EXCEED)
    refuse_walk_in(situation, trainee, by=by, exceeds=bool(despite.strip()))
    enrolment = live or Enrolment(trainee=trainee, session=session, course=session.course)
    hold_seat(enrolment, situation, kind="seat_taken", by=by, exceeds=despite.strip())
    if situation.wanted_since:
        end_fulfilled([trainee.pk])
    return enrolment


def refuse_walk_in(situation: Situation, trainee: Employee, *, by: Employee, exceeds: bool) -> None:
    """The conditions of rule 11, in words for the trainer; who stands in the room needs no way between sites."""
    if not situation.has_free_seat and not exceeds:
        words = _("No seat is free, so nobody can be added. Ask the training centre for more seats.")
        raise SessionFull(words)
    person = {"person": trainee.short_name}
    for meeting in situation.meetings:
        for other in meeting.nearby:
            if other.starts_at < meeting.ends_at and meeting.starts_at < other.ends_at:
                raise EnrolmentError(booked_elsewhere(trainee, other, by=by))
    sentences = {
        "enrolled": _("%(person)s is enrolled in another session of this course."),
        "audience": _("The course is not meant for the position of %(person)s."),
        "completed": _("%(person)s has a valid completion of this course already."),
        "prerequisites": _("%(person)s has not completed the courses that must come before this one."),
        "optional": _("%(person)s has the most optional courses ahead that one may have."),
    }
    for condition in unmet(situation, WALK_IN_CONDITIONS):
        raise EnrolmentError(sentences[condition.code] % person)


def booked_elsewhere(trainee: Employee, other: OtherBooking, *, by: Employee) -> str:
    """What it is that stands in the way is nobody's business in the room: staff alone see other people's courses."""
    if by.has_perm("enrolment.view_enrolment"):
        sentence = _("%(person)s is booked on %(day)s from %(start)s to %(end)s: “%(course)s”.")
    else:
        sentence = _(
            "%(person)s is booked elsewhere on %(day)s from %(start)s to %(end)s. Ask the training centre."
        )
    return sentence % {
        "person": trainee.short_name,
        "day": formats.date_format(timezone.localtime(other.starts_at), "SHORT_DATE_FORMAT"),
        "start": formats.time_format(timezone.localtime(other.starts_at), "H:i"),
        "end": formats.time_format(timezone.localtime(other.ends_at), "H:i"),
        "course": other.title,
    }
