"""The web server's log of requests, without what must not be read there."""

from typing import Any

from gunicorn.glogging import Logger

from audit.redaction import without_secrets


class AccessLogger(Logger):
    """gunicorn's own; a link that lets somebody choose a password is not written out."""

    def atoms(self, *args: Any) -> dict[str, Any]:
        atoms: dict[str, Any] = super().atoms(*args)
        return {
            name: without_secrets(text) if isinstance(text, str) else text for name, text in atoms.items()
        }
