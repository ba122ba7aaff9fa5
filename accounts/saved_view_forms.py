"""What a reader gives to keep a view of a list."""

from typing import Any

from django import forms
from django.http import QueryDict
from django.urls import Resolver404, resolve
from django.utils.translation import gettext as _

from accounts.models import SavedView
from people.models import Employee

VIEWS_OF_A_LIST = 20


class SavedViewForm(forms.ModelForm):
    """A name for the list's present address. The same name again means: this is now what I call so."""

    class Meta:
        model = SavedView
        fields = ["name", "path", "query"]

    def __init__(self, owner: Employee, data: Any) -> None:
        super().__init__(data)
        self.owner = owner
        self.fields["name"].error_messages["required"] = _("Give the view a name.")

    def clean_path(self) -> str:
        """A page of this site, so that a kept address never leads away."""
        path = self.cleaned_data["path"]
        try:
            resolve(path)
        except Resolver404:
            raise forms.ValidationError(_("This list cannot be kept.")) from None
        return path

    def clean_query(self) -> str:
        """The address without what belongs to one visit: the page and the file."""
        query = QueryDict(self.cleaned_data["query"], mutable=True)
        for name in ("page", "form"):
            query.pop(name, None)
        return query.urlencode()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if "path" in cleaned and "name" in cleaned:
            others = SavedView.objects.of_list(self.owner, cleaned["path"]).exclude(name=cleaned["name"])
            if others.count() >= VIEWS_OF_A_LIST:
                raise forms.ValidationError(
                    _("You keep %(count)s views of this list. Remove one before you keep another.")
                    % {"count": VIEWS_OF_A_LIST}
                )
        return cleaned

    def keep(self) -> SavedView:
        chosen = self.cleaned_data
        view, _created = SavedView.objects.update_or_create(
            owner=self.owner,
            path=chosen["path"],
            name=chosen["name"],
            defaults={"query": chosen["query"]},
        )
        return view
