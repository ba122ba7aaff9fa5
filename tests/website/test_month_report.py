"""Plan against fact of a month: what counts, in which month, in whose row; numbers that add up; the use of rooms."""

import io
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.urls import reverse
from openpyxl import load_workbook

from accounts.roles import Role
from audit.models import AccessRecord
from centre.models import CalendarDay
from enrolment.actions import enrol
from enrolment.models import AttendanceMark, Seat
from scheduling.actions import cancel_session, publish_session
from scheduling.models import Booking, Meeting, Session, SessionStep
from tests.factories import (
    CourseFactory,
    EmployeeFactory,
    RoomFactory,
    SessionFactory,
    SiteFactory,
    TrainerFactory,
    moscow,
)
from tests.rights import in_role, planner, sign_in
from website.reports.forms import MonthForm
from website.reports.month import Month, month_report
from website.reports.utilisation import utilisation

pytestmark = pytest.mark.django_db

REPORT, SESSIONS = reverse("website:month_report"), reverse("website:month_sessions")
NOVEMBER = Month(datetime(2026, 11, 1, tzinfo=UTC).date())
DECEMBER = Month(datetime(2026, 12, 1, tzinfo=UTC).date())


@pytest.fixture(autouse=True)
def autumn():
    with time_machine.travel(moscow(2026, 11, 24, 12), tick=False) as clock:
        yield clock


@pytest.fixture
def hr(client):
    return sign_in(client, planner())


def at(day, hour=10, month=11):
    return moscow(2026, month, day, hour)


def step(session, kind, day, hour=1):
    return SessionStep.objects.create(session=session, kind=kind, at=at(day, hour, 10))


def marked(session, *marks):
    """People who hold a seat, each with a mark; None for nobody's word yet."""
    for mark in marks:
        enrolment = session.enrolments.create(
            trainee=EmployeeFactory(), course=session.course, seat=Seat.HELD
        )
        if mark:
            minutes = 0 if mark in ("absent", "excused") else 90
            AttendanceMark.objects.create(
                enrolment=enrolment, meeting=session.meetings.first(), mark=mark, minutes=minutes
            )


def another_meeting(session, starts_at, room=None, hours=3):
    ends_at = starts_at + timedelta(hours=hours)
    meeting = Meeting.objects.create(session=session, starts_at=starts_at, ends_at=ends_at)
    if room:
        Booking.objects.create(meeting=meeting, room=room, period=(starts_at, ends_at))
    Session.objects.filter(pk=session.pk).update(ends_at=ends_at)
    return meeting


def totals(month=NOVEMBER, by="course"):
    return {name: value for name, value in month_report(month, by).totals.items() if value}


def test_what_is_planned_held_cancelled_and_to_come_adds_up():
    SessionFactory(starts_at=at(3), status="closed")
    SessionFactory(starts_at=at(4), status="confirmed")
    SessionFactory(starts_at=at(24, 11))  # runs
    SessionFactory(starts_at=at(28))
    SessionFactory(starts_at=at(5), status="draft")
    SessionFactory(starts_at=at(6), status="cancelled", cancelled_because="брошенный черновик")
    published = SessionFactory(starts_at=at(7), status="cancelled", cancelled_because="нет света")
    step(published, "published", 20)
    SessionFactory(starts_at=at(1, month=12))

    found = totals()

    assert {name: found[name] for name in ("planned", "held", "cancelled", "to_come")} == {
        "planned": 5,
        "held": 2,
        "cancelled": 1,
        "to_come": 2,
    }
    # Hours: 3 hours of 60 minutes are 4 academic ones; the cancelled one was planned too.
    assert (found["hours_planned"], found["hours_held"]) == (20.0, 8.0)
    assert found["seats"] == 80  # not those of the cancelled one


def test_moved_counts_what_was_moved_after_publication():
    before, after, both = (SessionFactory(starts_at=at(day)) for day in (3, 4, 5))
    step(before, "moved", 1)
    step(before, "published", 2)
    for session in (after, both):
        step(session, "published", 2)
        step(session, "moved", 3)
    step(both, "moved", 4)

    assert totals()["moved"] == 2


def test_rule_20_everybody_with_a_seat_came_or_not_or_was_excused_or_is_not_marked():
    session = SessionFactory(starts_at=at(3), seats=10)
    marked(session, "present", "late", "left_early", "absent", "excused", None)
    late = session.enrolments.get(marks__mark="late")
    given_up = session.enrolments.create(
        trainee=EmployeeFactory(),
        course=session.course,
        seat=Seat.GIVEN_UP,
        ended_because="cancelled",
        ended_at=at(2),
    )
    # Who was there once came, whatever stands for the other meetings.
    second = another_meeting(session, at(4))
    AttendanceMark.objects.create(enrolment=late, meeting=second, mark="absent", minutes=0)
    coming = SessionFactory(starts_at=at(28), seats=10)
    marked(coming, None, None)

    found = totals()

    assert given_up.pk
    assert [found.get(name, 0) for name in ("seats", "taken", "fill")] == [20, 8, 40]
    assert [found.get(name, 0) for name in ("came", "absent", "excused", "unmarked")] == [3, 1, 1, 1]


def test_a_session_over_the_turn_of_the_month_counts_once_and_its_hours_by_the_meeting():
    session = SessionFactory(starts_at=at(23), seats=10)
    marked(session, "present")
    another_meeting(session, at(2, month=12))

    november, december = totals(), totals(DECEMBER)

    assert [november[name] for name in ("planned", "to_come", "hours_planned", "hours_held")] == [
        1,
        1,
        4.0,
        4.0,
    ]
    assert november["taken"] == 1
    assert december == {"hours_planned": 4.0}


def test_the_month_turns_by_the_centres_clock():
    SessionFactory(starts_at=datetime(2026, 10, 31, 21, 30, tzinfo=UTC))  # 00:30 on 1 November in Moscow
    SessionFactory(starts_at=datetime(2026, 11, 30, 21, 30, tzinfo=UTC))

    assert totals()["planned"] == 1


def test_rows_of_shared_sessions_are_taken_off_and_the_total_counts_each_once():
    site = SiteFactory(name="Строгино")
    first, second = RoomFactory(site=site, name="Ель"), RoomFactory(site=site, name="Ёлка")
    session = SessionFactory(starts_at=at(3), room=first, seats=10)
    another_meeting(session, at(4), second)
    SessionFactory(starts_at=at(5), room=first, seats=10)

    report = month_report(NOVEMBER, "room")

    assert [row.title for row in report.rows] == ["Ёлка, Строгино", "Ель, Строгино"]
    assert [[row.count(f) for f in figures("planned", "seats", "hours_held")] for row in report.rows] == [
        [1, 10, 4.0],
        [2, 20, 8.0],
    ]
    assert [report.shared[name] for name in ("planned", "seats", "hours_held")] == [-1, -10, 0]
    for by in ("course", "trainer", "room", "site"):
        shown = month_report(NOVEMBER, by)
        for figure in figures("planned", "held", "seats", "hours_planned", "hours_held"):
            rows = sum(row.count(figure) for row in shown.rows)
            assert rows + shown.shared[figure.name] == shown.totals[figure.name]
    assert totals(by="site") == totals(by="trainer") == totals(by="course") == totals(by="room")


def figures(*names):
    from website.reports.figures import FIGURES

    return [figure for figure in FIGURES if figure.name in names]


def test_a_cancelled_session_stands_with_the_room_and_trainer_that_it_lost():
    trainer = TrainerFactory(employee=EmployeeFactory(last_name="Учителева"))
    room = RoomFactory(name="Большой зал", site=SiteFactory(name="ВДНХ"))
    session = SessionFactory(starts_at=at(28), status="draft", room=room, trainer=trainer)
    publish_session(session, by=planner())
    cancel_session(session, "Нет света", by=planner())
    forgotten = SessionFactory(starts_at=at(29), status="cancelled", cancelled_because="давно")
    forgotten.meetings.get().bookings.all().delete()
    step(forgotten, "published", 1)
    Booking.objects.filter(meeting__session=forgotten).delete()

    rooms = {row.title: row.count(figures("cancelled")[0]) for row in month_report(NOVEMBER, "room").rows}
    trainers = [row.title for row in month_report(NOVEMBER, "trainer").rows]

    assert rooms["Большой зал, ВДНХ"] == 1
    assert "Учителева М. О." in trainers
    assert month_report(NOVEMBER, "site").row(str(room.site_id)).count(figures("hours_planned")[0]) == 4.0


def test_hours_add_up_as_they_are_shown():
    for number in range(3):  # 20 minutes are 0.44 of an academic hour
        SessionFactory(starts_at=at(3 + number), hours=1 / 3)

    report = month_report(NOVEMBER, "course")

    assert [row.count(figures("hours_held")[0]) for row in report.rows] == [0.4, 0.4, 0.4]
    assert report.totals["hours_held"] == pytest.approx(1.2)
    assert not report.is_shared


def test_each_number_leads_to_the_sessions_behind_it(hr):
    held = SessionFactory(starts_at=at(3), course=CourseFactory(title="Этикет"))
    SessionFactory(starts_at=at(28), course=held.course)
    SessionFactory(starts_at=at(4))

    page = hr.get(REPORT, {"month": "2026-11"})

    row = next(row for row in page.context["rows"] if row.title == "Этикет")
    links = {number.figure.name: number.url for number in row.numbers}
    assert links["cancelled"] == ""
    assert [line.head.row.session for line in hr.get(links["held"]).context["listing"].lines] == [held]
    assert len(hr.get(links["planned"]).context["listing"].lines) == 2
    total = {number.figure.name: number.url for number in page.context["total"].numbers}
    assert len(hr.get(total["planned"]).context["listing"].lines) == 3
    for odd in ({"row": "x"}, {"figure": "x"}, {"row": "999999"}):
        assert hr.get(SESSIONS, {"month": "2026-11", **odd}).status_code == 404


def test_rule_30_files_hold_what_the_page_shows(hr):
    room = RoomFactory(name="=1+1", site=SiteFactory(name="Строгино"))
    session = SessionFactory(starts_at=at(3), room=room, seats=10)
    marked(session, "present", "absent")
    another_meeting(session, at(4), RoomFactory())
    query = {"month": "2026-11", "by": "room"}

    page = hr.get(REPORT, query)
    csv = hr.get(REPORT, query | {"form": "csv"}).getvalue().decode("utf-8-sig").splitlines()
    [sheet] = load_workbook(io.BytesIO(hr.get(REPORT, query | {"form": "xlsx"}).getvalue())).worksheets
    hr.get(REPORT, query | {"form": "print"})

    shown = [
        [row.title, *(number.text for number in row.numbers)]
        for row in [*page.context["rows"], page.context["shared"], page.context["total"]]
    ]
    taken = [line.split(";") for line in csv[1:]]
    assert [[cell.removeprefix("'") for cell in line] for line in taken] == shown
    assert [cell.value for cell in sheet[1]][:3] == ["По аудиториям", "Группы: план", "Группы: проведено"]
    assert [cell.data_type for cell in sheet[2]][:2] == ["s", "n"]
    assert sheet.max_row == 1 + len(shown)
    assert AccessRecord.objects.filter(kind="export", title__startswith="План-факт Ноябрь 2026").count() == 3


def test_the_address_is_the_state_and_odd_words_are_left_out(hr):
    assert hr.get(REPORT).context["month"] == NOVEMBER
    page = hr.get(REPORT, {"month": "2026-12", "by": "trainer"})
    assert (page.context["month"], page.context["by_words"]) == (DECEMBER, "по тренерам")
    odd = hr.get(REPORT, {"month": "2026-13", "by": "moon", "form": "pdf"})
    assert (odd.context["month"], odd.context["by_words"]) == (NOVEMBER, "по курсам")
    assert MonthForm(odd.wsgi_request.GET)["month"].value() == "2026-11"


@pytest.mark.rows_of("website:month_report", "website:month_sessions")
@pytest.mark.parametrize("by", ["course", "trainer", "room", "site"])
def test_the_report_costs_the_same_for_any_number_of_sessions(hr, by, django_assert_num_queries):
    site, course = SiteFactory(), CourseFactory()
    query = {"month": "2026-11", "by": by}
    expected = {"course": 11, "trainer": 12, "room": 12, "site": 13}[by]

    def more(number, start):
        for place in range(start, start + number):
            session = SessionFactory(
                starts_at=at(1 + place % 28), course=course, room=RoomFactory(site=site), seats=3
            )
            marked(session, "present") if place < 3 else None

    made = 0
    for rows in (1, 3, 40):
        more(rows - made, made)
        made = rows
        hr.get(REPORT, query)
        with django_assert_num_queries(expected):
            assert hr.get(REPORT, query).context["total"].numbers[0].value == rows
        hr.get(SESSIONS, query)
        with django_assert_num_queries(expected + 4):
            hr.get(SESSIONS, query)


def test_who_plans_reads_the_report_and_nobody_else(client):
    for role, status in ((Role.CENTRE_ADMIN, 200), (Role.METHODIST, 403), (Role.SYSTEM_ADMIN, 403)):
        sign_in(client, in_role(role))
        assert client.get(REPORT).status_code == status
        assert (REPORT in client.get(reverse("website:centre")).content.decode()) == (status == 200)


# --- the use of rooms -----------------------------------------------------------------------------


def used(room, day):
    found = utilisation(NOVEMBER)
    row = next(row for row in found.rooms if row.room == room)
    return row.cells[day - 1].percent


def test_a_day_is_used_by_its_meetings_of_the_opening_hours():
    room = RoomFactory()  # of a site that is open from 8 to 20
    SessionFactory(starts_at=at(3), room=room)
    SessionFactory(starts_at=at(3, 14), room=room)
    SessionFactory(starts_at=at(4), room=room, status="draft")
    SessionFactory(starts_at=at(5, 18), room=room)  # an hour of it after closing

    assert [used(room, day) for day in (2, 3, 4, 5)] == [0, 50, 0, 17]


def test_rule_7_closed_days_and_closures_are_no_opening_hours():
    room = RoomFactory()
    CalendarDay.objects.create(
        on="2026-11-04", kind="holiday", name="Праздник", status="decree", is_closed=True
    )
    room.closures.create(starts_at=at(5, 8), ends_at=at(5, 14), reason="Ремонт")
    room.closures.create(starts_at=at(5, 12), ends_at=at(5, 17), reason="Ремонт потолка")
    room.closures.create(starts_at=at(6, 0), ends_at=at(8, 0), reason="Ремонт пола")
    SessionFactory(starts_at=at(4), room=room)
    SessionFactory(starts_at=at(5, 15), room=room)  # two hours of it while the room is closed

    assert [used(room, day) for day in (4, 5, 6, 7, 8)] == [None, 33, None, None, 0]


def test_rooms_without_walls_and_out_of_use_are_left_out(hr):
    online = RoomFactory(site=SiteFactory(is_online=True))
    old, room = RoomFactory(is_active=False), RoomFactory(name="Зал")
    SessionFactory(starts_at=at(3, 8), room=room, hours=12, seats=1)

    found = utilisation(NOVEMBER)

    assert [row.room for row in found.rooms] == [room]
    assert (found.total.percent, found.by_day[2].percent, found.rooms[0].cells[2].shade) == (3, 100, 4)
    assert {online, old}.isdisjoint(row.room for row in found.rooms)
    csv = hr.get(REPORT, {"month": "2026-11", "part": "rooms", "form": "csv"}).getvalue().decode("utf-8-sig")
    head, line, total = csv.splitlines()
    assert head.split(";")[:4] == ["Аудитория", "01.11", "02.11", "03.11"]
    assert [line.split(";")[3], line.split(";")[-1], total.split(";")[0]] == ["100", "3", "Все аудитории"]


def test_the_use_of_rooms_costs_the_same_for_any_number_of_meetings(django_assert_num_queries):
    for rows in (1, 3, 30):
        for day in range(1, rows + 1):
            SessionFactory(starts_at=at(min(day, 28), 8 + day // 28 * 5))
        with django_assert_num_queries(4):
            utilisation(NOVEMBER)


def test_a_seat_given_by_an_offer_counts_as_taken():
    session = SessionFactory(starts_at=at(28), seats=2)
    enrol(EmployeeFactory(), session)
    session.enrolments.update(seat=Seat.OFFERED, offer_until=at(27))

    assert totals()["taken"] == 1
