"""What bin/start and manage.py do before anything else, and what they say when they cannot."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from audit.models import Change
from people.models import Employee
from trainingcenter.first_start import load_demo

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.django_db
def test_rule_29_the_first_load_of_the_demo_is_recorded_under_its_command(tmp_path, monkeypatch, settings):
    settings.VAR_DIR = tmp_path
    mark = tmp_path / "demo-is-loading"

    before = Change.objects.count()

    load_demo(mark)

    assert Employee.objects.exists()
    assert not mark.exists()
    changes = Change.objects.order_by("pk")[before:]
    assert {source.partition(":")[0] for source in changes.values_list("source", flat=True)} == {
        "command load_demo"
    }


def manage(tmp_path, *command, **variables):
    environment = {
        **os.environ,
        "ENVIRONMENT": "production",
        "SECRET_KEY": "wuC0n2Yk-pP7sZr8mQe3tVb5xLd1aHf9gJ4oKi6uT2yN0cRqMz",
        "VAR_DIR": str(tmp_path),
        "STATIC_ROOT": str(tmp_path / "static"),
        "DATABASE_URL": "",
        "EMAIL_URL": "",
        **variables,
    }
    return subprocess.run(
        [sys.executable, "manage.py", *command], cwd=ROOT, env=environment, capture_output=True, text=True
    )


@pytest.mark.parametrize("command", ["migrate", "createsuperuser", "import_staff", "shell"])
def test_a_real_installation_without_a_database_is_told_in_a_sentence(tmp_path, command):
    done = manage(tmp_path, command)

    assert done.returncode == 1
    assert done.stderr == (
        "DATABASE_URL is missing. Name a server that is backed up: "
        "DATABASE_URL=postgres://user:password@host/name\n"
    )
    assert not list(tmp_path.iterdir())


def test_a_database_that_cannot_be_reached_is_told_in_a_sentence(tmp_path):
    done = manage(tmp_path, "migrate", DATABASE_URL="postgres://nobody@127.0.0.1:9/nothing")

    assert done.returncode == 1
    assert done.stderr.startswith("The database cannot be reached; look at DATABASE_URL.\n")
    assert "Traceback" not in done.stderr


def test_s28_check_says_everything_that_is_missing(tmp_path):
    done = manage(tmp_path, "check")

    assert "trainingcenter.E005" in done.stderr
    assert "trainingcenter.E007" in done.stderr
    assert done.returncode == 1
