"""The letters of approvals: each is made of the facts of the moment it leaves, or is not true any more (None)."""

from collections.abc import Iterable
from dataclasses import replace

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from centre.templatetags.centre_text import short_name, when
from enrolment.approvals.changes import changed
from enrolment.approvals.deciders import awaiting
from enrolment.approvals.links import decide_path, with_lines
from enrolment.approvals.notices import (
    DATE_CHANGED,
    ESCALATED,
    GRANTED,
    NOT_DECIDED,
    REFUSED,
    URGENT,
    WAITING,
)
from enrolment.calendars import own_agenda
from enrolment.letters import (
    answer_by,
    departure_of,
    enrolment_of,
    facts_of,
    key_of,
    open_enrolment,
    please_cancel_early,
)
from enrolment.models import Approval, Ending, Enrolment, EnrolmentEntry, EnrolmentQuerySet, Seat
from enrolment.office.asking import came_from_somebody_else, day_off_asked
from notifications import kinds
from notifications.kinds import Button, Letter, hello
from notifications.models import Message
from notifications.words import full_moment, short_day
from people.models import Employee
from scheduling.letters import time_told_before
from scheduling.timetables import sittings_of, timetable_of

LISTED = 20


def granted(message: Message) -> Letter | None:
    """What came of it: the seat with its timetable, an offer, or the place in the queue."""
    facts = facts_of(message)
    if facts is None or facts.enrolment.approval != Approval.GRANTED or facts.session.has_begun:
        return None
    session, seat = facts.session, facts.enrolment.seat
    words = {"course": facts.course, "date": short_day(session.starts_at)}
    if seat == Seat.HELD:
        title = _("Allowed, and the seat is yours: %(course)s, %(date)s")
        sittings = sittings_of(session)
        is_own_wish = not is_wish_of_staff(facts.enrolment)
        asked = "" if is_own_wish else day_off_asked(facts.enrolment, sittings, message.recipient)
        after = [*timetable_of(session, sittings), *([asked] if asked else []), please_cancel_early()]
    elif seat == Seat.OFFERED:
        title = _("Allowed, and a seat is offered to you: %(course)s, %(date)s")
        after = [full_moment(session.starts_at), answer_by(facts.enrolment)]
    else:
        title = _("Allowed, and you are in the queue: %(course)s, %(date)s")
        after = [
            full_moment(session.starts_at),
            _("All seats are taken. Your place in the queue is %(place)s, by the time of your request.")
            % {"place": facts.enrolment.place_in_queue},
        ]
    return Letter(
        title=title % words,
        paragraphs=(hello(message.recipient), allowed_words(facts.enrolment) % words, *after),
        button=open_enrolment(facts.enrolment),
        deadline=session.starts_at,
        agenda=own_agenda(message.recipient, session.pk) if seat == Seat.HELD else None,
    )


def is_wish_of_staff(enrolment: Enrolment) -> bool:
    """Whether the head was asked by the training centre, as for a list of people, and not by the trainee."""
    return came_from_somebody_else(enrolment, EnrolmentEntry.Kind.ASKED)


def allowed_words(enrolment: Enrolment) -> str:
    if is_wish_of_staff(enrolment):
        return _("The training centre enrols you in “%(course)s”, and your head has allowed it.")
    return _("Your request for “%(course)s” is allowed.")


def refused_words(enrolment: Enrolment) -> str:
    if is_wish_of_staff(enrolment):
        return _("The training centre wanted to enrol you in “%(course)s”; your head did not allow it.")
    return _("Your request for “%(course)s” was refused.")


def refused(message: Message) -> Letter | None:
    enrolment = enrolment_of(message)
    session = enrolment.session if enrolment else None
    if enrolment is None or session is None or enrolment.ended_because != Ending.REFUSED:
        return None
    words = {"course": session.course.title, "date": short_day(session.starts_at)}
    entry = enrolment.entries.filter(kind=EnrolmentEntry.Kind.REFUSED).order_by("pk").last()
    reason = entry.reason if entry else ""
    said, agenda = refused_words(enrolment), None
    if message.context.get("new_date"):  # a seat that their calendar may know of
        said = _(
            "The date of “%(course)s” that you have changed to is not allowed. Your seat there is given up."
        )
        left = departure_of(message)
        agenda = left.agenda if left and left.is_in_calendar else None
    return Letter(
        title=_("Not allowed: %(course)s, %(date)s") % words,
        paragraphs=tuple(
            filter(
                None,
                (
                    hello(message.recipient),
                    said % words,
                    full_moment(session.starts_at),
                    _("Reason: %(reason)s") % {"reason": reason} if reason else "",
                    _("Another date may suit better: you may ask again."),
                ),
            )
        ),
        button=Button(_("Choose another date"), session.course.get_absolute_url()),
        agenda=agenda,
    )


def not_decided(message: Message) -> Letter | None:
    enrolment = enrolment_of(message)
    session = enrolment.session if enrolment else None
    if enrolment is None or session is None or enrolment.is_live:
        return None
    words = {"course": session.course.title, "date": short_day(session.starts_at)}
    return Letter(
        title=_("No decision in time: %(course)s, %(date)s") % words,
        paragraphs=(
            hello(message.recipient),
            _("The session of “%(course)s” has begun, and nobody had decided about your request.") % words,
            full_moment(session.starts_at),
            _("We are sorry. Your request has ended; please choose another date."),
        ),
        button=Button(_("Choose another date"), session.course.get_absolute_url()),
    )


def waiting(message: Message) -> Letter | None:
    """What waits for this person at this moment; nothing: no letter."""
    found = awaiting(message.recipient)
    count = found.count()
    if not count:
        return None
    title = ngettext(
        "%(count)s request waits for your decision", "%(count)s requests wait for your decision", count
    )
    return listing(
        message,
        title % {"count": count},
        _("Your people want to learn and need your word:"),
        found,
        count,
    )


def escalated(message: Message) -> Letter | None:
    found = awaiting(message.recipient).filter(escalated_at__isnull=False)
    count = found.count()
    if not count:
        return None
    title = ngettext(
        "%(count)s request was not decided in time", "%(count)s requests were not decided in time", count
    )
    return listing(
        message,
        title % {"count": count},
        _("The heads have not answered in time. Please decide, or speak to them:"),
        found,
        count,
    )


def urgent(message: Message) -> Letter | None:
    """One request whose session begins before the next regular letter could be answered; decided: no letter."""
    row = with_lines(awaiting(message.recipient)).filter(pk=key_of(message)).first()
    if row is None or row.session is None:
        return None
    words = {
        "person": short_name(row.trainee),
        "course": row.session.course.title,
        "date": short_day(row.session.starts_at),
    }
    [choice] = choices(message.recipient, [row])
    return Letter(
        title=_("Please decide now: %(person)s, %(course)s, %(date)s") % words,
        paragraphs=(
            hello(message.recipient),
            _("%(person)s asks for a seat in “%(course)s”.") % words,
            full_moment(row.session.starts_at),
            _(
                "The session begins before our next letter. What nobody decides until then, ends without a seat."
            ),
        ),
        button=replace(choice, label=_("Allow or refuse")),
        deadline=row.session.starts_at,
    )


def date_changed(message: Message) -> Letter | None:
    """To who decides: not the day that they allowed any more. Not sent once there is nothing to say no to."""
    open_now = {row.pk: (row, until) for row, until in changed(message.recipient)}
    row, until = open_now.get(key_of(message), (None, None))
    told = time_told_before(message)
    if row is None or row.session is None or until is None or told is None:
        return None
    words = {
        "person": short_name(row.trainee),
        "course": row.session.course.title,
        "date": short_day(row.session.starts_at),
    }
    return Letter(
        title=_("Another date: %(person)s, %(course)s, %(date)s") % words,
        paragraphs=(
            hello(message.recipient),
            _("%(person)s has changed the date of “%(course)s”.") % words,
            "\n".join([_("Before:"), full_moment(told)]),
            "\n".join([_("Now:"), full_moment(row.session.starts_at)]),
            _(
                "If the office cannot spare them then, say no until %(until)s: the seat goes to somebody else. "
                "Without an answer the new date stands."
            )
            % {"until": full_moment(until)},
        ),
        button=Button(_("Look at that day"), reverse("enrolment:decisions") + "#changed"),
        deadline=until,
    )


def listing(message: Message, title: str, introduction: str, found: EnrolmentQuerySet, count: int) -> Letter:
    """The letter that lists requests, the nearest session first, with the button that leads to them."""
    rows = with_lines(found).order_by("session__starts_at", "pk")[:LISTED]
    return Letter(
        title=title,
        paragraphs=(
            hello(message.recipient),
            _("What nobody decides before the session begins, ends without a seat."),
            *more_words(count - LISTED),
            introduction,
        ),
        choices=choices(message.recipient, rows),
        button=Button(_("Look at all and decide"), reverse("enrolment:decisions")),
    )


def more_words(count: int) -> list[str]:
    """A sentence about those that the letter does not name; none when it names all."""
    if count <= 0:
        return []
    words = ngettext("%(count)s more is on the page.", "%(count)s more are on the page.", count)
    return [words % {"count": count}]


def choices(decider: Employee, rows: Iterable[Enrolment]) -> tuple[Button, ...]:
    """Each request `with_lines`, with its decider's own link to a page where it is allowed or refused."""
    return tuple(
        Button(
            f"{short_name(row.trainee)}: {row.session.course.title}, {when(row.session.starts_at)}",
            decide_path(decider, row.line),  # type: ignore[attr-defined]
            is_secret=True,
        )
        for row in rows
        if row.session
    )


def register_kinds() -> None:
    """Called when the app is ready."""
    kinds.register(GRANTED, granted, gettext_lazy("request allowed"))
    kinds.register(REFUSED, refused, gettext_lazy("request refused"))
    kinds.register(NOT_DECIDED, not_decided, gettext_lazy("request not decided in time"))
    kinds.register(WAITING, waiting, gettext_lazy("requests wait for a decision"))
    kinds.register(DATE_CHANGED, date_changed, gettext_lazy("date changed by a trainee, for the head"))
    kinds.register(URGENT, urgent, gettext_lazy("request that cannot wait"))
    kinds.register(ESCALATED, escalated, gettext_lazy("requests not decided in time, for HR"))
