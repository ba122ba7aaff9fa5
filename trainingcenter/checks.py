"""Refuses to start on settings or a database that would harm a real installation; each refusal says what to do.

``manage.py check`` shows them all; web and background processes run them at their start, because nobody runs a
check on the night when a variable gets lost.
"""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register, run_checks
from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError, connections

SHORTEST_KEY = 50
FEWEST_KEY_LETTERS = 10
OLDEST_POSTGRESQL = 15
TAG = "start"


class UnsafeStart(ImproperlyConfigured):
    """The process must not serve anybody; the text lists what to change."""


def refuse_unsafe_start() -> None:
    """Return only when this process may serve people.

    A database that does not answer is no reason to refuse: it comes back, and pages say so until then.

    Raises:
        UnsafeStart: with everything that is wrong.
    """
    problems = [
        *run_checks(tags=[TAG]),
        *check_database(None, databases=["default"]),
    ]
    if problems:
        lines = "\n".join(f"- {problem.msg} {problem.hint}" for problem in problems)
        raise UnsafeStart(f"The training centre does not start:\n{lines}")


@register(TAG, Tags.security)
def check_production_settings(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """What only a real installation needs; development has safe defaults for each."""
    if not settings.IS_PRODUCTION:
        return []
    secret_key = _secret_key()
    claims = [
        (
            secret_key == settings.DEVELOPMENT_KEY
            or len(secret_key) < SHORTEST_KEY
            or len(set(secret_key)) < FEWEST_KEY_LETTERS,
            "E001",
            f"SECRET_KEY is missing, shorter than {SHORTEST_KEY} characters, or known to everybody.",
            'Make one: python3 -c "import secrets; print(secrets.token_urlsafe(50))"',
        ),
        (
            settings.DEBUG,
            "E002",
            "DEBUG shows the insides of the site to visitors.",
            "Remove DEBUG from the environment.",
        ),
        (
            not settings.ALLOWED_HOSTS or any(host.startswith("*") for host in settings.ALLOWED_HOSTS),
            "E003",
            "ALLOWED_HOSTS is empty or lets any name through.",
            "Name the site's own, such as ALLOWED_HOSTS=training.example.org",
        ),
        (
            not settings.SITE_URL.startswith("https://"),
            "E004",
            f"SITE_URL, which letters link to, is {settings.SITE_URL} and not https.",
            "Set it to the site's address, such as SITE_URL=https://training.example.org",
        ),
        (
            settings.USES_PRIVATE_CLUSTER,
            "E005",
            "DATABASE_URL is missing; the private PostgreSQL is for development only.",
            "Name a server that is backed up: DATABASE_URL=postgres://user:password@host/name",
        ),
        (
            not settings.REDIS_URL.startswith(("redis://", "rediss://")),
            "E006",
            "REDIS_URL names no Redis; processes on several machines need one cache and one queue.",
            "Name a server, such as REDIS_URL=redis://127.0.0.1:6379/0",
        ),
        (
            not settings.EMAIL_URL,
            "E007",
            "EMAIL_URL is missing; letters would be written to files that nobody receives.",
            "Name a server, such as EMAIL_URL=submission://user:password@mail.example.org:587",
        ),
    ]
    return [
        Error(text, hint=hint, id=f"trainingcenter.{number}") for wrong, number, text, hint in claims if wrong
    ]


@register(Tags.database)
def check_database(
    app_configs: Sequence[AppConfig] | None, *, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """A PostgreSQL that is new enough and knows Russian letters, or names would not be found."""
    if "default" not in (databases or ()):
        return []
    connection = connections["default"]
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('server_version_num')::int / 10000, lower('Ё') = 'ё'")
            version, knows_russian = cursor.fetchone()
    except OperationalError:
        return []
    problems: list[CheckMessage] = []
    if version < OLDEST_POSTGRESQL:
        problems.append(
            Error(
                f"PostgreSQL {version} is too old.",
                hint=f"Upgrade the server to {OLDEST_POSTGRESQL} or newer.",
                id="trainingcenter.E008",
            )
        )
    if not knows_russian:
        problems.append(
            Error(
                "The locale of the database does not know Russian letters: lower('Ё') is not 'ё'.",
                hint="Create the database anew: createdb --template=template0 --encoding=UTF8 --locale=C.UTF-8 NAME",
                id="trainingcenter.E009",
            )
        )
    return problems


def _secret_key() -> str:
    try:
        return str(settings.SECRET_KEY)
    except ImproperlyConfigured:  # Django's answer to an empty one
        return ""
