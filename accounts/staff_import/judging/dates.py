"""Dates as people and programs write them."""

import re
from datetime import date, timedelta

from accounts.staff_import.rows import Finding, Outcome
from accounts.staff_import.words import FIRST_OFFICE_OPENED_ON

# Russian on purpose: the word for a year behind it.
RUSSIAN = re.compile(r"(\d{2})\.(\d{2})\.(\d{4})")
ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
DAY_FIRST = re.compile(r"(\d{1,2})\s*[.\-]\s*(\d{1,2})\s*[.\-]\s*(\d{4})\s*(?:г\.?|года)?")
SHORT_YEAR = re.compile(r"(\d{1,2})[.\-/](\d{1,2})[.\-/](\d{2})")
SLASHES = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")
MIDNIGHT = re.compile(r"[ T]0?0:00(:00)?(\.0+)?$")
SERIAL = re.compile(r"\d{5}")
# Day 1 of a spreadsheet, with the leap year that it takes 1900 for.
SERIAL_BEGINS = date(1899, 12, 30)
SERIALS = range(20_000, 60_000)
# Two digits of a year up to this one are of the present century.
PIVOT = 69


def read_date(column: str, cell: str, *, is_iso_usual: bool = False) -> tuple[date | None, list[Finding]]:
    """The date and what was noticed; without a date the cell cannot be used."""
    text = MIDNIGHT.sub("", cell)
    if found := RUSSIAN.fullmatch(text):
        day, month, year = found.groups()
        return whole(column, cell, year, month, day, is_usual=text == cell and not is_iso_usual)
    if found := ISO.fullmatch(text):
        return whole(column, cell, *found.groups(), is_usual=text == cell and is_iso_usual)
    if found := DAY_FIRST.fullmatch(text):
        day, month, year = found.groups()
        return whole(column, cell, year, month, day)
    if found := SLASHES.fullmatch(text):
        return slashes(column, cell, *found.groups())
    if found := SHORT_YEAR.fullmatch(text):
        day, month, year = found.groups()
        century = "20" if int(year) <= PIVOT else "19"
        read, findings = whole(column, cell, century + year, month, day)
        return read, question("DATE_TWO_DIGIT_YEAR", column, cell, read) if read else findings
    if SERIAL.fullmatch(text) and int(text) in SERIALS:
        read = SERIAL_BEGINS + timedelta(days=int(text))
        return read, question("DATE_SERIAL", column, cell, read)
    return None, [Finding(Outcome.REJECT, "DATE_UNREADABLE", column, {"value": cell})]


def question(code: str, column: str, cell: str, read: date) -> list[Finding]:
    params = {"value": cell, "date": written(read)}
    return [Finding(Outcome.ASK, code, column, params, suggestion=written(read))]


def slashes(column: str, cell: str, first: str, second: str, year: str) -> tuple[date | None, list[Finding]]:
    """Russians write the day first, Americans the month: where both make a date, a person must choose."""
    readings = []
    for day, month in ((first, second), (second, first)):
        try:
            readings.append(date(int(year), int(month), int(day)))
        except ValueError:
            continue
    if not readings:
        return None, [Finding(Outcome.REJECT, "DATE_IMPOSSIBLE", column, {"value": cell})]
    if len(set(readings)) == 1:
        read = readings[0]
        return read, [Finding(Outcome.ACCEPT_FIXED, "DATE_ISO", column, {"date": written(read)})]
    params = {"value": cell, "dates": [one.isoformat() for one in readings]}
    return None, [
        Finding(Outcome.ASK, "DATE_AMBIGUOUS", column, params, choices=tuple(map(written, readings)))
    ]


def whole(
    column: str, cell: str, year: str, month: str, day: str, *, is_usual: bool = False
) -> tuple[date | None, list[Finding]]:
    try:
        read = date(int(year), int(month), int(day))
    except ValueError:
        return None, [Finding(Outcome.REJECT, "DATE_IMPOSSIBLE", column, {"value": cell})]
    if is_usual:
        return read, []
    return read, [Finding(Outcome.ACCEPT_FIXED, "DATE_ISO", column, {"date": written(read)})]


def written(day: date) -> str:
    return f"{day:%d.%m.%Y}"


def is_it_likely(column: str, day: date, listed_on: date) -> list[Finding]:
    """A question about a day that nobody can have been hired on."""
    if day > a_year_after(listed_on):
        return [Finding(Outcome.ASK, "DATE_FUTURE", column, {"date": written(day)})]
    if column == "started_on" and day < FIRST_OFFICE_OPENED_ON:
        params = {"date": written(day), "opened": written(FIRST_OFFICE_OPENED_ON)}
        return [Finding(Outcome.ASK, "DATE_TOO_EARLY", column, params)]
    return []


def a_year_after(day: date) -> date:
    try:
        return day.replace(year=day.year + 1)
    except ValueError:  # the 29th of February
        return day.replace(year=day.year + 1, day=28)
