"""What planners prepared for published sessions: it happens with the next publication (rule 9)."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from audit.triggers import audited
from people.models import Employee
from scheduling.plans import SessionPlan


class PreparedChange(models.Model):
    """A move or a cancellation of a published session that waits for the next publication; only planners see it.

    Nothing is booked for it: what stands in its way is asked when the difference is shown, and again when it is
    published. `session_version` is the session's after it was prepared; any later step makes the change stale.
    """

    class Kind(models.TextChoices):
        MOVE = "move", _("move")
        CANCEL = "cancel", _("cancellation")

    session = models.OneToOneField(
        "scheduling.Session",
        on_delete=models.CASCADE,
        related_name="prepared_change",
        verbose_name=_("session"),
    )
    kind = models.CharField(_("what"), max_length=6, choices=Kind.choices)
    session_version = models.PositiveIntegerField()
    # Of a move, as `plans.SessionPlan.as_json`, and when the session would begin.
    plan = models.JSONField(null=True, blank=True)
    starts_at = models.DateTimeField(_("starts at"), null=True, blank=True)
    reason = models.CharField(_("why"), max_length=300, blank=True)
    # With which a soft limit may be broken (rule 3).
    despite = models.CharField(_("why it has to be so"), max_length=300, blank=True)
    by = models.ForeignKey(
        Employee, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("who")
    )
    at = models.DateTimeField(_("when"), default=timezone.now)

    class Meta:
        verbose_name = _("prepared change")
        verbose_name_plural = _("prepared changes")
        default_permissions = ()
        triggers = audited(session="{row}.session_id", left_out=("session_version", "plan"))
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="move", plan__isnull=False, starts_at__isnull=False)
                | (Q(kind="cancel", plan__isnull=True, starts_at__isnull=True) & ~Q(reason="")),
                name="prepared_change_is_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.session_id}: {self.kind}"

    @property
    def is_cancellation(self) -> bool:
        return self.kind == self.Kind.CANCEL

    @property
    def new_plan(self) -> SessionPlan:
        """The session as it would become; of a cancellation there is none."""
        return SessionPlan.of_json(self.plan or {"meetings": []})

    @property
    def is_stale(self) -> bool:
        """Whether somebody changed the session after this was prepared."""
        return self.session_version != self.session.version
