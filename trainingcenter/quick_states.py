"""Migrations that add an index, a constraint or a trigger leave the historical classes of models as they are.

Django makes the class of such a model anew, and those of all models that are related to it; with half of the tables
related to people, that was most of what making a new database takes.
"""

from typing import Any
from weakref import WeakKeyDictionary

from django.apps.registry import Apps
from django.db.migrations.state import ModelState, ProjectState

# What a class bears in its _meta and is not made of.
BORNE = ("indexes", "constraints", "triggers")
MADE_OF: WeakKeyDictionary[type, tuple[Any, ...]] = WeakKeyDictionary()

render, reload_model = ModelState.render, ProjectState.reload_model


def parts(state: ModelState) -> tuple[Any, ...]:
    """What a class is made of. A field that was changed is another field, see ModelState."""
    options = {name: value for name, value in state.options.items() if name not in BORNE}
    return dict(state.fields), options, state.bases, list(state.managers)


def render_and_note(state: ModelState, apps: Apps) -> Any:
    model = render(state, apps)
    MADE_OF[model] = parts(state)
    return model


def reload_if_changed(states: ProjectState, app_label: str, model_name: str, delay: bool = False) -> None:
    if "apps" in vars(states):
        state = states.models[app_label, model_name.lower()]
        model = states.apps.all_models[app_label].get(model_name.lower())
        if model and MADE_OF.get(model) == parts(state):
            for name in BORNE:
                setattr(model._meta, name, list(state.options.get(name, ())))
            return
    reload_model(states, app_label, model_name, delay)


def keep_unchanged_classes() -> None:
    """Django and pgtrigger have no other place to be told so."""
    ModelState.render = render_and_note  # type: ignore[method-assign, assignment]
    ProjectState.reload_model = reload_if_changed  # type: ignore[method-assign, assignment]
