"""The second click of a change that has consequences: what the page of its preview sends back."""

from hashlib import sha256
from typing import Any

from crispy_forms.layout import Hidden
from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext as _

# Of the values that the form was filled in with.
SEEN = "seen"
# The fingerprint of the preview that was clicked; empty at the first click.
SHOWN = "shown"
# The button that leads from the preview back to the form, with everything that was typed.
EDIT = "edit"


def is_sent(request: HttpRequest, form: forms.BaseForm) -> bool:
    """Whether the change is asked for, at the first click or the second."""
    return request.method == "POST" and EDIT not in request.POST and form.is_valid()


def is_row_sent(request: HttpRequest, form: Any) -> bool:
    """The same of a row's form, which is asked on every request.

    Its page carries along from which values it was made: who would save over those of somebody else is told.
    """
    seen = sha256(repr(facts_before(form)).encode()).hexdigest()[:16]
    form.helper.layout.append(Hidden(SEEN, seen))
    if not is_sent(request, form):
        return False
    is_new = form.instance.pk is None  # filled in with what an address proposed
    if not is_new and request.POST.get(SEEN, seen) != seen and form.changed_data:
        form.add_error(None, changed_meanwhile(form))
        return False
    return True


def changed_meanwhile(form: forms.BaseForm) -> str:
    sentence = _(
        "Somebody changed this while you had the page open. Nothing was saved. "
        "These fields differ from what is kept now: %(fields)s. Check them, then save again."
    )
    return sentence % {"fields": ", ".join(str(form.fields[name].label) for name in form.changed_data)}


def facts_before(form: forms.BaseForm) -> list[tuple[str, str]]:
    """The values that the form changes, as they are stored, for the fingerprint of its preview."""
    return [(name, plain(value)) for name, value in sorted(form.initial.items())]


def plain(value: Any) -> str:
    if isinstance(value, list):
        return str(sorted(str(getattr(one, "pk", one)) for one in value))
    return str(value)
