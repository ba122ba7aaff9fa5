"""The letters of changes: each is made of the facts of the moment it leaves, or is not true any more (None)."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from centre.models import Policy
from centre.templatetags.centre_text import clock, short_name, when
from enrolment.calendars import own_agenda
from enrolment.conditions import day_words
from enrolment.doors.clashes import choose_until
from enrolment.doors.notices import CANCELLED_BY_STAFF, LATE_COPY, RESTORED, TRANSFERRED
from enrolment.letters import (
    answer_by,
    day_off_asked,
    departure_of,
    enrolment_of,
    facts_of,
    open_enrolment,
    please_cancel_early,
    session_moved,
    timetable_now,
    title_for_its_people,
)
from enrolment.models import Ending, Enrolment, EnrolmentEntry, Seat
from notifications import kinds
from notifications.kinds import Button, Letter, hello
from notifications.models import Message
from notifications.words import full_moment, short_day
from scheduling.letters import time_told_before
from scheduling.models import Booking
from scheduling.timetables import Sitting, sittings_of, timetable_of


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


def clash_after_move(message: Message) -> Letter | None:
    """Two courses at one time since a move: which day and hours the other takes, and until when one is chosen."""
    facts = facts_of(message)
    if facts is None:
        return None
    if facts.enrolment.clash_since is None:  # chosen already: the new time is news all the same
        return session_moved(message)
    session, sittings = facts.session, sittings_of(facts.session)
    words = {"course": facts.course, "date": short_day(session.starts_at)}
    other = booking_beside(facts.enrolment, sittings)
    return Letter(
        title=_("Two courses at one time: %(course)s, %(date)s") % words,
        paragraphs=tuple(
            filter(
                None,
                (
                    hello(message.recipient),
                    _("The session “%(course)s”, in which you have a seat, was moved.") % words,
                    *timetable_now(session, sittings),
                    busy_words(other) if other else "",
                    day_off_asked(facts.enrolment, sittings, message.recipient),
                    _(
                        "We keep your seat for now. Please choose until %(until)s which course you come to: "
                        "one press cancels the other."
                    )
                    % {"until": when(choose_until(facts.enrolment, Policy.objects.current()))},
                ),
            )
        ),
        button=Button(pgettext("button", "Choose"), facts.enrolment.get_absolute_url()),
        deadline=session.starts_at,
        agenda=own_agenda(message.recipient, session.pk),
    )


def booking_beside(enrolment: Enrolment, sittings: Sequence[Sitting]) -> Booking | None:
    """The trainee's first other booking during one of the meetings: what lies between two of them is no clash."""
    during = Q(pk__in=[])
    for sitting in sittings:
        during |= Q(period__overlap=(sitting.starts_at, sitting.ends_at))
    found = Booking.objects.filter(during, person=enrolment.trainee_id)
    found = found.exclude(meeting__session=enrolment.session_id)
    return found.select_related("meeting__session__course").order_by("meeting__starts_at", "pk").first()


def busy_words(booking: Booking) -> str:
    meeting = booking.meeting
    return _("On %(day)s from %(start)s to %(end)s you are booked for “%(other)s”.") % {
        "day": day_words(meeting.starts_at),
        "start": clock(meeting.starts_at),
        "end": clock(meeting.ends_at),
        "other": title_for_its_people(meeting.session),
    }


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
    kinds.register("clash_after_move", clash_after_move, gettext_lazy("clash after a move"))
    kinds.register(TRANSFERRED, transferred, gettext_lazy("changed to another date"))
    kinds.register(RESTORED, restored, gettext_lazy("cancellation taken back"))
    kinds.register(CANCELLED_BY_STAFF, cancelled_by_staff, gettext_lazy("enrolment cancelled by staff"))
    kinds.register(LATE_COPY, late_copy, gettext_lazy("late cancellation, copy to the head"))
