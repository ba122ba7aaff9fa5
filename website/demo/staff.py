"""The people of the demo: the staff list through the import, accounts with roles, trainers."""

import csv
import io
import random
from datetime import date, time, timedelta

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX, make_password
from django.db.models import QuerySet

from accounts.actions.access import give_role
from accounts.roles import Role
from accounts.staff_import.actions import upload_staff_list
from accounts.staff_import.apply import apply_staff_import
from centre.models import Site
from courses.models import Qualification
from people.models import Employee, Employment, Office, Position
from records.validity import add_months
from scheduling.models import Room, RoomClosure
from trainers.models import Absence, Trainer, TrainerQualification
from website.demo.calendar import at
from website.demo.files import FOLDER, chance, items, table, words
from website.demo.people import HEADINGS, staff_list

SAMPLE = "employees_sample_utf8.csv"
SAMPLE_COUNT = 300
MOST_EMPLOYEES = 50_000
HIRED_ON = "2019-09-02"


def load_staff(employees: int) -> int:
    """Import the staff list into a centre without people; return how many employees there are."""
    if not Employment.objects.exists():
        data = (FOLDER / SAMPLE).read_bytes() if employees == SAMPLE_COUNT else staff_list(employees)
        import_list(data, words("words.toml")["staff_list"])
        if more := missing_people():
            import_list(more, words("words.toml")["more_staff"])
    return Employee.objects.count()


def import_list(data: bytes, file_name: str) -> None:
    apply_staff_import(upload_staff_list(data, file_name, by=None), by=None)


def missing_people() -> bytes:
    """A list of the trainers, and of those who hold the demo's roles, as far as the first list had none."""
    titles = dict(Position.objects.values_list("code", "title"))
    offices = dict(Office.objects.values_list("code", "name"))
    five_two, two_two = words("names.toml")["list"]["five_two"], words("names.toml")["list"]["two_two"]
    shift = words("names.toml")["list"]["shifts"][0]
    rows = [
        [*account["otherwise"], account["position"], account["office"], five_two]
        for account in words("accounts.toml")["accounts"]
        if "otherwise" in account and not holders(account).exists()
    ]
    rows += [
        [
            row["personnel_number"],
            row["last_name"],
            row["first_name"],
            row["middle_name"],
            row["position"],
            "H-TC",
            five_two if row["work_pattern"] == "5/2" else two_two + shift,
        ]
        for row in table("trainers.csv")
        if not Employment.objects.filter(personnel_number=row["personnel_number"]).exists()
    ]
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(heading for heading in HEADINGS if heading not in {"dismissal_date", "status", "email"})
    for number, last_name, first_name, middle_name, position, office, schedule in rows:
        names = (last_name, first_name, middle_name)
        writer.writerow([number, *names, titles[position], offices[office], HIRED_ON, schedule])
    return out.getvalue().encode() if rows else b""


# --- accounts -------------------------------------------------------------------------------------


def holders(account: dict[str, str]) -> QuerySet[Employment]:
    """Who may play the account's part, the first by personnel number first."""
    at_work = Employment.objects.current().filter(leave="", employee__is_active=True)
    if "number" in account:
        return at_work.filter(personnel_number=account["number"])
    return at_work.filter(position__code=account["position"], office__code=account["office"]).order_by(
        "personnel_number"
    )


def demo_accounts() -> dict[str, Employee]:
    """The people whom the demo presents, by the key of their part; parts that nobody can play are left out."""
    found = {
        account["key"]: holders(account).select_related("employee").first()
        for account in words("accounts.toml")["accounts"]
    }
    return {key: employment.employee for key, employment in found.items() if employment}


def open_accounts() -> int:
    """Give the demo's password to all who have none, and roles to those presented; return how many may sign in."""
    # One hash for all: a slow hash for each of thousands would take an hour.
    password = make_password(demo_password())
    Employee.objects.employed().filter(password__startswith=UNUSABLE_PASSWORD_PREFIX).update(
        password=password
    )
    accounts = demo_accounts()
    for role in Role:
        if employee := accounts.get(role):
            give_role(employee, role, by=None, reason=words("accounts.toml")["reason"])
    return Employee.objects.employed().count()


def demo_password() -> str:
    return str(words("accounts.toml")["password"])


# --- trainers -------------------------------------------------------------------------------------


def load_trainers(today: date) -> int:
    """Trainers with what they may teach, a few absences and a closed room around today; return how many."""
    if not Trainer.objects.exists():
        add_trainers(today, chance("trainers", today))
        add_absences(today)
    return Trainer.objects.count()


def add_trainers(today: date, rng: random.Random) -> None:
    sites = {site.code: site for site in Site.objects.all()}
    persons = dict(Employment.objects.values_list("personnel_number", "employee"))
    known = {qualification.code: qualification for qualification in Qualification.objects.all()}
    rows = table("trainers.csv")
    trainers = Trainer.objects.bulk_create(
        Trainer(
            employee_id=persons[row["personnel_number"]],
            home_site=sites[row["home_site"]],
            academic_hours_a_day=int(row["max_hours_day"]),
            academic_hours_a_week=int(row["max_hours_week"]),
        )
        for row in rows
    )
    TrainerQualification.objects.bulk_create(
        TrainerQualification(
            trainer=trainer,
            qualification=known[code],
            valid_until=confirmed_until(known[code], today, rng),
        )
        for trainer, row in zip(trainers, rows, strict=True)
        for code in items(row["qualifications"])
    )


def confirmed_until(qualification: Qualification, today: date, rng: random.Random) -> date | None:
    """A day in the future; one of ten runs out within three months."""
    if qualification.valid_months is None:
        return None
    if rng.random() < 0.1:
        return today + timedelta(days=rng.randint(45, 90))
    return add_months(today, rng.randint(4, max(4, qualification.valid_months - 1)))


def add_absences(today: date) -> None:
    trainers = {
        number: trainer
        for trainer in Trainer.objects.all()
        for number in trainer.employee.employments.values_list("personnel_number", flat=True)
    }
    Absence.objects.bulk_create(
        Absence(
            trainer=trainers[number],
            starts_on=today + timedelta(days=first),
            ends_on=today + timedelta(days=last),
            reason=reason,
        )
        for number, first, last, reason in (
            ("00000110", -24, -17, Absence.Reason.ILLNESS),
            ("00000108", 9, 22, Absence.Reason.VACATION),
            ("00000113", 27, 29, Absence.Reason.BUSINESS_TRIP),
        )
    )
    RoomClosure.objects.create(
        room=Room.objects.get(code="VDN-4"),
        starts_at=at(today + timedelta(days=14), time(8)),
        ends_at=at(today + timedelta(days=16), time(20)),
        reason=words("words.toml")["room_closure"],
    )
