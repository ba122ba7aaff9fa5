"""``manage.py give_role NUMBER ROLE``: makes the first system administrator, when nobody can give roles yet."""

from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from accounts.actions.access import give_role
from accounts.backends import employee_known_as
from accounts.roles import Role
from centre.errors import Refusal


class Command(BaseCommand):
    help = "Gives a role to an employee."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("number", help="personnel number, e-mail or account name")
        parser.add_argument("role", choices=Role.values)
        parser.add_argument("--reason", default="")

    def handle(self, *, number: str, role: str, reason: str, **options: object) -> None:
        person = employee_known_as(number)
        if person is None:
            raise CommandError(_("Nobody is known as %(name)s.") % {"name": number})
        try:
            give_role(person, Role(role), by=None, reason=reason)
        except Refusal as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{person.full_name}: {Role(role).label}")
