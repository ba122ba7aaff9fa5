"""The private addresses at which calendars of people and rooms are read."""

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from audit.triggers import audited
from people.models import Employee
from scheduling.models import Room, new_token


class Subscription(models.Model):
    """The private address of one calendar: a person's, who attends and teaches, or a room's.

    Whoever has the token reads what `scheduling.events` says of it, and nothing else. Without a row there is none.
    """

    person = models.OneToOneField(
        Employee,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="subscription",
        verbose_name=_("person"),
    )
    room = models.OneToOneField(
        Room,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="subscription",
        verbose_name=_("room"),
    )
    token = models.CharField(_("address"), max_length=43, unique=True, default=new_token)
    made_at = models.DateTimeField(_("made"), default=timezone.now)
    made_by = models.ForeignKey(
        Employee, null=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("made by")
    )

    class Meta:
        verbose_name = _("address of a calendar")
        verbose_name_plural = _("addresses of calendars")
        default_permissions = ()
        triggers = audited(person="{row}.person_id", hidden=("token",))
        constraints = [
            models.CheckConstraint(
                condition=Q(person__isnull=False, room__isnull=True)
                | Q(person__isnull=True, room__isnull=False),
                name="subscription_has_one_owner",
            )
        ]

    def __str__(self) -> str:
        return str(self.person or self.room)

    def get_absolute_url(self) -> str:
        return reverse("enrolment:calendar", args=[self.token])
