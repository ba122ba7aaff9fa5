"""The letters of enrolment: each is made of the facts of the moment it leaves, or is not true any more (None)."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists
from django.db.models.expressions import Combinable
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from centre.models import Policy
from centre.templatetags.centre_text import clock
from enrolment.calendars import own_agenda
from enrolment.models import Enrolment, EnrolmentEntry, Seat
from enrolment.notices import REMINDERS
from enrolment.offers.words import queue_promise
from enrolment.office.asking import came_from_somebody_else, day_off_asked
from enrolment.queue.words import ahead_words
from enrolment.situations import situations
from notifications import kinds
from notifications.calendars import Agenda
from notifications.invites import knows
from notifications.kinds import Button, Letter, hello
from notifications.models import Message
from notifications.words import full_moment, long_date, short_day
from records.models import Completion
from scheduling.letters import cancelled, session_of, time_told_before
from scheduling.models import Session
from scheduling.notices import about as about_session
from scheduling.timetables import Sitting, sittings_of, timetable_of


@dataclass(frozen=True)
class Facts:
    """An enrolment in a session that takes place and is not over, as it is now."""

    enrolment: Enrolment
    session: Session
    now: datetime

    @property
    def course(self) -> str:
        return self.session.course.title


def seat_taken(message: Message) -> Letter | None:
    facts = facts_of(message)
    if facts is None or facts.enrolment.seat != Seat.HELD:
        return None
    return seat_letter(
        message,
        facts,
        title=_("You have a seat: %(course)s, %(date)s"),
        news=_("You have a seat in “%(course)s”."),
        is_own_wish=not came_from_somebody_else(facts.enrolment, EnrolmentEntry.Kind.SEAT_TAKEN),
    )


def seat_given(message: Message) -> Letter | None:
    facts = facts_of(message)
    if facts is None or facts.enrolment.seat != Seat.HELD:
        return None
    return seat_letter(
        message,
        facts,
        title=_("A seat is free and yours: %(course)s, %(date)s"),
        news=_(
            "The training centre gives you a seat in “%(course)s” for which you were waiting: it is yours now."
        )
        if message.context.get("by_hand")
        else _("A seat in “%(course)s” has become free. You were next in the queue, and it is yours now."),
    )


def seat_letter(message: Message, facts: Facts, *, title: str, news: str, is_own_wish: bool = True) -> Letter:
    """Who did not choose the date themselves is asked about a day off (rule 16)."""
    words = {"course": facts.course, "date": short_day(facts.session.starts_at)}
    sittings = sittings_of(facts.session)
    asked = "" if is_own_wish else day_off_asked(facts.enrolment, sittings, message.recipient)
    return Letter(
        title=title % words,
        paragraphs=(
            hello(message.recipient),
            news % words,
            *timetable_of(facts.session, sittings),
            *([asked] if asked else []),
            please_cancel_early(),
        ),
        button=open_enrolment(facts.enrolment),
        deadline=facts.session.starts_at,
        agenda=own_agenda(message.recipient, facts.session.pk),
    )


@dataclass(frozen=True)
class Departure:
    """An enrolment that ended before its session; `agenda` ends what the trainee's calendar may know of it."""

    enrolment: Enrolment
    session: Session
    agenda: Agenda
    is_in_calendar: bool


def departure_of(message: Message) -> Departure | None:
    """None when it goes on, the session is over, or the trainee is there again: that is told by its own letter."""
    enrolment = enrolment_of(message)
    session = enrolment.session if enrolment else None
    if enrolment is None or session is None or enrolment.is_live or session.is_over:
        return None
    agenda = own_agenda(message.recipient, session.pk)
    if agenda.events:
        return None
    return Departure(enrolment, session, agenda, knows(message.recipient_id, about_session(session.pk)))


def seat_given_up(message: Message) -> Letter | None:
    """Only the end of what their calendar knows."""
    left = departure_of(message)
    if left is None or not left.is_in_calendar:
        return None
    session = left.session
    words = {"course": session.course.title, "date": short_day(session.starts_at)}
    return Letter(
        title=_("Your enrolment is cancelled: %(course)s, %(date)s") % words,
        paragraphs=(
            hello(message.recipient),
            _("You do not come to “%(course)s” any more, and your seat is free for somebody else.") % words,
            full_moment(session.starts_at),
            _("The attached file takes the time out of your calendar."),
        ),
        button=Button(_("Choose another date"), session.course.get_absolute_url()),
        deadline=session.starts_at,
        agenda=left.agenda,
    )


def queued(message: Message) -> Letter | None:
    facts = facts_of(message)
    if facts is None or facts.enrolment.seat != Seat.WAITING or facts.session.has_begun:
        return None
    standing = facts.enrolment.standing
    words = {"course": facts.course, "place": standing.place, "date": short_day(facts.session.starts_at)}
    return Letter(
        title=_("You are in the queue, place %(place)s: %(course)s, %(date)s") % words,
        paragraphs=(
            hello(message.recipient),
            _("All seats in “%(course)s” are taken, and you are in the queue.") % words,
            full_moment(facts.session.starts_at),
            ahead_words(standing),
            queue_promise(
                facts.session,
                Policy.objects.current(facts.now),
                facts.now,
                at_short_notice=facts.enrolment.at_short_notice,
            ),
        ),
        button=open_enrolment(facts.enrolment),
        deadline=facts.session.starts_at,
    )


def session_moved(message: Message) -> Letter | None:
    facts = facts_of(message)
    if facts is None:
        return None
    waits, is_offered = facts.enrolment.seat == Seat.WAITING, facts.enrolment.seat == Seat.OFFERED
    words = {"course": facts.course, "date": short_day(facts.session.starts_at)}
    sittings = sittings_of(facts.session)
    told = time_told_before(message)
    is_later = told is not None and told != facts.session.starts_at
    title = _("New time: %(course)s, %(date)s") if is_later else _("Changes: %(course)s, %(date)s")
    if waits:
        news = _("The session “%(course)s”, for which you are in the queue, has changed.")
        after = _("Your place in the queue stays yours.")
    elif is_offered:
        news = _("The session “%(course)s”, in which a seat is offered to you, has changed.")
        after = answer_by(facts.enrolment)
    else:
        news = _("The session “%(course)s”, in which you have a seat, has changed.")
        after = _("Your seat stays yours. If this does not suit you, please cancel as early as you can.")
    return Letter(
        title=title % words,
        paragraphs=tuple(
            filter(
                None,
                (
                    hello(message.recipient),
                    news % words,
                    "\n".join([_("Before:"), full_moment(told)]) if told and is_later else "",
                    *timetable_now(facts.session, sittings),
                    day_off_asked(facts.enrolment, sittings, message.recipient) if is_later else "",
                    after,
                ),
            )
        ),
        button=open_enrolment(facts.enrolment),
        deadline=facts.session.starts_at,
        agenda=None if waits or is_offered else own_agenda(message.recipient, facts.session.pk),
    )


def merged(message: Message) -> Letter | None:
    """The session was joined with another one: what the person has there is told as it is now."""
    facts = facts_of(message)
    if facts is None or facts.session.has_begun:
        return None
    session, seat = facts.session, facts.enrolment.seat
    words = {"course": facts.course, "date": short_day(session.starts_at)}
    told = time_told_before(message)
    if seat == Seat.HELD:
        after = [_("You have a seat there."), please_cancel_early()]
    elif seat == Seat.OFFERED:
        after = [_("A seat there is offered to you."), answer_by(facts.enrolment)]
    elif seat == Seat.WAITING:
        place = facts.enrolment.place_in_queue
        after = [
            _("No seat is free there yet: your place in its queue is %(place)s, by the time of your request.")
            % {"place": place}
        ]
    else:
        after = [_("Your request goes on there and awaits its decision.")]
    return Letter(
        title=_("Joined with another session: %(course)s, %(date)s") % words,
        paragraphs=(
            hello(message.recipient),
            _("Too few people enrolled in your session of “%(course)s”, and it was joined with another one.")
            % words,
            *(["\n".join([_("Before:"), full_moment(told)])] if told else []),
            *timetable_now(session),
            *after,
        ),
        button=open_enrolment(facts.enrolment),
        deadline=session.starts_at,
        agenda=own_agenda(message.recipient, session.pk, message.context.get("from", session.pk)),
    )


def merge_clash(message: Message) -> Letter | None:
    """The session was joined with one at which the person is busy: their enrolment has ended."""
    enrolment = enrolment_of(message)
    session = enrolment.session if enrolment else None
    if enrolment is None or session is None or session.status != Session.Status.CANCELLED:
        return None
    starts_at = time_told_before(message) or session.starts_at
    words = {"course": session.course.title, "date": short_day(starts_at)}
    target = Session.objects.filter(pk=message.context["into"]).first()
    return Letter(
        title=_("Cancelled: %(course)s, %(date)s") % words,
        paragraphs=tuple(
            filter(
                None,
                (
                    hello(message.recipient),
                    _("The session “%(course)s” will not take place.") % words,
                    full_moment(starts_at),
                    "\n".join(
                        [
                            _("It was joined with another one, at whose time you are booked elsewhere:"),
                            full_moment(target.starts_at),
                        ]
                    )
                    if target
                    else "",
                    _(
                        "Your enrolment has ended and your time is free again. We are sorry. "
                        "Please choose another date."
                    ),
                ),
            )
        ),
        button=Button(_("Choose another date"), session.course.get_absolute_url()),
        deadline=starts_at,
        agenda=own_agenda(message.recipient, session.pk),
    )


def course_needed(message: Message) -> Letter | None:
    """Not sent once the person has enrolled anywhere, nor when no seat is free that nobody waits for or keeps."""
    session = session_of(message)
    if session is None or not session.is_open_for_enrolment:
        return None
    situation = situations(message.recipient, [session], policy=Policy.objects.current())[session.pk]
    if situation.live_enrolment_id or not situation.has_free_seat or situation.waiting:
        return None
    words = {"course": session.course.title, "date": short_day(session.starts_at)}
    return Letter(
        title=_("There is a place for you: %(course)s, %(date)s") % words,
        paragraphs=(
            hello(message.recipient),
            _("The course “%(course)s” is mandatory for you, and seats are free in this session:") % words,
            *timetable_of(session, sittings_of(session)),
            _("Take a seat while there is one: the session takes place when enough people come."),
        ),
        button=Button(_("Look at the session"), session.get_absolute_url()),
        deadline=session.starts_at,
    )


def session_cancelled(message: Message) -> Letter | None:
    enrolment = enrolment_of(message)
    session = enrolment.session if enrolment else None
    if enrolment is None or session is None or session.status != Session.Status.CANCELLED:
        return None
    after = _(
        "Your enrolment has ended and your time is free again. We are sorry. "
        "The time of your request counts for another date too: choose one."
    )
    button = Button(_("Choose another date"), enrolment.get_absolute_url())
    return cancelled(message, session, after, button=button, agenda=own_agenda(message.recipient, session.pk))


def reminder(message: Message) -> Letter | None:
    """Whatever reminder it is, it says how long it still is: true also when the beat slept.

    Not sent when a later one is due too, after the start, or when the meeting or the seat is gone.
    """
    later = REMINDERS[REMINDERS.index(message.kind) + 1 :]
    facts = facts_of(message, ~Exists(Message.objects.superseding(message, later, timezone.now())))
    if facts is None or facts.enrolment.seat != Seat.HELD:
        return None
    starts_at = datetime.fromisoformat(message.context["starts_at"])
    ahead = [sitting for sitting in sittings_of(facts.session) if sitting.starts_at >= starts_at]
    if starts_at <= facts.now or not ahead or ahead[0].starts_at != starts_at:
        return None
    days = (timezone.localdate(starts_at) - timezone.localdate(facts.now)).days
    words = {
        "course": facts.course,
        "date": short_day(starts_at),
        "time": clock(starts_at),
        "days": days,
    }
    if days == 0:
        title = _("Today at %(time)s: %(course)s")
    elif days == 1:
        title = _("Tomorrow at %(time)s: %(course)s")
    else:
        title = ngettext(
            "In %(days)s day, on %(date)s: %(course)s", "In %(days)s days, on %(date)s: %(course)s", days
        )
    return Letter(
        title=title % words,
        paragraphs=(
            hello(message.recipient),
            _("We are expecting you in “%(course)s”.") % words,
            *timetable_of(facts.session, ahead),
            please_cancel_early(),
        ),
        button=open_enrolment(facts.enrolment),
        deadline=starts_at,
    )


def completion_recorded(message: Message) -> Letter | None:
    completion = Completion.objects.select_related("course").filter(pk=key_of(message)).first()
    if completion is None:
        return None
    words = {"course": completion.course.title, "date": long_date(completion.completed_on)}
    if completion.valid_until:
        validity = _("It is valid until %(date)s.") % {"date": long_date(completion.valid_until)}
    else:
        validity = _("It is valid without a time limit.")
    return Letter(
        title=_("Course completed: %(course)s") % words,
        paragraphs=(
            hello(message.recipient),
            _("You completed “%(course)s” on %(date)s. Congratulations!") % words,
            validity,
        ),
        button=Button(_("My completions"), reverse("website:completions")),
    )


# --- what the letters share -----------------------------------------------------------------------


def key_of(message: Message) -> int:
    """The key of the row the message is about: 12 of "enrolment:12"."""
    return int(message.subject.partition(":")[2])


def enrolment_of(message: Message, *conditions: Combinable) -> Enrolment | None:
    enrolments = Enrolment.objects.select_related("session__course")
    return enrolments.filter(*conditions, pk=key_of(message)).first()


def facts_of(message: Message, *conditions: Combinable) -> Facts | None:
    """The live enrolment and its session; None when either has ended, or a condition does not hold."""
    enrolment = enrolment_of(message, *conditions)
    session = enrolment.session if enrolment else None
    if enrolment is None or session is None or not enrolment.is_live:
        return None
    if session.status not in {Session.Status.OPEN, Session.Status.CONFIRMED} or session.is_over:
        return None
    return Facts(enrolment, session, timezone.now())


def timetable_now(session: Session, sittings: list[Sitting] | None = None) -> list[str]:
    """The timetable after a change, introduced as such."""
    first, *others = timetable_of(session, sittings or sittings_of(session))
    return ["\n".join([_("Now:"), first]), *others]


def title_for_its_people(session: Session) -> str:
    """Which draft somebody is to teach, planners alone see (rule 1)."""
    is_draft = session.status == Session.Status.DRAFT
    return _("a session that is still being planned") if is_draft else session.course.title


def open_enrolment(enrolment: Enrolment) -> Button:
    return Button(_("Open my enrolment"), enrolment.get_absolute_url())


def answer_by(enrolment: Enrolment) -> str:
    """Until when an offered seat is kept, and what silence means."""
    return _(
        "We keep the seat for you until %(until)s. Open your enrolment and accept or decline it; "
        "without an answer it goes to the next in the queue."
    ) % {"until": full_moment(enrolment.offer_until) if enrolment.offer_until else ""}


def please_cancel_early() -> str:
    return _("If you cannot come, please cancel as early as you can: the seat will help somebody else.")


def register_kinds() -> None:
    """Called when the app is ready."""
    kinds.register("seat_taken", seat_taken, gettext_lazy("seat taken"))
    kinds.register("seat_given_up", seat_given_up, gettext_lazy("seat given up"))
    kinds.register("queued", queued, gettext_lazy("place in the queue"))
    kinds.register("seat_given", seat_given, gettext_lazy("seat given from the queue"))
    kinds.register("session_moved", session_moved, gettext_lazy("session moved"))
    kinds.register("merged", merged, gettext_lazy("session joined with another"))
    kinds.register("merge_clash", merge_clash, gettext_lazy("busy when the sessions were joined"))
    kinds.register("course_needed", course_needed, gettext_lazy("invitation to a mandatory course"))
    kinds.register("session_cancelled", session_cancelled, gettext_lazy("session cancelled"))
    kinds.register("reminder_first", reminder, gettext_lazy("first reminder"))
    kinds.register("reminder_second", reminder, gettext_lazy("second reminder"))
    kinds.register("reminder_last", reminder, gettext_lazy("last reminder"))
    kinds.register("completion_recorded", completion_recorded, gettext_lazy("course completed"))
