"""What only several rows of a list show: a number, a person or an address that stands in it twice."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from accounts.staff_import.rows import Finding, Outcome


@dataclass(frozen=True, slots=True)
class Facts:
    """What the other rows need to know of a row. `is_taken` says whether it could be taken by itself."""

    line: int
    number: str
    name: str
    person: str
    email: str
    digest: str
    is_taken: bool
    confirmed: tuple[str, ...] = ()
    # The centre knows a job under this number.
    is_known: bool = False
    asks: Finding | None = field(default=None)  # which number is meant, when a letter stands in it


def judge_together(rows: Iterable[Facts]) -> dict[int, Finding]:
    """For each line that has something to do with another one, the finding; the rows come in the order of lines."""
    found: dict[int, Finding] = {}
    numbers: dict[str, list[Facts]] = defaultdict(list)
    for row in rows:
        numbers[row.number].append(row)
    unread = numbers.pop("", [])
    for alike in numbers.values():
        if len(alike) > 1:
            found.update(one_number(alike))
    alone = [row for alike in numbers.values() for row in alike if row.is_taken and row.line not in found]
    alone.sort(key=lambda row: row.line)
    found.update(one_person(alone))
    found.update(one_address([row for row in alone if row.line not in found]))
    for row in unread:
        if row.asks:
            found[row.line] = with_line(row.asks, numbers)
    return found


def one_number(alike: list[Facts]) -> dict[int, Finding]:
    """Equal rows count once; different ones under one number are taken neither way."""
    found: dict[int, Finding] = {}
    first_lines: dict[str, int] = {}
    for row in alike:
        if row.digest in first_lines:
            found[row.line] = Finding(
                Outcome.SKIP, "DUPLICATE_SAME", params={"line": first_lines[row.digest]}
            )
        else:
            first_lines[row.digest] = row.line
    different = [row for row in alike if row.line not in found]
    if len(different) > 1:
        people = {row.name.lower() for row in different}
        code = "NUMBER_CONFLICT" if len(people) > 1 else "NUMBER_REPEATED"
        lines = [row.line for row in different]
        params = {"number": alike[0].number, "lines": lines}
        found.update({line: Finding(Outcome.REJECT, code, "personnel_number", params) for line in lines})
    return found


def one_person(rows: list[Facts]) -> dict[int, Finding]:
    """The same name in the same job since the same day, under two numbers."""
    people: dict[str, list[Facts]] = defaultdict(list)
    for row in rows:
        if row.person:
            people[row.person].append(row)
    found = {}
    for alike in people.values():
        if len(alike) > 1 and not all(row.is_known for row in alike):
            params = {"numbers": [row.number for row in alike], "lines": [row.line for row in alike]}
            finding = Finding(Outcome.ASK, "PERSON_DOUBLE", "full_name", params)
            found.update({row.line: finding for row in alike if "PERSON_DOUBLE" not in row.confirmed})
    return found


def one_address(rows: list[Facts]) -> dict[int, Finding]:
    """The first keeps the address."""
    holders: dict[str, Facts] = {}
    found = {}
    for row in rows:
        if not row.email or "EMAIL_TAKEN" in row.confirmed:
            continue
        holder = holders.setdefault(row.email, row)
        if holder is not row:
            params = {"email": row.email, "number": holder.number, "line": holder.line}
            found[row.line] = Finding(Outcome.ASK, "EMAIL_TAKEN", "email", params)
    return found


def with_line(asks: Finding, numbers: dict[str, list[Facts]]) -> Finding:
    """The question which number is meant, with the line that already has it."""
    same = numbers.get(str(asks.params["number"]))
    return replace(asks, params={**asks.params, "line": same[0].line}) if same else asks
