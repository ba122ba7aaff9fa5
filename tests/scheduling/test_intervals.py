"""Rule 2 for each of Allen's thirteen relations between two times, wherever the calendar turns.

What planners are told before they choose, and what the database refuses whoever writes, are asked the same.
"""

from datetime import time, timedelta

import pytest
from django.db import IntegrityError, transaction

from scheduling.checks import room_clash_findings, trainer_clash_findings
from scheduling.facts import Busy, RoomFacts, Span, TrainerFacts
from scheduling.models import Booking
from tests.factories import MOSCOW, SessionFactory, moscow

CHANGEOVER = 15
# When the other meeting begins and ends, in hours from the first one's beginning; the first lasts four.
RELATIONS = {
    "before": (5, 7),
    "meets": (4, 6),
    "overlaps": (3, 6),
    "starts": (0, 6),
    "during": (-1, 5),
    "finishes": (-2, 4),
    "equals": (0, 4),
    "finished by": (2, 4),
    "contains": (1, 3),
    "started by": (0, 2),
    "overlapped by": (-2, 1),
    "met by": (-2, 0),
    "after": (-3, -1),
}
APART = {"before", "after"}
TOUCHING = {"meets", "met by"}
# Where the first meeting begins. Moscow knows no summer time: the nights in which others turn their clocks are no
# different.
PLACES = {
    "a working day": moscow(2026, 12, 8, 10),
    "midnight": moscow(2026, 12, 8, 22),
    "the end of a month": moscow(2026, 11, 30, 22),
    "the leap day": moscow(2028, 2, 28, 22),
    "the end of the year": moscow(2026, 12, 31, 22),
    "the night clocks go forward elsewhere": moscow(2027, 3, 28, 1),
    "the night clocks go back elsewhere": moscow(2027, 10, 31, 1),
}
each_relation = pytest.mark.parametrize("relation", RELATIONS)
each_place = pytest.mark.parametrize("place", PLACES)


def first(place):
    return Span(PLACES[place], PLACES[place] + timedelta(hours=4))


def other(relation, place):
    begins, ends = (timedelta(hours=hours) for hours in RELATIONS[relation])
    return Span(PLACES[place] + begins, PLACES[place] + ends)


def busy(meeting, changeover=0):
    return Busy(meeting.longer(changeover), meeting, 99, "", teaches=True, site_id=1)


@each_place
@each_relation
def test_rule_2_what_is_said_of_a_room(relation, place):
    room = RoomFacts(
        1, "", 1, "", MOSCOW, time(0), time(23), False, 9, True, True, busy=(busy(first(place), CHANGEOVER),)
    )

    found = room_clash_findings(room, other(relation, place), changeover_minutes=CHANGEOVER)

    expected = [] if relation in APART else ["room_changeover" if relation in TOUCHING else "room_taken"]
    assert [one.code for one in found] == expected


@each_place
@each_relation
def test_rule_2_what_is_said_of_a_trainer(relation, place):
    trainer = TrainerFacts(1, 2, "", is_active=True, busy=(busy(first(place)),))

    found = trainer_clash_findings(trainer, other(relation, place))

    assert [one.code for one in found] == ([] if relation in APART | TOUCHING else ["trainer_busy"])


def is_refused(**booking):
    try:
        with transaction.atomic():
            Booking.objects.create(**booking)
    except IntegrityError:
        return True
    return False


@pytest.mark.django_db
@each_place
@each_relation
def test_rule_2_what_the_database_refuses(relation, place):
    """A room's booking has its changeover, so that times that touch are refused too; a person's has none."""
    standing, wanted = first(place), other(relation, place)
    claims = SessionFactory(starts_at=standing.starts_at, hours=4).meetings.get().bookings
    room, person = claims.get(room__isnull=False).room, claims.get(role="teaches").person
    meeting = SessionFactory(starts_at=wanted.starts_at).meetings.get()
    meeting.bookings.all().delete()
    changed = wanted.longer(CHANGEOVER)

    refused = (
        is_refused(meeting=meeting, room=room, period=(changed.starts_at, changed.ends_at)),
        is_refused(meeting=meeting, person=person, role="teaches", period=(wanted.starts_at, wanted.ends_at)),
        is_refused(meeting=meeting, person=person, role="attends", period=(wanted.starts_at, wanted.ends_at)),
    )

    overlaps = relation not in APART | TOUCHING
    # Who may teach then may not attend besides: the second of the two is refused in any case.
    assert refused == (relation not in APART, overlaps, True)
