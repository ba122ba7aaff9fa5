"""What speaks for a slot and what stood in the way, in sentences."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from scheduling.finder.wishes import Obstacle, Obstacles
from scheduling.replacement import load_of_week, trainer_reasons

if TYPE_CHECKING:
    from scheduling.finder.days import Option, Search, SearchedDay


def slot_reasons(day: "SearchedDay", option: "Option", *, people: int) -> Iterator[str]:
    """Why this room, and why these trainers."""
    room = option.room
    if not room.is_online:
        yield _("%(seats)s seats for %(people)s people") % {"seats": room.capacity, "people": people}
    site = None if room.is_online else room.site_id
    near = {trainer.pk for trainer in day.near.trainers} if day.near else set()
    for trainer in option.trainers:
        words = trainer_reasons(
            trainer,
            load_of_week(trainer, option.span),
            is_near=trainer.pk in near,
            is_there=day.is_there(trainer, site),
            is_home=site is not None and trainer.site_id == site,
        )
        yield f"{trainer.name}: {', '.join(words)}"


def obstacle_words(search: "Search", obstacles: Obstacles) -> list[str]:
    """What stood in the way, the most frequent first; where no room would do, what each lacks."""
    sentences = [sentence(obstacle, days) for obstacle, days in obstacles.most_common()]
    if Obstacle.NO_ROOM in obstacles:
        sentences += [found.message for found in search.unfit_rooms()]
    return sentences


def sentence(obstacle: Obstacle, days: int) -> str:
    return {
        Obstacle.CLOSED: ngettext(
            "%(days)s day: the centre is closed.",
            "%(days)s days: the centre is closed.",
            days,
        ),
        Obstacle.TOO_LONG: _("A meeting is longer than may be taught a day."),
        Obstacle.NO_ROOM: _(
            "No such room has enough seats, all the equipment and the access that is needed."
        ),
        Obstacle.ROOMS_TAKEN: ngettext(
            "%(days)s day: no fitting room is free for so long at these hours.",
            "%(days)s days: no fitting room is free for so long at these hours.",
            days,
        ),
        Obstacle.UNQUALIFIED: ngettext(
            "%(days)s day: no trainers hold all the qualifications.",
            "%(days)s days: no trainers hold all the qualifications.",
            days,
        ),
        Obstacle.AWAY: ngettext(
            "%(days)s day: those who could teach are away.",
            "%(days)s days: those who could teach are away.",
            days,
        ),
        Obstacle.BUSY: ngettext(
            "%(days)s day: those who could teach are busy or on the way when a room is free.",
            "%(days)s days: those who could teach are busy or on the way when a room is free.",
            days,
        ),
        Obstacle.LIMITS: ngettext(
            "%(days)s day: those who are free would teach beyond their hours or on a day off.",
            "%(days)s days: those who are free would teach beyond their hours or on a day off.",
            days,
        ),
    }[obstacle] % {"days": days}
