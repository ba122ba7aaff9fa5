"""Twenty planners book the same rooms and trainers at random, all at the same moment.

First seen to fail: without the exclusion constraints rooms and trainers are booked twice; without the locks, which
alone keep the way between two sites, trainers are expected at both.
"""

import random
from datetime import timedelta
from functools import partial

import pytest
from django.db import connection

from centre.errors import Refusal
from enrolment.invariants import booking_faults
from scheduling.actions import Change, current_plan, plan_session, replan_sessions
from scheduling.models import Booking, Session
from scheduling.plans import MeetingPlan
from tests.factories import CourseFactory, RoomFactory, SiteFactory, TrainerFactory, in_days
from tests.threads import at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.threads]

PLANNERS, WISHES = 20, 8
BOOKED_TWICE = """
SELECT count(*) FROM scheduling_booking one JOIN scheduling_booking other
    ON one.id < other.id AND one.period && other.period
    AND (one.room_id = other.room_id OR one.person_id = other.person_id)
"""
EXPECTED_AT_TWO_SITES = """
WITH taught AS (
    SELECT claim.id, claim.person_id, claim.period, room.site_id
    FROM scheduling_booking claim
    JOIN scheduling_booking place ON place.meeting_id = claim.meeting_id AND place.room_id IS NOT NULL
    JOIN scheduling_room room ON room.id = place.room_id
    WHERE claim.role = 'teaches'
)
SELECT count(*) FROM taught one JOIN taught other
    ON one.id <> other.id AND one.person_id = other.person_id AND one.site_id <> other.site_id
    AND tstzrange(lower(one.period), upper(one.period) + interval '90 minutes') && other.period
"""


def counted(question):
    with connection.cursor() as cursor:
        cursor.execute(question)
        return cursor.fetchone()[0]


def plan_at_random(chance, course, rooms, trainers):
    """One planner's wishes, one after another: new drafts, and own ones moved, two together; what each was answered."""
    own, answers = [], []

    def wish():
        starts_at = in_days(chance.choice([14, 15]), chance.randrange(8, 18), chance.choice([0, 15, 30]))
        ends_at = starts_at + timedelta(minutes=chance.choice([45, 90]))
        return MeetingPlan(starts_at, ends_at, chance.choice(rooms).pk, (chance.choice(trainers).pk,))

    for number in range(WISHES):
        try:
            if number % 3 == 2 and own:
                chosen = [Session.objects.get(pk=pk) for pk in chance.sample(sorted(own), k=min(2, len(own)))]
                changes = [
                    Change(one, one.version, current_plan(one).with_meeting(0, **vars(wish())))
                    for one in chosen
                ]
                replan_sessions(changes, by=None, despite="Срочно")
                answers.append("moved")
            else:
                own.append(plan_session(course, [wish()], by=None, despite="Срочно").pk)
                answers.append("planned")
        except Refusal as refusal:
            answers.append(type(refusal).__name__)
    return answers


def test_rule_2_twenty_planners_at_random_book_nothing_twice_and_each_is_told_why():
    rooms = [*RoomFactory.create_batch(2, site=SiteFactory()), RoomFactory()]
    trainers = TrainerFactory.create_batch(4)
    course = CourseFactory()

    results = at_once(
        [partial(plan_at_random, random.Random(seed), course, rooms, trainers) for seed in range(PLANNERS)]
    )

    assert [result for result in results if not isinstance(result, list)] == []
    answers = [answer for result in results for answer in result]
    assert len(answers) == PLANNERS * WISHES
    assert (counted(BOOKED_TWICE), counted(EXPECTED_AT_TWO_SITES)) == (0, 0)
    assert {"planned", "moved", "RoomTaken", "PersonBusy", "NotPlannable"} <= set(answers)
    # Nothing is lost either: what was answered with yes stands, whole.
    assert Session.objects.count() == answers.count("planned")
    assert Booking.objects.count() == 2 * answers.count("planned")
    assert booking_faults() == []
