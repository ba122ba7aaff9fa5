"""Seats of a session that are kept for an office or an okrug, without names (rule 17)."""

from datetime import datetime, timedelta
from typing import Self

from django.db import models
from django.db.models import F, Func, IntegerField, Q, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from audit.triggers import audited
from centre.models import Policy
from centre.prepared import Given
from people.models import Employee, Office
from scheduling.models import Session


def kept_from(now: datetime, policy: Policy) -> datetime:
    """Of sessions that begin later than this seats are kept at that moment; of the others they are released."""
    return now + timedelta(days=policy.reservation_release_days)


def kept_from_as_asked(now: datetime | Given) -> Func:
    """The same by the policy in force, without a statement of its own."""
    in_force = Policy.objects.filter(valid_from__lte=now).order_by("-valid_from", "-pk")
    default = Policy._meta.get_field("reservation_release_days").get_default()
    days = Coalesce(
        Subquery(in_force.values("reservation_release_days")[:1]), default, output_field=IntegerField()
    )
    return Func(
        now if isinstance(now, Given) else Value(now, models.DateTimeField()),
        days,
        template="(%(expressions)s))",
        arg_joiner="::timestamptz + make_interval(days => ",
        output_field=models.DateTimeField(),
    )


class ReservationQuerySet(models.QuerySet["Reservation"]):
    def standing(self) -> Self:
        """Not ended; the clock may have released them a moment ago."""
        return self.filter(ended_at__isnull=True)

    def keeping(self, since: datetime | Func | Given) -> Self:
        """Those that still keep seats: of sessions that begin later than `since`, see `kept_from`."""
        return self.standing().filter(session__starts_at__gt=since)


class Reservation(models.Model):
    """Seats of a session kept for people of an office, or of the offices of an okrug, who have no names yet.

    `seats` are still to be filled: whoever of them takes a seat uses one up. Time alone releases what is left, so many
    days before the start (`Policy.reservation_release_days`); `ended_at` is written when that was noticed, or when
    somebody gave the seats back.
    """

    session = models.ForeignKey(
        Session, on_delete=models.CASCADE, related_name="reservations", verbose_name=_("session")
    )
    office = models.ForeignKey(
        Office,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="reservations",
        verbose_name=_("office"),
    )
    okrug = models.CharField(_("okrug"), max_length=20, blank=True, default="")
    seats = models.PositiveSmallIntegerField(_("seats without a name"))
    asked = models.PositiveSmallIntegerField(_("seats kept"))
    reason = models.CharField(_("why"), max_length=300, blank=True, default="")
    made_by = models.ForeignKey(
        Employee, null=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("who")
    )
    made_at = models.DateTimeField(_("when"), default=timezone.now)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)

    objects = ReservationQuerySet.as_manager()

    class Meta:
        verbose_name = _("reservation of seats")
        verbose_name_plural = _("reservations of seats")
        ordering = ["made_at", "pk"]
        triggers = audited(session="{row}.session_id")
        constraints = [
            models.CheckConstraint(
                condition=Q(office__isnull=False, okrug="") | (Q(office__isnull=True) & ~Q(okrug="")),
                name="reservation_for_office_or_okrug",
            ),
            models.CheckConstraint(
                condition=Q(asked__gte=1, seats__lte=F("asked")), name="reservation_within_what_was_asked"
            ),
            models.UniqueConstraint(
                fields=["session", "office"],
                condition=Q(ended_at__isnull=True, office__isnull=False),
                name="reservation_one_an_office",
            ),
            models.UniqueConstraint(
                fields=["session", "okrug"],
                condition=Q(ended_at__isnull=True, office__isnull=True),
                name="reservation_one_an_okrug",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.session_id}: {self.whom}"

    @property
    def whom(self) -> str:
        """The office or the okrug."""
        return self.okrug if self.office is None else self.office.name

    @property
    def used(self) -> int:
        return self.asked - self.seats
