"""A session whose only seat is freed while people wait: what tests of offers have in common."""

from enrolment.actions import cancel_enrolment, enrol
from enrolment.models import Enrolment
from tests.factories import EmployeeFactory, SessionFactory, moscow

# A Monday, outside the quiet hours.
NOW = moscow(2026, 3, 2, 10)


def queue_of(waiting, *, starts_at, **wishes):
    """The holder of the only seat, and so many who wait, in order."""
    session = SessionFactory(seats=1, limit=1, starts_at=starts_at)
    held = enrol(EmployeeFactory(), session)
    rows = [enrol(EmployeeFactory(), session) for _number in range(waiting)]
    Enrolment.objects.filter(pk__in=[row.pk for row in rows]).update(**wishes)
    return session, held, rows


def free(held):
    return cancel_enrolment(held, by=held.trainee, reason="Болею")


def offered(waiting=1, *, starts_at):
    """An offer that stands, and who waits behind it."""
    session, held, rows = queue_of(waiting + 1, starts_at=starts_at)
    free(held)
    return session, *fresh(*rows)


def fresh(*rows):
    found = Enrolment.objects.select_related("trainee", "course", "session").in_bulk([row.pk for row in rows])
    return [found[row.pk] for row in rows]


def seats(*rows):
    return [row.seat for row in fresh(*rows)]


def kinds_of(enrolment):
    return list(enrolment.entries.order_by("pk").values_list("kind", flat=True))
