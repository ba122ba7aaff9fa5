"""Trainers as the centre's list shows them: what runs out, when they are away, how much they teach."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import F, Sum
from django.utils import timezone

from centre.models import Policy
from scheduling.models import ACADEMIC_HOUR, Booking
from trainers.models import Absence, Trainer, TrainerQualification

LOOKING_AHEAD = timedelta(days=30)


@dataclass(frozen=True)
class TrainerRow:
    """`valid` qualifications today, those `running_out` or run out, the absence that lasts or comes next."""

    trainer: Trainer
    valid: int
    running_out: list[TrainerQualification]
    absence: Absence | None
    hours: int

    @property
    def is_away(self) -> bool:
        return self.absence is not None and self.absence.starts_on <= timezone.localdate()


def day_soon() -> date:
    """Until when a qualification counts as running out, by the policy in force."""
    return timezone.localdate() + timedelta(days=Policy.objects.current().expiring_within_days)


def trainer_rows(trainers: Sequence[Trainer]) -> list[TrainerRow]:
    """The rows of a page, in the given order; four queries."""
    keys, today, soon = [trainer.pk for trainer in trainers], timezone.localdate(), day_soon()
    valid: dict[int, int] = defaultdict(int)
    running_out: dict[int, list[TrainerQualification]] = defaultdict(list)
    held = TrainerQualification.objects.filter(trainer__in=keys).select_related("qualification")
    for one in held.order_by(F("valid_until").asc(nulls_last=True), "pk"):
        valid[one.trainer_id] += one.valid_until is None or one.valid_until >= today
        if one.valid_until is not None and one.valid_until <= soon:
            running_out[one.trainer_id].append(one)
    absences: dict[int, Absence] = {}
    for absence in Absence.objects.filter(trainer__in=keys, ends_on__gte=today).order_by("-starts_on"):
        absences[absence.trainer_id] = absence  # the nearest is the last
    hours = taught_hours([trainer.employee_id for trainer in trainers])
    return [
        TrainerRow(
            trainer,
            valid[trainer.pk],
            running_out[trainer.pk],
            absences.get(trainer.pk),
            hours.get(trainer.employee_id, 0),
        )
        for trainer in trainers
    ]


def taught_hours(persons: Sequence[int]) -> dict[int, int]:
    """Academic hours of the persons in the next 30 days; one query."""
    now = timezone.now()
    ahead = Booking.objects.teaching().filter(
        person__in=persons, meeting__starts_at__gte=now, meeting__starts_at__lt=now + LOOKING_AHEAD
    )
    length = Sum(F("meeting__ends_at") - F("meeting__starts_at"))
    return {
        person: round(total / ACADEMIC_HOUR)
        for person, total in ahead.order_by().values_list("person").annotate(total=length)
    }
