"""What trainers are asked before they teach: one row a published session and trainer."""

import json
from datetime import datetime
from hashlib import sha256
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from audit.triggers import audited
from trainers.models import EMPLOYEE_OF_TRAINER, Trainer


class AssignmentQuerySet(models.QuerySet["Assignment"]):
    def ahead(self) -> Self:
        """Of sessions that are published and not over."""
        return self.filter(session__status__in=["open", "confirmed"], session__ends_at__gt=timezone.now())

    def declined(self) -> Self:
        return self.filter(state=Assignment.State.DECLINED)

    def unanswered(self, now: datetime | None = None) -> Self:
        """Asked, and the term is over."""
        return self.filter(state=Assignment.State.ASKED, answer_until__lte=now or timezone.now())


class Assignment(models.Model):
    """A published session that a trainer is to teach, and what they answered; drafts ask nobody.

    The booking stands whatever the answer: only a planner takes it away, and with it this row. `asked_for` is what
    the trainer teaches there (`asking.Teaching`); another time or site is another question. `accepted_for` is what
    they said yes to last, so that a move that is taken back needs no second answer.
    """

    class State(models.TextChoices):
        ASKED = "asked", _("asked")
        ACCEPTED = "accepted", _("accepted")
        DECLINED = "declined", _("declined")

    session = models.ForeignKey(
        "scheduling.Session", on_delete=models.CASCADE, related_name="assignments", verbose_name=_("session")
    )
    trainer = models.ForeignKey(
        Trainer, on_delete=models.CASCADE, related_name="assignments", verbose_name=_("trainer")
    )
    asked_at = models.DateTimeField(_("asked"))
    answer_until = models.DateTimeField(_("answer until"))
    state = models.CharField(_("answer"), max_length=8, choices=State.choices, default=State.ASKED)
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)
    why = models.CharField(_("why"), max_length=300, blank=True)
    asked_for = models.JSONField(default=list)
    accepted_for = models.JSONField(null=True, blank=True)
    # When HR was told that the term is over without an answer.
    overdue_told_at = models.DateTimeField(null=True, blank=True)

    objects = AssignmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("assignment of a trainer")
        verbose_name_plural = _("assignments of trainers")
        triggers = audited(
            person=EMPLOYEE_OF_TRAINER,
            session="{row}.session_id",
            left_out=("asked_for", "accepted_for", "overdue_told_at"),
        )
        ordering = ["session__starts_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["session", "trainer"], name="assignment_once"),
            models.CheckConstraint(
                condition=Q(state="asked", answered_at__isnull=True, why="")
                | Q(state="accepted", answered_at__isnull=False, why="")
                | (Q(state="declined", answered_at__isnull=False) & ~Q(why="")),
                name="assignment_declined_with_reason",
            ),
        ]
        indexes = [
            models.Index(
                fields=["answer_until"], condition=Q(state="asked"), name="assignment_without_answer"
            )
        ]

    def __str__(self) -> str:
        return f"{self.trainer}: {self.get_state_display()}"

    @property
    def question(self) -> str:
        """A word for what the trainer is asked for, which a page sends back with the answer."""
        return sha256(json.dumps(self.asked_for).encode()).hexdigest()[:16]

    @property
    def is_asked(self) -> bool:
        return self.state == self.State.ASKED

    @property
    def is_accepted(self) -> bool:
        return self.state == self.State.ACCEPTED

    @property
    def is_declined(self) -> bool:
        return self.state == self.State.DECLINED

    @property
    def is_overdue(self) -> bool:
        return self.is_asked and self.answer_until <= timezone.now()
