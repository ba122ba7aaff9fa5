"""Who is meant: by personnel number, by e-mail, by name without ё, case and superfluous spaces (rule 28)."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q
from django.db.models.functions import Lower

from centre.functions import fold as fold_in_database
from centre.tables.records import fold
from enrolment.bulk.reading import Named
from people.models import Employee, Employment, with_zeros


@dataclass(frozen=True)
class Person:
    pk: int
    last: str
    first: str
    middle: str
    is_active: bool

    def is_called(self, name: str) -> bool:
        """Whether the folded name is theirs: whole, without the middle name, or with initials."""
        full = " ".join(filter(None, (self.last, self.first, self.middle)))
        if name in (full, f"{self.last} {self.first}", f"{self.first} {self.last}"):
            return True
        rest = name.removeprefix(self.last + " ")
        initials = rest.replace(".", " ").split()
        if rest == name or "." not in rest or not all(len(one) == 1 for one in initials):
            return False
        own = [part[:1] for part in (self.first, self.middle)]
        return bool(initials) and initials == own[: len(initials)]


def candidates(people: Sequence[Named]) -> list[list[int]]:
    """For each who is named the keys of those who fit; three statements for any number.

    One key: found. Several: namesakes, or a number and a name that belong to different people. People who work here
    come before those who have left; only when nobody else fits is a leaver meant.
    """
    by_number, by_email, by_name = numbers_of(people), emails_of(people), names_of(people)
    found = []
    for one in people:
        keys = by_number.get(one.number.upper(), []) if one.number else []
        keys = keys or (by_email.get(one.email.lower(), []) if one.email else [])
        named = by_name.get(fold(one.name), []) if one.name else []
        if keys and named and not set(keys) & {each.pk for each in named}:
            keys = [*keys, *(each.pk for each in named)]
        elif not keys and not one.number and not one.email:
            keys = [each.pk for each in named]
        found.append(keys)
    return found


def numbers_of(people: Sequence[Named]) -> dict[str, list[int]]:
    typed = {one.number.upper() for one in people if one.number}
    wanted: dict[str, str] = {}
    for number in sorted(typed):
        for each in (number, *(with_zeros(number) if number.isdecimal() else ())):
            wanted.setdefault(each, number)
    wanted |= {number: number for number in typed}
    exact: dict[str, list[int]] = defaultdict(list)
    padded: dict[str, list[int]] = defaultdict(list)
    rows = Employment.objects.filter(
        personnel_number__in=[*wanted, *{one.number for one in people}]
    ).order_by("pk")
    for number, employee in rows.values_list("personnel_number", "employee"):
        said = wanted.get(number.upper(), number.upper())
        found = exact if said == number.upper() else padded
        if employee not in found[said]:
            found[said].append(employee)
    return padded | exact


def emails_of(people: Sequence[Named]) -> dict[str, list[int]]:
    wanted = {one.email.lower() for one in people if one.email}
    rows = Employee.objects.annotate(address=Lower("email")).filter(address__in=wanted)
    return {address: [pk] for address, pk in rows.values_list("address", "pk")}


def names_of(people: Sequence[Named]) -> dict[str, list[Person]]:
    """By folded name those who are called so."""
    names = {fold(one.name) for one in people if one.name}
    if not names:
        return {}
    # Any word may be the last name; names of several words are found whole.
    words = {word for name in names for word in name.split()}
    rows = (
        Employee.objects.annotate(last=fold_in_database("last_name"))
        .filter(Q(last__in=words) | Q(name_key__in=names | {f"{name} " for name in names}))
        .order_by("-is_active", "name_key", "pk")
        .values_list("pk", "last_name", "first_name", "middle_name", "is_active")
    )
    called: dict[str, list[Person]] = defaultdict(list)
    by_last: dict[str, list[Person]] = defaultdict(list)
    for pk, last, first, middle, is_active in rows:
        person = Person(pk, fold(last), fold(first), fold(middle), is_active)
        by_last[person.last].append(person)
    for name in names:
        words_of_name = name.split()
        lasts = {" ".join(words_of_name[:count]) for count in range(1, len(words_of_name) + 1)} | {
            words_of_name[-1]
        }
        fitting = [one for last in sorted(lasts) for one in by_last.get(last, []) if one.is_called(name)]
        active = [one for one in fitting if one.is_active]
        called[name] = active or fitting
    return called
