"""What a step will do, in sentences that a planner reads before the click (rule 1, rule 6)."""

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from scheduling.headcounts import Headcount
from scheduling.models import Session
from scheduling.overview import SessionRow


def publish_impact(row: SessionRow) -> Iterator[str]:
    yield _("The session appears in the catalogue, and people can take seats at once.")
    yield ngettext("It offers %(count)s seat.", "It offers %(count)s seats.", row.session.seats) % {
        "count": row.session.seats
    }
    if row.session.seats < (row.session.course.group_min or 0):
        yield _("That is fewer than the smallest group of the course, %(minimum)s.") % {
            "minimum": row.session.course.group_min
        }
    yield _("Nobody gets a message at once.")


def confirm_impact(row: SessionRow) -> Iterator[str]:
    yield _("Everybody sees that the session takes place. Seats can still be taken and cancelled.")
    if row.is_below_minimum:
        yield _("%(held)s of at least %(minimum)s people hold a seat.") % {
            "held": row.people.held,
            "minimum": row.session.course.group_min,
        }
    yield _("Nobody gets a message at once.")


def run_anyway_impact(row: SessionRow) -> Iterator[str]:
    yield _("%(held)s of at least %(minimum)s people hold a seat.") % {
        "held": row.people.held,
        "minimum": row.session.course.group_min,
    }
    yield _("The session stays as it is. It is asked about again at its next stage, if there is one.")
    yield _("No messages are sent.")


def limit_impact(row: SessionRow) -> Iterator[str]:
    yield seats_sentence(row)
    if row.people.held:
        yield _("Nobody loses a seat: a limit below that wants a reason of who may exceed it, or is refused.")
    if row.people.waiting:
        yield ngettext(
            "%(count)s person waits. New seats go to the queue in its order, and each gets a message.",
            "%(count)s people wait. New seats go to the queue in its order, and each gets a message.",
            row.people.waiting,
        ) % {"count": row.people.waiting}


def replan_impact(row: SessionRow) -> Iterator[str]:
    if row.session.status == Session.Status.DRAFT:
        yield _("The session is a draft: only planners see it, and no messages are sent.")
        return
    yield trainers_sentence()
    if not row.people.told:
        yield nobody_sentence()
        return
    yield seats_sentence(row)
    yield letters_sentence(row.people)
    yield _(
        "Those who have another booking at a new time keep the seat, marked as a clash, and are asked to choose."
    )


def cancel_impact(row: SessionRow) -> Iterator[str]:
    if row.people.told:
        yield seats_sentence(row)
        yield ngettext(
            "%(count)s person gets a message with your reason.",
            "%(count)s people get a message with your reason.",
            row.people.told,
        ) % {"count": row.people.told}
        yield _("Their time of request is kept for another date.")
    else:
        yield nobody_sentence()
    if row.session.status != Session.Status.DRAFT:
        yield trainers_sentence()
    places = [*(room.name for room in row.rooms), *(person.short_name for person in row.trainers)]
    if places:
        yield _("Free again at these times: %(places)s") % {"places": ", ".join(places)}
    yield _("A cancelled session cannot be brought back.")


def prepared_move_impact() -> Iterator[str]:
    yield _("The session stays as it is, and nobody is told, until the next publication.")
    yield _("What it does to people is shown then, before the click.")


def prepared_cancellation_impact(row: SessionRow) -> Iterator[str]:
    yield _("The session stays as it is, and nobody is told, until the next publication.")
    if row.people.told:
        yield seats_sentence(row)
    yield _("What it does to people is shown then, before the click.")


def seats_sentence(row: SessionRow) -> str:
    return _("%(held)s of %(seats)s seats are held, %(waiting)s waiting.") % {
        "held": row.people.held,
        "seats": row.session.seats,
        "waiting": row.people.waiting,
    }


def letters_sentence(people: Headcount) -> str:
    return ngettext("%(count)s person gets a message.", "%(count)s people get a message.", people.told) % {
        "count": people.told
    }


def nobody_sentence() -> str:
    return _("Nobody has enrolled: no trainee gets a message.")


def trainers_sentence() -> str:
    return _("The trainers of the session get a message.")
