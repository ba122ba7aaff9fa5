"""A run of "many at once": who was named, what would become of each, and what did (rule 18)."""

from datetime import timedelta
from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from audit.triggers import audited
from people.models import Employee
from scheduling.models import Session

# A run that nobody carried out is forgotten after so many days.
KEPT_FOR = timedelta(days=30)


class RowOutcome(models.TextChoices):
    """What becomes of one row; of a run that was carried out, what became of it."""

    SEAT = "seat", _("gets a seat")
    QUEUE = "queue", _("joins the queue")
    ASKED = "asked", _("the head is asked")
    ALREADY = "already", _("is in the session already")
    BUSY = "busy", _("is busy at that time")
    NOT_ALLOWED = "not_allowed", _("may not")
    OFFICE = "office", _("too many of the office away")
    DAY_OFF = "day_off", _("has a day off")
    TWICE = "twice", _("stands in the list twice")
    LEFT = "left", _("does not work here any more")
    NOT_FOUND = "not_found", _("not found")
    TWO = "two", _("several people fit")
    FAILED = "failed", _("mistake of the site")


# Of these something was made, which may be undone.
MADE = (RowOutcome.SEAT, RowOutcome.QUEUE, RowOutcome.ASKED)
# Whoever is in the session, because of this run or before it, needs nothing any more.
IN_SESSION = (*MADE, RowOutcome.ALREADY, RowOutcome.TWICE)


class BulkRunQuerySet(models.QuerySet["BulkRun"]):
    def to_be_worked_on(self) -> Self:
        """What the background has to read, to carry out or to undo, the oldest first."""
        return self.filter(state__in=BulkRun.BUSY).order_by("pk")

    def forgotten(self) -> Self:
        """What nobody carried out for a month."""
        return self.filter(applied_at__isnull=True, made_at__lt=timezone.now() - KEPT_FOR).exclude(
            state__in=BulkRun.BUSY
        )


class BulkRun(models.Model):
    """A list of people who are to be enrolled in one session, and how far that is."""

    class Source(models.TextChoices):
        PASTE = "paste", _("a pasted list")
        FILE = "file", _("a file")
        PLACES = "places", _("offices and positions")
        SESSION = "session", _("another session")

    class State(models.TextChoices):
        READING = "reading", pgettext_lazy("list of people", "being looked through")
        READY = "ready", pgettext_lazy("list of people", "not carried out yet")
        UNREADABLE = "unreadable", pgettext_lazy("list of people", "could not be read")
        APPLYING = "applying", pgettext_lazy("list of people", "being carried out")
        APPLIED = "applied", pgettext_lazy("list of people", "carried out")
        UNDOING = "undoing", pgettext_lazy("list of people", "being undone")
        UNDONE = "undone", pgettext_lazy("list of people", "undone")

    BUSY = (State.READING, State.APPLYING, State.UNDOING)
    # Under this name `counts` has the rows whose enrolment was undone, whatever it was.
    UNDONE_ROWS = "undone"

    class OverShare(models.TextChoices):
        """What to do with people whose office would have too many away (rule 16)."""

        LEAVE_OUT = "leave_out", _("Leave them out")
        ASK = "ask", _("Ask their heads")
        ENROL = "enrol", _("Enrol them all the same")

    session = models.ForeignKey(
        Session, on_delete=models.PROTECT, related_name="bulk_runs", verbose_name=_("session")
    )
    made_by = models.ForeignKey(
        Employee, on_delete=models.PROTECT, related_name="+", verbose_name=_("made by")
    )
    made_at = models.DateTimeField(_("made at"), default=timezone.now)
    source = models.CharField(_("source"), max_length=10, choices=Source.choices)
    # The name of the file, the offices, the other session: what the list was made of, for people.
    source_words = models.CharField(_("made of"), max_length=300, blank=True)
    # What the background is to read: the text or the file, gone once it is read; keys of the other sources.
    data = models.BinaryField(null=True, editable=False)
    spec = models.JSONField(_("what was chosen"), default=dict, blank=True)
    state = models.CharField(
        pgettext_lazy("list of people", "state"), max_length=10, choices=State.choices, default=State.READING
    )
    trouble = models.TextField(_("trouble"), blank=True)
    over_share = models.CharField(
        _("too many of an office"), max_length=10, choices=OverShare.choices, default=OverShare.LEAVE_OUT
    )
    skips_days_off = models.BooleanField(_("leave out who has a day off"), default=False)
    urgent_first = models.BooleanField(_("most urgent first"), default=False)
    # Codes of the conditions that staff overlook for everybody in the list, and why (rule 11).
    overlooks = models.CharField(_("overlooked"), max_length=100, blank=True, default="", db_default="")
    despite = models.CharField(
        _("reason for what is overlooked"), max_length=200, blank=True, default="", db_default=""
    )
    # Rows by outcome, as they were counted last.
    counts = models.JSONField(default=dict, blank=True)
    applied_by = models.ForeignKey(
        Employee,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("carried out by"),
    )
    applied_at = models.DateTimeField(_("carried out at"), null=True, blank=True)
    undone_by = models.ForeignKey(
        Employee,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("undone by"),
    )
    undone_at = models.DateTimeField(_("undone at"), null=True, blank=True)

    objects = BulkRunQuerySet.as_manager()

    class Meta:
        verbose_name = _("list of people to enrol")
        verbose_name_plural = _("lists of people to enrol")
        ordering = ["-made_at", "-pk"]
        default_permissions = ()
        triggers = audited(session="{row}.session_id", left_out=("data", "counts"))

    def __str__(self) -> str:
        return f"{self.pk}: {self.session_id}, {self.get_source_display()}"

    def get_absolute_url(self) -> str:
        return reverse("enrolment:bulk_run", args=[self.pk])

    @property
    def overlooked(self) -> frozenset[str]:
        return frozenset(self.overlooks.split())

    @property
    def is_busy(self) -> bool:
        return self.state in self.BUSY

    def number_of(self, *outcomes: str) -> int:
        """How many rows have one of these outcomes, by the last count."""
        return sum(self.counts.get(one, 0) for one in outcomes)

    @property
    def made(self) -> int:
        """How many people the run enrols, or has enrolled."""
        return self.number_of(*MADE)

    @property
    def total(self) -> int:
        return sum(self.counts.values())


class BulkRowQuerySet(models.QuerySet["BulkRow"]):
    def to_settle(self) -> Self:
        """Whom nobody has carried out yet, in the order in which they arrive."""
        return self.filter(settled_at__isnull=True).order_by("place", "pk")

    def made(self) -> Self:
        """Rows with an enrolment that the run itself has made."""
        return self.filter(enrolment__isnull=False, outcome__in=MADE, settled_at__isnull=False)

    def to_undo(self) -> Self:
        """What is still to be undone: who waits before who has a seat, so that no seat goes to one who leaves too."""
        return (
            self.made()
            .filter(undone_at__isnull=True, not_undone=[])
            .order_by("-enrolment__seat", "-place", "pk")
        )

    def left_out(self) -> Self:
        """Who is not in the session, for whatever reason."""
        return self.exclude(outcome__in=IN_SESSION)


class BulkRow(models.Model):
    """One person of a run, as they were named; what would become of them, and what did.

    `outcome` is what the look before foresees and, once `settled_at`, what became of it; `foreseen` keeps the former.
    `reasons` and `notes` are codes with their values, which pages put into words (`enrolment.bulk.words`).
    """

    run = models.ForeignKey(BulkRun, on_delete=models.CASCADE, related_name="rows")
    line = models.PositiveIntegerField(_("line"))
    # The order of arrival.
    place = models.PositiveIntegerField(_("place"))
    given = models.CharField(_("in the list"), max_length=300, blank=True)
    person = models.ForeignKey(
        Employee,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("employee"),
    )
    # Keys of those who fit; the choice of one is kept in `person`.
    candidates = models.JSONField(default=list, blank=True)
    foreseen = models.CharField(_("foreseen"), max_length=12, choices=RowOutcome.choices, blank=True)
    outcome = models.CharField(_("outcome"), max_length=12, choices=RowOutcome.choices)
    reasons = models.JSONField(default=list, blank=True)
    notes = models.JSONField(default=list, blank=True)
    enrolment = models.ForeignKey(
        "enrolment.Enrolment", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    settled_at = models.DateTimeField(_("carried out at"), null=True, blank=True)
    undone_at = models.DateTimeField(_("undone at"), null=True, blank=True)
    # Why it could not be undone.
    not_undone = models.JSONField(default=list, blank=True)

    objects = BulkRowQuerySet.as_manager()

    class Meta:
        verbose_name = _("row of a list of people to enrol")
        verbose_name_plural = _("rows of lists of people to enrol")
        ordering = ["line"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["run", "line"], name="bulk_line_once"),
            models.CheckConstraint(
                condition=Q(outcome__in=MADE, enrolment__isnull=False)
                | Q(settled_at__isnull=True, enrolment__isnull=True)
                | ~Q(outcome__in=MADE),
                name="bulk_made_has_an_enrolment",
            ),
        ]
        indexes = [models.Index(fields=["run", "outcome", "place"], name="bulk_row_by_outcome")]

    def __str__(self) -> str:
        return f"{self.run_id}:{self.line}"

    @property
    def all_reasons(self) -> list[dict[str, Any]]:
        return [*self.reasons, *self.notes]
