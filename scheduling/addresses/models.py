"""Private addresses: whoever has one reads there without signing in. The door of a room, and calendars."""

import secrets

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from audit.triggers import audited
from people.models import Employee
from scheduling.models import Room


def new_token() -> str:
    """192 random bits, in signs that an address may have; long enough to be cut out of every log."""
    return secrets.token_urlsafe(24)


class PrivateAddress(models.Model):
    """An address that nobody guesses. Its owner has one or none: a new one takes the place of the old."""

    token = models.CharField(_("address"), max_length=43, unique=True, default=new_token)
    made_at = models.DateTimeField(_("made"), default=timezone.now)
    made_by = models.ForeignKey(
        Employee, null=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("made by")
    )

    class Meta:
        abstract = True
        default_permissions = ()


class RoomDoor(PrivateAddress):
    """The private address at which the door of a room tells its day, for a tablet or a scanned code.

    Whoever has the token sees what `scheduling.doors` says that anybody may see.
    """

    room = models.OneToOneField(Room, on_delete=models.CASCADE, related_name="door", verbose_name=_("room"))

    class Meta(PrivateAddress.Meta):
        abstract = False
        verbose_name = _("address of a door")
        verbose_name_plural = _("addresses of doors")
        triggers = audited(hidden=("token",))

    def __str__(self) -> str:
        return str(self.room)

    def get_absolute_url(self) -> str:
        return reverse("scheduling:room_door", args=[self.token])


class Subscription(PrivateAddress):
    """The private address of one calendar: a person's, who attends and teaches, or a room's.

    Whoever has the token reads what `scheduling.events` says of it, and nothing else.
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

    class Meta(PrivateAddress.Meta):
        abstract = False
        verbose_name = _("address of a calendar")
        verbose_name_plural = _("addresses of calendars")
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
