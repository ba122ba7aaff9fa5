"""``manage.py load_demo``: the demo centre, loaded step by step; what is there already stays as it is."""

from argparse import ArgumentParser
from collections.abc import Callable
from datetime import date
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from enrolment.invariants import booking_faults
from enrolment.models import Enrolment
from records.models import Completion
from scheduling.models import Booking, Session
from website.demo.catalogue import load_catalogue
from website.demo.coming import load_coming
from website.demo.directories import load_directories
from website.demo.history import load_history
from website.demo.people import FEWEST
from website.demo.staff import MOST_EMPLOYEES, SAMPLE_COUNT, load_staff, load_trainers, open_accounts
from website.demo.trouble import load_trouble

BAR_WIDTH = 24


class Command(BaseCommand):
    help = "Loads the demo centre around today: everybody is fictional. Running it again changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--employees",
            type=int,
            default=SAMPLE_COUNT,
            help=f"{FEWEST} to {MOST_EMPLOYEES}, {SAMPLE_COUNT} by default",
        )
        parser.add_argument(
            "--today",
            type=date.fromisoformat,
            help="the day around which the timetable is made, as YYYY-MM-DD",
        )

    def handle(self, *, employees: int, today: date | None, **options: Any) -> None:
        if settings.IS_PRODUCTION:
            raise CommandError(_("The demo has accounts that everybody knows: production does not load it."))
        if not FEWEST <= employees <= MOST_EMPLOYEES:
            raise CommandError(
                _("Between %(fewest)s and %(most)s employees.") % {"fewest": FEWEST, "most": MOST_EMPLOYEES}
            )
        today = today or timezone.localdate()

        for name, count in (self.step(load_directories) | self.step(load_catalogue)).items():
            self.say(name, count)
        self.say(_("employees"), self.step(load_staff, employees))
        self.say(_("trainers"), self.step(load_trainers, today))
        self.say(_("accounts"), self.step(open_accounts))
        if not Session.objects.exists():
            self.step(load_history, today)
        if not Session.objects.filter(starts_at__date__gt=today).exists():
            self.step(load_coming, today, self.progress(_("sessions ahead")))
            self.step(load_trouble, today)
        for name, rows in (
            (_("sessions"), Session.objects),
            (_("enrolments"), Enrolment.objects),
            (_("completions"), Completion.objects),
            (_("bookings"), Booking.objects),
        ):
            self.say(name, rows.count())
        if faults := booking_faults():
            raise CommandError("\n".join([_("Bookings differ from sessions and seats:"), *faults[:20]]))

    def step(self, load: Callable[..., Any], *args: Any) -> Any:
        """One step is loaded whole or not at all, so that a load that was stopped goes on where it was."""
        with transaction.atomic(), connection.cursor() as cursor:
            found = load(*args)
            # The next step asks about these rows at once, and the planner may take the tables for empty as they were.
            cursor.execute("ANALYZE")
            return found

    def say(self, name: str, count: int) -> None:
        self.stdout.write(f"{capfirst(name):<28}{count:>10}")

    def progress(self, name: str) -> Callable[[int, int], None]:
        def show(done: int, total: int) -> None:
            if self.stdout.isatty():
                bar = "█" * (BAR_WIDTH * done // max(total, 1))
                self.stdout.write(
                    f"\r{capfirst(name):<28}[{bar:<{BAR_WIDTH}}]", ending="\n" if done == total else ""
                )
                self.stdout.flush()

        return show
