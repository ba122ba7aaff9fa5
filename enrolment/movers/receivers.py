"""After the commit of a staff list: its people's training ahead, each person in a transaction of their own."""

import logging
from collections.abc import Collection, Mapping
from datetime import date
from functools import partial
from typing import Any

from django.db import transaction
from django.dispatch import receiver
from django.utils import timezone

from accounts.signals import TrainingEnds, asking_what_ends, staff_changed
from centre.templatetags.centre_text import when
from enrolment.models import Enrolment, EnrolmentQuerySet
from enrolment.movers.actions import give_up_for_leave, tell_of_moves
from enrolment.movers.questions import in_sessions_ahead
from enrolment.movers.words import what_ends
from people.models import Employee, Employment

logger = logging.getLogger(__name__)


@receiver(staff_changed)
def settle_movers(
    by: Employee | None,
    new_office: Collection[int] = (),
    new_position: Collection[int] = (),
    went_on_leave: Collection[int] = (),
    **kwargs: Any,
) -> None:
    """Sessions are locked before people, and the list holds its people: hence after its commit."""
    if new_office or new_position or went_on_leave:
        settle = partial(
            settle_all, by=by, new_office=new_office, new_position=new_position, went_on_leave=went_on_leave
        )
        transaction.on_commit(settle, robust=True)


@receiver(asking_what_ends)
def training_that_ends(
    leaving: Mapping[int, date], on_leave: Collection[int], **kwargs: Any
) -> list[TrainingEnds]:
    """As `end_enrolments_of_leaver` and `give_up_for_leave` would do it on that day; two queries."""
    now = timezone.now()
    of_leavers = Enrolment.objects.ahead(now).filter(trainee__in=leaving)
    of_absent = in_sessions_ahead(now).filter(trainee__in=on_leave)
    rows = [
        row
        for row in [*with_dates(of_leavers), *with_dates(of_absent)]
        if row.session is None
        or timezone.localdate(row.session.starts_at) > leaving.get(row.trainee_id, date.min)
    ]
    return [
        TrainingEnds(
            row.trainee_id,
            row.course.title,
            when(row.session.starts_at) if row.session else "",
            what_ends(row),
        )
        for row in rows
    ]


def with_dates(found: EnrolmentQuerySet) -> EnrolmentQuerySet:
    rows = found.select_related("course", "session").order_by("session__starts_at", "pk")
    return rows.defer("course__description", "course__search_russian", "course__search_simple")


def settle_all(
    *,
    by: Employee | None,
    new_office: Collection[int],
    new_position: Collection[int],
    went_on_leave: Collection[int],
) -> None:
    """What fails for one person is left for the log, and for HR's list of what does not fit."""
    parental = Employment.objects.current().filter(
        employee__in=went_on_leave, is_main=True, leave=Employment.Leave.PARENTAL
    )
    given_up: list[int] = []
    for person in Employee.objects.employed().filter(pk__in=parental.values("employee")).order_by("pk"):
        try:
            given_up += [one.pk for one in give_up_for_leave(person, by=by)]
        except Exception:
            logger.exception("The training ahead of person %s cannot be given up.", person.pk)
    tell_of_moves(new_office=new_office, new_position=new_position, given_up=given_up)
