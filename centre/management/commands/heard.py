"""``manage.py heard backup`` and ``heard restore_test``: what runs outside says that it ended, well or not."""

from argparse import ArgumentParser

from django.core.management.base import BaseCommand

from centre.heartbeats import BACKUP, RESTORE_TEST, failed, heard


class Command(BaseCommand):
    help = "Notes for the page of the state that a backup or a restore test ended now."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("what", choices=[BACKUP, RESTORE_TEST])
        parser.add_argument("--failed", metavar="WORDS", help="it failed, and how")

    def handle(self, *, what: str, **options: str | None) -> None:
        if error := options["failed"]:
            failed(what, error)
        else:
            heard(what)
