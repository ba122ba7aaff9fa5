"""Migrations may be killed at any moment."""

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

# It makes a table with a foreign key, whose constraint Django adds last.
WITH_DEFERRED_SQL = ("axes", "0010_accessattemptexpiration")
BEFORE = ("axes", "0009_add_session_hash")


def tables():
    return set(connection.introspection.table_names())


@pytest.mark.django_db(transaction=True)
def test_r21_a_migration_that_is_cut_off_before_its_note_left_nothing_and_runs_again(monkeypatch):
    whole = tables()
    call_command("migrate", *BEFORE, verbosity=0)
    without = tables()
    assert without < whole

    class Killed(BaseException):
        pass

    def die(recorder, app, name):
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(MigrationRecorder, "record_applied", die)
        with pytest.raises(Killed):
            call_command("migrate", *WITH_DEFERRED_SQL, verbosity=0)

    assert tables() == without
    call_command("migrate", *WITH_DEFERRED_SQL, verbosity=0)
    assert tables() == whole
