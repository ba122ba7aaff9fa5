"""Who wants which course before there is a date that they could choose."""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from audit.triggers import audited
from centre.functions import ClockTimestamp
from centre.models import Site
from courses.models import Course
from people.models import Employee, Employment


class InterestQuerySet(models.QuerySet["Interest"]):
    def live(self) -> Self:
        return self.filter(ended_because=Interest.Ending.LIVE)

    def of_people_at_work(self) -> Self:
        """Of those who could come: a wish outlasts parental leave, and waits for its end."""
        away = Employment.objects.current().filter(
            employee=OuterRef("trainee"), is_main=True, leave=Employment.Leave.PARENTAL
        )
        return self.filter(trainee__is_active=True).exclude(Exists(away))


class Interest(models.Model):
    """Somebody's wish for a course, without a date. It holds no seat and no place in any queue.

    `since` comes from the database's clock and is the time of request of the date that the person takes in the end.
    `site` is a wish too: only dates there are told of. While a seat is offered the wish stays: who declines the date
    still wants the course.
    """

    class Ending(models.TextChoices):
        """How a wish ended; a live one has none."""

        LIVE = "", _("live")
        ENROLLED = "enrolled", _("enrolled in the course")
        WITHDRAWN = "withdrawn", _("withdrawn")
        COMPLETED = "completed", _("completed the course")
        LEFT = "left", _("left the organisation")
        ARCHIVED = "archived", _("the course is not in the catalogue any more")
        AUDIENCE = "audience", _("the course is not meant for the new position")

    trainee = models.ForeignKey(
        Employee, on_delete=models.PROTECT, related_name="interests", verbose_name=_("trainee")
    )
    course = models.ForeignKey(
        Course, on_delete=models.PROTECT, related_name="interests", verbose_name=_("course")
    )
    site = models.ForeignKey(
        Site,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="interests",
        verbose_name=_("site"),
    )
    since = models.DateTimeField(_("since"), db_default=ClockTimestamp())
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    ended_because = models.CharField(
        _("ended"), max_length=10, choices=Ending.choices, blank=True, default=Ending.LIVE
    )

    objects = InterestQuerySet.as_manager()

    class Meta:
        verbose_name = _("wish for a course")
        verbose_name_plural = _("wishes for courses")
        ordering = ["since", "pk"]
        triggers = audited(person="{row}.trainee_id")
        constraints = [
            models.UniqueConstraint(
                fields=["trainee", "course"],
                condition=Q(ended_because=""),
                name="interest_one_live_per_course",
            ),
            models.CheckConstraint(
                condition=Q(ended_because="", ended_at__isnull=True)
                | (~Q(ended_because="") & Q(ended_at__isnull=False)),
                name="interest_ended_has_a_time",
            ),
            models.CheckConstraint(
                condition=Q(
                    ended_because__in=[
                        "",
                        "enrolled",
                        "withdrawn",
                        "completed",
                        "left",
                        "archived",
                        "audience",
                    ]
                ),
                name="interest_ending_known",
            ),
        ]
        indexes = [
            models.Index(
                fields=["course", "since"], condition=Q(ended_because=""), name="interest_live_by_course"
            )
        ]

    def __str__(self) -> str:
        return f"{self.trainee}: {self.course}"

    @property
    def is_live(self) -> bool:
        return self.ended_because == self.Ending.LIVE

    def end(self, ending: "Interest.Ending", at: datetime) -> None:
        """Say how it ended; the caller saves."""
        self.ended_because, self.ended_at = ending, at
