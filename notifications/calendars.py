"""Calendar files: events as dataclasses, written as RFC 5545 asks. Functions over dataclasses, without the ORM."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from icalendar import Calendar as File
from icalendar import Event as Component
from icalendar import Timezone, vCalAddress, vDuration

# What calendars read: the kind of the file, and the ending of its name.
CONTENT_TYPE = "text/calendar"
FILE_NAME = "invite.ics"
PRODUCT = "-//Training centre//Calendar//RU"
# The methods of iTIP (RFC 5546): an invitation or its change, its end, and a file that asks nothing of anybody.
REQUEST, CANCEL, PUBLISH = "REQUEST", "CANCEL", "PUBLISH"
# How often a calendar that subscribed is asked to come again.
REFRESH = timedelta(hours=1)
# Signs that no calendar shows and some stumble over; tabs and ends of lines are text.
UNSEEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u2028\u2029]")


@dataclass(frozen=True)
class Event:
    """A meeting as one calendar shows it. `key` ("meeting:34") is its name there for life, whatever else changes.

    `subject` is what it belongs to ("session:12"). `revision` grows with every change of that, and the event's
    SEQUENCE never falls behind it. `is_tentative`: it may yet not be so, such as a question without an answer.
    """

    key: str
    subject: str
    starts_at: datetime
    ends_at: datetime
    title: str
    zone: str
    place: str = ""
    text: str = ""
    url: str = ""
    is_tentative: bool = False
    revision: int = 0

    def facts(self) -> dict[str, Any]:
        """What its reader sees, as JSON: an event with other facts is another version of it."""
        return {
            "starts_at": self.starts_at.astimezone(UTC).isoformat(),
            "ends_at": self.ends_at.astimezone(UTC).isoformat(),
            "title": self.title,
            "zone": self.zone,
            "place": self.place,
            "text": self.text,
            "url": self.url,
            "is_tentative": self.is_tentative,
        }

    @classmethod
    def of_facts(cls, key: str, subject: str, facts: dict[str, Any]) -> "Event":
        times = {name: datetime.fromisoformat(facts[name]) for name in ("starts_at", "ends_at")}
        return cls(key, subject, **{**facts, **times})


@dataclass(frozen=True)
class Agenda:
    """All events that a person has in these subjects now; what their calendar knows besides is over."""

    subjects: tuple[str, ...]
    events: tuple[Event, ...] = ()


@dataclass(frozen=True)
class Sequenced:
    """An event with its SEQUENCE in the calendar of its reader, and whether it is called off there."""

    event: Event
    sequence: int
    is_cancelled: bool = False


@dataclass(frozen=True)
class Mailbox:
    """Who invites, or is invited."""

    name: str
    address: str


def uid(key: str, owner: str, host: str) -> str:
    """The UID of an event in its owner's calendar ("person:5", "room:2"): the same for life."""
    return f"{key}-{owner}@{host}".replace(":", "-")


def invitation(
    one: Sequenced, *, owner: str, host: str, organiser: Mailbox, attendee: Mailbox, now: datetime
) -> str:
    """A file that puts the event into the attendee's calendar, changes it there, or takes it out."""
    component = component_of(one, owner=owner, host=host, organiser=organiser, now=now)
    component.add("attendee", address_of(attendee, is_attendee=True))
    return written(new_file(CANCEL if one.is_cancelled else REQUEST), [component])


def published(
    events: Iterable[Sequenced],
    *,
    owner: str,
    host: str,
    organiser: Mailbox,
    now: datetime,
    name: str = "",
    zone: str = "",
) -> str:
    """A file of events to be taken over, or to be subscribed to under the name; `zone` is what an empty one holds."""
    components = [component_of(one, owner=owner, host=host, organiser=organiser, now=now) for one in events]
    file = new_file(PUBLISH)
    if name:
        file.add("name", one_line(name))
        file.add("x-wr-calname", one_line(name))
        file.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
        file.add("x-published-ttl", vDuration(REFRESH).to_ical().decode())
    if zone and not components:
        file.add_component(Timezone.from_tzid(zone, first_date=date(now.year, 1, 1)))
    return written(file, components)


# --- how ------------------------------------------------------------------------------------------


def component_of(one: Sequenced, *, owner: str, host: str, organiser: Mailbox, now: datetime) -> Component:
    event = one.event
    zone = ZoneInfo(event.zone)
    made = Component()
    made.add("uid", uid(event.key, owner, host))
    made.add("sequence", one.sequence)
    made.add("dtstamp", now.astimezone(UTC).replace(microsecond=0))
    made.add("dtstart", event.starts_at.astimezone(zone))
    made.add("dtend", event.ends_at.astimezone(zone))
    made.add("summary", one_line(event.title))
    made.add("status", status_of(one))
    made.add("organizer", address_of(organiser))
    made.add("transp", "OPAQUE")
    made.add("class", "PRIVATE")
    for name, text in (("location", one_line(event.place)), ("description", clean(event.text))):
        if text:
            made.add(name, text)
    if event.url:
        made.add("url", event.url)
    return made


def status_of(one: Sequenced) -> str:
    if one.is_cancelled:
        return "CANCELLED"
    return "TENTATIVE" if one.event.is_tentative else "CONFIRMED"


def address_of(mailbox: Mailbox, *, is_attendee: bool = False) -> vCalAddress:
    """Whoever is invited has the seat already: nothing is asked of them, and no answer is waited for."""
    address = vCalAddress(f"mailto:{one_line(mailbox.address)}")
    if mailbox.name:
        address.params["CN"] = one_line(mailbox.name)
    if is_attendee:
        address.params |= {"ROLE": "REQ-PARTICIPANT", "PARTSTAT": "ACCEPTED", "RSVP": "FALSE"}
    return address


def new_file(method: str) -> File:
    file = File()
    file.add("prodid", PRODUCT)
    file.add("version", "2.0")
    file.add("calscale", "GREGORIAN")
    file.add("method", method)
    return file


def written(file: File, components: Iterable[Component]) -> str:
    """The file with its events, and with the rules of the time zones that they name."""
    components = list(components)
    for component in components:
        file.add_component(component)
    if components:
        file.add_missing_timezones(first_date=first_day(components))
    return str(file.to_ical().decode())


def first_day(components: Iterable[Component]) -> date:
    """The rules of a zone are told from the year of the first event on, not from 1970."""
    return date(min(component.start.year for component in components), 1, 1)


def clean(text: str) -> str:
    """The text with one kind of line ends and no signs that nobody sees; the file's own ends it cannot make (S21)."""
    return UNSEEN.sub(" ", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


def one_line(text: str) -> str:
    return " ".join(clean(text).split())
