"""The letters to people for whom a head acted: made of the facts of the moment they leave, or not true any more."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from centre.templatetags.centre_text import short_name
from enrolment.calendars import own_agenda
from enrolment.letters import enrolment_of, facts_of, open_enrolment, please_cancel_early
from enrolment.models import SEATS_TAKEN, Ending, Seat
from enrolment.nominating.notices import NOMINATED, REPLACED
from enrolment.office.asking import day_off_asked
from notifications import kinds
from notifications.kinds import Button, Letter, hello
from notifications.models import Message
from notifications.words import full_moment, short_day
from people.models import Employee
from scheduling.timetables import sittings_of, timetable_of


def nominated(message: Message) -> Letter | None:
    """Who sends them, instead of whom, what came of it, and whether it is their day off."""
    facts = facts_of(message)
    if facts is None or facts.session.has_begun:
        return None
    session, enrolment = facts.session, facts.enrolment
    sender = Employee.objects.filter(pk=message.context["by"]).first()
    words = {
        "course": facts.course,
        "date": short_day(session.starts_at),
        "who": short_name(sender) if sender else "",
        "instead": message.context.get("instead_of", ""),
    }
    sittings = sittings_of(session)
    days_off = day_off_asked(enrolment, sittings, message.recipient)
    if enrolment.seat in SEATS_TAKEN:
        title = _("You are sent to a course: %(course)s, %(date)s")
        after = [*timetable_of(session, sittings), days_off, please_cancel_early()]
    else:
        title = _("You are sent to a course and are in the queue: %(course)s, %(date)s")
        after = [
            full_moment(session.starts_at),
            _("All seats are taken. Your place in the queue is %(place)s.")
            % {"place": enrolment.place_in_queue},
            days_off,
        ]
    news = (
        _("%(who)s sends you to “%(course)s”, instead of: %(instead)s.")
        if words["instead"]
        else _("%(who)s sends you to “%(course)s”.")
    )
    return Letter(
        title=title % words,
        paragraphs=tuple(filter(None, (hello(message.recipient), news % words, *after))),
        button=open_enrolment(enrolment),
        deadline=session.starts_at,
        agenda=own_agenda(message.recipient, session.pk) if enrolment.seat == Seat.HELD else None,
    )


def replaced(message: Message) -> Letter | None:
    enrolment = enrolment_of(message)
    session = enrolment.session if enrolment else None
    if enrolment is None or session is None or enrolment.ended_because != Ending.REPLACED:
        return None
    words = {
        "course": session.course.title,
        "date": short_day(session.starts_at),
        "instead": message.context["substitute"],
    }
    return Letter(
        title=_("Somebody else comes instead of you: %(course)s, %(date)s") % words,
        paragraphs=(
            hello(message.recipient),
            _("To “%(course)s” %(instead)s comes instead of you.") % words,
            full_moment(session.starts_at),
            _("Your time is free again. If this is a mistake, please speak to your head."),
        ),
        button=Button(_("Choose another date"), session.course.get_absolute_url()),
        deadline=session.starts_at,
        agenda=own_agenda(message.recipient, session.pk),
    )


def register_kinds() -> None:
    """Called when the app is ready."""
    kinds.register(NOMINATED, nominated, gettext_lazy("sent to a course"))
    kinds.register(REPLACED, replaced, gettext_lazy("replaced by somebody else"))
