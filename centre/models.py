"""The centre itself: its sites, the production calendar and the policy, the [numbers] of the rules."""

from collections import deque
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q, Subquery
from django.db.models.expressions import RawSQL
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from audit.triggers import audited
from centre.functions import SortKey
from centre.prepared import Given, Prepared


class Site(models.Model):
    """A place where the centre teaches; the online site holds the rooms of webinars."""

    code = models.CharField(_("code"), max_length=20, unique=True)
    name = models.CharField(_("name"), max_length=100)
    address = models.CharField(_("address"), max_length=200, blank=True)
    opens_at = models.TimeField(_("opens at"), default=time(8))
    closes_at = models.TimeField(_("closes at"), default=time(20))
    time_zone = models.CharField(_("time zone"), max_length=40, default="Europe/Moscow")
    is_online = models.BooleanField(_("online"), default=False)

    class Meta:
        verbose_name = _("site")
        verbose_name_plural = _("sites")
        triggers = audited()
        ordering = [SortKey("name")]
        constraints = [
            models.CheckConstraint(
                condition=Q(closes_at__gt=F("opens_at")), name="site_closes_after_it_opens"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        if self.time_zone not in available_timezones():
            raise ValidationError(
                {"time_zone": _("There is no such time zone. Write it as Europe/Moscow or Asia/Omsk.")}
            )

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)


class CalendarDay(models.Model):
    """What the law and the centre say of one date that is not an ordinary day (rule 5).

    The law's word (`kind`) and the centre's own (`is_closed`) are kept apart: the centre teaches on some
    holidays and may close on a working day. Each entry says how certain it is (`status`).
    """

    class Kind(models.TextChoices):
        HOLIDAY = "holiday", _("public holiday")
        TRANSFERRED_DAY_OFF = "transferred_day_off", _("day off moved here")
        WORKING_WEEKEND = "working_weekend", _("working weekend")
        SHORT_DAY = "short_day", _("one hour shorter")
        CENTRE = "centre", _("the centre's own day")

    class Status(models.TextChoices):
        STATUTORY = "statutory", _("by law")
        DECREE = "decree", _("by decree")
        PRELIMINARY = "preliminary", _("preliminary")

    on = models.DateField(_("date"), unique=True)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind.choices)
    name = models.CharField(_("name"), max_length=120)
    status = models.CharField(_("status"), max_length=12, choices=Status.choices)
    is_closed = models.BooleanField(_("the centre is closed"), default=False)
    note = models.CharField(_("note"), max_length=200, blank=True)
    # Of a moved day off the day that it was moved from; of a working weekend the day off that it was given up for.
    counterpart_on = models.DateField(_("moved from or to"), null=True, blank=True)

    class Meta:
        verbose_name = _("calendar day")
        verbose_name_plural = _("calendar days")
        triggers = audited()
        ordering = ["on"]
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    kind__in=["holiday", "transferred_day_off", "working_weekend", "short_day", "centre"]
                ),
                name="calendar_day_kind_known",
            ),
            models.CheckConstraint(
                condition=Q(counterpart_on__isnull=True)
                | (Q(kind__in=["transferred_day_off", "working_weekend"]) & ~Q(counterpart_on=F("on"))),
                name="calendar_day_moved_from_another",
                violation_error_message=_("Only a moved day has another one that it was moved from or to."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.on:%d.%m.%Y} {self.name}"

    @property
    def is_moved(self) -> bool:
        return self.kind in MOVED_KINDS

    @property
    def is_working_day(self) -> bool | None:
        """The law's word to those who work five days a week; None where it leaves the day as it is."""
        return LAW.get(self.kind)


# What the law says of a day to those who work five days a week; a short day is a working day anyhow.
LAW: dict[str, bool] = {
    CalendarDay.Kind.HOLIDAY: False,
    CalendarDay.Kind.TRANSFERRED_DAY_OFF: False,
    CalendarDay.Kind.WORKING_WEEKEND: True,
}
# Kinds of days that stand for another one.
MOVED_KINDS = (CalendarDay.Kind.TRANSFERRED_DAY_OFF, CalendarDay.Kind.WORKING_WEEKEND)


class PolicyManager(models.Manager["Policy"]):
    def current(self, now: datetime | None = None) -> "Policy":
        """The version in force; the defaults of the model while none was written. Read it once per action."""
        now = now or timezone.now()
        found = IN_FORCE(now=now)
        return found[0] if found else Policy(valid_from=now)

    def last_read(self) -> "Policy":
        """The version that this process read last, without asking.

        Who begins with it asks for `version_in_force` along the way, and when that is not its `version`, goes on
        with `read_again`: for what many do at one moment, a statement less.
        """
        return KEPT[-1] if KEPT else self.read_again()

    def read_again(self) -> "Policy":
        """The version in force, kept for `last_read`."""
        KEPT.append(self.current())
        return KEPT[-1]


# By the row and its state, in one transaction too: a key alone says nothing of a row that was changed or made anew.
VERSION = "concat(id, ':', xmin, ':', ctid)"


def in_force(now: Given) -> "models.QuerySet[Any, Any]":
    of_then = Policy.objects.filter(valid_from__lte=now).annotate(row_version=RawSQL(VERSION, ()))  # noqa: S611
    return of_then.order_by("-valid_from", "-pk")[:1]


def version_in_force(now: Given) -> Subquery:
    """The `version` of the policy in force, of none for the defaults of the model: an annotation."""
    return Subquery(in_force(now).values("row_version"))


IN_FORCE = Prepared(lambda: in_force(Given("now")))
KEPT: deque["Policy"] = deque(maxlen=1)


def wanted_in_production() -> bool:
    """A real installation begins safe; the demo and a developer's machine let people in by the password."""
    return bool(settings.IS_PRODUCTION)


class Policy(models.Model):
    """One version of the centre's policy: every [number] of the rules that an administrator may change.

    A change is a new row, so that who decided what, since when and why stays for ever. The author is kept
    as text: this app knows nobody, and the name must stay as it was.
    """

    valid_from = models.DateTimeField(_("valid from"), default=timezone.now)
    author = models.CharField(_("author"), max_length=200, blank=True)
    reason = models.CharField(_("reason"), max_length=300, blank=True)

    changeover_minutes = models.PositiveSmallIntegerField(_("changeover of a room, minutes"), default=15)
    travel_minutes = models.PositiveSmallIntegerField(_("travel between sites, minutes"), default=90)
    academic_hours_a_day = models.PositiveSmallIntegerField(_("academic hours a day"), default=8)
    too_few_first_days = models.PositiveSmallIntegerField(
        _("too few people: first asked, days before"), default=7
    )
    too_few_second_days = models.PositiveSmallIntegerField(
        _("too few people: asked again, days before"), default=5
    )
    too_few_last_days = models.PositiveSmallIntegerField(
        _("too few people: asked for the last time, days before"), default=3
    )
    repeat_window_days = models.PositiveSmallIntegerField(
        _("a course may be repeated so many days before it expires"), default=60
    )
    expiring_within_days = models.PositiveSmallIntegerField(
        _("validity that ends within so many days is shown as expiring"), default=90
    )
    optional_bookings_max = models.PositiveSmallIntegerField(
        _("future optional bookings of a person"), default=3
    )
    cancel_lead_hours = models.PositiveSmallIntegerField(_("free cancelling until, hours before"), default=24)
    away_percent = models.PositiveSmallIntegerField(
        _("people of an office who may be away for training on one day, percent"), default=20
    )
    approval_days = models.PositiveSmallIntegerField(
        _("a head decides within so many working days"), default=3
    )
    due_soon_days = models.PositiveSmallIntegerField(
        _("a mandatory course is due soon so many days before its term"), default=30
    )
    offer_above_hours = models.PositiveSmallIntegerField(
        _("a freed seat is offered when more hours than this are left"), default=72
    )
    short_notice_hours = models.PositiveSmallIntegerField(
        _("a freed seat is booked at short notice until, hours before"), default=24
    )
    offer_answer_hours = models.PositiveSmallIntegerField(
        _("an offered seat is kept for so many hours"), default=24
    )
    offer_hours_from = models.TimeField(_("hours of an offer count from"), default=time(8))
    offer_hours_until = models.TimeField(_("hours of an offer count until"), default=time(20))
    reservation_release_days = models.PositiveSmallIntegerField(
        _("unnamed seats are released, days before"), default=5
    )
    kept_priority_days = models.PositiveSmallIntegerField(
        _("after a cancellation by the centre the place in the queue is kept, days"), default=30
    )
    clash_choice_hours = models.PositiveSmallIntegerField(
        _("after a move that clashes people choose within, hours"), default=48
    )
    sheet_opens_minutes = models.PositiveSmallIntegerField(_("sheet opens, minutes before"), default=15)
    assignment_answer_hours = models.PositiveSmallIntegerField(
        _("a trainer answers within so many hours whether they will teach"), default=48
    )
    attended_percent = models.PositiveSmallIntegerField(
        _("share of minutes for a completion, percent"), default=80
    )
    first_reminder_hours = models.PositiveSmallIntegerField(_("first reminder, hours before"), default=72)
    second_reminder_hours = models.PositiveSmallIntegerField(_("second reminder, hours before"), default=24)
    last_reminder_hours = models.PositiveSmallIntegerField(_("last reminder, hours before"), default=2)
    leavers_percent = models.PositiveSmallIntegerField(
        _("share of people whom a staff list may dismiss without confirmation, percent"), default=3
    )
    idle_minutes = models.PositiveSmallIntegerField(
        _("who does nothing is signed out after, minutes"), default=120
    )
    second_factor = models.BooleanField(
        _("HR admins, administrators and system administrators need a second factor"),
        default=wanted_in_production,
        help_text=_("A code of an app on the phone, beside the password."),
    )
    quiet_from = models.TimeField(_("quiet hours begin"), default=time(21))
    quiet_until = models.TimeField(_("quiet hours end"), default=time(8))

    objects = PolicyManager()

    class Meta:
        verbose_name = _("policy version")
        verbose_name_plural = _("policy versions")
        triggers = audited()
        ordering = ["-valid_from", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    attended_percent__range=(1, 100), leavers_percent__lte=100, away_percent__lte=100
                ),
                name="policy_shares_are_percents",
                violation_error_message=_("A share lies between 0 and 100 percent."),
            ),
            models.CheckConstraint(
                condition=Q(
                    first_reminder_hours__gt=F("second_reminder_hours"),
                    second_reminder_hours__gt=F("last_reminder_hours"),
                    last_reminder_hours__gte=1,
                ),
                name="policy_reminders_in_order",
                violation_error_message=_("Each reminder comes later than the one before it."),
            ),
            models.CheckConstraint(
                condition=Q(
                    too_few_first_days__gt=F("too_few_second_days"),
                    too_few_second_days__gt=F("too_few_last_days"),
                    too_few_last_days__gte=1,
                ),
                name="policy_too_few_in_order",
                violation_error_message=_(
                    "Each question about too few people comes later than the one before it."
                ),
            ),
            models.CheckConstraint(
                condition=Q(approval_days__gte=1),
                name="policy_heads_have_a_day",
                violation_error_message=_("A head needs at least one working day to decide."),
            ),
            models.CheckConstraint(
                condition=Q(
                    offer_above_hours__gte=F("short_notice_hours"),
                    offer_answer_hours__gte=1,
                    offer_hours_until__gt=F("offer_hours_from"),
                    clash_choice_hours__gte=1,
                ),
                name="policy_offers_can_be_answered",
                violation_error_message=_(
                    "An offer needs hours in which it can be answered, and ends where short notice begins, or before."
                ),
            ),
            models.CheckConstraint(
                condition=Q(academic_hours_a_day__range=(1, 24), optional_bookings_max__gte=1),
                name="policy_leaves_room_to_teach",
                violation_error_message=_("At least one hour a day and one booking must be possible."),
            ),
        ]

    @property
    def version(self) -> str | None:
        """Which row it was read from, in what state; none of the defaults."""
        return vars(self).get("row_version")

    def __str__(self) -> str:
        return f"{self.valid_from:%d.%m.%Y %H:%M}"


class Heartbeat(models.Model):
    """When something that nobody watches last went well, and when and how it last went wrong.

    "worker" is written by the task that the beat asks for: beat, broker and a worker did work together. A periodic
    task stands under its name, and "backup" and "restore_test" are told by `manage.py heard`.
    """

    name = models.CharField(_("name"), max_length=100, primary_key=True)
    at = models.DateTimeField(_("when"), null=True, blank=True)
    failed_at = models.DateTimeField(_("when it failed"), null=True, blank=True)
    error = models.CharField(_("error"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("sign of life")
        verbose_name_plural = _("signs of life")
        default_permissions = ()
        permissions = [("view_state", "Can see how the installation is")]

    def __str__(self) -> str:
        return self.name

    @property
    def went_well_at(self) -> datetime | None:
        """When it last ended well; None when it has failed since."""
        if self.at and self.failed_at and self.at < self.failed_at:
            return None
        return self.at


class Use(models.Model):
    """How often somebody did something of which there may be too much, in one span of time (promise S25).

    The table is not logged (see its migration): counting costs no waiting for the disk, and after a crash of the
    database everybody begins at nought.
    """

    key = models.CharField(_("what, and by whom"), max_length=80)
    since = models.DateTimeField(_("since"))
    count = models.PositiveIntegerField(_("count"), default=1)

    class Meta:
        verbose_name = _("use")
        verbose_name_plural = _("uses")
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["key", "since"], name="use_counted_once")]

    def __str__(self) -> str:
        return self.key


def closed_days(first: date, last: date) -> dict[date, str]:
    """Days from `first` to `last` on which the centre is closed, with the reason's name."""
    return dict(CalendarDay.objects.filter(is_closed=True, on__range=(first, last)).values_list("on", "name"))


def days_off(first: date, last: date) -> set[date]:
    """Days from `first` to `last`, beside ordinary weekends, that the law has off or the centre is closed on."""
    off = Q(is_closed=True) | Q(kind__in=[CalendarDay.Kind.HOLIDAY, CalendarDay.Kind.TRANSFERRED_DAY_OFF])
    return set(CalendarDay.objects.filter(off, on__range=(first, last)).values_list("on", flat=True))
