"""Trouble that trainers report: one row a report, read by the trainer, HR and the centre, answered once."""

from datetime import timedelta
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from audit.triggers import audited
from people.models import Employee
from trainers.models import EMPLOYEE_OF_TRAINER, Trainer

READ_WITHIN = timedelta(days=7)


class TroubleReportQuerySet(models.QuerySet["TroubleReport"]):
    def waiting(self) -> Self:
        """Not answered yet."""
        return self.filter(state=TroubleReport.State.OPEN)

    def fresh(self) -> Self:
        """Not answered yet, or a few days ago: what the trainer still wants to read."""
        since = timezone.now() - READ_WITHIN
        return self.filter(Q(state=TroubleReport.State.OPEN) | Q(answered_at__gte=since))


class TroubleReport(models.Model):
    """Trouble that a trainer reported. It changes nothing by itself: people are told by what HR and the centre then do.

    It is about days, and about a session unless the trainer is ill: a broken room or a late coming is about the meeting
    of that day.
    """

    class Kind(models.TextChoices):
        ILLNESS = "illness", _("illness")
        LATE = "late", _("coming late")
        EQUIPMENT = "equipment", _("room or equipment")
        OTHER = "other", _("something else")

    class State(models.TextChoices):
        OPEN = "open", _("waits for an answer")
        DONE = "done", pgettext_lazy("reported trouble", "done")
        NOTHING = "nothing", _("nothing to do")

    trainer = models.ForeignKey(
        Trainer, on_delete=models.CASCADE, related_name="trouble_reports", verbose_name=_("trainer")
    )
    # What and why is seen by the trainer, HR and the centre only.
    kind = models.CharField(_("what is wrong"), max_length=10, choices=Kind.choices)
    session = models.ForeignKey(
        "scheduling.Session",
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="trouble_reports",
        verbose_name=_("session"),
    )
    starts_on = models.DateField(_("first day"))
    ends_on = models.DateField(_("last day"))
    words = models.CharField(_("in the trainer’s words"), max_length=300, blank=True)
    reported_at = models.DateTimeField(_("reported"), default=timezone.now)
    state = models.CharField(_("state"), max_length=7, choices=State.choices, default=State.OPEN)
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)
    answered_by = models.ForeignKey(
        Employee, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("who")
    )
    answer = models.CharField(_("answer"), max_length=300, blank=True)

    objects = TroubleReportQuerySet.as_manager()

    class Meta:
        verbose_name = _("report of trouble")
        verbose_name_plural = _("reports of trouble")
        triggers = audited(person=EMPLOYEE_OF_TRAINER, session="{row}.session_id")
        ordering = ["-reported_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="trouble_ends_after_start"),
            models.CheckConstraint(
                condition=Q(kind="illness", session__isnull=True)
                | (Q(kind__in=["late", "equipment"], session__isnull=False) & ~Q(words=""))
                | (Q(kind="other") & ~Q(words="")),
                name="trouble_says_what_and_where",
            ),
            models.CheckConstraint(
                condition=Q(state="open", answered_at__isnull=True, answer="")
                | Q(state="done", answered_at__isnull=False)
                | (Q(state="nothing", answered_at__isnull=False) & ~Q(answer="")),
                name="trouble_answered_with_reason",
            ),
            models.UniqueConstraint(
                fields=["trainer", "kind", "session", "starts_on", "ends_on", "words"],
                condition=Q(state="open"),
                nulls_distinct=False,
                name="trouble_reported_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.trainer}: {self.starts_on:%d.%m.%Y}–{self.ends_on:%d.%m.%Y}"

    @property
    def is_open(self) -> bool:
        return self.state == self.State.OPEN

    @property
    def is_illness(self) -> bool:
        return self.kind == self.Kind.ILLNESS

    @property
    def is_private(self) -> bool:
        """Whether it may be a reason of an absence, which HR and the centre alone may know."""
        return self.kind in {self.Kind.ILLNESS, self.Kind.OTHER}

    @property
    def tone(self) -> str:
        """How its state looks: see docs/look.md."""
        return {self.State.OPEN: "wait", self.State.DONE: "good"}.get(self.State(self.state), "neutral")
