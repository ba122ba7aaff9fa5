"""What every form of the site has in common."""

from typing import Any

from crispy_forms.bootstrap import StrictButton
from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Layout, LayoutObject
from django import forms
from django.db.models.fields import BLANK_CHOICE_DASH
from django.utils.functional import Promise, cached_property
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

# Django's ten rows are a wall on a phone; the reader may pull the field larger.
ROWS_MAX = 5
DASHES = BLANK_CHOICE_DASH[0][1]


class CentreForm(forms.BaseForm):
    """Mixin for a form or model form that a page shows whole with ``{% crispy form %}``.

    It brings the summary of errors on top (templates/bootstrap5/errors.html), the legend of required fields and
    one button, whose label says what it does. `cancel_url` puts the way back beside it, under `cancel_label`.
    """

    button_label: str | Promise = _("Save")
    button_class = "button"
    cancel_url = ""
    cancel_label: str | Promise = _("Cancel")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if isinstance(field.widget, forms.Textarea):
                field.widget.attrs["rows"] = min(int(field.widget.attrs.get("rows", 4)), ROWS_MAX)
            name_when_required(field)
            name_empty_choice(field)

    def arranged(self) -> Layout:
        """The fields in the order and groups in which people fill them in."""
        return Layout(*self.fields)

    @cached_property
    def helper(self) -> FormHelper:
        helper = FormHelper()
        # The browser's own bubbles know nothing of the summary and speak the browser's language.
        helper.attrs = {"novalidate": ""}
        helper.layout = Layout(self.required_legend(), self.arranged(), self.button_row())
        return helper

    def required_legend(self) -> LayoutObject:
        if not any(field.required and not field.widget.is_hidden for field in self.fields.values()):
            return Layout()
        return Markup(
            format_html('<p class="required-legend">{}</p>', _("Fields marked with * are required."))
        )

    def button_row(self) -> LayoutObject:
        row = Div(
            StrictButton(self.button_label, type="submit", css_class=self.button_class),
            css_class="button-row",
        )
        if self.cancel_url:
            link = '<a class="button button--quiet" href="{}">{}</a>'
            row.append(Markup(format_html(link, self.cancel_url, self.cancel_label)))
        return row


def name_when_required(field: forms.Field) -> None:
    """The same words beside the field and in the summary, where no label stands next to them."""
    if field.required and field.label:
        field.error_messages["required"] = _("Fill in “%(label)s”.") % {"label": field.label}


def name_empty_choice(field: forms.Field) -> None:
    """A word where Django shows a row of dashes; a form's own word for nothing chosen stays."""
    if isinstance(field, forms.ModelChoiceField):
        if field.empty_label == DASHES:
            field.empty_label = _("Choose")
    elif isinstance(field.widget, forms.Select):
        field.widget.choices = [
            (value, _("Choose") if label == DASHES else label) for value, label in field.widget.choices
        ]


class Markup(LayoutObject):
    """Finished HTML among the fields. Crispy's own HTML would run it as a template, whatever an address brings."""

    def __init__(self, html: SafeString) -> None:
        self.html = html

    def render(self, *args: object, **kwargs: object) -> SafeString:
        return self.html
