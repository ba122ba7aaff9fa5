"""Lines of the log that nobody can forge: a line break in what is logged begins no new line (promise S26)."""

import json
import logging
from datetime import UTC, datetime

from django.db.utils import InterfaceError, OperationalError

from audit.redaction import without_secrets

# Where a request carries the number of its error; no header of a visitor gets there.
NUMBER = "ERROR_NUMBER"
DATABASE_IS_AWAY = (OperationalError, InterfaceError)


class OneLineFormatter(logging.Formatter):
    """A message is one line; the lines of a traceback are set in."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802
        line = super().formatMessage(record)
        if path := str(getattr(getattr(record, "request", None), "path", "")):
            line = line.replace(path, without_secrets(path))
        line = escaped(line)
        return f"{line} [{number}]" if (number := number_of(record)) else line

    def formatException(self, *args: object) -> str:  # noqa: N802
        return set_in(super().formatException(*args))  # type: ignore[arg-type]

    def formatStack(self, stack_info: str) -> str:  # noqa: N802
        return set_in(super().formatStack(stack_info))


class JsonFormatter(logging.Formatter):
    """One JSON object a line, in ASCII: escapes stand for every control character and line separator."""

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        facts = getattr(record, "facts", {})
        return json.dumps({"at": at, "log": record.name, "event": record.getMessage(), **facts})


class ToldElsewhere(logging.Filter):
    """Leaves out a database that is away: the site has said so in one line, to which a traceback adds nothing."""

    def filter(self, record: logging.LogRecord) -> bool:
        return not (record.exc_info and isinstance(record.exc_info[1], DATABASE_IS_AWAY))


def number_of(record: logging.LogRecord) -> str:
    """The number that the page of the error tells its visitor; empty for what no request caused."""
    meta = getattr(getattr(record, "request", None), "META", {})
    return str(meta.get(NUMBER, ""))


def escaped(text: str) -> str:
    """The text with every character that could end a line written as its escape."""
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode()
        for character in text
    )


def set_in(text: str) -> str:
    return "\n".join(f"    {escaped(line)}" for line in text.splitlines())
