"""Real processes beside the test: ``python -m tests.notifications.processes sweep | plan``, on the test's database."""

import os
import subprocess
import sys
from time import perf_counter
from urllib.parse import quote, urlunsplit

from django.db import connection


def start(what, **environment):
    """Start one of the two as a process of its own on the test's database."""
    return subprocess.Popen(
        [sys.executable, "-m", "tests.notifications.processes", what],
        env={**os.environ, "DATABASE_URL": database_url(), **environment},
        stdout=subprocess.PIPE,
        text=True,
    )


def database_url():
    server = connection.settings_dict
    user = ":".join(quote(part, safe="") for part in (server["USER"], server["PASSWORD"]) if part)
    host = quote(server["HOST"], safe="") + (f":{server['PORT']}" if server["PORT"] else "")
    return urlunsplit(("postgres", f"{user}@{host}", f"/{server['NAME']}", "", ""))


def sweep():
    """A worker's run, with nothing of Celery around it."""
    from notifications.tasks import send_due_messages

    send_due_messages()


def plan():
    """What a request does: plan a message in a transaction. Says how many seconds the commit took."""
    from django.db import transaction

    from notifications.actions import PlannedMessage, plan_messages
    from people.models import Employee

    with transaction.atomic():
        plan_messages([PlannedMessage("note", Employee.objects.get().pk, "thing:1")])
        begun = perf_counter()
    sys.stdout.write(f"{perf_counter() - begun}\n")


if __name__ == "__main__":
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "trainingcenter.settings")
    django.setup()
    from tests.notifications.note import register_note

    register_note()
    {"sweep": sweep, "plan": plan}[sys.argv[1]]()
