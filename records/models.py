"""What counts afterwards: completions and how long they are valid."""

from datetime import date
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from audit.triggers import audited
from centre.prepared import Given
from courses.models import Course
from people.models import Employee
from scheduling.models import Session


class CompletionQuerySet(models.QuerySet["Completion"]):
    def valid_on(self, on: date | Given) -> Self:
        return self.filter(completed_on__lte=on).filter(Q(valid_until__isnull=True) | Q(valid_until__gte=on))


class Completion(models.Model):
    """A trainee finished a course; valid through `valid_until`, or for ever when it is empty.

    How it was earned stands beside it, as the proof of an inspection: minutes attended of those held, and
    the score in percent where there was a test or an exam (rule 23).
    """

    trainee = models.ForeignKey(
        Employee,
        on_delete=models.PROTECT,
        related_name="completions",
        db_index=False,  # completion_latest begins with it
        verbose_name=_("trainee"),
    )
    course = models.ForeignKey(
        Course, on_delete=models.PROTECT, related_name="completions", verbose_name=_("course")
    )
    session = models.ForeignKey(
        Session,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="completions",
        verbose_name=_("session"),
    )
    completed_on = models.DateField(_("completed on"))
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    minutes_attended = models.PositiveIntegerField(_("minutes attended"), null=True, blank=True)
    minutes_held = models.PositiveIntegerField(_("minutes held"), null=True, blank=True)
    score = models.PositiveSmallIntegerField(_("score, percent"), null=True, blank=True)

    objects = CompletionQuerySet.as_manager()

    class Meta:
        verbose_name = _("completion")
        verbose_name_plural = _("completions")
        triggers = audited(person="{row}.trainee_id", session="{row}.session_id")
        ordering = ["-completed_on", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["trainee", "course", "completed_on"], name="completion_once_a_day"
            ),
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gte=F("completed_on")),
                name="completion_valid_after_completed",
            ),
        ]
        indexes = [models.Index(fields=["trainee", "course", "-completed_on"], name="completion_latest")]

    def __str__(self) -> str:
        return f"{self.trainee}: {self.course}, {self.completed_on:%d.%m.%Y}"

    @property
    def is_valid(self) -> bool:
        return self.valid_until is None or self.valid_until >= timezone.localdate()
