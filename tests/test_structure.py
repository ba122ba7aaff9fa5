"""The house of docs/architecture.md: relations and news point one way, as imports do (import-linter)."""

import weakref
from pathlib import Path

from django.apps import apps
from django.core import signals as core_signals
from django.dispatch import Signal

from scheduling import signals as scheduling_signals

ORDER = (
    "audit",
    "centre",
    "people",
    "notifications",
    "accounts",
    "courses",
    "trainers",
    "scheduling",
    "records",
    "enrolment",
    "learning",
    "website",
)

LINES_AT_MOST = 500


def own_models():
    return [model for model in apps.get_models(include_auto_created=True) if model._meta.app_label in ORDER]


def test_every_relation_points_left():
    wrong = [
        f"{model.__name__}.{field.name} → {field.related_model.__name__}"
        for model in own_models()
        for field in model._meta.get_fields()
        if field.concrete
        and field.is_relation
        and field.related_model._meta.app_label in ORDER
        and ORDER.index(field.related_model._meta.app_label) > ORDER.index(model._meta.app_label)
    ]

    assert wrong == []


def test_no_model_refers_by_content_type():
    """A generic key would let a row point anywhere, unseen by the walk above."""
    assert [
        f"{model.__name__}.{field.name}"
        for model in own_models()
        for field in model._meta.get_fields()
        if field.is_relation and field.related_model and field.related_model.__name__ == "ContentType"
    ] == []


def test_news_travels_right():
    """Receivers of our signals live to the right of the app that sends."""
    listening = [
        receiver_module(reference)
        for signal in vars(scheduling_signals).values()
        if isinstance(signal, Signal)
        for _key, reference, *_rest in signal.receivers
    ]

    assert listening
    assert all(ORDER.index(module.split(".")[0]) > ORDER.index("scheduling") for module in listening)


def receiver_module(reference):
    receiver = reference() if isinstance(reference, weakref.ReferenceType) else reference
    return receiver.__module__


def test_rows_are_not_told_about_by_djangos_own_signals():
    """save() and delete() stay as Django made them: no app listens to them."""
    from django.db.models.signals import post_delete, post_save, pre_delete, pre_save

    own = [
        receiver_module(reference)
        for signal in (pre_save, post_save, pre_delete, post_delete, core_signals.request_started)
        for _key, reference, *_rest in signal.receivers
    ]

    assert [module for module in own if module.split(".")[0] in ORDER] == []


def test_no_python_file_is_longer_than_its_reader_can_bear():
    """Five hundred lines; a migration is as long as its change."""
    root = Path(__file__).resolve().parent.parent
    own = [
        path
        for app in (*ORDER, "trainingcenter", "tests", "bench", "tools", "bin")
        for path in (root / app).rglob("*.py")
    ]
    long = {
        str(path.relative_to(root)): lines
        for path in own
        if "migrations" not in path.parts and (lines := len(path.read_text().splitlines())) > LINES_AT_MOST
    }

    assert long == {}
