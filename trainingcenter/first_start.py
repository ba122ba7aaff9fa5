"""Brings the database to the code and an empty one to the demo centre; a step of bin/start, run as a process.

A process of its own: the supervisor lives as long as the centre and should not carry Django in its memory.
"""

import os
import sys
from pathlib import Path

import django
from django.apps import apps
from django.conf import settings
from django.core.management import CommandError, call_command, get_commands
from django.db import DatabaseError

from audit.context import acting
from trainingcenter.checks import UnsafeStart, refuse_unsafe_start
from trainingcenter.embedded_postgres import DATABASE, Cluster, ClusterError, is_disk_full, private_data


def prepare() -> None:
    """Create the private database, migrate, load the demo centre into an empty database, show its sign-ins."""
    if settings.USES_PRIVATE_CLUSTER:
        Cluster(private_data(settings.VAR_DIR)).create_database(DATABASE)
    refuse_unsafe_start()
    call_command("migrate", verbosity=0)
    if wants_demo():
        load_demo(settings.VAR_DIR / "demo-is-loading")


def wants_demo() -> bool:
    return not settings.IS_PRODUCTION and settings.LOAD_DEMO and "load_demo" in get_commands()


def load_demo(mark: Path) -> None:
    """Load the demo centre into an empty database; a loading that was interrupted is taken up again."""
    if not apps.get_model("people", "Employee").objects.exists():
        mark.touch()
    if mark.exists():
        with acting(source="command load_demo"):
            call_command("load_demo")
        mark.unlink()
    if "demo_sign_ins" in get_commands():
        call_command("demo_sign_ins")


def sentence_about(error: Exception) -> str | None:
    """What to do about an error of the machine; None for an error of the code, whose traceback is wanted."""
    text = str(error)
    if isinstance(error, (ClusterError, CommandError, UnsafeStart)):
        return text
    if is_disk_full(settings.VAR_DIR, text):
        return f"The disk of {settings.VAR_DIR} is full. Free some space and start again."
    if "connection to server" in text:
        return f"The database cannot be reached; look at DATABASE_URL.\n{text}"
    return None


def main() -> str | None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "trainingcenter.settings")
    django.setup()
    try:
        prepare()
    except (ClusterError, CommandError, UnsafeStart, DatabaseError, OSError) as error:
        if sentence := sentence_about(error):
            return sentence
        raise
    return None


if __name__ == "__main__":
    sys.exit(main())
