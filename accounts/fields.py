"""A field in which staff name a person."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _

from people.models import Employee, Employment, add_work

MOST_NAMED = 5


class PersonField(forms.CharField):
    """A person by name or personnel number; the answer must name exactly one who has an account in force."""

    def clean(self, value: Any) -> Employee | None:
        words = super().clean(value)
        if not words:
            return None
        people = Employee.objects.employed()
        jobs = Employment.objects.current().numbered_exactly(words)
        if (numbered := people.filter(pk__in=jobs.values("employee")).first()) is not None:
            return numbered  # also where it begins the numbers of others
        found = list(people.by_name(words)[: MOST_NAMED + 1])
        exact = [person for person in found if person.full_name.lower() == words.lower()]
        if len(exact) == 1 or len(found) == 1:
            return (exact or found)[0]
        if not found:
            raise forms.ValidationError(
                _("Nobody is called “%(words)s”. Check the name, or type the personnel number.")
                % {"words": words}
            )
        add_work(found)
        names = ", ".join(f"{person.full_name} ({number_to_type(person)})" for person in found[:MOST_NAMED])
        raise forms.ValidationError(
            _("Several people fit: %(names)s. Type the personnel number of the one you mean.")
            % {"names": names}
        )


def number_to_type(person: Employee) -> str:
    """By what the field finds this person and nobody else."""
    job = person.main_employment
    return job.personnel_number if job else person.full_name
