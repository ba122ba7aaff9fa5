"""The letters to those who teach: each is made of the facts of the moment it leaves, or is not true any more."""

from datetime import datetime

from django.db.models import Exists, OuterRef, Subquery
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from centre.models import Policy
from centre.templatetags.centre_text import clock
from notifications import kinds
from notifications.calendars import Agenda
from notifications.kinds import Button, Letter, hello
from notifications.models import Message
from notifications.words import full_moment, short_day
from scheduling.events import agenda_of
from scheduling.models import Assignment, Booking, Session
from scheduling.notices import SHEET_REMINDERS, TOO_FEW
from scheduling.timetables import sittings_of, timetable_of
from scheduling.too_few import too_few

ASKING = {Session.Status.OPEN, Session.Status.CONFIRMED}


def sheet_due(message: Message) -> Letter | None:
    """Not sent once the sheet is closed, nor to who does not teach the session any more, nor when nobody came in."""
    later = SHEET_REMINDERS[SHEET_REMINDERS.index(message.kind) + 1 :]
    bookings = Booking.objects.filter(meeting__session=OuterRef("pk"))
    session = (
        Session.objects.with_course()
        .filter(
            Exists(bookings.teaching().filter(person=message.recipient_id)),
            Exists(bookings.attending()),
            ~Exists(Message.objects.superseding(message, later, timezone.now())),
            pk=session_key(message),
            status__in=[Session.Status.OPEN, Session.Status.CONFIRMED],
            ends_at__lte=timezone.now(),
        )
        .first()
    )
    if session is None:
        return None
    words = {"course": session.course.title, "date": short_day(session.starts_at)}
    return Letter(
        title=_("Please close the sheet: %(course)s, %(date)s") % words,
        paragraphs=(
            hello(message.recipient),
            _("The attendance sheet of “%(course)s” is still open.") % words,
            full_moment(session.starts_at),
            _("Mark everybody and close it: then people see what they have completed."),
        ),
        button=Button(_("Open the sheet"), reverse("enrolment:sheet", args=[session.pk])),
    )


def teaching_asked(message: Message) -> Letter | None:
    """Not sent when the trainer has answered on the site meanwhile, or does not teach the session any more."""
    session = session_of(message)
    asked = question_of(message)
    if session is None or asked is None or session.status not in ASKING or session.is_over:
        return None
    words = {"course": session.course.title, "date": short_day(session.starts_at)}
    return Letter(
        title=_("Will you teach: %(course)s, %(date)s?") % words,
        paragraphs=(
            hello(message.recipient),
            _("You are planned to teach “%(course)s”.") % words,
            *timetable_of(session, sittings_of(session)),
            please_answer(asked.answer_until),
        ),
        button=Button(_("Accept or decline"), reverse("enrolment:desk")),
        deadline=session.starts_at,
        agenda=agenda_of(message.recipient, session.pk),
    )


def question_of(message: Message) -> Assignment | None:
    """What the recipient is asked about the session and has not answered."""
    return Assignment.objects.filter(
        session=session_key(message),
        trainer__employee=message.recipient_id,
        state=Assignment.State.ASKED,
    ).first()


def please_answer(until: datetime) -> str:
    return _(
        "Please accept or decline it on your desk. The centre waits for your answer until: %(when)s."
    ) % {"when": full_moment(until)}


def teaching_changed(message: Message) -> Letter | None:
    session = session_of(message)
    if session is None or session.status == Session.Status.CANCELLED or session.is_over:
        return None
    asked = Assignment.objects.filter(
        session=session, trainer__employee=message.recipient_id, state=Assignment.State.ASKED
    )
    booked = Booking.objects.teaching().filter(meeting__session=session, person=message.recipient_id)
    terms = list(booked.values_list(Subquery(asked.values("answer_until")[:1]), flat=True)[:1])
    teaches, answer_until = bool(terms), terms[0] if terms else None
    known = None if teaches else time_told_before(message)
    starts_at = known or session.starts_at
    words = {"course": session.course.title, "date": short_day(starts_at)}
    if teaches:
        title = _("Changes in your timetable: %(course)s, %(date)s")
        news = [_("This is how you teach “%(course)s” now.") % words]
        news += timetable_of(session, sittings_of(session))
        news += [please_answer(answer_until)] if answer_until else []
    else:
        title = _("You are free again: %(course)s, %(date)s")
        news = [_("You do not teach “%(course)s” any more.") % words, full_moment(starts_at)]
    return Letter(
        title=title % words,
        paragraphs=(hello(message.recipient), *news),
        button=Button(_("Accept or decline"), reverse("enrolment:desk"))
        if answer_until
        else timetable_button(),
        deadline=starts_at,
        agenda=agenda_of(message.recipient, session.pk),
    )


def teaching_cancelled(message: Message) -> Letter | None:
    session = session_of(message)
    if session is None or session.status != Session.Status.CANCELLED:
        return None
    agenda = agenda_of(message.recipient, session.pk)
    return cancelled(message, session, _("Its people are told."), button=timetable_button(), agenda=agenda)


def cancelled(message: Message, session: Session, after: str, *, button: Button, agenda: Agenda) -> Letter:
    """That the session will not take place, and why: to trainees and to those who teach."""
    # After a move that nobody was told of any more, the time that people know is still the old one.
    starts_at = time_told_before(message) or session.starts_at
    words = {"course": session.course.title, "date": short_day(starts_at)}
    return Letter(
        title=_("Cancelled: %(course)s, %(date)s") % words,
        paragraphs=(
            hello(message.recipient),
            _("The session “%(course)s” will not take place.") % words,
            full_moment(starts_at),
            _("Reason: %(reason)s") % {"reason": session.cancelled_because},
            after,
        ),
        button=button,
        deadline=starts_at,
        agenda=agenda,
    )


def too_few_people(message: Message) -> Letter | None:
    """To who decides: the sessions of the message that still have too few people; without any, nothing."""
    now = timezone.now()
    keys = {pk for pk, *_rest in message.context["cards"]}
    cards = {
        pk: card
        for pk, card in too_few(policy=Policy.objects.current(now), now=now).items()
        if not card.is_decided
    }
    sessions = Session.objects.with_course().filter(pk__in=keys & cards.keys()).order_by("starts_at", "pk")
    lines = [
        _("%(date)s, %(time)s: “%(course)s”, %(held)s of at least %(minimum)s people")
        % {
            "date": short_day(session.starts_at),
            "time": clock(session.starts_at),
            "course": session.course.title,
            "held": cards[session.pk].standing.held,
            "minimum": cards[session.pk].standing.minimum,
        }
        for session in sessions
    ]
    if not lines:
        return None
    title = ngettext(
        "Too few people: %(count)s session wants a decision",
        "Too few people: %(count)s sessions want a decision",
        len(lines),
    )
    return Letter(
        title=title % {"count": len(lines)},
        paragraphs=(
            hello(message.recipient),
            _("These sessions begin soon, and too few people hold a seat:"),
            "\n".join(lines),
            _(
                "Nothing is cancelled by itself: let it take place, join it with another one, move, cancel or invite."
            ),
        ),
        button=Button(_("Decide"), reverse("enrolment:too_few")),
    )


def time_told_before(message: Message) -> datetime | None:
    """The start that the recipient knows of: the one before the first move that was not told yet.

    Two moves in one night make one letter, which must not name a time that nobody ever heard of.
    """
    moves = Message.objects.about(message.subject).filter(
        recipient=message.recipient_id, version__lte=message.version, context__has_key="old_starts_at"
    )
    known = ""
    for move in moves.order_by("version", "pk"):
        was_told = move.state not in {Message.State.PLANNED, Message.State.WITHDRAWN}
        known = "" if was_told and move.pk != message.pk else known or move.context["old_starts_at"]
    return datetime.fromisoformat(known) if known else None


def session_key(message: Message) -> int:
    return int(message.subject.partition(":")[2])


def session_of(message: Message) -> Session | None:
    return Session.objects.with_course().filter(pk=session_key(message)).first()


def timetable_button() -> Button:
    return Button(_("Open my timetable"), reverse("enrolment:timetable"))


def register_kinds() -> None:
    """Called when the app is ready."""
    kinds.register("teaching_asked", teaching_asked, gettext_lazy("question to the trainer"))
    kinds.register("teaching_changed", teaching_changed, gettext_lazy("change for the trainer"))
    kinds.register("teaching_cancelled", teaching_cancelled, gettext_lazy("cancelled for the trainer"))
    kinds.register("sheet_due_first", sheet_due, gettext_lazy("open sheet, after the end"))
    kinds.register("sheet_due_second", sheet_due, gettext_lazy("open sheet, next morning"))
    kinds.register(TOO_FEW, too_few_people, gettext_lazy("too few people, for the HR admin"))
