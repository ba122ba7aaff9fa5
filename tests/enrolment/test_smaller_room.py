"""A session in fewer seats than people hold: shown before, refused or kept beyond the limit, and nobody dropped."""

import pytest
from django.urls import reverse
from django.utils import timezone

from enrolment.actions import Terms, cancel_enrolment, enrol
from enrolment.invariants import booking_faults
from enrolment.models import EnrolmentEntry
from enrolment.reservations.actions import release_seats, reserve_seats
from scheduling.actions import change_limit, current_plans, replan_session, undo
from scheduling.errors import NeedsReason, SeatsTaken
from scheduling.plans import MeetingPlan
from scheduling.publication.actions import prepare_move, publish_plan
from scheduling.rehearsal import REHEARSE, rehearse
from tests.enrolment.approvals import hr_admin, led_office
from tests.factories import EmployeeFactory, RoomFactory, SessionFactory

pytestmark = pytest.mark.django_db
WHY = "Стулья принесём"


@pytest.fixture
def session():
    """Three people hold seats."""
    found = SessionFactory()
    for person in EmployeeFactory.create_batch(3):
        enrol(person, found)
    return found


@pytest.fixture
def room():
    """With seats for two of them."""
    return RoomFactory(capacity=2)


def plans_in(session, room):
    return [
        MeetingPlan(one.starts_at, one.ends_at, room.pk, one.trainer_ids) for one in current_plans(session)
    ]


def take_to(session, room, *, by, verb=replan_session, **more):
    return verb(session, plans_in(session, room), by=by, version=session.version, **more)


def beyond(session):
    return list(session.enrolments.holding().filter(exceeds=True).order_by("requested_at"))


def test_r9_rule_6_before_a_smaller_room_it_is_said_who_would_sit_beyond_the_limit(session, room):
    last = session.enrolments.latest("requested_at")

    with pytest.raises(NeedsReason) as asked:
        take_to(session, room, by=hr_admin())

    [finding] = asked.value.findings
    assert finding.code == "people_beyond"
    assert last.trainee.short_name in finding.message
    assert session.enrolments.holding().count() == 3
    assert not beyond(session)


def test_r9_rule_10_with_a_reason_everybody_keeps_the_seat_and_the_last_is_marked(session, room):
    by, last = hr_admin(), session.enrolments.latest("requested_at")

    smaller = take_to(session, room, by=by, despite=WHY)

    assert smaller.seats == 2
    assert beyond(session) == [last]
    entry = last.entries.get(kind=EnrolmentEntry.Kind.EXCEEDED)
    assert (entry.by, entry.reason) == (by, f"3/2: {WHY}")
    assert booking_faults() == []


def test_rule_6_the_preview_names_whom_a_smaller_room_hurts(session, room):
    by, last = hr_admin(), session.enrolments.latest("requested_at")

    shown = rehearse(lambda: take_to(session, room, by=by, despite=WHY), [session])

    assert last.trainee.short_name in [one.person for one in shown.hurt]
    assert not beyond(session)


def test_r9_s31_without_the_right_a_reason_helps_nobody(session, room):
    with pytest.raises(SeatsTaken):
        take_to(session, room, by=EmployeeFactory(), despite=WHY)

    assert not beyond(session)


def test_r9_who_sits_beyond_the_limit_already_is_not_marked_twice(session, room):
    by = hr_admin()
    smaller = take_to(session, room, by=by, despite=WHY)

    take_to(smaller, RoomFactory(capacity=1), by=by, despite=WHY)

    assert len(beyond(session)) == 2
    assert EnrolmentEntry.objects.filter(kind=EnrolmentEntry.Kind.EXCEEDED).count() == 2
    assert booking_faults() == []


def test_r9_taking_a_larger_room_back_seats_nobody_beyond_the_limit(room):
    by, session = hr_admin(), SessionFactory()
    small = take_to(session, room, by=by)
    take_to(small, RoomFactory(capacity=5), by=by)
    for person in EmployeeFactory.create_batch(3):
        enrol(person, session)

    with pytest.raises(SeatsTaken):
        undo(session.steps.order_by("pk").last(), by=by)


def test_r9_rule_9_a_smaller_room_may_wait_for_the_publication_with_the_same_reason(session, room):
    by = hr_admin()
    with pytest.raises(NeedsReason):
        take_to(session, room, by=by, verb=prepare_move)

    take_to(session, room, by=by, verb=prepare_move, despite=WHY)
    assert not beyond(session)
    session.refresh_from_db()
    publish_plan([session], by=by)

    assert len(beyond(session)) == 1
    assert booking_faults() == []


def test_r9_rule_6_the_form_and_the_board_ask_in_the_same_words(client, session, room):
    client.force_login(hr_admin())
    [plan] = current_plans(session)
    day, start, end = f"{plan.starts_at:%Y-%m-%d}", local(plan.starts_at), local(plan.ends_at)
    [trainer] = plan.trainer_ids
    details = {"version": session.version, "limit": 2}
    times = {**details, "day_1": day, "start_1": start, "end_1": end}

    form = client.post(
        reverse("scheduling:replan", args=[session.pk]), {**times, "room": room.pk, "trainers": [trainer]}
    )
    meeting = session.meetings.get()
    board = client.post(
        reverse("scheduling:board_meeting", args=[meeting.pk]),
        {
            "version": session.version,
            "day": day,
            "start": start,
            "end": end,
            "room": room.pk,
            "trainers": [trainer],
        },
        headers={"accept": "application/json"},
    ).json()

    [sentence] = board["sentences"]
    assert (board["state"], board["codes"]) == ("asks", ["people_beyond"])
    assert sentence in form.content.decode()
    assert not beyond(session)


def test_r9_rule_10_a_smaller_limit_keeps_everybody_for_a_reason_of_who_may_exceed_it(session):
    by, last = hr_admin(), session.enrolments.latest("requested_at")
    with pytest.raises(NeedsReason):
        change_limit(session, 2, by=by)
    with pytest.raises(SeatsTaken):
        change_limit(session, 2, by=EmployeeFactory(), reason=WHY)

    smaller = change_limit(session, 2, by=by, reason=WHY)

    assert smaller.seats == 2
    assert beyond(session) == [last]
    assert booking_faults() == []


def test_r9_rule_6_the_page_of_the_limit_asks_why_and_shows_whom_it_hurts(client, session):
    client.force_login(hr_admin())
    last = session.enrolments.latest("requested_at").trainee.short_name
    url = reverse("scheduling:limit", args=[session.pk])
    typed = {"limit": 2, "version": session.version}

    asked = client.post(url, {**typed, REHEARSE: "1"}).content.decode()
    shown = client.post(url, {**typed, REHEARSE: "1", "reason": WHY}).content.decode()
    assert not beyond(session)
    done = client.post(url, {**typed, "reason": WHY})

    assert "error-summary" in asked and last in asked
    assert "error-summary" not in shown and last in shown
    assert done.status_code == 302
    assert len(beyond(session)) == 1


def test_r9_rule_10_who_is_within_a_raised_limit_is_named_again_before_it_is_lowered(session):
    """A mark that outlived its reason would ask about nobody, and keep no reason."""
    by, last = hr_admin(), session.enrolments.latest("requested_at")
    change_limit(session, 2, by=by, reason="Стул есть")
    larger = change_limit(session, 3, by=by)
    assert not beyond(session)

    with pytest.raises(NeedsReason) as asked:
        change_limit(larger, 2, by=by)
    change_limit(larger, 2, by=by, reason=WHY)

    assert last.trainee.short_name in asked.value.findings[0].message
    assert beyond(session) == [last]
    assert [one.reason for one in last.entries.filter(kind=EnrolmentEntry.Kind.EXCEEDED).order_by("pk")] == [
        "3/2: Стул есть",
        f"3/2: {WHY}",
    ]


def test_rule_10_of_two_beyond_the_limit_the_first_is_within_when_a_seat_is_freed(session):
    first, second, last = session.enrolments.order_by("requested_at")
    change_limit(session, 1, by=hr_admin(), reason=WHY)
    assert beyond(session) == [second, last]

    cancel_enrolment(first, by=first.trainee)

    assert beyond(session) == [last]
    assert booking_faults() == []


def test_rule_17_who_sits_beyond_the_limit_because_of_kept_seats_is_within_when_they_are_released():
    office, session, by = led_office(), SessionFactory(limit=2, seats=2), hr_admin()
    enrol(EmployeeFactory(), session)
    kept = reserve_seats(session, office, 1, by=by, reason=WHY)
    exceeding = Terms(exceeds=True, despite=WHY)
    seated = enrol(EmployeeFactory(), session, by=by, terms=exceeding)
    leaves = enrol(EmployeeFactory(), session, by=by, terms=exceeding)
    cancel_enrolment(leaves, by=leaves.trainee)
    assert beyond(session) == [seated]
    assert booking_faults() == []

    release_seats(kept, by=by)

    assert not beyond(session)
    assert booking_faults() == []


def local(moment):
    return f"{timezone.localtime(moment):%H:%M}"
