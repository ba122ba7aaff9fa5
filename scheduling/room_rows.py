"""Rooms as the centre's list shows them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext as _

from scheduling.models import Booking, Room, RoomClosure

LOOKING_AHEAD = timedelta(days=30)


@dataclass(frozen=True)
class RoomRow:
    """A room, how many meetings it has in the next 30 days, and its closure that lasts or comes next."""

    room: Room
    meetings: int
    closure: RoomClosure | None

    @property
    def is_closed_now(self) -> bool:
        return self.closure is not None and self.closure.starts_at <= timezone.now()

    @property
    def state_word(self) -> str:
        if not self.room.is_active:
            return _("not in use")
        if self.is_closed_now:
            return _("closed")
        return _("will be closed") if self.closure else _("in use")


def room_rows(rooms: Sequence[Room]) -> list[RoomRow]:
    """The rows of a page, in the given order; two queries."""
    keys, now = [room.pk for room in rooms], timezone.now()
    ahead = Booking.objects.filter(
        room__in=keys, meeting__starts_at__gte=now, meeting__starts_at__lt=now + LOOKING_AHEAD
    )
    meetings = dict(ahead.order_by().values_list("room").annotate(Count("pk")))
    closures: dict[int, RoomClosure] = {}
    for closure in RoomClosure.objects.filter(room__in=keys, ends_at__gt=now).order_by("-starts_at"):
        closures[closure.room_id] = closure  # the nearest is the last
    return [RoomRow(room, meetings.get(room.pk, 0), closures.get(room.pk)) for room in rooms]
