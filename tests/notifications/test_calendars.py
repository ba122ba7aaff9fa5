"""Calendar files as RFC 5545 and RFC 5546 ask, whatever stands in titles and names (rule 27, promise S21)."""

from dataclasses import replace
from datetime import UTC, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from notifications.calendars import Event, Mailbox, Sequenced, invitation, published
from tests.factories import moscow

NOW = moscow(2026, 11, 16, 12)
START = moscow(2026, 11, 24, 10)
EVENT = Event(
    key="meeting:34",
    subject="session:12",
    starts_at=START.astimezone(UTC),
    ends_at=START + timedelta(hours=3),
    title="Сложный разговор",
    zone="Europe/Moscow",
    place="Площадка «Центр», Новая ул., 1, Аудитория 301",
    text="У вас есть место.\nВозьмите паспорт.",
    url="https://centre.example/catalogue/sessions/12/",
)
CENTRE = Mailbox("Учебный центр", "training@centre.example")
MARIA = Mailbox("Ёлкина Мария", "maria@mfc.example")
# What somebody might type to break out of a line of the file.
EVIL = 'Курс\r\nATTENDEE:mailto:evil@x.example\rMETHOD:CANCEL\nEND:VEVENT\u2028X:1\0\x0b;,:"\\n'


def invite(event=EVENT, attendee=MARIA, **fields):
    one = Sequenced(event, fields.pop("sequence", 4), **fields)
    return invitation(
        one, owner="person:5", host="centre.example", organiser=CENTRE, attendee=attendee, now=NOW
    )


def publish(*events, **fields):
    given = {"owner": "person:5", "host": "centre.example", "organiser": CENTRE, "now": NOW}
    return published([Sequenced(event, 4) for event in events], **given | fields)


def events_of(text):
    return Calendar.from_ical(text).walk("VEVENT")


def test_rule_27_an_invitation_says_what_who_when_and_where():
    file = Calendar.from_ical(invite())
    (event,) = file.walk("VEVENT")

    assert (file["version"], file["method"]) == ("2.0", "REQUEST")
    assert {name: str(event[name]) for name in ("uid", "summary", "status", "url")} == {
        "uid": "meeting-34-person-5@centre.example",
        "summary": "Сложный разговор",
        "status": "CONFIRMED",
        "url": "https://centre.example/catalogue/sessions/12/",
    }
    assert event["location"] == "Площадка «Центр», Новая ул., 1, Аудитория 301"
    assert event["description"] == "У вас есть место.\nВозьмите паспорт."
    assert (event["sequence"], event.start, event.end) == (4, START, START + timedelta(hours=3))
    assert event["dtstamp"].dt == NOW
    assert (event["organizer"], event["organizer"].params["CN"]) == (
        "mailto:training@centre.example",
        "Учебный центр",
    )
    assert (event["attendee"], event["attendee"].params["RSVP"]) == ("mailto:maria@mfc.example", "FALSE")


def test_rule_27_times_stand_in_the_zone_of_the_site_whose_rules_come_along():
    text = invite()

    assert "DTSTART;TZID=Europe/Moscow:20261124T100000\r\n" in text
    (zone,) = Calendar.from_ical(text).walk("VTIMEZONE")
    (rule,) = zone.walk("STANDARD")
    assert (zone["tzid"], rule["tzoffsetto"].td) == ("Europe/Moscow", timedelta(hours=3))


def test_rule_27_what_is_called_off_keeps_its_uid_and_says_so():
    file = Calendar.from_ical(invite(sequence=5, is_cancelled=True))
    (event,) = file.walk("VEVENT")

    assert (file["method"], event["status"], event["sequence"]) == ("CANCEL", "CANCELLED", 5)
    assert event["uid"] == "meeting-34-person-5@centre.example"


def test_rule_27_what_may_yet_not_be_is_tentative():
    (event,) = events_of(invite(replace(EVENT, is_tentative=True)))

    assert event["status"] == "TENTATIVE"


def test_rule_27_a_published_file_invites_nobody_and_says_how_often_to_come():
    file = Calendar.from_ical(publish(EVENT, name="Обучение"))
    (event,) = file.walk("VEVENT")

    assert (file["method"], file["x-wr-calname"], "attendee" in event) == ("PUBLISH", "Обучение", False)
    assert b"REFRESH-INTERVAL;VALUE=DURATION:PT1H\r\nX-PUBLISHED-TTL:PT1H\r\n" in file.to_ical()


def test_rule_27_an_empty_calendar_is_one_too():
    file = Calendar.from_ical(publish(name="Обучение", zone="Europe/Moscow"))

    assert [part.name for part in file.subcomponents] == ["VTIMEZONE"]


def check_form(text):
    """Ends of lines, and at most 75 octets between them, cut between signs."""
    lines = text.encode().split(b"\r\n")
    assert (lines[-1], [line for line in lines if b"\r" in line or b"\n" in line]) == (b"", [])
    assert max(map(len, lines)) <= 75
    assert [line.decode() for line in lines]  # no sign is cut in two


def test_s21_lines_end_with_crlf_and_are_folded_at_75_octets():
    text = invite(replace(EVENT, title="Ёж и щука: " * 30, text="Строка с Ё\n" * 40))

    check_form(text)
    (event,) = events_of(text)
    assert event["summary"] == ("Ёж и щука: " * 30).strip()
    assert event["description"] == ("Строка с Ё\n" * 40).strip()


@pytest.mark.parametrize("field", ["title", "place", "text"])
def test_s21_no_text_makes_a_line_of_its_own(field):
    text = invite(replace(EVENT, **{field: EVIL}))

    check_form(text)
    file = Calendar.from_ical(text)
    (event,) = file.walk("VEVENT")
    assert (file["method"], event["attendee"], len(file.walk("VALARM"))) == (
        "REQUEST",
        "mailto:maria@mfc.example",
        0,
    )
    assert set(event) == set(events_of(invite())[0])
    name = {"title": "summary", "place": "location", "text": "description"}[field]
    assert event[name].startswith("Курс")
    assert "\0" not in text


def test_s21_no_name_breaks_out_of_its_parameter():
    (event,) = events_of(invite(attendee=Mailbox(f"{EVIL}X", "maria@mfc.example\r\nX-EVIL:1")))

    assert set(event) == set(events_of(invite())[0])
    assert event["attendee"].startswith("mailto:maria@mfc.example")


@given(st.text(), st.text(), st.text())
def test_s21_whatever_is_typed_comes_back_as_one_event(title, place, name):
    text = invite(replace(EVENT, title=title, place=place), Mailbox(name, "maria@mfc.example"))

    check_form(text)
    (event,) = events_of(text)
    assert event["uid"] == "meeting-34-person-5@centre.example"
    assert set(event) <= set(events_of(invite())[0])
