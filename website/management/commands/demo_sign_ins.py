"""``manage.py demo_sign_ins``: who may sign in to the demo centre, and what there is to try."""

from functools import cache, partial
from typing import Any

from django.contrib.auth.hashers import check_password
from django.core.management.base import BaseCommand
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from website.demo.staff import demo_accounts, demo_password


class Command(BaseCommand):
    help = "Prints the demo's sign-ins, one for each role."

    def handle(self, **options: Any) -> None:
        # All who kept the demo's password share one hash: one slow comparison answers for all.
        is_demo_password = cache(partial(check_password, demo_password()))
        usable = {
            key: employee for key, employee in demo_accounts().items() if is_demo_password(employee.password)
        }
        if not usable:
            self.stdout.write(_("No demo is loaded. Load it with: manage.py load_demo"))
            return
        rows = [(_("Who"), _("Sign-in"), _("Name"), _("What to try"))]
        rows += [
            (capfirst(parts()[key][0]), employee.username, employee.full_name, parts()[key][1])
            for key, employee in usable.items()
        ]
        widths = [max(len(row[column]) for row in rows) for column in range(3)]
        for row in rows:
            cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=False)]
            self.stdout.write("  ".join([*cells, row[3]]))
        self.stdout.write(_("Password of all: %(password)s") % {"password": demo_password()})


def parts() -> dict[str, tuple[str, str]]:
    """What each of the presented people is called, and what they do."""
    return {
        "hr_admin": (
            _("HR admin"),
            _("plan and publish a session, move it; a list of people carried out, a quota of seats"),
        ),
        "centre_admin": (_("administrator of the centre"), _("rooms, equipment, trainers' absences")),
        "methodist": (_("methodist"), _("write a course with its materials and questions")),
        "system_admin": (_("system administrator"), _("accounts, policy, the message ledger")),
        "trainer": (_("trainer"), _("mark who came today, close the sheet, print it")),
        "second_trainer": (_("trainer"), _("another timetable, and the people of the next session")),
        "head": (
            _("head of an office"),
            _("decide about requests, send people, keep seats; how ready the office is"),
        ),
        "employee": (
            _("employee"),
            _("an offered seat, a place in a queue, other dates for a cancelled session"),
        ),
        "second_employee": (
            _("employee"),
            _("choose between two sessions of one time; a self-paced course"),
        ),
        "newcomer": (_("newcomer"), _("the mandatory courses of the first month")),
    }
