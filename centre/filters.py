"""The filters above a list of staff: a GET form whose state is the address. What is not understood is not asked."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.formats import date_format
from django.utils.functional import Promise


@dataclass(frozen=True)
class Asked:
    """One filter in force, in words, and the address without it."""

    label: str
    words: str
    url: str


class ListFilters(forms.Form):
    """Base of the filters. The search, where there is one, is named by `searched`; the others fold away under `more`.

    A hidden field (a tab) is no filter to be named.
    """

    more: str | Promise = ""
    searched = "q"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.add_fields()
        for field in self.fields.values():
            if isinstance(field.widget, forms.CheckboxInput):
                field.widget.attrs["class"] = "form-check-input"
            elif not field.widget.is_hidden:
                is_choice = isinstance(field, forms.ChoiceField)
                field.widget.attrs["class"] = "form-select" if is_choice else "form-control"
        self.is_valid()

    def add_fields(self) -> None:
        """For a subclass whose choices stand in the database or depend on the day."""

    @property
    def chosen(self) -> dict[str, Any]:
        """What was understood, without empty answers."""
        return {name: value for name, value in self.cleaned_data.items() if value not in (None, "")}

    @property
    def narrowing_fields(self) -> list[forms.BoundField]:
        """The filters beside the search."""
        return [field for field in self.visible_fields() if field.name != self.searched]

    @property
    def is_narrowed(self) -> bool:
        return any(field.value() for field in self.narrowing_fields)

    def asked(self) -> Iterator[Asked]:
        """Each filter in force, in the order of the form: what somebody reads on the page and on paper."""
        for field in self.visible_fields():
            if field.name in self.chosen and self.chosen[field.name] is not False:
                yield Asked(
                    str(field.label),
                    words_of(field.field, self.chosen[field.name]),
                    self.address_without([field.name]),
                )

    @property
    def is_asked(self) -> bool:
        """Whether an empty list may be empty because of the filters."""
        return any(self.asked())

    @property
    def address_of_all(self) -> str:
        """The address without any filter."""
        return self.address_without([field.name for field in self.visible_fields()])

    def address_without(self, names: Iterable[str]) -> str:
        left = self.data.copy() if isinstance(self.data, QueryDict) else QueryDict(mutable=True)
        for name in (*names, "page", "form"):
            left.pop(name, None)
        return f"?{left.urlencode()}"


def words_of(field: forms.Field, value: Any) -> str:
    """The answer as the form words it; a tick needs no more words than its label."""
    if value is True:
        return ""
    if isinstance(value, date):
        return date_format(value, "DATE_FORMAT")
    for choice, words in getattr(field, "choices", ()):
        if str(choice) == str(getattr(value, "pk", value)):
            return str(words)
    return str(value)
