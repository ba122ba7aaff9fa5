"""Staff lists that were uploaded, their rows, and the words that people explained."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.staff_import.rows import (
    ALL_WELL,
    FIELD_LABELS,
    NOT_TAKEN,
    TAKEN,
    Finding,
    Layout,
    Outcome,
    Record,
    StaffRow,
)
from audit.triggers import audited
from centre.functions import SortKey
from people.models import Employee, Office, Position


class StaffImportQuerySet(models.QuerySet["StaffImport"]):
    def applied(self) -> Self:
        """Those that were applied, undone ones included, the latest first."""
        return self.filter(applied_at__isnull=False).order_by("-applied_at", "-pk")


class StaffImport(models.Model):
    """A staff list between upload and application, and after it (rule 28). Its records are rows of a table.

    `data` is the file until it is read, and then nothing. `layout` says how it is written; `trouble` in a sentence
    why it cannot be read or was not applied. `counts` are what the list would do, and after it, what it did.
    """

    class State(models.TextChoices):
        READING = "reading", _("being read")
        READY = "ready", _("waits to be applied")
        APPLYING = "applying", _("being applied")
        APPLIED = "applied", pgettext_lazy("staff import", "applied")
        UNDONE = "undone", _("undone")
        UNREADABLE = "unreadable", _("cannot be read")

    file_name = models.CharField(_("file"), max_length=200)
    uploaded_by = models.ForeignKey(
        Employee,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="staff_imports",
        verbose_name=_("uploaded by"),
    )
    uploaded_at = models.DateTimeField(_("uploaded at"), default=timezone.now)
    state = models.CharField(_("state"), max_length=12, choices=State.choices, default=State.READY)
    data = models.BinaryField(null=True, editable=False)
    layout = models.JSONField(default=dict, blank=True)
    rows_read = models.PositiveIntegerField(_("rows read"), default=0)
    trouble = models.TextField(_("trouble"), blank=True)
    # The box that was ticked for an application in the background.
    despite_leavers = models.BooleanField(default=False)
    applied_by = models.ForeignKey(
        Employee,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("applied by"),
    )
    applied_at = models.DateTimeField(_("applied at"), null=True, blank=True)
    counts = models.JSONField(default=dict, blank=True)
    undone_by = models.ForeignKey(
        Employee,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("undone by"),
    )
    undone_at = models.DateTimeField(_("undone at"), null=True, blank=True)
    # What the undoing needs beside the rows, and afterwards what it could not put back.
    undo = models.JSONField(default=dict, blank=True)

    objects = StaffImportQuerySet.as_manager()

    class Meta:
        verbose_name = _("staff import")
        verbose_name_plural = _("staff imports")
        ordering = ["-uploaded_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.file_name} ({timezone.localtime(self.uploaded_at):%d.%m.%Y %H:%M})"

    def get_absolute_url(self) -> str:
        return reverse("accounts:staff_import_preview", args=[self.pk])

    @property
    def is_busy(self) -> bool:
        return self.state in (self.State.READING, self.State.APPLYING)

    def tell_rows_read(self, count: int) -> None:
        StaffImport.objects.filter(pk=self.pk).update(rows_read=count)

    @property
    def written(self) -> Layout:
        """How the file is written."""
        return Layout.from_json(self.layout)


class StaffImportRowQuerySet(models.QuerySet["StaffImportRow"]):
    def taken(self) -> Self:
        return self.filter(outcome__in=TAKEN)

    def not_taken(self) -> Self:
        return self.filter(outcome__in=NOT_TAKEN)


class StaffImportRow(models.Model):
    """One record of an uploaded list: what was written, what people answered, what becomes of it.

    `found` are the findings of the row by itself, `together` and `compared` what other rows and the staff add;
    `outcome`, `code` and `column` repeat the one that decides, so that pages may filter. `values` is the person as
    far as it can be taken, `before` and `after` what the application did, for undoing it.
    """

    class Effect(models.TextChoices):
        NONE = "", _("none")
        NEW = "new", _("new")
        CHANGED = "changed", _("changed")
        UNCHANGED = "unchanged", _("unchanged")

    OUTCOMES = [
        (Outcome.ACCEPT.value, _("taken as it is")),
        (Outcome.ACCEPT_FIXED.value, _("taken, corrected")),
        (Outcome.ASK.value, _("to be answered")),
        (Outcome.REJECT.value, _("rejected")),
        (Outcome.SKIP.value, _("passed over")),
    ]

    staff_import = models.ForeignKey(StaffImport, on_delete=models.CASCADE, related_name="rows")
    line = models.PositiveIntegerField(_("line"))
    kind = models.CharField(max_length=8)
    cells = models.JSONField()
    marks = models.JSONField(default=list)
    answers = models.JSONField(default=dict)
    found = models.JSONField(default=list)
    together = models.JSONField(null=True)
    compared = models.JSONField(null=True)
    outcome = models.CharField(_("outcome"), max_length=12, choices=OUTCOMES)
    code = models.CharField(max_length=30)
    column = models.CharField(_("column"), max_length=20, blank=True)
    # Rows with the same question may be answered at once.
    question = models.CharField(max_length=260, blank=True)
    number = models.CharField(max_length=30, blank=True)
    name = models.CharField(max_length=250, blank=True)
    person = models.CharField(max_length=700, blank=True)
    email = models.CharField(max_length=254, blank=True)
    digest = models.CharField(max_length=24, blank=True)
    values = models.JSONField(null=True)
    effect = models.CharField(max_length=10, choices=Effect.choices, blank=True)
    changes = models.JSONField(default=list)
    is_leaver = models.BooleanField(default=False)
    # The person as they would be written: `values`, with whose job it is.
    plan = models.JSONField(null=True)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)

    objects = StaffImportRowQuerySet.as_manager()

    class Meta:
        verbose_name = _("row of a staff list")
        verbose_name_plural = _("rows of staff lists")
        ordering = ["line"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["staff_import", "line"], name="staff_import_line_once"),
        ]
        indexes = [
            models.Index(fields=["staff_import", "outcome", "line"], name="staff_row_by_outcome"),
            models.Index(fields=["staff_import", "effect", "line"], name="staff_row_by_effect"),
            models.Index(
                fields=["staff_import", "question"], condition=~Q(question=""), name="staff_row_by_question"
            ),
            models.Index(fields=["staff_import", "number"], name="staff_row_by_number"),
        ]

    def __str__(self) -> str:
        return f"{self.staff_import_id}:{self.line}"

    @property
    def planned(self) -> StaffRow:
        """The person of a row that has an effect, as they would be written."""
        return StaffRow.from_json(self.plan or {})

    @property
    def record(self) -> Record:
        return Record(self.line, self.cells, self.kind, tuple(self.marks))

    def all_findings(self) -> list[Finding]:
        """All that was noticed; what other rows and the staff say of the same replaces what the row said."""
        others = [one for one in (self.together, self.compared) if one]
        said = {one["code"] for one in others}
        every = [one for one in self.found if one["code"] not in said] + others
        return [Finding.from_json(one) for one in every]

    @property
    def findings(self) -> list[Finding]:
        """All that was noticed, that which decides first."""
        found = self.all_findings()
        return sorted(found, key=lambda one: (one.code, one.column) != (self.code, self.column)) or [ALL_WELL]

    @property
    def decisive(self) -> Finding:
        if self.code == "SKIPPED":
            return Finding(Outcome.SKIP, "SKIPPED")
        return self.findings[0]


class SynonymQuerySet(models.QuerySet["Synonym"]):
    def of_kind(self, kind: str) -> dict[str, str]:
        """The name that each folded word means."""
        rows = self.filter(kind=kind).select_related("office", "position")
        return {row.key: row.meaning for row in rows}


class Synonym(models.Model):
    """What a staff list calls an office, a position or a state, once explained by a person, and what it means.

    `key` is `text` as names are compared.
    """

    class Kind(models.TextChoices):
        OFFICE = "office", _("office")
        POSITION = "position", _("position")
        STATUS = "status", pgettext_lazy("of a person", "state")

    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    text = models.CharField(_("in the list"), max_length=200)
    key = models.CharField(_("as it is compared"), max_length=200)
    office = models.ForeignKey(
        Office,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="synonyms",
        verbose_name=_("office"),
    )
    position = models.ForeignKey(
        Position,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="synonyms",
        verbose_name=_("position"),
    )
    status = models.CharField(pgettext_lazy("of a person", "state"), max_length=60, blank=True)
    by = models.ForeignKey(
        Employee, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("who")
    )
    at = models.DateTimeField(_("when"), default=timezone.now)

    objects = SynonymQuerySet.as_manager()

    class Meta:
        verbose_name = _("synonym")
        verbose_name_plural = _("synonyms")
        ordering = ["kind", SortKey("text")]
        constraints = [
            models.UniqueConstraint(fields=["kind", "key"], name="synonym_means_one_thing"),
            models.CheckConstraint(
                condition=Q(kind="office", office__isnull=False, position__isnull=True, status="")
                | Q(kind="position", office__isnull=True, position__isnull=False, status="")
                | Q(kind="status", office__isnull=True, position__isnull=True, status__gt=""),
                name="synonym_has_a_meaning_of_its_kind",
            ),
        ]
        triggers = audited()

    def __str__(self) -> str:
        return f"{self.text} → {self.meaning}"

    @property
    def meaning(self) -> str:
        return str(self.office or self.position or self.status)

    @property
    def kind_label(self) -> str:
        return str(FIELD_LABELS[self.kind])
