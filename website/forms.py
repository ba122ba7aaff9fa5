"""What readers ask of the catalogue."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from centre.models import Site
from centre.prepared import Prepared
from courses.models import Course

ALL = _("All")


SITES = Prepared(lambda: Site.objects.values_list("code", "name"))


def one_of(label: Any, choices: Iterable[Any], *, empty: Any = ALL) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, required=False, choices=[("", empty), *choices])


class CatalogueFilter(forms.Form):
    """The filters stand in the address; what cannot be understood is left out, and the rest still counts.

    `mine` is "for my position", `free` "with free seats"; `site` is a site's code.
    """

    q = forms.CharField(label=_("Search"), required=False, max_length=100)
    block = one_of(_("Block"), Course.Block.choices)
    topic = one_of(_("Topic"), Course.Topic.choices)
    format = one_of(_("Format"), Course.Format.choices)
    delivery = one_of(_("Delivery"), Course.Delivery.choices, empty=pgettext_lazy("way of teaching", "Any"))
    mine = forms.BooleanField(label=_("For my position"), required=False)
    free = forms.BooleanField(label=_("With free seats"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["site"] = one_of(_("Site"), SITES())
        self.is_valid()

    @property
    def asked_in_address(self) -> dict[str, str]:
        return {name: "1" if value is True else str(value) for name, value in self.asked.items()}

    def ticks(self) -> list[forms.BoundField]:
        return [self["mine"], self["free"]]

    def selects(self) -> list[forms.BoundField]:
        return [self[name] for name in ("block", "topic", "format", "delivery", "site")]

    @property
    def narrows(self) -> bool:
        """Whether anything but the search and the two ticks is chosen: then the filters lie open."""
        return not self.asked.keys() <= {"q", "mine", "free"}

    @property
    def asked(self) -> dict[str, Any]:
        """What is asked for, without empty answers."""
        return {name: value for name, value in self.cleaned_data.items() if value}
