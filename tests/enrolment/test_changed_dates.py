"""A permission is for the days that its head has seen: what becomes of it on another date (rules 12 and 16)."""

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from enrolment.actions import cancel_enrolment, enrol
from enrolment.approvals.actions import ask_for_seat, decide, undo_decision
from enrolment.approvals.changes import changed, withdraw_permission
from enrolment.approvals.errors import AlreadyDecided
from enrolment.doors.actions import transfer_enrolment
from enrolment.errors import ReasonMissing
from enrolment.invariants import booking_faults
from enrolment.models import Approval, Ending, Seat
from notifications.kinds import render
from notifications.models import Message
from scheduling.actions import change_limit
from scheduling.models import Booking
from tests.enrolment.approvals import hr_admin, kinds_of, led_office
from tests.enrolment.test_office import next_weekday
from tests.factories import CourseFactory, EmployeeFactory, EmploymentFactory, SessionFactory
from tests.rights import planner

pytestmark = pytest.mark.django_db
PAGE = "/decisions/"
ENGLISH = {"accept-language": "en"}


@pytest.fixture
def office():
    """A head and colleagues who all work on a Wednesday; one of them may be away on a day."""
    office = led_office()
    office.employments.update(work_pattern="5/2", pattern_starts_on=None)
    return office


def colleague(office):
    return EmploymentFactory(office=office).employee


def date_of(course, days, **fields):
    return SessionFactory(course=course, starts_at=next_weekday(days), **fields)


@pytest.fixture
def granted(office):
    request = ask_for_seat(colleague(office), SessionFactory(starts_at=next_weekday(14), seats=3))
    return decide(request, granted=True, by=office.head)


@pytest.fixture
def moved(granted):
    """The trainee has changed it to another date."""
    return transfer_enrolment(granted, date_of(granted.course, 21, seats=1), by=granted.trainee)


def told(person, kind="date_changed"):
    return Message.objects.planned().filter(recipient=person, kind=kind)


def test_rule_12_who_changes_the_date_has_the_seat_at_once_and_the_head_is_told(office, granted, moved):
    assert (moved.seat, moved.approval) == (Seat.HELD, Approval.NOT_NEEDED)
    assert kinds_of(moved)[-2:] == ["transferred", "head_told"]
    [(row, until)] = changed(office.head)
    assert (row, timezone.now() < until <= moved.session.starts_at) == (moved, True)
    letter = render(told(office.head).get())
    assert letter.paragraphs[2].startswith("Было:") and letter.paragraphs[3].startswith("Стало:")
    assert "отклоните новую дату до" in letter.paragraphs[4]
    assert "отклонить её можно до" in render(told(moved.trainee, "transferred").get()).paragraphs[-1]


def test_rule_12_the_head_says_no_to_the_new_date_and_the_seat_goes_to_the_queue(office, moved):
    waiting = enrol(EmployeeFactory(), moved.session)

    with pytest.raises(ReasonMissing):
        withdraw_permission(moved, by=office.head, reason=" ")
    row = withdraw_permission(moved, by=office.head, reason="Некому работать")

    waiting.refresh_from_db()
    assert (row.ended_because, row.approval, row.seat) == (Ending.REFUSED, Approval.REFUSED, Seat.GIVEN_UP)
    assert row.entries.get(kind="refused").reason == "Некому работать"
    assert waiting.seat in {Seat.HELD, Seat.OFFERED}
    assert not Booking.objects.attending().filter(person=row.trainee).exists()
    letter = render(told(row.trainee, "request_refused").get())
    assert "на которую вы перешли" in letter.paragraphs[1]
    assert render_or_none(told(office.head)) == []
    assert booking_faults() == []


def render_or_none(messages):
    return [letter for one in messages if (letter := render(one)) is not None]


def test_rule_12_such_a_no_may_be_taken_back_and_is_a_request_again(office, moved):
    withdraw_permission(moved, by=office.head, reason="Ошибка")

    row = undo_decision(moved, by=office.head)

    assert (row.seat, row.approval) == (Seat.NONE, Approval.ASKED)
    assert decide(row, granted=True, by=office.head).seat == Seat.HELD


def test_rule_12_after_the_term_the_new_date_stands(office, moved):
    [(_row, until)] = changed(office.head)

    with time_machine.travel(until, tick=False):
        assert changed(office.head) == []
        with pytest.raises(AlreadyDecided):
            withdraw_permission(moved, by=office.head, reason="Поздно")
        assert render_or_none(told(office.head)) == []


def test_s31_only_who_decides_about_the_trainee_says_no(office, moved):
    for other in (led_office().head, moved.trainee, hr_admin()):
        with pytest.raises(AlreadyDecided):
            withdraw_permission(moved, by=other, reason="Нет")


def test_rule_12_of_a_trainee_without_a_head_hr_is_told():
    hr = hr_admin()
    enrolment = enrol(EmployeeFactory(), SessionFactory(starts_at=next_weekday(14)))

    moved = transfer_enrolment(enrolment, date_of(enrolment.course, 21), by=enrolment.trainee)

    assert [row for row, _until in changed(hr)] == [moved]
    assert told(hr).count() == 1


def test_rule_12_nobody_is_told_of_a_date_that_staff_changed_nor_of_a_mandatory_course(office, granted):
    course = CourseFactory(is_mandatory=True, due_days=30)
    owed = enrol(colleague(office), date_of(course, 14))

    transfer_enrolment(granted, date_of(granted.course, 21), by=planner())
    transfer_enrolment(owed, date_of(course, 35), by=owed.trainee)

    assert (changed(office.head), told(office.head).count()) == ([], 0)


def test_rule_16_a_permission_does_not_let_the_queue_of_another_date_go_round_the_share(office, granted):
    other = date_of(granted.course, 21, seats=1)
    ahead = enrol(EmployeeFactory(), other)
    moved = transfer_enrolment(granted, other, by=planner(), queues=True)
    enrol(colleague(office), SessionFactory(starts_at=other.starts_at))

    cancel_enrolment(ahead, by=ahead.trainee)

    moved.refresh_from_db()
    assert (moved.seat, kinds_of(moved)[-1]) == (Seat.WAITING, "skipped")


def test_rule_12_the_trainee_reads_before_the_press_that_the_head_is_told(client, granted):
    date_of(granted.course, 21)
    address = reverse("enrolment:dates", args=[granted.pk])

    client.force_login(granted.trainee)
    own = client.get(address, headers=ENGLISH).content.decode()
    client.force_login(planner())
    of_staff = client.get(address, headers=ENGLISH).content.decode()

    words = "may say no to it for 3 working days"
    assert (words in own, words in of_staff) == (True, False)


def test_rule_12_where_there_is_no_other_date_nothing_is_said_about_the_head(client, granted):
    client.force_login(granted.trainee)
    address = reverse("enrolment:dates", args=[granted.pk])

    alone = client.get(address, headers=ENGLISH).content.decode()
    date_of(granted.course, 21)
    beside = client.get(address, headers=ENGLISH).content.decode()

    assert ["may say no to it" in page for page in (alone, beside)] == [False, True]


def test_rule_12_the_head_reads_the_day_and_says_no_on_the_page(client, office, moved):
    client.force_login(office.head)

    page = client.get(PAGE, headers=ENGLISH).content.decode()
    value = f"{moved.pk}.{moved.session_id}.{moved.session.version}"
    data = {"requests": value, "decision": "refuse"}
    without = client.post(reverse("enrolment:refuse_date"), data, follow=True, headers=ENGLISH)
    client.post(reverse("enrolment:refuse_date"), data | {"reason": "shift"})

    moved.refresh_from_db()
    assert "Changed to another date" in page and moved.trainee.full_name in page and value in page
    assert "On shift 2, of them in training 0, at most 1 may be." in page
    assert "Choose a reason or write your own" in without.content.decode()
    assert moved.ended_because == Ending.REFUSED


def test_rule_12_a_new_date_whose_session_changed_since_is_read_again(client, office, moved):
    client.force_login(office.head)
    value = f"{moved.pk}.{moved.session_id}.{moved.session.version}"
    change_limit(moved.session, 5, by=None)

    client.post(
        reverse("enrolment:refuse_date"), {"requests": value, "decision": "refuse", "reason": "shift"}
    )

    moved.refresh_from_db()
    assert moved.is_live


def test_the_page_of_decisions_asks_the_same_for_any_number_of_changed_dates(client, office, moved):
    client.force_login(office.head)
    client.get(PAGE)
    with CaptureQueriesContext(connection) as one:
        client.get(PAGE)
    for days in (28, 35):
        enrolment = enrol(colleague(office), SessionFactory(starts_at=next_weekday(days)))
        transfer_enrolment(enrolment, date_of(enrolment.course, days + 14), by=enrolment.trainee)
    with CaptureQueriesContext(connection) as three:
        client.get(PAGE)

    assert len(three) == len(one)
    assert len(changed(office.head)) == 3
