"""Rule 9: what cannot be published as it stands is left out with its sentence, and holds nothing else up."""

from dataclasses import replace
from datetime import date

import pytest

from centre.models import CalendarDay
from scheduling.actions import change_limit, current_plan, replan_session
from scheduling.errors import SchedulingError
from scheduling.publication.difference import Kind
from tests.factories import RoomFactory, TrainerFactory, moscow
from tests.scheduling.months import december, draft, moved_to, prepare, publish, published

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def today(time_machine):
    time_machine.move_to(moscow(2026, 11, 10, 9))


def test_rule_9_a_prepared_move_to_a_time_that_is_over_is_left_out_with_its_sentence(time_machine):
    fine, late = draft(21), published(14)
    prepare(late, moved_to(late, 2))

    time_machine.move_to(moscow(2026, 12, 3, 9))
    rows = {row.session.pk: row for row in december().rows}

    assert (rows[fine.pk].is_left_out, rows[late.pk].is_left_out) == (False, True)
    with pytest.raises(SchedulingError) as refused:
        publish(late)
    assert rows[late.pk].refusal in str(refused.value)


def test_rule_9_a_prepared_move_into_a_place_that_a_row_left_out_would_leave_is_left_out_too():
    stays, comes, third = published(14), published(15), published(17)
    rooms = [current_plan(session).meetings[0].room_id for session in (stays, comes)]
    prepare(stays, moved_to(stays, 16))
    prepare(comes, moved_to(comes, 14, room_id=rooms[0]))
    prepare(third, moved_to(third, 15, room_id=rooms[1]))
    CalendarDay.objects.create(
        on=date(2026, 12, 16), kind="centre", name="Учёт", status="decree", is_closed=True
    )

    assert [
        [problem.finding.code for problem in row.problems] for row in december().rows if row.is_left_out
    ] == [["centre_closed"], ["room_taken"], ["room_taken"]]


def test_rule_9_a_prepared_move_into_a_place_that_a_stale_change_would_leave_is_left_out():
    stays, comes = published(14), published(15)
    prepare(stays, moved_to(stays, 16))
    prepare(comes, moved_to(comes, 14, room_id=current_plan(stays).meetings[0].room_id))
    change_limit(stays, 5, by=None)

    assert [row.is_left_out for row in december().rows] == [True, True]


def test_rule_9_a_prepared_move_of_a_later_meeting_stays_when_an_earlier_one_has_begun(time_machine):
    session = published(2)
    (alone,) = current_plan(session).meetings
    # In the order of a form, which is not that of the database.
    first = replace(alone, trainer_ids=(TrainerFactory().pk, *alone.trainer_ids))
    assert first.trainer_ids == tuple(sorted(first.trainer_ids, reverse=True))
    later = replace(first, starts_at=moscow(2026, 12, 14, 10), ends_at=moscow(2026, 12, 14, 13))
    session = replan_session(session, [first, later], by=None, version=session.version)
    prepare(
        session, replace(current_plan(session), meetings=(first, replace(later, room_id=RoomFactory().pk)))
    )

    time_machine.move_to(moscow(2026, 12, 3, 9))

    assert [(row.kind, row.is_left_out) for row in december().rows] == [(Kind.MOVED, False)]
    publish(session)
