"""What the database knows that a list is judged by and compared with, loaded for a whole list or a piece of it."""

from collections import Counter
from collections.abc import Collection, Iterable

from django.db.models.functions import Lower
from django.utils import timezone

from accounts.staff_import.judging.places import Directory
from accounts.staff_import.judging.record import Reference
from accounts.staff_import.models import Synonym
from accounts.staff_import.rows import Known, KnownPerson, StaffRow, fold
from people.models import Employee, Employment, Office, Position

EMPLOYMENT_FIELDS = (
    "employee_id",
    "pk",
    "personnel_number",
    "employee__last_name",
    "employee__first_name",
    "employee__middle_name",
    "position__title",
    "office__name",
    "started_on",
    "ended_on",
    "leave",
    "work_pattern",
    "pattern_starts_on",
    "employee__email",
    "is_main",
)


def load_reference() -> Reference:
    """What single records are judged by."""
    numbers = frozenset(Employment.objects.values_list("personnel_number", flat=True))
    lengths = Counter(len(number) for number in numbers if number.isdecimal())
    offices = Office.objects.values_list("name", flat=True)
    positions = Position.objects.values_list("title", flat=True)
    return Reference(
        offices=Directory("office", folded(offices), Synonym.objects.of_kind("office")),
        positions=Directory("position", folded(positions), Synonym.objects.of_kind("position")),
        today=timezone.localdate(),
        statuses=Synonym.objects.of_kind("status"),
        numbers=numbers,
        number_length=lengths.most_common(1)[0][0] if lengths else 0,
    )


def folded(names: Iterable[str]) -> dict[str, str]:
    return {fold(name): name for name in names}


def people_under(numbers: Collection[str]) -> dict[str, KnownPerson]:
    rows = Employment.objects.filter(personnel_number__in=numbers).order_by().values_list(*EMPLOYMENT_FIELDS)
    return {one.personnel_number: one for one in (KnownPerson(*values) for values in rows)}


def known_beside(rows: Collection[StaffRow]) -> Known:
    """What is known of the people of these rows, their addresses and names."""
    numbers = {row.personnel_number for row in rows}
    emails = {row.email for row in rows if row.email}
    holders = dict(
        Employee.objects.annotate(key=Lower("email")).filter(key__in=emails).values_list("key", "pk")
    )
    people = people_under(numbers)
    if strangers := set(holders.values()) - {one.employee_id for one in people.values()}:
        jobs = Employment.objects.filter(employee__in=strangers).order_by("started_on")
        people |= {
            one.personnel_number: one
            for one in (KnownPerson(*values) for values in jobs.values_list(*EMPLOYMENT_FIELDS))
        }
    accounts = Employee.objects.filter(username__in=numbers)
    return Known(
        people=people,
        positions={fold(title): pk for title, pk in Position.objects.values_list("title", "pk")},
        offices={fold(name): pk for name, pk in Office.objects.values_list("name", "pk")},
        emails=holders,
        account_names=frozenset(accounts.values_list("username", flat=True)),
    )


def namesakes_of(rows: Collection[StaffRow], known: Known) -> dict[str, list[KnownPerson]]:
    """Known people by folded full name, as far as a row under a new number bears it."""
    keys = {name_key(row) for row in rows if row.personnel_number not in known.people}
    if not keys:
        return {}
    jobs = Employment.objects.filter(employee__name_key__in=keys).order_by("started_on")
    found: dict[str, list[KnownPerson]] = {}
    for values in jobs.values_list(*EMPLOYMENT_FIELDS):
        one = KnownPerson(*values)
        found.setdefault(fold(one.full_name), []).append(one)
    return found


def name_key(row: StaffRow) -> str:
    """As `Employee.name_key` is made."""
    return f"{row.last_name} {row.first_name} {row.middle_name}".lower().replace("\u0451", "\u0435")
