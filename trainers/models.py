"""Trainers: what they may teach and until when, how much, and when they are absent."""

from datetime import date
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from audit.triggers import audited
from centre.models import Site
from courses.models import Qualification
from people.models import Employee


class TrainerQuerySet(models.QuerySet["Trainer"]):
    def active(self) -> Self:
        return self.filter(is_active=True, employee__is_active=True)

    def holding_any(self, qualifications: list[int], on: date) -> Self:
        """Trainers with at least one of the qualifications, valid on that day."""
        return self.filter(
            pk__in=TrainerQualification.objects.valid_on(on)
            .filter(qualification__in=qualifications)
            .values("trainer")
        )

    def present(self, first: date, last: date) -> Self:
        """Trainers with no absence on any day from `first` to `last`."""
        return self.exclude(
            pk__in=Absence.objects.filter(starts_on__lte=last, ends_on__gte=first).values("trainer")
        )


class Trainer(models.Model):
    """An employee who teaches. Hours are academic hours of 45 minutes."""

    employee = models.OneToOneField(
        Employee, on_delete=models.PROTECT, related_name="trainer", verbose_name=_("employee")
    )
    home_site = models.ForeignKey(
        Site, on_delete=models.PROTECT, related_name="trainers", verbose_name=_("home site")
    )
    academic_hours_a_day = models.PositiveSmallIntegerField(_("academic hours a day"))
    academic_hours_a_week = models.PositiveSmallIntegerField(_("academic hours a week"))
    is_active = models.BooleanField(_("teaches"), default=True)

    objects = TrainerQuerySet.as_manager()

    class Meta:
        verbose_name = _("trainer")
        verbose_name_plural = _("trainers")
        triggers = audited(person="{row}.employee_id")
        ordering = ["employee__name_key", "pk"]

    def __str__(self) -> str:
        return self.employee.short_name


EMPLOYEE_OF_TRAINER = "(SELECT employee_id FROM trainers_trainer WHERE id = {row}.trainer_id)"


class TrainerQualificationQuerySet(models.QuerySet["TrainerQualification"]):
    def valid_on(self, on: date) -> Self:
        return self.filter(Q(valid_until__isnull=True) | Q(valid_until__gte=on))


class TrainerQualification(models.Model):
    """What a trainer may teach, and the last day on which it holds (none: without limit)."""

    trainer = models.ForeignKey(
        Trainer, on_delete=models.CASCADE, related_name="qualifications", verbose_name=_("trainer")
    )
    qualification = models.ForeignKey(
        Qualification, on_delete=models.PROTECT, related_name="holders", verbose_name=_("qualification")
    )
    valid_until = models.DateField(_("valid until"), null=True, blank=True)

    objects = TrainerQualificationQuerySet.as_manager()

    class Meta:
        verbose_name = _("trainer's qualification")
        verbose_name_plural = _("trainers' qualifications")
        triggers = audited(person=EMPLOYEE_OF_TRAINER)
        constraints = [
            models.UniqueConstraint(fields=["trainer", "qualification"], name="trainer_qualification_once"),
        ]

    def __str__(self) -> str:
        return f"{self.trainer}: {self.qualification}"


class Absence(models.Model):
    """Days on which a trainer is away, recorded even when sessions stand in the way (rule 7)."""

    class Reason(models.TextChoices):
        VACATION = "vacation", _("vacation")
        ILLNESS = "illness", _("illness")
        BUSINESS_TRIP = "business_trip", _("business trip")
        OTHER = "other", _("other reason")

    trainer = models.ForeignKey(
        Trainer, on_delete=models.CASCADE, related_name="absences", verbose_name=_("trainer")
    )
    starts_on = models.DateField(_("first day"))
    ends_on = models.DateField(_("last day"))
    # Seen by HR and the centre only.
    reason = models.CharField(_("reason"), max_length=20, choices=Reason.choices)
    note = models.CharField(_("note"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("absence")
        verbose_name_plural = _("absences")
        triggers = audited(person=EMPLOYEE_OF_TRAINER)
        ordering = ["starts_on"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="absence_ends_after_start"),
        ]

    def __str__(self) -> str:
        return f"{self.trainer}: {self.starts_on:%d.%m.%Y}–{self.ends_on:%d.%m.%Y}"


class LeaveRequest(models.Model):
    """Days off that a trainer asks for. Granting records the absence; until then the trainer may withdraw."""

    class Kind(models.TextChoices):
        VACATION = "vacation", _("vacation")
        OTHER = "other", _("other reason")

    class State(models.TextChoices):
        ASKED = "asked", _("asked")
        GRANTED = "granted", _("granted")
        REFUSED = "refused", _("refused")
        WITHDRAWN = "withdrawn", _("withdrawn")

    trainer = models.ForeignKey(
        Trainer, on_delete=models.CASCADE, related_name="leave_requests", verbose_name=_("trainer")
    )
    starts_on = models.DateField(_("first day"))
    ends_on = models.DateField(_("last day"))
    # Seen by the trainer, HR and the centre only.
    kind = models.CharField(_("reason"), max_length=20, choices=Kind.choices)
    note = models.CharField(_("note"), max_length=200, blank=True)
    asked_at = models.DateTimeField(_("asked"), default=timezone.now)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.ASKED)
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    decided_by = models.ForeignKey(
        Employee, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("who")
    )
    why = models.CharField(_("why"), max_length=300, blank=True)
    absence = models.OneToOneField(
        Absence, null=True, blank=True, on_delete=models.SET_NULL, related_name="request"
    )

    class Meta:
        verbose_name = _("request for leave")
        verbose_name_plural = _("requests for leave")
        triggers = audited(person=EMPLOYEE_OF_TRAINER)
        ordering = ["starts_on", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="leave_ends_after_start"),
            models.CheckConstraint(
                condition=Q(state__in=["asked", "withdrawn"], decided_at__isnull=True)
                | Q(state="granted", decided_at__isnull=False)
                | (Q(state="refused", decided_at__isnull=False) & ~Q(why="")),
                name="leave_refused_with_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.trainer}: {self.starts_on:%d.%m.%Y}–{self.ends_on:%d.%m.%Y}"

    @property
    def is_open(self) -> bool:
        return self.state == self.State.ASKED


class UnavailabilityQuerySet(models.QuerySet["Unavailability"]):
    def during(self, first: date, last: date) -> Self:
        """Hours that hold on a day from `first` to `last`."""
        return self.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=first), starts_on__lte=last)


class Unavailability(models.Model):
    """Hours of a weekday in which a trainer cannot teach, or would rather not; planning warns of them."""

    class Weekday(models.IntegerChoices):
        MONDAY = 0, _("Monday")
        TUESDAY = 1, _("Tuesday")
        WEDNESDAY = 2, _("Wednesday")
        THURSDAY = 3, _("Thursday")
        FRIDAY = 4, _("Friday")
        SATURDAY = 5, _("Saturday")
        SUNDAY = 6, _("Sunday")

    class Kind(models.TextChoices):
        CANNOT = "cannot", _("cannot teach")
        RATHER_NOT = "rather_not", _("would rather not teach")

    trainer = models.ForeignKey(
        Trainer, on_delete=models.CASCADE, related_name="unavailabilities", verbose_name=_("trainer")
    )
    weekday = models.PositiveSmallIntegerField(_("day of the week"), choices=Weekday.choices)
    begins_at = models.TimeField(_("from"))
    ends_at = models.TimeField(_("to"))
    kind = models.CharField(_("how firm"), max_length=10, choices=Kind.choices, default=Kind.CANNOT)
    starts_on = models.DateField(_("since"))
    ends_on = models.DateField(_("until"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=200, blank=True)

    objects = UnavailabilityQuerySet.as_manager()

    class Meta:
        verbose_name = _("hours without teaching")
        verbose_name_plural = _("hours without teaching")
        triggers = audited(person=EMPLOYEE_OF_TRAINER)
        ordering = ["weekday", "begins_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("begins_at"), weekday__lte=6), name="unavailability_has_hours"
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="unavailability_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_weekday_display()}, {self.begins_at:%H:%M}–{self.ends_at:%H:%M}"
