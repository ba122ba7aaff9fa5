"""Uploading a staff list, looking through it, answering what it asks, applying it."""

from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.staff_import.compare import NAMESAKE
from accounts.staff_import.judging.places import shown_status
from accounts.staff_import.judging.record import Answers
from accounts.staff_import.messages import sentence
from accounts.staff_import.models import StaffImportRow
from accounts.staff_import.rows import FIELD_LABELS, Finding, Layout, Outcome
from accounts.staff_import.store import ABOUT_A_WORD
from accounts.staff_import.words import STATUS_WORDS, WORDS
from centre.forms import CentreForm
from people.models import Office, Position

LONGEST_CELL = 200


class StaffListForm(CentreForm, forms.Form):
    button_label = gettext_lazy("Compare with the staff")

    file = forms.FileField(
        label=gettext_lazy("File with the staff list"),
        help_text=gettext_lazy(
            "XLSX, or CSV in UTF-8 or Windows-1251, from the personnel program. "
            "Nothing changes before you have seen the comparison."
        ),
        widget=forms.ClearableFileInput(
            attrs={
                "accept": ".csv,.txt,.xlsx,text/csv,text/plain,"
                "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
            }
        ),
    )

    def clean_file(self) -> UploadedFile:
        file: UploadedFile = self.cleaned_data["file"]
        if file.size and file.size > settings.MAX_UPLOAD_BYTES:
            raise forms.ValidationError(
                _("The file is larger than %(size)s. Is it really the staff list?")
                % {"size": filesizeformat(settings.MAX_UPLOAD_BYTES)}
            )
        return file


# What the page may show: rows that change something, by what they do, then rows by what became of them.
LISTS = [
    ("ask", gettext_lazy("To be answered")),
    ("reject", gettext_lazy("Refused")),
    ("new", gettext_lazy("New")),
    ("changed", gettext_lazy("Changed")),
    ("unchanged", gettext_lazy("Unchanged")),
    ("accept_fixed", gettext_lazy("Corrected")),
    ("accept", gettext_lazy("Taken as they are")),
    ("skip", gettext_lazy("Passed over")),
]
EFFECTS = ("new", "changed", "unchanged")


class ShownRowsForm(forms.Form):
    """Which rows of the comparison the page shows; anything unknown shows the first list with rows."""

    show = forms.ChoiceField(choices=LISTS, required=False)

    def chosen(self, counts: dict[str, int]) -> str:
        if self.is_valid() and self.cleaned_data["show"]:
            return str(self.cleaned_data["show"])
        return next((name for name, _label in LISTS if counts.get(name)), "unchanged")


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


# --- answers --------------------------------------------------------------------------------------

# Questions that a person may answer with yes; what yes means.
CONFIRMED = {
    "DATE_SERIAL": gettext_lazy("Yes, that date"),
    "DATE_TWO_DIGIT_YEAR": gettext_lazy("Yes, that date"),
    "DATE_FUTURE": gettext_lazy("The date is right"),
    "DATE_TOO_EARLY": gettext_lazy("The date is right"),
    "OFFICE_SIMILAR": gettext_lazy("Yes, that office"),
    "POSITION_SIMILAR": gettext_lazy("Yes, that position"),
    "STATUS_UNKNOWN": gettext_lazy("Yes, that state"),
    "MOJIBAKE": gettext_lazy("Yes, read it so"),
    "NAME_ORDER": gettext_lazy("Yes, that order"),
    "PERSON_DOUBLE": gettext_lazy("These are two people"),
    "EMAIL_TAKEN": gettext_lazy("Take without e-mail"),
    "SECOND_MAIN_JOB": gettext_lazy("It is a second job"),
}
# These need the reading that was suggested.
NEEDS_SUGGESTION = {"STATUS_UNKNOWN", "MOJIBAKE", "NAME_ORDER"}


def may_confirm(finding: Finding) -> bool:
    return finding.code in CONFIRMED and (finding.code not in NEEDS_SUGGESTION or bool(finding.suggestion))


class Directories:
    """The names to choose from, each list asked for once a page."""

    def __init__(self) -> None:
        self.lists: dict[str, list[tuple[str, str]]] = {}

    def choices(self, column: str) -> list[tuple[str, str]]:
        if column not in self.lists:
            names: list[str] = []
            if column == "office":
                names = list(Office.objects.values_list("name", flat=True))
            elif column == "position":
                names = list(Position.objects.values_list("title", flat=True))
            elif column == "status":
                names = [shown_status(word) for word in STATUS_WORDS.values()]
            elif column == "schedule":
                names = [shown_status(word) for word in WORDS["schedules"]]
            self.lists[column] = [("", _("Choose")), *((name, name) for name in names)]
        return self.lists[column]


class RowAnswerForm(forms.Form):
    """What a person may say about one row, beside the cell at fault: another text of it, or one of its readings."""

    def __init__(self, data: Any = None, *, row: StaffImportRow, directories: Directories) -> None:
        super().__init__(data, prefix=f"line-{row.line}")
        self.row, self.finding = row, row.decisive
        name, directory = self.finding.column, directories.choices(self.finding.column)
        label = str(FIELD_LABELS.get(name, ""))
        asked = self.finding.outcome in (Outcome.ASK, Outcome.REJECT)
        if asked and self.finding.code == "PERSON_KNOWN":
            self.fields["same_as"] = forms.ChoiceField(
                label=_("Who is it?"),
                choices=[(one, same_as_in_words(one)) for one in self.finding.choices],
                required=False,
            )
        elif asked and self.finding.choices:
            self.fields["text"] = forms.ChoiceField(
                label=label,
                choices=[("", _("Choose")), *((one, one) for one in self.finding.choices)],
                required=False,
            )
        elif asked and len(directory) > 1:
            self.fields["text"] = forms.ChoiceField(
                label=label, choices=directory, initial=self.finding.suggestion or "", required=False
            )
        elif asked and name and name != "employment_kind" and self.finding.code != "PERSON_DOUBLE":
            self.fields["text"] = forms.CharField(
                label=label,
                max_length=LONGEST_CELL,
                required=False,
                initial=self.finding.suggestion or shown_cell(row, name),
            )
        for field in self.fields.values():
            css = "form-select" if isinstance(field, forms.ChoiceField) else "form-control"
            field.widget.attrs["class"] = css
        if self.is_confirmable:
            self.fields["confirm"] = forms.BooleanField(required=False)
        self.fields["skip"] = forms.BooleanField(required=False)
        self.fields["forget"] = forms.BooleanField(required=False)

    @property
    def is_about_a_word(self) -> bool:
        """Whether the answer says what a word of the list means, for all rows that have it."""
        return self.row.code in ABOUT_A_WORD

    @property
    def is_confirmable(self) -> bool:
        return may_confirm(self.finding)

    @property
    def confirm_label(self) -> str:
        return str(CONFIRMED[self.finding.code])

    def answers(self) -> Answers:
        """What the pressed button says."""
        said = self.cleaned_data
        if said.get("skip"):
            return Answers(is_skipped=True)
        if said.get("confirm"):
            return Answers(confirmed=[self.finding.code])
        cells = {}
        if "same_as" in said:
            cells["same_as"] = said["same_as"]
        elif "text" in said:
            cells[self.finding.column] = said["text"]
        return Answers(cells=cells)


def same_as_in_words(number: str) -> str:
    if number == NAMESAKE:
        return _("Another person of the same name")
    return _("The same person as number %(number)s") % {"number": number}


def shown_cell(row: StaffImportRow, name: str) -> str:
    answered = row.answers.get("cells", {}).get(name)
    return answered if answered is not None else cell_of(row, name)


def cell_of(row: StaffImportRow, name: str) -> str:
    """What the file has in the column, on one line."""
    place = row.staff_import.written.columns.get(name)
    return " ".join(row.cells[place].split()) if place is not None and place < len(row.cells) else ""


class WholeRowForm(CentreForm, forms.Form):
    """Every cell of one row, to be corrected; the finding stands beside its cell."""

    button_label = gettext_lazy("Save and check again")

    def __init__(self, data: Any = None, *, row: StaffImportRow, layout: Layout, cancel_url: str) -> None:
        super().__init__(data)
        self.row, self.cancel_url = row, cancel_url
        for name in layout.columns:
            said = [sentence(one) for one in row.findings if one.column == name]
            self.fields[name] = forms.CharField(
                label=str(FIELD_LABELS[name]),
                max_length=LONGEST_CELL,
                required=False,
                initial=shown_cell(row, name)[:LONGEST_CELL],
                help_text=" ".join(said),
            )

    def answers(self) -> Answers:
        """The cells that differ from the file, or from what was answered before."""
        changed = {
            name: text
            for name, text in self.cleaned_data.items()
            if text != shown_cell(self.row, name)[:LONGEST_CELL]
        }
        return Answers(cells=changed)


class QuestionForm(forms.Form):
    """One answer for all rows that ask the same: what a word means, or that the reading is right."""

    question = forms.CharField(widget=forms.HiddenInput)
    meaning = forms.CharField(required=False, max_length=LONGEST_CELL)
    confirm = forms.BooleanField(required=False)
    skip = forms.BooleanField(required=False)

    def answer(self) -> str:
        if self.cleaned_data["skip"]:
            return "skip"
        return "yes" if self.cleaned_data["confirm"] else str(self.cleaned_data["meaning"])
