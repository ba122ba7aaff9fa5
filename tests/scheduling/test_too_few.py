"""Sessions with too few people: when they are cards, what quiets them, and what HR admins are told (rule 8)."""

from datetime import timedelta

import pytest
import time_machine
from django.core import mail

from accounts.roles import Role
from centre.models import Policy
from enrolment.actions import enrol
from notifications.models import Message
from notifications.tasks import send_due_messages
from scheduling.actions import run_anyway
from scheduling.errors import SchedulingError, WrongState
from scheduling.tasks import tell_of_too_few
from scheduling.too_few import Stage, Stages, Standing, card_of, too_few
from tests.factories import EmployeeFactory, PolicyFactory, SessionFactory, in_days, moscow
from tests.rights import in_role, planner

NOW = moscow(2026, 11, 16, 12)
STAGES = Stages(7, 5, 3)


def in_so_many(days, hour=10):
    return moscow(2026, 11, 16, hour) + timedelta(days=days)


def standing(days, **fields):
    facts = {"status": "open", "held": 5, "minimum": 8, **fields}
    return Standing(1, starts_at=in_so_many(days), **facts)


@pytest.mark.parametrize(
    ("days", "stage"),
    [
        (8, None),
        (7, Stage.FIRST),
        (6, Stage.FIRST),
        (5, Stage.SECOND),
        (4, Stage.SECOND),
        (3, Stage.LAST),
        (1, Stage.LAST),
        (0, None),  # at ten, two hours ago
    ],
)
def test_rule_8_the_stages_begin_seven_five_and_three_days_before_the_start(days, stage):
    card = card_of(standing(days), NOW, STAGES)

    assert (card and card.stage) == stage
    assert card is None or (card.days_left, card.missing, card.is_decided) == (days, 3, False)


@pytest.mark.parametrize(
    ("fields", "is_card"),
    [
        ({}, True),
        ({"status": "confirmed"}, True),
        ({"status": "draft"}, False),
        ({"status": "cancelled"}, False),
        ({"held": 7}, True),
        ({"held": 8}, False),
        ({"minimum": 0, "held": 0}, False),
    ],
)
def test_rule_8_only_what_takes_place_and_lacks_people_is_a_card(fields, is_card):
    assert (card_of(standing(6, **fields), NOW, STAGES) is not None) == is_card


@pytest.mark.parametrize(
    ("days", "decided_days_before", "is_decided"),
    [
        (6, 7, True),
        (6, 6, True),
        (6, 9, False),  # said before it was a question
        (5, 6, False),
        (4, 5, True),
        (3, 5, False),
        (1, 3, True),
    ],
)
def test_rule_8_running_anyway_keeps_it_quiet_until_the_next_stage(days, decided_days_before, is_decided):
    decided_at = in_so_many(days - decided_days_before, hour=9)

    card = card_of(standing(days, decided_at=decided_at), NOW, STAGES)

    assert card.is_decided == is_decided


# --- the database ---------------------------------------------------------------------------------

needs_database = pytest.mark.django_db


@pytest.fixture
def clock():
    """It stands still at noon, and a test moves it."""
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


def small(days=6, **fields):
    return SessionFactory(starts_at=in_days(days), **{"course__group_min": 2, **fields})


def undecided():
    return sorted(pk for pk, card in too_few(policy=Policy.objects.current()).items() if not card.is_decided)


@needs_database
def test_rule_8_people_who_hold_a_seat_count_and_the_stages_are_the_policys():
    few, enough, far = small(), small(), small(days=9)
    for person in EmployeeFactory.create_batch(2):
        enrol(person, enough)

    by_default = undecided()
    PolicyFactory(too_few_first_days=10)

    assert (by_default, undecided()) == ([few.pk], [few.pk, far.pk])


@needs_database
def test_rule_8_running_anyway_is_a_step_with_its_reason():
    session, hr = small(), planner()

    for _click in range(2):
        run_anyway(session, " Приедет заказчик ", by=hr)

    assert undecided() == []
    step = session.steps.get()
    assert (step.kind, step.by, step.reason) == ("run_anyway", hr, "Приедет заказчик")
    assert Message.objects.count() == 0
    session.refresh_from_db()
    assert session.status == "open"


@needs_database
def test_rule_8_running_anyway_wants_a_reason_and_a_question():
    with pytest.raises(SchedulingError, match="почему"):
        run_anyway(small(), " ", by=None)
    enough = small(course__group_min=1)
    enrol(EmployeeFactory(), enough)
    for session in (small(days=20), enough, small(status="cancelled", cancelled_because="—")):
        with pytest.raises(WrongState):
            run_anyway(session, "надо", by=None)


@needs_database
def test_rule_8_hr_admins_hear_of_each_stage_once_in_one_message_a_day(clock):
    hr = planner()
    in_role(Role.CENTRE_ADMIN)
    small()
    small(days=7)

    told = [tell_of_too_few(), tell_of_too_few()]
    clock.move_to(NOW + timedelta(days=1))
    told.append(tell_of_too_few())  # one has come to its second stage
    clock.move_to(NOW + timedelta(days=1, hours=1))
    small(days=3)
    told += [tell_of_too_few(), Message.objects.count()]
    clock.move_to(NOW + timedelta(days=2))
    told.append(tell_of_too_few())  # what came later yesterday, and the other one's second stage

    assert told == [2, 0, 1, 1, 2, 2]
    messages = Message.objects.order_by("pk")
    assert [(one.recipient, len(one.context["cards"])) for one in messages] == [(hr, 2), (hr, 1), (hr, 2)]


@needs_database
def test_rule_8_the_letter_says_what_is_true_when_it_leaves(clock):
    hr = planner()
    hr.language = "ru"
    hr.save()
    decided, filled, few = small(), small(), small(course__title="Сложный разговор")
    tell_of_too_few()
    run_anyway(decided, "надо", by=hr)
    for person in EmployeeFactory.create_batch(2, email=""):
        enrol(person, filled)
    enrol(EmployeeFactory(email=""), few)

    send_due_messages()

    (letter,) = mail.outbox
    assert letter.subject == "Мало людей: 1 группа ждёт решения"
    assert "«Сложный разговор», 1 из 2 человек, нужных для группы" in letter.body
    assert "/planning/too-few/" in letter.body


@needs_database
def test_rule_8_nothing_is_sent_when_nothing_is_left_to_decide(clock):
    planner()
    session = small()
    tell_of_too_few()
    run_anyway(session, "надо", by=None)

    send_due_messages()

    assert Message.objects.get().state == Message.State.WITHDRAWN
