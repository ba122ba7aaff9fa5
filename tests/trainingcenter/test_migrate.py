"""Migrations may be killed at any moment."""

import pytest
from django.core.management import call_command
from django.db import connection, models
from django.db.migrations.recorder import MigrationRecorder
from django.db.migrations.state import ModelState, ProjectState
from django.db.models import CheckConstraint, Index, Q

import trainingcenter.management.commands.migrate  # noqa: F401

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


def states():
    """Seats of a room, as classes of the past."""
    found = ProjectState()
    for name, fields in {
        "room": {"name": models.TextField()},
        "seat": {"number": models.IntegerField(), "room": models.ForeignKey("past.room", models.CASCADE)},
    }.items():
        found.add_model(ModelState("past", name, {"id": models.BigAutoField(primary_key=True), **fields}))
    return found, [found.apps.get_model("past", name) for name in ("room", "seat")]


def classes(found):
    return [found.apps.get_model("past", name) for name in ("room", "seat")]


def test_what_a_table_bears_beside_its_columns_changes_its_class_and_makes_none_anew():
    found, (room, seat) = states()
    positive, by_number = (
        CheckConstraint(condition=Q(number__gt=0), name="positive"),
        Index("number", name="by"),
    )

    found.add_constraint("past", "seat", positive)
    found.add_index("past", "seat", by_number)

    assert classes(found) == [room, seat]
    assert (seat._meta.constraints, seat._meta.indexes) == ([positive], [by_number])

    found.remove_constraint("past", "seat", "positive")

    assert classes(found) == [room, seat]
    assert seat._meta.constraints == []


def test_a_column_makes_the_classes_around_it_anew():
    found, (_room, seat) = states()

    found.alter_field("past", "seat", "number", models.TextField(), preserve_default=True)

    new_room, new_seat = classes(found)
    assert new_seat is not seat
    assert isinstance(new_seat._meta.get_field("number"), models.TextField)
    assert new_seat._meta.get_field("room").remote_field.model is new_room
    assert isinstance(seat._meta.get_field("number"), models.IntegerField)


def test_options_make_the_class_anew():
    found, (_room, seat) = states()

    found.alter_model_options("past", "seat", {"verbose_name": "chair"})

    assert classes(found)[1] is not seat
    assert classes(found)[1]._meta.verbose_name == "chair"
