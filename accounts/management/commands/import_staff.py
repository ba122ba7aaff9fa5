"""``manage.py import_staff FILE [--apply]``: what the list would change, and with --apply, change it."""

from argparse import ArgumentParser
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from accounts.staff_import.actions import compare_with_staff, upload_staff_list
from accounts.staff_import.apply import apply_staff_import
from accounts.staff_import.messages import sentence
from accounts.staff_import.rows import ChangedRow, Comparison, RefusedRow
from centre.errors import Refusal

SHOWN_ROWS = 20


class Command(BaseCommand):
    help = "Compares a staff list with the employees, and applies it with --apply."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--apply", action="store_true", help="write the changes")
        parser.add_argument(
            "--despite-leavers", action="store_true", help="apply although many people would leave"
        )
        parser.add_argument("--all", action="store_true", help="print every row, not only the first ones")

    def handle(self, *, file: Path, apply: bool, despite_leavers: bool, all: bool, **options: object) -> None:
        try:
            data = file.read_bytes()
        except OSError as error:
            raise CommandError(f"{file}: {error.strerror}") from error
        try:
            staff_import = upload_staff_list(data, file.name, by=None)
            comparison = compare_with_staff(staff_import)
            self.print_comparison(comparison, None if all else SHOWN_ROWS)
            if apply:
                apply_staff_import(staff_import, by=None, despite_leavers=despite_leavers)
            else:
                staff_import.delete()
        except Refusal as error:
            raise CommandError(str(error)) from error

    def print_comparison(self, comparison: Comparison, shown: int | None) -> None:
        self.print_rows(
            _("New"), [f"{row.personnel_number}  {row.full_name}" for row in comparison.new], shown
        )
        self.print_rows(_("Changed"), [changed_line(row) for row in comparison.changed], shown)
        self.print_rows(_("Refused"), [refused_line(row) for row in comparison.refused], shown)
        self.stdout.write(f"{_('Unchanged')}: {len(comparison.unchanged)}")
        if not comparison.has_changes:
            self.stdout.write(_("No changes."))

    def print_rows(self, heading: str, lines: list[str], shown: int | None) -> None:
        self.stdout.write(f"{heading}: {len(lines)}")
        for line in lines[:shown]:
            self.stdout.write(f"  {line}")
        if lines[shown:] and shown:
            self.stdout.write("  …")


def changed_line(row: ChangedRow) -> str:
    changes = "; ".join(f"{change.label}: {change.before} → {change.after}" for change in row.changes)
    return f"{row.row.personnel_number}  {row.row.full_name}: {changes}"


def refused_line(row: RefusedRow) -> str:
    return ": ".join(
        filter(None, (_("line %(line)s") % {"line": row.line}, row.column_label, sentence(row.finding)))
    )
