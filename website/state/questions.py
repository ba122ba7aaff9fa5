"""What is asked of the installation, one thing after another: a thing that does not answer spoils no other."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import DatabaseError, InterfaceError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from website.state import judging, reading
from website.state.facts import Fact, Shelf, Standing, Words

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Question:
    """Something to read and how it is judged. The title stands there when it cannot be read."""

    title: Words
    read: Callable[[datetime], Any]
    judge: Callable[[Any, datetime], list[Fact]]

    def answer(self, now: datetime) -> list[Fact]:
        try:
            with reading.limited_time():
                found = self.read(now)
        except (DatabaseError, InterfaceError, OSError, reading.TooSlow) as error:
            logger.warning("The page of the state could not read “%s”: %s", self.title, error)
            words = _("No answer came in time, or it was refused.")
            advice = _("The log of the web process has the reason.")
            return [Fact(self.title, Standing.UNREADABLE, words, advice=advice)]
        return self.judge(found, now)


SHELVES: tuple[tuple[Words, tuple[Question, ...]], ...] = (
    (
        gettext_lazy("Messages"),
        (
            Question(gettext_lazy("Messages that are due"), reading.due_messages, judging.due),
            Question(gettext_lazy("Messages given up"), reading.failed_messages, judging.given_up),
        ),
    ),
    (
        gettext_lazy("Copies"),
        (
            Question(gettext_lazy("Backup"), reading.heartbeats, judging.backup),
            Question(gettext_lazy("Restore test"), reading.heartbeats, judging.restore_test),
        ),
    ),
    (
        gettext_lazy("Database and disks"),
        (
            Question(gettext_lazy("Migrations"), reading.missing_migrations, judging.migrations),
            Question(gettext_lazy("Size of the database"), reading.database_size, judging.size),
            Question(gettext_lazy("Disks"), reading.disks, judging.disks),
        ),
    ),
    (
        gettext_lazy("Background work"),
        (
            Question(gettext_lazy("Beat and worker"), reading.heartbeats, judging.worker),
            Question(
                gettext_lazy("Staff lists in the background"), reading.busy_staff_lists, judging.staff_lists
            ),
            Question(gettext_lazy("Periodic tasks"), reading.heartbeats, judging.tasks),
        ),
    ),
)


def state_of_the_installation(now: datetime) -> list[Shelf]:
    return [
        Shelf(title, [fact for question in questions for fact in question.answer(now)])
        for title, questions in SHELVES
    ]
