"""A real installation refuses to start on anything unsafe, and says what to do."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.db import connections

from trainingcenter.checks import UnsafeStart, check_database, check_production_settings, refuse_unsafe_start

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def production(settings):
    """Settings with which a real installation may start."""
    settings.IS_PRODUCTION = True
    settings.SECRET_KEY = "wuC0n2Yk-pP7sZr8mQe3tVb5xLd1aHf9gJ4oKi6uT2yN0cRqMz"
    settings.DEBUG = False
    settings.ALLOWED_HOSTS = ["training.example.org"]
    settings.SITE_URL = "https://training.example.org"
    settings.USES_PRIVATE_CLUSTER = False
    settings.REDIS_URL = "redis://127.0.0.1:6379/0"
    settings.EMAIL_URL = "submission://user:password@mail.example.org:587"
    return settings


def ids(problems):
    return [problem.id for problem in problems]


def test_safe_settings_pass(production):
    assert check_production_settings(None) == []


@pytest.mark.parametrize(
    ("name", "value", "problem"),
    [
        ("SECRET_KEY", "", "E001"),
        ("SECRET_KEY", "too-short-Zq81", "E001"),
        ("SECRET_KEY", "abc" * 30, "E001"),
        ("SECRET_KEY", "development-only-key-that-protects-nothing-and-is-known-to-everybody", "E001"),
        ("DEBUG", True, "E002"),
        ("ALLOWED_HOSTS", [], "E003"),
        ("ALLOWED_HOSTS", ["training.example.org", "*"], "E003"),
        ("SITE_URL", "http://training.example.org", "E004"),
        ("USES_PRIVATE_CLUSTER", True, "E005"),
        ("REDIS_URL", "", "E006"),
        ("EMAIL_URL", "", "E007"),
    ],
)
def test_each_unsafe_setting_is_refused_with_what_to_do(production, name, value, problem):
    setattr(production, name, value)

    [found] = check_production_settings(None)

    assert found.id == f"trainingcenter.{problem}"
    assert name.replace("USES_PRIVATE_CLUSTER", "DATABASE_URL") in found.msg
    assert found.hint


def test_development_needs_none_of_it(production):
    production.IS_PRODUCTION = False
    production.SECRET_KEY = production.DEVELOPMENT_KEY
    production.USES_PRIVATE_CLUSTER = True

    assert check_production_settings(None) == []


@pytest.mark.django_db
def test_the_database_of_the_tests_knows_russian_letters():
    assert check_database(None, databases=["default"]) == []


@pytest.fixture
def database_without_russian(django_db_setup, django_db_blocker):
    """A database made with the locale C, where only English letters have a lower case."""
    name = f"{connections['default'].settings_dict['NAME']}_c"
    default = connections["default"]
    with django_db_blocker.unblock():
        with default.cursor() as cursor:
            provider = "LOCALE_PROVIDER libc" if default.pg_version >= 150000 else ""
            cursor.execute(f'DROP DATABASE IF EXISTS "{name}"')
            cursor.execute(
                f"CREATE DATABASE \"{name}\" TEMPLATE template0 ENCODING 'UTF8' {provider} LOCALE 'C'"
            )
        other = connections["default"].copy()
        other.settings_dict["NAME"] = name
        connections["default"] = other
        yield
        other.close()
        connections["default"] = default
        with default.cursor() as cursor:
            cursor.execute(f'DROP DATABASE "{name}"')


@pytest.mark.usefixtures("database_without_russian")
def test_a_database_that_does_not_know_russian_letters_is_refused():
    assert ids(check_database(None, databases=["default"])) == ["trainingcenter.E009"]
    with pytest.raises(UnsafeStart, match="does not know Russian letters"):
        refuse_unsafe_start()
    with pytest.raises(SystemCheckError, match="E009"):
        call_command("migrate", verbosity=0, skip_checks=False)


def test_a_file_of_variables_counts_like_the_environment(tmp_path):
    """A service manager sets the variables, a person at the console names the file: both reach one database."""
    file = tmp_path / "trainingcenter.env"
    file.write_text("DATABASE_URL=postgres://centre@db.example/centre\nREDIS_URL=redis://cache.example/3\n")
    environment = {
        **{name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "REDIS_URL"}},
        "ENV_FILE": str(file),
    }
    program = (
        "from trainingcenter import settings as s; "
        "print(s.DATABASES['default']['HOST'], s.USES_PRIVATE_CLUSTER, s.CELERY_BROKER_URL)"
    )

    said = subprocess.check_output([sys.executable, "-c", program], cwd=ROOT, env=environment, text=True)

    assert said == "db.example False redis://cache.example/3\n"


@pytest.mark.parametrize(
    "program",
    [
        ["-c", "import trainingcenter.wsgi"],
        ["-m", "celery", "-A", "trainingcenter", "worker", "--pool", "solo"],
        ["-m", "celery", "-A", "trainingcenter", "beat", "--pidfile="],
    ],
    ids=["web", "worker", "beat"],
)
def test_no_process_of_an_unsafe_installation_starts(program, tmp_path):
    environment = {
        **os.environ,
        "ENVIRONMENT": "production",
        "SECRET_KEY": "wuC0n2Yk-pP7sZr8mQe3tVb5xLd1aHf9gJ4oKi6uT2yN0cRqMz",
        "ALLOWED_HOSTS": "training.example.org",
        "SITE_URL": "http://training.example.org",
        "REDIS_URL": "redis://127.0.0.1:6379/9",
        "EMAIL_URL": "",
        "VAR_DIR": str(tmp_path),
        "STATIC_ROOT": str(tmp_path),
    }

    process = subprocess.run(
        [sys.executable, *program], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60
    )

    assert process.returncode != 0
    assert (
        "- SITE_URL, which letters link to, is http://training.example.org and not https." in process.stderr
    )
    assert "- EMAIL_URL is missing" in process.stderr
    assert "SECRET_KEY" not in process.stderr
