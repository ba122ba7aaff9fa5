"""The second click of a change that has consequences: what the page of its preview sends back."""

from typing import Any

from django import forms
from django.http import HttpRequest

# The fingerprint of the preview that was clicked; empty at the first click.
SHOWN = "shown"
# The button that leads from the preview back to the form, with everything that was typed.
EDIT = "edit"


def is_sent(request: HttpRequest, form: forms.BaseForm) -> bool:
    """Whether the change is asked for, at the first click or the second."""
    return request.method == "POST" and EDIT not in request.POST and form.is_valid()


def facts_before(form: forms.BaseForm) -> list[tuple[str, str]]:
    """The values that the form changes, as they are stored, for the fingerprint of its preview."""
    return [(name, plain(value)) for name, value in sorted(form.initial.items())]


def plain(value: Any) -> str:
    if isinstance(value, list):
        return str(sorted(str(getattr(one, "pk", one)) for one in value))
    return str(value)
