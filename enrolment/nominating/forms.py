"""What heads fill in to send people, and to replace one by another."""

from collections.abc import Iterable
from typing import Any, cast

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from centre.forms import CentreForm
from enrolment.approvals.forms import KeysField
from enrolment.nominating.actions import people_to_send
from people.models import Employee, Employment

PEOPLE_MAX = 300


class WhoForm(forms.Form):
    """Whom the sender came for, and whether sessions of all courses are wanted; nobody else's people are known here."""

    person = forms.ModelChoiceField(Employee.objects.none(), required=False)
    every = forms.BooleanField(required=False)

    def __init__(self, *args: Any, sender: Employee, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.ModelChoiceField, self.fields["person"]).queryset = people_to_send(sender)
        self.is_valid()

    @property
    def chosen(self) -> Employee | None:
        return self.cleaned_data.get("person")


class SendForm(forms.Form):
    """Whom to send, and whether that has been read already (`step`); whom the sender may send, the action asks."""

    people = KeysField(error_messages={"required": gettext_lazy("Tick at least one person.")})
    step = forms.ChoiceField(choices=[("check", ""), ("send", "")])
    despite_shift = forms.BooleanField(required=False)

    def clean_people(self) -> list[int]:
        keys = [int(key) for key in self.cleaned_data["people"]]
        if len(keys) > PEOPLE_MAX:
            raise forms.ValidationError(gettext_lazy("These are too many at once."))
        return keys

    @property
    def sentences(self) -> list[str]:
        return list(dict.fromkeys(str(error) for errors in self.errors.values() for error in errors))


class ReplaceForm(CentreForm, forms.Form):
    """Who comes instead, and why: a head chooses among the own people, staff name anybody by the personnel number."""

    button_label = gettext_lazy("Replace")
    errors_say_where = True

    substitute = forms.TypedChoiceField(label=gettext_lazy("Who comes instead"), coerce=int, required=False)
    number = forms.CharField(
        label=gettext_lazy("Personnel number of who comes instead"), max_length=30, required=False
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("It stands in the story of both enrolments."),
    )
    despite_shift = forms.BooleanField(
        label=gettext_lazy("Even when more of the office would be away than may be"), required=False
    )

    def __init__(
        self, *args: Any, people: Iterable[tuple[int, str]], by_number: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        field = cast(forms.TypedChoiceField, self.fields["substitute"])
        field.choices = [("", _("Choose a person")), *people]
        if not by_number:
            del self.fields["number"]
            field.required = True
            field.error_messages["required"] = _("Say who comes instead.")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        cleaned["who"] = None
        if number := cleaned.get("number"):
            jobs = Employment.objects.current().numbered_exactly(number).select_related("employee")
            found = jobs.first()
            if found is None:
                self.add_error("number", _("Nobody who works here has this personnel number."))
            else:
                cleaned["who"] = found.employee
        elif chosen := cleaned.get("substitute"):
            cleaned["who"] = Employee.objects.filter(pk=chosen).first()
        elif not self.errors:
            self.add_error("substitute", _("Say who comes instead."))
        return cleaned
