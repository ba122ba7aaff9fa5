"""Lines of the log that nobody can forge: a line break in what is logged begins no new line (promise S26)."""

import json
import logging
from datetime import UTC, datetime


class OneLineFormatter(logging.Formatter):
    """A message is one line; the lines of a traceback are set in."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802
        return escaped(super().formatMessage(record))

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


def escaped(text: str) -> str:
    """The text with every character that could end a line written as its escape."""
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode()
        for character in text
    )


def set_in(text: str) -> str:
    return "\n".join(f"    {escaped(line)}" for line in text.splitlines())
