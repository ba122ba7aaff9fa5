"""Rule 6: the preview of a step says by when its people must answer, may cancel, are reminded; as the product does."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from centre.templatetags.centre_text import when
from enrolment.actions import cancel_enrolment, enrol
from enrolment.errors import ReasonMissing
from notifications.models import Message
from scheduling.actions import cancel_session, change_limit, current_plans, publish_session, replan_session
from scheduling.publication.actions import prepare_move, publish_plan
from scheduling.rehearsal import rehearse
from tests.enrolment.sheets import add_people
from tests.factories import EmployeeFactory, PolicyFactory, SessionFactory, TrainerFactory, in_days, moscow
from tests.rights import planner, sign_in

pytestmark = pytest.mark.django_db

NOW = moscow(2026, 3, 2, 12)


@pytest.fixture(autouse=True)
def clock(time_machine):
    time_machine.move_to(NOW, tick=False)
    with translation.override("en"):
        yield


@pytest.fixture
def session():
    """One holds the only seat and is elsewhere a day later, one waits."""
    start = moscow(2026, 3, 16, 10)
    session = SessionFactory(seats=1, limit=1, starts_at=start, course__title="Касса")
    enrol(EmployeeFactory(), session)
    enrol(EmployeeFactory(), session)
    return session


def moved(session, **shift):
    (plan,) = current_plans(session)
    by = timedelta(**shift)
    return [replace(plan, starts_at=plan.starts_at + by, ends_at=plan.ends_at + by)]


def move(session, *, limit=1, **shift):
    return replan_session(session, moved(session, **shift), by=None, version=session.version, limit=limit)


def deadlines(verb, *sessions):
    return [(one.until, one.sentence) for one in rehearse(verb, sessions).deadlines]


def test_rule_6_a_move_says_until_when_one_cancels_freely_and_the_trainer_answers(session):
    PolicyFactory(cancel_lead_hours=36, assignment_answer_hours=24)
    trainer = session.meetings.get().bookings.get(role="teaches").person.short_name
    free, answer = moscow(2026, 3, 15, 22), moscow(2026, 3, 3, 12)

    assert deadlines(lambda: move(session, days=1), session) == [
        (answer, f"{trainer}: to answer by {when(answer)} whether they will teach."),
        (
            free,
            f"“Касса”: 1 person with a seat can cancel freely until {when(free)}, later with a reason.",
        ),
    ]


def test_rule_6_the_deadlines_are_those_that_are_then_kept(session, time_machine):
    (answer, _words), (free, _words_too) = deadlines(lambda: move(session, days=1), session)
    session = move(session, days=1)
    holder = session.enrolments.get(seat="held")

    assert session.assignments.get().answer_until == answer
    time_machine.move_to(free + timedelta(seconds=1), tick=False)
    with pytest.raises(ReasonMissing):
        cancel_enrolment(holder, by=holder.trainee)
    time_machine.move_to(free, tick=False)
    assert cancel_enrolment(holder, by=holder.trainee).ended_because == "cancelled"


def test_rule_6_a_new_time_that_comes_soon_says_that_cancelling_is_late(session):
    begins = NOW + timedelta(hours=20)

    found = deadlines(lambda: move(session, hours=20 - 14 * 24 + 2), session)

    assert found[0] == (
        begins,
        f"“Касса”, {when(begins)}: 1 person with a seat can cancel only late, with a reason.",
    )


def test_rule_6_people_in_a_clash_are_to_choose_within_two_days(session):
    holder = session.enrolments.get(seat="held").trainee
    enrol(holder, SessionFactory(starts_at=session.starts_at + timedelta(days=1)))
    until = NOW + timedelta(hours=48)

    found = deadlines(lambda: move(session, days=1), session)

    sentence = f"“Касса”: 1 person in a clash is to choose until {when(until)}; then HR is asked."
    assert (until, sentence) in found


def test_rule_6_whoever_is_offered_a_seat_has_a_term_for_the_answer(session):
    ((until, sentence),) = deadlines(lambda: change_limit(session, 2, by=None), session)

    assert NOW < until < session.starts_at
    assert sentence == (
        f"“Касса”: 1 person who is offered a seat answers until {when(until)}; then it goes to the next."
    )


def test_rule_6_a_cancellation_leaves_nobody_a_deadline(session):
    assert deadlines(lambda: cancel_session(session, "Нет света", by=None), session) == []


def test_rule_6_a_step_that_asks_no_trainer_names_no_term_for_one(time_machine):
    draft = SessionFactory(status="draft")
    publish_session(draft, by=None)
    time_machine.move_to(NOW + timedelta(minutes=1), tick=False)
    draft.refresh_from_db()

    assert deadlines(lambda: change_limit(draft, 2, by=None), draft) == []


def test_rule_6_trainers_with_one_term_stand_in_one_sentence():
    drafts = [
        SessionFactory(
            status="draft", trainer=TrainerFactory(employee__last_name=name), starts_at=in_days(day)
        )
        for name, day in (("Ананас", 14), ("Банан", 15))
    ]

    (one,) = rehearse(lambda: publish_plan(drafts, by=None), drafts).deadlines

    assert [name in one.sentence for name in ("Ананас", "Банан")] == [True, True]


def test_rule_6_the_preview_says_when_reminders_will_leave(session):
    news = {one.kind: one for one in rehearse(lambda: move(session, days=1), [session]).news}

    move(session, days=1)

    planned = Message.objects.planned().filter(kind="reminder_second").get()
    assert news["reminder_second"].times == f"on {when(planned.send_after)}"


def test_rule_6_reminders_at_several_times_are_shown_from_first_to_last():
    first, second = SessionFactory(starts_at=in_days(14)), SessionFactory(starts_at=in_days(16))
    for session in (first, second):
        enrol(EmployeeFactory(), session)
        prepare_move(session, moved(session, days=30), by=None, version=session.version)
        session.refresh_from_db()

    rehearsal = rehearse(lambda: publish_plan([first, second], by=None), [first, second])

    (reminder,) = (one for one in rehearsal.news if one.kind == "reminder_second")
    assert reminder.times == f"from {when(reminder.send_after)} to {when(reminder.last_after)}"
    assert reminder.last_after - reminder.send_after == timedelta(days=2)


def test_the_deadlines_take_the_same_statements_for_any_number_of_people():
    costs = []
    session = SessionFactory(seats=300)
    for more in (1, 2, 27):
        add_people(session, more)
        with CaptureQueriesContext(connection) as queries:
            found = rehearse(lambda: move(session, days=1, limit=None), [session])
        assert len(found.deadlines) == 2
        costs.append(len(queries))

    assert costs == [costs[0]] * 3


def test_rule_6_the_page_shows_the_deadlines_before_the_click(client, session):
    hr = sign_in(client, planner())
    start = timezone.localtime(session.starts_at) + timedelta(days=1)
    booked = session.meetings.get().bookings
    sent = {
        "version": session.version,
        "day_1": start.date().isoformat(),
        "start_1": "10:00",
        "end_1": "13:00",
        "limit": 1,
        "room": booked.get(room__isnull=False).room_id,
        "trainers": [booked.get(role="teaches").person.trainer.pk],
    }

    page = hr.post(reverse("scheduling:replan", args=[session.pk]), sent).content.decode()

    assert "Сроки" in page
    assert "может отказаться без объяснений до" in page
