"""Whom the reader of a page may see: everybody for staff, one's own office for its head and deputy."""

from typing import cast

from people.models import Employee, EmployeeQuerySet, Office, OfficeQuerySet


def visible_people(reader: Employee) -> EmployeeQuerySet:
    people = cast(EmployeeQuerySet, Employee.objects.all())
    return people if reader.has_perm("people.view_employee") else people.led_by(reader)


def visible_offices(reader: Employee) -> OfficeQuerySet:
    offices = Office.objects.all()
    return offices if reader.has_perm("people.view_office") else offices.led_by(reader)


def leads(reader: Employee, office: Office) -> bool:
    return reader.pk in (office.head_id, office.deputy_id)


def sees_team(reader: Employee, office: Office) -> bool:
    """Who may read what each person of the office has done."""
    return reader.has_perm("records.view_completion") or leads(reader, office)


def sees_training(reader: Employee, person: Employee) -> bool:
    """What somebody must do, does and did: for the centre by right, for heads of one of the person's offices."""
    return (
        reader.has_perm("records.view_completion")
        or Employee.objects.led_by(reader).filter(pk=person.pk).exists()
    )
