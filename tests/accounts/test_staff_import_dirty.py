"""The list that was exported, edited by hand and saved three times over (rule 28): every line as its key says."""

import csv
from pathlib import Path

import pytest
from django.utils import translation

from accounts.models import StaffImport
from accounts.staff_import.actions import upload_staff_list
from accounts.staff_import.apply import apply_staff_import
from accounts.staff_import.messages import sentence
from people.models import Employment, Office, Position
from tests.accounts.staff_lists import a_reference, judged

DATA = Path(__file__).parent / "data"
DIRTY = DATA / "employees_dirty.csv"
DEMO = Path("demo")


def table(path):
    with path.open(encoding="utf-8") as rows:
        return list(csv.DictReader(rows))


@pytest.fixture
def centre(time_machine):
    """The offices and positions of the demo, nobody who works there, on the day of the list."""
    time_machine.move_to("2026-11-20T18:05:00+03:00", tick=False)
    Office.objects.bulk_create(
        Office(code=row["code"], kind=row["kind"], name=row["name"]) for row in table(DEMO / "offices.csv")
    )
    Position.objects.bulk_create(
        Position(code=row["code"], title=row["title"], group=row["group"])
        for row in table(DEMO / "positions.csv")
    )


def key():
    return [
        (int(row["line"]), row["action"], row["code"], row["field"], row["message"])
        for row in table(DATA / "employees_dirty.expected.csv")
    ]


def test_rule_28_every_line_of_the_dirty_list_is_judged_as_the_key_says():
    reference = a_reference(
        [row["name"] for row in table(DEMO / "offices.csv")],
        [row["title"] for row in table(DEMO / "positions.csv")],
    )

    with translation.override("ru"):
        found = [
            (record.line, one.outcome.value, one.code, layout.heading(one.column), sentence(one))
            for layout, record, _judged, one in judged(DIRTY.read_bytes(), reference)
        ]

    assert found == key()


@pytest.mark.django_db
def test_rule_28_the_dirty_list_is_stored_and_applied_as_the_key_says(centre):
    uploaded = upload_staff_list(DIRTY.read_bytes(), "list.csv", by=None)

    with translation.override("ru"):
        found = [
            (row.line, row.outcome, row.code, uploaded.written.heading(row.column), sentence(row.decisive))
            for row in uploaded.rows.all()
        ]
    assert found == key()
    assert not Employment.objects.exists()

    apply_staff_import(uploaded, by=None)

    taken = [line for line, action, *_rest in key() if action in ("accept", "accept_fixed")]
    assert Employment.objects.count() == len(taken) == 17
    assert StaffImport.objects.get().counts["ask"] == 17


@pytest.mark.django_db
def test_rule_28_the_dirty_list_again_changes_nothing(centre):
    apply_staff_import(upload_staff_list(DIRTY.read_bytes(), "list.csv", by=None), by=None)

    done = apply_staff_import(upload_staff_list(DIRTY.read_bytes(), "list.csv", by=None), by=None)

    assert (done["new"], done["changed"], done["unchanged"]) == (0, 0, 17)
