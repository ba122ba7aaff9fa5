"""What a list is made of, on what terms people are enrolled, and which rows are shown."""

from datetime import timedelta
from typing import Any

from crispy_forms.layout import Layout
from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet
from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from centre.filters import ListFilters
from centre.forms import CentreForm
from centre.templatetags.centre_text import when
from enrolment.bulk.forecast import Terms
from enrolment.bulk.making import ListOfPeople
from enrolment.bulk.models import BulkRow, BulkRun, RowOutcome
from enrolment.bulk.reading import MOST_PEOPLE
from enrolment.conditions import OFFICE
from enrolment.doors.forms import REASON_LENGTH
from enrolment.doors.overlooking import NAMES
from people.models import Employee, Office, Position
from scheduling.models import Session

# A pasted list of the longest run is a third of this.
TEXT_MAX = 500_000
SESSIONS_SHOWN = 200
SESSIONS_OF = timedelta(days=365)


class TermsForm(CentreForm, forms.Form):
    """Base of the forms of the sources: what is decided for everybody in the list."""

    button_label = gettext_lazy("Look who would be enrolled")

    over_share = forms.ChoiceField(
        label=gettext_lazy("When too many of an office would be away"),
        choices=BulkRun.OverShare.choices,
        widget=forms.RadioSelect,
        initial=BulkRun.OverShare.LEAVE_OUT,
    )
    skips_days_off = forms.BooleanField(
        label=gettext_lazy("Leave out those who have a day off then"), required=False
    )
    urgent_first = forms.BooleanField(
        label=gettext_lazy("The most urgent first: overdue, then due soon"),
        help_text=gettext_lazy("Without the tick seats are given in the order of the list."),
        required=False,
    )

    overlooks = forms.MultipleChoiceField(
        label=gettext_lazy("Overlook for everybody in the list"),
        help_text=gettext_lazy(
            "The next page shows for whom what would be overlooked, before anybody is enrolled."
        ),
        choices=[(code, name) for code, name in NAMES.items() if code != OFFICE],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    despite = forms.CharField(
        label=gettext_lazy("Reason"),
        help_text=gettext_lazy("Needed for what you overlook; it stays in the story of each enrolment."),
        max_length=REASON_LENGTH,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args: Any, may_overlook: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not may_overlook:
            del self.fields["overlooks"], self.fields["despite"]

    def arranged(self) -> Layout:
        shared = [name for name in TermsForm.base_fields if name in self.fields]
        return Layout(*(name for name in self.fields if name not in shared), *shared)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("overlooks") and not cleaned.get("despite", "").strip():
            self.add_error("despite", _("Say why: the reason stays in the story of the enrolment."))
        return cleaned

    @property
    def terms(self) -> Terms:
        cleaned = self.cleaned_data
        overlooks = frozenset(cleaned.get("overlooks", ()))
        despite = cleaned.get("despite", "") if overlooks else ""
        return Terms(cleaned["over_share"], cleaned["skips_days_off"], overlooks, despite)

    def people(self) -> ListOfPeople:
        """What the list is made of."""
        raise NotImplementedError


class PasteForm(TermsForm):
    text = forms.CharField(
        label=gettext_lazy("People"),
        widget=forms.Textarea,
        max_length=TEXT_MAX,
        help_text=gettext_lazy(
            "Personnel numbers, names or e-mails: a line for each, or with commas, semicolons or tabs between. "
            "Rows copied from a table are understood too."
        ),
    )

    def people(self) -> ListOfPeople:
        return ListOfPeople(BulkRun.Source.PASTE, data=self.cleaned_data["text"].encode())


class FileForm(TermsForm):
    file = forms.FileField(
        label=gettext_lazy("File with the people"),
        help_text=gettext_lazy(
            "XLSX, or CSV in UTF-8 or Windows-1251. Columns with the headings personnel number, full name or e-mail; "
            "without headings every cell is looked at."
        ),
        widget=forms.ClearableFileInput(
            attrs={
                "accept": ".csv,.txt,.xlsx,text/csv,text/plain,"
                "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
            }
        ),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        # Whatever was wrong, no browser sends the file again by itself.
        if self.errors and "file" not in self.errors:
            self.add_error("file", _("Choose the file again."))
        return cleaned

    def clean_file(self) -> UploadedFile:
        file: UploadedFile = self.cleaned_data["file"]
        if file.size and file.size > settings.MAX_UPLOAD_BYTES:
            raise forms.ValidationError(
                _("The file is larger than %(size)s. Divide the list.")
                % {"size": filesizeformat(settings.MAX_UPLOAD_BYTES)}
            )
        return file

    def people(self) -> ListOfPeople:
        file = self.cleaned_data["file"]
        return ListOfPeople(BulkRun.Source.FILE, words=file.name[-200:], data=file.read())


class PlacesForm(TermsForm):
    offices = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Offices"), queryset=Office.objects.all(), required=False
    )
    positions = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Positions"),
        queryset=Position.objects.all(),
        required=False,
        help_text=gettext_lazy("With both, the people of these positions in these offices."),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not cleaned.get("offices") and not cleaned.get("positions"):
            raise forms.ValidationError(_("Choose at least one office or position."))
        return cleaned

    def people(self) -> ListOfPeople:
        offices, positions = list(self.cleaned_data["offices"]), list(self.cleaned_data["positions"])
        words = "; ".join(str(one) for one in (*offices, *positions))
        spec: dict[str, object] = {
            "offices": [one.pk for one in offices],
            "positions": [one.pk for one in positions],
        }
        return ListOfPeople(BulkRun.Source.PLACES, words=words, spec=spec)


class SessionChoice(forms.ModelChoiceField):
    def label_from_instance(self, session: Session) -> str:
        return f"{session.course.title}, {when(session.starts_at)}"


WHO = [
    ("all", gettext_lazy("All who have a seat or wait")),
    ("came", gettext_lazy("Who came")),
    ("not_came", gettext_lazy("Who had a seat and did not come")),
    ("queue", gettext_lazy("Its queue")),
]


class SessionForm(TermsForm):
    session = SessionChoice(label=gettext_lazy("Session"), queryset=Session.objects.none())
    which = forms.ChoiceField(
        label=gettext_lazy("Who of it"), choices=WHO, widget=forms.RadioSelect, initial="all"
    )

    def __init__(self, *args: Any, target: Session, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["session"].queryset = sessions_beside(target)  # type: ignore[attr-defined]

    def people(self) -> ListOfPeople:
        session, which = self.cleaned_data["session"], self.cleaned_data["which"]
        label = str(dict(WHO)[which])
        words = f"{session.course.title}, {when(session.starts_at)}: {label}"
        return ListOfPeople(BulkRun.Source.SESSION, words=words, spec={"session": session.pk, "which": which})


def sessions_beside(target: Session) -> QuerySet[Session]:
    """The sessions of a year whose people may be taken, the latest first, without drafts and the target itself."""
    found = (
        Session.objects.with_course()
        .exclude(pk=target.pk)
        .exclude(status=Session.Status.DRAFT)
        .filter(starts_at__gte=timezone.now() - SESSIONS_OF)
    )
    keys = found.order_by("-starts_at").values("pk")[:SESSIONS_SHOWN]
    return Session.objects.with_course().filter(pk__in=keys).order_by("-starts_at", "pk")


class WhoIsMeantForm(CentreForm, forms.Form):
    button_label = gettext_lazy("Choose this person")

    person = forms.ChoiceField(label=gettext_lazy("Who is meant?"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, people: list[Employee], cancel_url: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.cancel_url = cancel_url
        choices = [(str(person.pk), in_words(person)) for person in people]
        self.fields["person"].choices = choices  # type: ignore[attr-defined]
        self.fields["person"].error_messages["required"] = _("Choose one of these people.")


def in_words(person: Employee) -> str:
    """The person with what tells namesakes apart: the number, the position, the office."""
    job = person.main_employment
    if job is None:
        return f"{person.full_name}, {person.username}"
    return f"{person.full_name}, {job.personnel_number}, {job.position.title}, {job.office.name}"


LEFT_OUT = "left_out"


class RowFilters(ListFilters):
    more = gettext_lazy("What became of them")
    show = forms.ChoiceField(
        label=gettext_lazy("Show"),
        required=False,
        choices=[
            ("", gettext_lazy("everybody")),
            (LEFT_OUT, gettext_lazy("who is not enrolled")),
            *RowOutcome.choices,
        ],
    )

    def rows(self, run: BulkRun) -> QuerySet[BulkRow]:
        chosen = self.chosen.get("show")
        rows = BulkRow.objects.filter(run=run)
        if chosen == LEFT_OUT:
            return rows.left_out()
        return rows.filter(outcome=chosen) if chosen else rows


__all__ = [
    "MOST_PEOPLE",
    "FileForm",
    "PasteForm",
    "PlacesForm",
    "RowFilters",
    "SessionForm",
    "WhoIsMeantForm",
]
