"""How far a trainee has come in a self-paced course."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Self

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from courses.models import Material
from enrolment.models import Enrolment
from learning.models import ReadMaterial


def materials_of(enrolment: Enrolment) -> QuerySet[Any]:
    """The course's materials in their order, each with `is_read`; the texts stay in the database."""
    read = ReadMaterial.objects.filter(enrolment=enrolment, material=OuterRef("pk"))
    return (
        Material.objects.filter(course=enrolment.course_id)
        .annotate(is_read=Exists(read))
        .defer("text")
        .order_by("number")
    )


@dataclass(frozen=True)
class Progress:
    """Materials read of those there are, and the usual reading time of the rest in minutes."""

    read: int
    total: int
    minutes_left: int

    @classmethod
    def of(cls, materials: Iterable[Any]) -> Self:
        """The progress shown by materials that carry `is_read`."""
        shown = list(materials)
        unread = [material for material in shown if not material.is_read]
        return cls(
            read=len(shown) - len(unread),
            total=len(shown),
            minutes_left=sum(material.minutes for material in unread),
        )

    @property
    def is_complete(self) -> bool:
        return self.read >= self.total

    @property
    def words(self) -> str:
        """ "2 of 3 materials read, about 20 minutes left"."""
        if not self.total:
            return _("The materials are being prepared.")
        if self.is_complete:
            return _("everything is read")
        left = ngettext(
            "about %(minutes)s minute left", "about %(minutes)s minutes left", self.minutes_left
        ) % {"minutes": self.minutes_left}
        return _("%(read)s of %(total)s read, %(left)s") % {
            "read": self.read,
            "total": self.total,
            "left": left,
        }
