"""A field in which staff name a person."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _

from people.models import Employee

MOST_NAMED = 5


class PersonField(forms.CharField):
    """A person by name or personnel number; the answer must name exactly one who has an account in force."""

    def clean(self, value: Any) -> Employee | None:
        words = super().clean(value)
        if not words:
            return None
        found = list(Employee.objects.employed().by_name(words)[: MOST_NAMED + 1])
        exact = [person for person in found if person.full_name.lower() == words.lower()]
        if len(exact) == 1 or len(found) == 1:
            return (exact or found)[0]
        if not found:
            raise forms.ValidationError(
                _("Nobody is called “%(words)s”. Check the name, or type the personnel number.")
                % {"words": words}
            )
        names = ", ".join(f"{person.full_name} ({person.username})" for person in found[:MOST_NAMED])
        raise forms.ValidationError(
            _("Several people fit: %(names)s. Type the personnel number of the one you mean.")
            % {"names": names}
        )
