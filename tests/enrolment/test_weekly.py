"""The week of an office in one letter: expectation 17, promises R13 and R25."""

from datetime import timedelta

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext

from centre.models import CalendarDay
from centre.templatetags.centre_text import short_name
from enrolment.actions import enrol
from enrolment.approvals.actions import ask_for_seat, decide
from enrolment.approvals.tasks import tell_of_waiting_requests
from enrolment.attendance import MarkWish, mark_attendance
from enrolment.models import Mark
from enrolment.weekly.actions import tell_of_the_week
from enrolment.weekly.facts import weeks_of
from notifications.models import Message
from notifications.tasks import send_due_messages
from people.models import Employee, Employment
from tests.enrolment.approvals import asking, goes_on_leave, hr_admin, leads_no_more, led_office, member
from tests.factories import CourseFactory, EmploymentFactory, SessionFactory, TrainerFactory, moscow

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
# A Monday before the end of the quiet hours, and when its letters leave.
NIGHT, MORNING = moscow(2026, 3, 2, 0, 5), moscow(2026, 3, 2, 8)


@pytest.fixture(autouse=True)
def clock(time_machine):
    time_machine.move_to(NIGHT, tick=False)
    return time_machine


@pytest.fixture
def office():
    return led_office(deputy=True)


def planned():
    return Message.objects.filter(kind="week_of_office")


def letters(clock, at=MORNING, language="en"):
    """What has left for heads by then, by the address."""
    Employee.objects.update(language=language)
    tell_of_waiting_requests()
    clock.move_to(at, tick=False)
    mail.outbox.clear()
    tell_of_waiting_requests()
    send_due_messages()
    told = {}
    for letter in mail.outbox:
        if "week of your office" in letter.subject or "wait" in letter.subject or "Неделя" in letter.subject:
            told.setdefault(letter.to[0], []).append(letter)
    return told


def owes(office, *, days_ago, due_days=30):
    """Somebody of the office, and a mandatory course of theirs alone."""
    job = EmploymentFactory(office=office, started_on=(NIGHT - days_ago * DAY).date())
    course = CourseFactory(is_mandatory=True, due_days=due_days)
    course.audience.add(job.position)
    return job.employee, course


def was(office, mark, clock):
    """Somebody of the office with a mark of Wednesday last week."""
    person, trainer = member(office), TrainerFactory()
    begins = moscow(2026, 2, 25, 10)
    clock.move_to(begins - 5 * DAY, tick=False)
    session = SessionFactory(starts_at=begins, trainer=trainer)
    row = enrol(person, session)
    clock.move_to(begins + timedelta(minutes=30), tick=False)
    minutes = 150 if mark == Mark.LATE else None
    mark_attendance(session.meetings.get(), [MarkWish(row.pk, mark, minutes)], by=trainer.employee)
    clock.move_to(NIGHT, tick=False)
    return person, session


def test_17_one_letter_on_monday_morning_tells_all_that_a_head_has_to_know(office, clock):
    missed, session = was(office, Mark.ABSENT, clock)
    late, _session = was(office, Mark.LATE, clock)
    excused, _session = was(office, Mark.EXCUSED, clock)
    waits = asking(office, SessionFactory(starts_at=moscow(2026, 3, 16, 10)))
    overdue, needed = owes(office, days_ago=40)
    soon, _course = owes(office, days_ago=10)
    away = member(office)
    enrol(away, SessionFactory(starts_at=moscow(2026, 3, 4, 10)))
    next_week = member(office)
    enrol(next_week, SessionFactory(starts_at=moscow(2026, 3, 9, 10)))

    told = letters(clock)

    assert set(told) == {office.head.email}
    [letter] = told[office.head.email]
    paragraphs = letter.body.split("\n\n")
    assert letter.subject == "The week of your office: 1 request waits for your decision"

    def of(title):
        return next((one for one in paragraphs if one.startswith(title)), "")

    assert short_name(away) in of("Away for training this week:")
    assert f"{needed.title}, was due on 19 February 2026" in of("Overdue:")
    assert short_name(overdue) in of("Overdue:")
    assert "until 21 March 2026" in of("Due soon, and not planned yet:")
    assert short_name(soon) in of("Due soon, and not planned yet:")
    assert short_name(missed) in of("Did not come last week:")
    assert session.course.title in of("Did not come last week:")
    assert short_name(late) in of("Came late last week:")
    assert waits.trainee.last_name in letter.body
    assert letter.body.count("/decisions/letter/") == 1
    assert letter.body.index("/decisions/letter/") < letter.body.index("Overdue:"), (
        "what is to be done stands first"
    )
    for other in (excused, next_week, office.deputy):
        assert short_name(other) not in letter.body
    assert "/decisions/letter/" not in planned().get().body


def test_17_who_owes_several_courses_is_one_line_with_the_first_of_them(office, clock):
    overdue, first = owes(office, days_ago=40, due_days=20)
    later = CourseFactory(is_mandatory=True, due_days=30)
    later.audience.add(overdue.main_employment.position)

    [[letter]] = letters(clock).values()

    line = f"{short_name(overdue)}: {first.title}, was due on 9 February 2026, and 1 course more"
    assert line in letter.body.splitlines()
    assert later.title not in letter.body


def test_17_the_letter_in_russian(office, clock):
    away = member(office)
    enrol(away, SessionFactory(starts_at=moscow(2026, 3, 4, 10)))

    [[letter]] = letters(clock, language="ru").values()

    assert letter.subject == "Неделя вашего офиса: обучение"
    assert "На обучении на этой неделе:" in letter.body


def test_17_nothing_to_tell_is_no_letter(office, clock):
    member(office)
    asking()  # of another office

    tell_of_waiting_requests()

    assert office.head not in [one.recipient for one in Message.objects.planned()]


def test_17_what_is_not_so_any_more_when_it_leaves_is_not_told(office, clock):
    request = asking(office, SessionFactory(starts_at=moscow(2026, 3, 16, 10)))
    tell_of_waiting_requests()
    decide(request, granted=False, by=office.head, reason="Смена")

    assert letters(clock) == {}
    assert planned().get().state == Message.State.WITHDRAWN


def test_17_who_stands_in_for_the_head_gets_the_letter_and_nobody_else(office, clock):
    asking(office, SessionFactory(starts_at=moscow(2026, 3, 16, 10)))
    goes_on_leave(office.head)

    assert set(letters(clock)) == {office.deputy.email}


def test_17_who_leads_the_office_no_more_when_it_leaves_reads_nothing(office, clock):
    asking(office, SessionFactory(starts_at=moscow(2026, 3, 16, 10)))
    tell_of_waiting_requests()
    before = office.head
    leads_no_more(office)

    assert before.email not in letters(clock)


def test_17_one_letter_for_several_offices(office, clock):
    other = led_office()
    other.head = office.head
    other.save()
    for one in (office, other):
        asking(one, SessionFactory(starts_at=moscow(2026, 3, 16, 10)))

    [[letter]] = letters(clock).values()

    assert "2 requests wait" in letter.subject
    assert "/offices/\n" in letter.body


def test_r25_the_week_is_told_once_however_often_and_late_the_beat_comes(office, clock):
    asking(office, SessionFactory(starts_at=moscow(2026, 3, 16, 10)))
    counted = []
    # The beat was down on Monday and Tuesday.
    for at in (
        moscow(2026, 3, 4, 9),
        moscow(2026, 3, 4, 9, 10),
        moscow(2026, 3, 6, 9),
        moscow(2026, 3, 9, 0, 5),
    ):
        clock.move_to(at, tick=False)
        counted.append(tell_of_the_week(at))

    assert counted == [1, 0, 0, 1]
    assert sorted(planned().values_list("subject", "send_after")) == [
        ("week:2026-W10", moscow(2026, 3, 4, 9)),
        ("week:2026-W11", moscow(2026, 3, 9, 8)),
    ]


def test_17_on_a_monday_off_the_week_is_told_on_tuesday(office, clock):
    CalendarDay.objects.create(on="2026-03-02", kind="holiday", name="Праздник", status="statutory")
    asking(office, SessionFactory(starts_at=moscow(2026, 3, 16, 10)))

    assert tell_of_the_week(NIGHT) == 0
    assert tell_of_the_week(NIGHT + DAY) == 1
    assert planned().get().send_after == MORNING + DAY


def test_17_the_weeks_letter_takes_the_place_of_the_days_and_hr_keeps_theirs(office, clock):
    hr, lonely = hr_admin(), EmploymentFactory().employee
    asking(office, SessionFactory(starts_at=moscow(2026, 3, 16, 10)))
    ask_for_seat(lonely, SessionFactory(starts_at=moscow(2026, 3, 16, 10)), consents=True)

    monday = letters(clock)
    tuesday = letters(clock, MORNING + DAY)

    def subjects(told):
        return {address: [one.subject for one in found] for address, found in told.items()}

    assert subjects(monday) == {
        office.head.email: ["The week of your office: 1 request waits for your decision"],
        hr.email: ["1 request waits for your decision"],
    }
    assert subjects(tuesday) == {
        one.email: ["1 request waits for your decision"] for one in (office.head, hr)
    }


def test_rule_25_parental_leave_owes_nothing_in_the_letter(office, clock):
    person, _course = owes(office, days_ago=40)
    Employment.objects.filter(employee=person).update(leave=Employment.Leave.PARENTAL)

    assert weeks_of(NIGHT) == {}


def test_17_all_heads_cost_the_same_number_of_statements(office, clock):
    counts = []
    for more in (1, 2, 7):
        for one in [office, *(led_office() for _number in range(more))]:
            asking(one, SessionFactory(starts_at=moscow(2026, 3, 16, 10)))
            owes(one, days_ago=40)
            enrol(member(one), SessionFactory(starts_at=moscow(2026, 3, 4, 10)))
        with CaptureQueriesContext(connection) as asked:
            found = weeks_of(NIGHT)
        assert len(found) > more
        counts.append(len(asked))

    assert len(set(counts)) == 1, counts
