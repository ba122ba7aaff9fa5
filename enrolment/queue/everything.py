"""Everything that happened to one enrolment, or to one session and its people, in order and in words, for staff.

From what is kept already: the stories of enrolments, the ledger of messages, the steps of sessions, marks, completions,
and the record of changes for the seats that were kept without names.
Bookings follow from the seat, whose story tells them. The number of queries does not grow with the rows.
"""

from collections.abc import Iterable, Iterator, Sequence

from django.utils import formats
from django.utils.translation import gettext as _

from audit.models import Change
from centre.templatetags.centre_text import when
from enrolment.bulk.models import BulkRow, BulkRun
from enrolment.bulk.words import numbers_words
from enrolment.models import AttendanceMark, Ending, Enrolment, EnrolmentEntry
from enrolment.notices import about
from enrolment.queue.events import Event
from enrolment.reservations.story import kept_seats_story
from notifications import kinds
from notifications.models import Message
from records.models import Completion
from scheduling.models import Session, SessionStep

Entry = EnrolmentEntry.Kind


def events_of_enrolment(enrolment: Enrolment) -> list[Event]:
    """The enrolment's own, and the steps of its session since it was asked for, as far as it lasted."""
    session = [enrolment.session] if enrolment.session else []
    until = enrolment.ended_at
    found = [*events_of_people([enrolment]), *lists_of_enrolment(enrolment)]
    for one in session:
        found += [
            event
            for event in steps_of(one)
            if enrolment.requested_at <= event.at and (until is None or event.at <= until)
        ]
    return in_order(found)


def events_of_session(session: Session) -> list[Event]:
    """The steps of the session, its kept seats, and what happened to everybody who ever asked for a seat in it.

    Messages that nobody was sent, or not yet, stand in each person's own story: here they would be most of the page.
    """
    people = list(session.enrolments.select_related("trainee"))
    own = events_of_people(people, sent_only=True)
    return in_order([*steps_of(session), *kept_seats_story(session), *own, *lists_of_session(session)])


def in_order(events: Iterable[Event]) -> list[Event]:
    """By the moment; what was written at the same one stays as it was gathered."""
    return sorted(events, key=lambda event: event.at)


def events_of_people(enrolments: Sequence[Enrolment], *, sent_only: bool = False) -> Iterator[Event]:
    """Of enrolments in one session, or of one without a session."""
    names = {one.trainee_id: one.trainee.short_name for one in enrolments}
    whose = {one.pk: one.trainee.short_name for one in enrolments}
    session_id = enrolments[0].session_id if enrolments else None
    yield from entries_of(enrolments)
    yield from messages_of(whose, sent_only=sent_only)
    yield from marks_of(whose)
    if session_id:
        yield from completions_of(session_id, names)


def entries_of(enrolments: Sequence[Enrolment]) -> Iterator[Event]:
    """Their own stories; a cancellation by which one ended says whether it came late (rule 15)."""
    whose = {one.pk: one for one in enrolments}
    entries = EnrolmentEntry.objects.filter(enrolment__in=whose).select_related("by").order_by("pk")
    last_cancelled = {one.enrolment_id: one.pk for one in entries if one.kind == Entry.CANCELLED}
    for entry in entries:
        enrolment = whose[entry.enrolment_id]
        is_late = (
            enrolment.ended_because == Ending.CANCELLED_LATE and last_cancelled.get(enrolment.pk) == entry.pk
        )
        yield Event(
            entry.at,
            _("cancelled late") if is_late else entry.get_kind_display(),
            entry.reason,
            enrolment.trainee.short_name,
            entry.by.short_name if entry.by else "",
        )


def lists_of_enrolment(enrolment: Enrolment) -> Iterator[Event]:
    """The list of people that made it, if one did (rule 18)."""
    rows = BulkRow.objects.made().filter(enrolment=enrolment).select_related("run__applied_by")
    for row in rows:
        if row.settled_at:
            yield Event(
                row.settled_at,
                _("enrolled with the list of people No. %(number)s") % {"number": row.run_id},
                whom=enrolment.trainee.short_name,
                by=row.run.applied_by.short_name if row.run.applied_by else "",
            )


def lists_of_session(session: Session) -> Iterator[Event]:
    """Lists of people that were carried out, and those undone again, with their numbers."""
    runs = BulkRun.objects.filter(session=session, applied_at__isnull=False).defer("data")
    for run in runs.select_related("applied_by", "undone_by").order_by("pk"):
        words, numbers = {"number": run.pk}, ", ".join(numbers_words(run))
        if run.applied_at:
            yield Event(
                run.applied_at,
                _("list of people No. %(number)s carried out") % words,
                "" if run.undone_at else numbers,
                by=run.applied_by.short_name if run.applied_by else "",
            )
        if run.undone_at:
            yield Event(
                run.undone_at,
                _("list of people No. %(number)s undone") % words,
                numbers,
                by=run.undone_by.short_name if run.undone_by else "",
            )


def messages_of(whose: dict[int, str], *, sent_only: bool) -> Iterator[Event]:
    by_subject = {about(pk): name for pk, name in whose.items()}
    found = Message.objects.filter(subject__in=by_subject)
    if sent_only:
        found = found.exclude(state__in=[Message.State.PLANNED, Message.State.WITHDRAWN])
    for message in found.order_by("planned_at", "pk"):
        name = kinds.name_of(message.kind)
        yield Event(
            message.sent_at or message.planned_at,
            _("message: %(kind)s") % {"kind": name},
            fate_of(message),
            by_subject[message.subject],
        )


def fate_of(message: Message) -> str:
    if message.state == Message.State.PLANNED:
        return _("to be sent %(when)s") % {"when": when(message.send_after)}
    return str(message.get_state_display())


def marks_of(whose: dict[int, str]) -> Iterator[Event]:
    marks = AttendanceMark.objects.filter(enrolment__in=whose).select_related("marked_by", "meeting")
    for mark in marks.order_by("marked_at", "pk"):
        yield Event(
            mark.marked_at,
            _("mark: %(mark)s") % {"mark": mark.get_mark_display()},
            when(mark.meeting.starts_at),
            whose[mark.enrolment_id],
            mark.marked_by.short_name if mark.marked_by else "",
        )


def completions_of(session_id: int, names: dict[int, str]) -> Iterator[Event]:
    """A completion has a day; when it was written, the record of changes knows."""
    found = {one.pk: one for one in Completion.objects.filter(session=session_id, trainee__in=names)}
    written = Change.objects.filter(
        kind="records.completion", object_id__in=found, verb=Change.Verb.CREATED, session_id=session_id
    )
    for change in written.order_by("at", "pk"):
        completion = found[change.object_id]
        until = (
            _("valid until %(until)s") % {"until": formats.date_format(completion.valid_until, "DATE_FORMAT")}
            if completion.valid_until
            else ""
        )
        yield Event(change.at, _("course completed"), until, names[completion.trainee_id])


def steps_of(session: Session) -> Iterator[Event]:
    for step in SessionStep.objects.filter(session=session).select_related("by").order_by("at", "pk"):
        yield Event(
            step.at,
            _("session: %(step)s") % {"step": step.get_kind_display()},
            step.reason,
            by=step.by.short_name if step.by else "",
        )
