"""Why was B before A: answered from the log, which agrees with the rows (rule 13, promises R7 and R8)."""

from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse
from django.utils import translation

from enrolment.actions import cancel_enrolment, enrol
from enrolment.doors.actions import transfer_enrolment
from enrolment.merging import merge_sessions
from enrolment.models import Enrolment, EnrolmentEntry, Seat
from enrolment.queue.actions import pin, refresh_due_days, unpin
from enrolment.queue.log import load, queue_then
from enrolment.queue.why import why_before
from tests.enrolment.approvals import hr_admin
from tests.enrolment.test_queue_order import owing
from tests.factories import CourseFactory, EmployeeFactory, SessionFactory, moscow

pytestmark = pytest.mark.django_db

GIVEN = ("promoted", "offered")


@pytest.fixture
def page(client):
    """The browser of a centre administrator."""
    reader = EmployeeFactory()
    reader.groups.add(Group.objects.get(name="centre_admin"))
    client.force_login(reader)
    return client


def course_to_be_taken():
    return CourseFactory(is_mandatory=True, due_days=60)


def story_of(session, enrolment):
    return next(story for story in load(session) if story.enrolment_id == enrolment.pk)


def why(session, first, second):
    with translation.override("en"):
        return list(why_before(story_of(session, first), story_of(session, second)))


@pytest.mark.parametrize("seed", range(4))
def test_rule_13_the_log_alone_tells_the_queue_before_every_seat_and_agrees_with_the_rows(seed, time_machine):
    random = Random(seed)
    time_machine.move_to(moscow(2026, 3, 2, 10), tick=False)
    course, staff = course_to_be_taken(), EmployeeFactory()
    session = SessionFactory(course=course, seats=2, limit=2, starts_at=moscow(2026, 6, 1, 10))
    expected = {}
    for _step in range(60):
        time_machine.shift(timedelta(hours=random.choice([1, 20, 40])))
        waiting = list(session.enrolments.promotable())
        before = EnrolmentEntry.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        match random.randrange(6):
            case 0 | 1 | 2:
                enrol(owing(course, random.randrange(100)), session)
            case 3 if waiting:
                change = random.choice([pin, unpin])
                change(random.choice(waiting), by=staff, reason="Нужно")
            case 4:
                held = session.enrolments.live().holding().order_by("?").first()
                if held:
                    cancel_enrolment(held, by=held.trainee, reason="Болею")
            case _ if waiting:
                job = random.choice(waiting).trainee.employments.get()
                job.started_on -= timedelta(days=random.randrange(40))
                job.save()
                refresh_due_days(people={job.employee_id})
        given = EnrolmentEntry.objects.filter(pk__gt=before, kind__in=GIVEN).order_by("pk")
        for entry, chosen in zip(given, waiting, strict=False):
            expected[entry.pk] = (chosen.pk, [one.pk for one in waiting])

    stories = load(session)
    lines = [line for story in stories for line in story.lines if line.kind in GIVEN]
    told = {}
    for line in lines:
        queue = [story.enrolment_id for story in queue_then(stories, line)]
        told[line.pk] = (queue[0], queue)
    assert told == expected
    assert len(told) >= 3
    rows = {one.pk: one for one in session.enrolments.all()}
    end = EnrolmentEntry.objects.order_by("-pk").first()
    last = next(line for story in stories for line in story.lines if line.pk == end.pk)
    for story in stories:
        if end.enrolment_id != story.enrolment_id and rows[story.enrolment_id].seat == Seat.WAITING:
            standing, row = story.standing(last), rows[story.enrolment_id]
            assert story.waits(last)
            assert (bool(standing.pinned_at), standing.due_on) == (bool(row.pinned_at), row.due_on)


def test_rule_13_why_an_overdue_person_was_before_who_asked_earlier():
    session = SessionFactory(course=course_to_be_taken(), seats=1)
    held = enrol(EmployeeFactory(), session)
    earlier, overdue = enrol(EmployeeFactory(), session), enrol(owing(session.course, 90), session)
    cancel_enrolment(held, by=held.trainee)

    answer = why(session, overdue, earlier)

    assert len(answer) == 4
    assert "was offered a seat from the queue" in answer[0]
    assert "a mandatory course, overdue" in answer[1]
    assert "by the time of request" in answer[2]
    assert answer[3].startswith("The reason of")
    assert overdue.entries.get(kind="offered").reason.startswith("обязательный курс, срок прошёл: пройти до ")


def test_rule_13_the_answer_stays_when_term_and_pin_of_today_are_others():
    session = SessionFactory(course=course_to_be_taken(), seats=1)
    held = enrol(EmployeeFactory(), session)
    earlier, overdue = enrol(EmployeeFactory(), session), enrol(owing(session.course, 90), session)
    cancel_enrolment(held, by=held.trainee)
    before = why(session, overdue, earlier)

    Enrolment.objects.filter(pk=overdue.pk).update(due_on=None)
    pin(earlier, by=EmployeeFactory(), reason="Нужно")

    assert why(session, overdue, earlier) == before


def test_rule_13_why_who_asked_earlier_who_asked_later_and_who_was_passed_over():
    session = SessionFactory(seats=1)
    held = enrol(EmployeeFactory(), session)
    busy, free = enrol(EmployeeFactory(), session), enrol(EmployeeFactory(), session)
    other = SessionFactory(starts_at=session.starts_at)
    enrol(busy.trainee, other)
    cancel_enrolment(held, by=held.trainee)
    late = enrol(EmployeeFactory(), session)

    assert why(session, free, busy)[-1].startswith(
        f"{busy.trainee.short_name} stood before, but was passed over"
    )
    assert why(session, free, late)[-1].startswith(f"{late.trainee.short_name} asked later")
    assert "did not stand in the queue" in why(session, free, held)[-1]
    assert why(session, late, free) == [f"{late.trainee.short_name} has not got a seat."]


def two_dates(**fields):
    """Two sessions of one course, the second a week later."""
    first = SessionFactory(course=course_to_be_taken(), **fields)
    return first, SessionFactory(course=first.course, starts_at=first.starts_at + timedelta(days=7), seats=1)


def test_rule_13_who_came_by_a_joining_did_not_stand_in_that_queue_before():
    source, target = two_dates(seats=1)
    enrol(EmployeeFactory(), source)
    waited_there = enrol(EmployeeFactory(), source)
    held = enrol(EmployeeFactory(), target)
    waited_here = enrol(EmployeeFactory(), target)
    pin(waited_there, by=EmployeeFactory(), reason="Нужно")
    cancel_enrolment(held, by=held.trainee)

    merge_sessions(source, target, by=None)

    stories = load(target)
    offered = story_of(target, waited_here).seat
    assert offered.kind == "offered"
    assert [story.enrolment_id for story in queue_then(stories, offered)] == [waited_here.pk]
    [_got, stood] = why(target, waited_here, waited_there)
    assert stood.startswith(f"{waited_there.trainee.short_name} was not in this session yet")
    # Their place is kept, with their own time of request and as the first.
    after = replace(offered, pk=EnrolmentEntry.objects.order_by("pk").last().pk + 1)
    assert [story.enrolment_id for story in queue_then(load(target), after)] == [
        one.pk for one in target.enrolments.promotable()
    ]
    assert story_of(target, waited_there).standing(after).pinned_at


def test_rule_13_a_seat_of_the_session_that_went_counts_only_when_it_was_kept():
    source, target = two_dates(seats=3)
    first, second = enrol(EmployeeFactory(), source), enrol(EmployeeFactory(), source)

    merge_sessions(source, target, by=None)

    assert story_of(target, first).seat.kind == "merged"
    assert why(target, first, second)[0].startswith(f"{first.trainee.short_name} came from another session")
    assert why(target, first, second)[-1] == "The same reason: who asked earlier goes first."
    assert why(target, second, first) == [f"{second.trainee.short_name} has not got a seat."]


def test_rule_13_who_asked_or_waits_on_another_date_has_not_got_a_seat_there():
    first, full = two_dates(seats=2)
    enrol(EmployeeFactory(), full)
    waiting, asking = enrol(EmployeeFactory(), first), enrol(EmployeeFactory(), first)
    Enrolment.objects.filter(pk=asking.pk).update(
        seat=Seat.NONE, approval="asked", approval_until=full.starts_at
    )
    asking.entries.update(kind="asked")

    for one in (waiting, asking):
        transfer_enrolment(one, full, by=hr_admin(), queues=True)

    assert [story_of(full, one).seat for one in (waiting, asking)] == [None, None]


def test_rule_13_staff_read_the_queue_with_its_reasons_and_the_answer(page):
    session = SessionFactory(course=course_to_be_taken(), seats=1)
    held = enrol(EmployeeFactory(), session)
    first, second = enrol(owing(session.course, 90), session), enrol(EmployeeFactory(), session)
    cancel_enrolment(held, by=held.trainee)
    pin(second, by=EmployeeFactory(), reason="Ведёт новое окно")
    address = reverse("enrolment:queue", args=[session.pk])

    text = page.get(address).content.decode()
    asked = page.get(address, {"first": first.pk, "second": second.pk}).context["answer"]
    broken = page.get(address, {"first": "x", "second": 10**9})

    assert "Ведёт новое окно" in text
    assert second.trainee.full_name in text
    assert len(asked) == len(why(session, first, second))
    assert (broken.status_code, broken.context["answer"]) == (200, [])


def test_expectation_33_an_empty_queue_asks_nobody_why(page):
    session = SessionFactory()

    text = page.get(reverse("enrolment:queue", args=[session.pk])).content.decode()

    assert "Никто не ждёт" in text
    assert "Почему он раньше?" not in text
    assert "предложат следующему в очереди" not in text


@pytest.mark.rows_of("enrolment:queue")
@pytest.mark.parametrize("people", [1, 3, 60])
def test_rule_13_the_queue_costs_the_same_for_any_number_of_people(page, people, django_assert_num_queries):
    session = SessionFactory(seats=1)
    enrol(EmployeeFactory(), session)
    for person in EmployeeFactory.create_batch(people):
        enrol(person, session)
    address = reverse("enrolment:queue", args=[session.pk])
    page.get(address)

    with django_assert_num_queries(QUEUE_COSTS):
        page.get(address)


# Session and user, the rights, the session asked about, the look noted, enrolments, their entries, the queue, what is
# offered, the policy by which a seat would be given now.
QUEUE_COSTS = 10
