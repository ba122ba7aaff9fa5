"""Uploading a staff list, looking through its comparison, applying it."""

from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from centre.forms import CentreForm


class StaffListForm(CentreForm, forms.Form):
    button_label = gettext_lazy("Compare with the staff")

    file = forms.FileField(
        label=gettext_lazy("File with the staff list"),
        help_text=gettext_lazy(
            "A CSV file from the personnel program, in UTF-8 or Windows-1251. "
            "Nothing changes before you have seen the comparison."
        ),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.txt,text/csv,text/plain"}),
    )

    def clean_file(self) -> UploadedFile:
        file: UploadedFile = self.cleaned_data["file"]
        if file.size and file.size > settings.MAX_UPLOAD_BYTES:
            raise forms.ValidationError(
                _("The file is larger than %(size)s. Is it really the staff list?")
                % {"size": filesizeformat(settings.MAX_UPLOAD_BYTES)}
            )
        return file


LISTS = [
    ("new", gettext_lazy("New")),
    ("changed", gettext_lazy("Changed")),
    ("refused", gettext_lazy("Refused")),
    ("unchanged", gettext_lazy("Unchanged")),
]


class ShownRowsForm(forms.Form):
    """Which rows of the comparison the page shows; anything unknown shows the first list with rows."""

    show = forms.ChoiceField(choices=LISTS, required=False)

    def chosen(self, counts: dict[str, int]) -> str:
        if self.is_valid() and self.cleaned_data["show"]:
            return str(self.cleaned_data["show"])
        return next((name for name in ("new", "changed", "refused") if counts[name]), "unchanged")


class ApplyForm(CentreForm, forms.Form):
    """One button; when many people would leave, first a box to tick."""

    button_label = gettext_lazy("Apply the changes")

    despite_leavers = forms.BooleanField(
        label=gettext_lazy("The list is complete and right: these people have left"),
    )

    def __init__(self, *args: Any, asks_about_leavers: bool, cancel_url: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.cancel_url = cancel_url
        if not asks_about_leavers:
            del self.fields["despite_leavers"]
