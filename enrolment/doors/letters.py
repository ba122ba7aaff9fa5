"""The letters of changes: each is made of the facts of the moment it leaves, or is not true any more (None)."""

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from centre.templatetags.centre_text import short_name
from enrolment.calendars import own_agenda
from enrolment.doors.notices import CANCELLED_BY_STAFF, LATE_COPY, RESTORED, TRANSFERRED
from enrolment.letters import (
    answer_by,
    departure_of,
    enrolment_of,
    facts_of,
    open_enrolment,
    please_cancel_early,
    timetable_now,
)
from enrolment.models import Ending, EnrolmentEntry, Seat
from notifications import kinds
from notifications.kinds import Button, Letter, hello
from notifications.models import Message
from notifications.words import full_moment, short_day
from scheduling.letters import time_told_before
from scheduling.timetables import sittings_of, timetable_of


def transferred(message: Message) -> Letter | None:
    """Another date: what the person has there is told as it is now, and the old time leaves their calendar."""
    facts = facts_of(message)
    if facts is None or facts.session.has_begun or message.context.get("to") != facts.session.pk:
        return None
    session, seat = facts.session, facts.enrolment.seat
    words = {"course": facts.course, "date": short_day(session.starts_at)}
    told = time_told_before(message)
    if told == session.starts_at:  # there and back again before the first letter left
        told = None
    if seat == Seat.HELD:
        after = [_("You have a seat there."), please_cancel_early()]
    elif seat == Seat.OFFERED:
        after = [_("A seat there is offered to you."), answer_by(facts.enrolment)]
    elif seat == Seat.WAITING:
        after = [
            _("No seat is free there yet: your place in its queue is %(place)s.")
            % {"place": facts.enrolment.place_in_queue}
        ]
    else:
        after = [_("Your request goes on there and awaits its decision.")]
    if term := message.context.get("head_until"):
        until = full_moment(datetime.fromisoformat(str(term)))
        after.append(
            _("The head of your office is told of it and may say no until %(until)s.") % {"until": until}
        )
    return Letter(
        title=_("Another date: %(course)s, %(date)s") % words,
        paragraphs=(
            hello(message.recipient),
            _("Your enrolment in “%(course)s” is for another date now.") % words,
            *(["\n".join([_("Before:"), full_moment(told)])] if told else []),
            *(timetable_now(session) if told else timetable_of(session, sittings_of(session))),
            *after,
        ),
        button=open_enrolment(facts.enrolment),
        deadline=session.starts_at,
        agenda=own_agenda(message.recipient, session.pk, message.context.get("from", session.pk)),
    )


def restored(message: Message) -> Letter | None:
    facts = facts_of(message)
    if facts is None or facts.session.has_begun:
        return None
    session, seat = facts.session, facts.enrolment.seat
    words = {"course": facts.course, "date": short_day(session.starts_at)}
    if seat == Seat.HELD:
        after = [_("You have your seat again."), please_cancel_early()]
    elif seat == Seat.OFFERED:
        after = [_("A seat there is offered to you."), answer_by(facts.enrolment)]
    elif seat == Seat.WAITING:
        after = [
            _("No seat is free: your place in the queue is %(place)s, by the time of your first request.")
            % {"place": facts.enrolment.place_in_queue}
        ]
    else:
        after = [_("Your request awaits its decision again.")]
    return Letter(
        title=_("The cancellation is taken back: %(course)s, %(date)s") % words,
        paragraphs=(
            hello(message.recipient),
            _("The cancellation of your enrolment in “%(course)s” is taken back.") % words,
            full_moment(session.starts_at),
            *after,
        ),
        button=open_enrolment(facts.enrolment),
        deadline=session.starts_at,
        agenda=own_agenda(message.recipient, session.pk) if seat == Seat.HELD else None,
    )


def late_copy(message: Message) -> Letter | None:
    """To the head: somebody of the office cannot come, and why (rule 15). Not sent once that is taken back."""
    enrolment = enrolment_of(message)
    session = enrolment.session if enrolment else None
    if enrolment is None or session is None or enrolment.ended_because != Ending.CANCELLED_LATE:
        return None
    entry = enrolment.entries.filter(kind=EnrolmentEntry.Kind.CANCELLED).order_by("pk").last()
    words = {
        "person": short_name(enrolment.trainee),
        "course": session.course.title,
        "date": short_day(session.starts_at),
    }
    return Letter(
        title=_("Cannot come: %(person)s, %(course)s, %(date)s") % words,
        paragraphs=(
            hello(message.recipient),
            _("%(person)s has given up the seat in “%(course)s” shortly before the start.") % words,
            full_moment(session.starts_at),
            _("Reason: %(reason)s") % {"reason": entry.reason if entry else ""},
            _("The seat goes to the next in the queue. There is nothing for you to do here."),
        ),
        button=Button(_("Open the enrolment"), enrolment.get_absolute_url()),
    )


def cancelled_by_staff(message: Message) -> Letter | None:
    """To whose enrolment it was; not sent once that is taken back, or they have enrolled there again."""
    left = departure_of(message)
    if left is None:
        return None
    session = left.session
    words = {"course": session.course.title, "date": short_day(session.starts_at)}
    if left.enrolment.ended_because == Ending.BY_CENTRE:
        said = _("The training centre has cancelled your enrolment in “%(course)s”.")
        after = _("The time of your request counts for another date too: choose one.")
    else:
        said = _(
            "You do not come to “%(course)s” any more: the training centre has cancelled your enrolment for you."
        )
        after = _("If this is a mistake, answer this letter before the session.")
    return Letter(
        title=_("Your enrolment is cancelled: %(course)s, %(date)s") % words,
        paragraphs=(
            hello(message.recipient),
            said % words,
            full_moment(session.starts_at),
            _("Reason: %(reason)s") % {"reason": message.context.get("reason", "")},
            after,
        ),
        button=Button(_("Choose another date"), session.course.get_absolute_url()),
        deadline=session.starts_at,
        agenda=left.agenda if left.is_in_calendar else None,
    )


def register_kinds() -> None:
    """Called when the app is ready."""
    kinds.register(TRANSFERRED, transferred, gettext_lazy("changed to another date"))
    kinds.register(RESTORED, restored, gettext_lazy("cancellation taken back"))
    kinds.register(CANCELLED_BY_STAFF, cancelled_by_staff, gettext_lazy("enrolment cancelled by staff"))
    kinds.register(LATE_COPY, late_copy, gettext_lazy("late cancellation, copy to the head"))
