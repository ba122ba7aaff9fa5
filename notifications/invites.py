"""What the calendars of people know from our letters, and what a letter has to tell them (rule 27).

The SEQUENCE of an event grows when a letter leaves, in the transaction that sends it: a try that failed, or a worker
killed in the middle, leaves nothing behind, and the next try says the same. Two letters to one person wait for
each other here, so that no number is given twice.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from email.utils import parseaddr
from urllib.parse import urlsplit

from django.conf import settings

from notifications import calendars
from notifications.calendars import Agenda, Event, Mailbox, Sequenced
from notifications.models import CalendarEntry
from people.models import Employee


@dataclass(frozen=True)
class Attachment:
    """A file for one calendar, and the method that its part of the letter names."""

    method: str
    text: str


def attachments(person: Employee, agenda: Agenda, now: datetime) -> list[Attachment]:
    """The files of a letter that tells of the agenda, and note that the person's calendar knows it from now on.

    One for each event, as RFC 5546 asks; what is over is not called off any more. Called inside the transaction that
    sends the letter.
    """
    return [
        Attachment(
            calendars.CANCEL if one.is_cancelled else calendars.REQUEST,
            calendars.invitation(
                one,
                owner=owner_of(person),
                host=host(),
                organiser=organiser(),
                attendee=Mailbox(person.full_name, person.email or ""),
                now=now,
            ),
        )
        for one in told(person, agenda, now)
    ]


def told(person: Employee, agenda: Agenda, now: datetime) -> list[Sequenced]:
    """The events of the agenda, then what is to be called off, each with its SEQUENCE; the entries say so now."""
    events = {event.key: event for event in agenda.events if event.ends_at > now}
    CalendarEntry.objects.bulk_create(
        [CalendarEntry(person=person, key=one.key, subject=one.subject) for one in events.values()],
        ignore_conflicts=True,
    )
    entries = CalendarEntry.objects.filter(person=person, subject__in=agenda.subjects)
    news = []
    for entry in entries.select_for_update(no_key=True).order_by("pk"):
        if event := events.get(entry.key):
            entry.put(event)
            news.append(Sequenced(event, entry.sequence))
        elif not entry.is_cancelled and entry.event.ends_at > now:
            entry.call_off()
            news.append(Sequenced(entry.event, entry.sequence, is_cancelled=True))
        entry.save()
    return sorted(news, key=lambda one: (one.is_cancelled, one.event.starts_at))


def knows(person_id: int, subject: str) -> bool:
    """Whether the person's calendar holds something of the subject from our letters."""
    return CalendarEntry.objects.filter(person=person_id, subject=subject, is_cancelled=False).exists()


def as_next_told(person: Employee, events: Iterable[Event]) -> list[Sequenced]:
    """The events as the next letter would number them, for files that people fetch themselves; one query."""
    events = list(events)
    known = {one.key: one for one in person.calendar_entries.filter(key__in=[event.key for event in events])}
    return [Sequenced(event, known.get(event.key, CalendarEntry()).next_sequence(event)) for event in events]


def owner_of(person: Employee) -> str:
    return f"person:{person.pk}"


def host() -> str:
    return urlsplit(settings.SITE_URL).hostname or ""


def organiser() -> Mailbox:
    """The centre, from whose address the letters come."""
    return Mailbox(*parseaddr(settings.DEFAULT_FROM_EMAIL))
