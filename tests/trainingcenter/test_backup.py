"""A backup restores to the identical database and uploads, and a difference is found and told (promise R19)."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

import pytest
from django.conf import settings
from django.db import connection

from centre.models import Heartbeat
from tests.factories import SessionFactory
from trainingcenter.postgres_owner import MAJOR_VERSION, binaries

DEPLOY = Path(settings.BASE_DIR) / "deploy"


@pytest.fixture
def scripts(tmp_path):
    """Runs a script of deploy/ against the test's own database, with programs of the server's version."""
    server = connection.settings_dict
    host, user = quote(server["HOST"], safe=""), quote(server["USER"])
    password = f":{quote(server['PASSWORD'])}" if server["PASSWORD"] else ""
    environment = {
        **os.environ,
        "DATABASE_URL": f"postgres://{user}{password}@{host}:{server['PORT']}/{server['NAME']}",
        "MEDIA_ROOT": str(settings.MEDIA_ROOT),
        "BACKUP_DIR": str(tmp_path / "backups"),
        "PYTHON": sys.executable,
        "PATH": f"{programs()}{os.pathsep}{os.environ['PATH']}",
    }

    def run(name):
        return subprocess.run(
            [DEPLOY / name], env=environment, capture_output=True, text=True, check=False, timeout=200
        )

    return run


def programs() -> Path:
    """Of the server's own version: a newer pg_restore says what an older server does not know."""
    if connection.pg_version // 10_000 == int(MAJOR_VERSION):
        return binaries()
    return Path(shutil.which("pg_dump") or "/usr/bin/pg_dump").parent


@pytest.mark.django_db(transaction=True)
def test_r19_a_backup_restores_to_the_identical_database_and_uploads(scripts, tmp_path):
    SessionFactory.create_batch(3)
    upload = Path(settings.MEDIA_ROOT) / "materials" / "Урок 1.txt"
    upload.parent.mkdir(parents=True)
    upload.write_text("Здравствуйте")

    made = scripts("backup.sh")
    assert made.returncode == 0, made.stderr
    SessionFactory()  # later than the backup, so that it is missed by nobody
    restored = scripts("restore-test.sh")

    assert restored.returncode == 0, restored.stdout + restored.stderr
    assert "and all sequences, constraints, indexes and triggers" in restored.stdout
    assert "The same: 1 uploaded files" in restored.stdout
    assert restored.stdout.splitlines()[-1].endswith(" s.")
    assert Heartbeat.objects.get(name="backup").went_well_at
    assert Heartbeat.objects.get(name="restore_test").went_well_at

    (backup,) = (tmp_path / "backups").iterdir()
    contents = backup / "contents"
    contents.write_text(
        contents.read_text().replace("table scheduling_session|3|", "table scheduling_session|4|")
    )
    sums = subprocess.check_output(
        ["sha256sum", "contents", "uploads", "database.dump", "uploads.tar.gz"],
        cwd=backup,
        text=True,
    )
    (backup / "SHA256SUMS").write_text(sums)
    differing = scripts("restore-test.sh")

    assert differing.returncode != 0
    assert "table scheduling_session|4|" in differing.stdout
    heard = Heartbeat.objects.get(name="restore_test")
    assert (heard.went_well_at, heard.error) == (
        None,
        "the restored database differs from the one that was copied",
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_database WHERE datname LIKE '%%\\_restore\\_test'")
        assert cursor.fetchone() == (0,)  # nothing is left behind
