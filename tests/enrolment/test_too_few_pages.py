"""The pages of sessions with too few people: the cards, joining, letting take place (rule 8)."""

from datetime import timedelta

import pytest
from django.urls import reverse

from enrolment.actions import enrol
from enrolment.models import Enrolment, Seat
from tests.costs import cost
from tests.enrolment.letters import START, a_session
from tests.factories import CourseFactory, EmployeeFactory, SessionFactory, moscow
from tests.rights import planner, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
LIST = reverse("enrolment:too_few")
NEAR = moscow(2026, 11, 20, 10)


@pytest.fixture
def hr(client):
    return sign_in(client, planner())


def few(**fields):
    return SessionFactory(starts_at=NEAR, **{"course__group_min": 8, **fields})


def rows(response):
    return [line.head.row for line in response.context["listing"].lines]


def test_rule_8_a_card_says_who_holds_waits_and_awaits_a_decision(hr):
    session = few()
    for person in EmployeeFactory.create_batch(5):
        enrol(person, session)
    Enrolment.objects.create(
        trainee=EmployeeFactory(),
        session=session,
        course=session.course,
        seat=Seat.NONE,
        approval="asked",
        approval_until=moscow(2026, 11, 30),
    )
    later = SessionFactory(course=session.course, seats=1)
    for person in EmployeeFactory.create_batch(3):
        enrol(person, later)

    response = hr.get(LIST)

    (row,) = rows(response)
    assert (row.session, row.people.held, row.asked, row.elsewhere) == (session, 5, 1, 2)
    assert (row.card.stage, row.days_left) == ("second", "через 4 дня")
    assert "5 из 8" in response.content.decode()


def test_rule_8_from_the_card_to_the_joined_sessions(hr):
    """One walk: the card, the choice, what will happen, the deed; nothing changes before it."""
    source = few()
    target = SessionFactory(course=source.course, starts_at=START)
    SessionFactory(course=source.course, starts_at=START + timedelta(days=1), seats=1).enrolments.create(
        trainee=EmployeeFactory(), course=source.course, seat=Seat.HELD
    )
    moving, busy = EmployeeFactory.create_batch(2)
    for person in (moving, busy):
        enrol(person, source)
    enrol(busy, SessionFactory(starts_at=START, course__title="Жалобы"))

    choose = reverse("enrolment:merge", args=[source.pk])
    assert choose in hr.get(LIST).content.decode()
    ((row, plan),) = hr.get(choose).context["choices"]
    assert (row.session, len(plan.moving), len(plan.clashing)) == (target, 1, 1)
    assert "Жалобы" in hr.get(choose).content.decode()
    preview = hr.get(reverse("enrolment:merge_into", args=[source.pk, target.pk]))
    assert [effect.person for effect in preview.context["rehearsal"].hurt] == [busy.short_name]
    assert "Жалобы" in preview.content.decode()
    source.refresh_from_db()
    assert source.status == "open"

    expected = preview.context["form"].initial["expected"]
    done = hr.post(preview.request["PATH_INFO"], {"expected": expected}, follow=True)

    source.refresh_from_db()
    assert (source.status, target.enrolments.live().get().trainee) == ("cancelled", moving)
    assert "1 человек получает место в другой группе." in done.content.decode()
    assert rows(hr.get(LIST)) == []


def test_rule_8_what_changed_after_the_preview_is_read_again(hr):
    source = few()
    target = SessionFactory(course=source.course, starts_at=START)
    address = reverse("enrolment:merge_into", args=[source.pk, target.pk])
    expected = hr.get(address).context["form"].initial["expected"]
    enrol(EmployeeFactory(), source)

    response = hr.post(address, {"expected": expected}, follow=True)

    source.refresh_from_db()
    assert source.status == "open"
    assert "что-то изменилось" in response.content.decode()


def test_rule_8_another_course_is_no_target(hr):
    address = reverse("enrolment:merge_into", args=[few().pk, SessionFactory().pk])

    assert hr.get(address).status_code == 404


def test_rule_8_what_was_decided_is_shown_when_asked_for(hr):
    session = few()

    hr.post(reverse("scheduling:run_anyway", args=[session.pk]), {"reason": "Приедет заказчик"})

    assert rows(hr.get(LIST)) == []
    shown = hr.get(LIST, {"show": "all"})
    assert [row.session for row in rows(shown)] == [session]
    assert "Приедет заказчик" in shown.content.decode()


@pytest.mark.rows_of("enrolment:too_few")
def test_the_cards_cost_the_same_for_any_number(hr):
    costs = []
    for more in (1, 2, 40):
        for _session in range(more):
            enrol(EmployeeFactory(), few())
        costs.append(cost(hr, LIST))

    assert costs == [costs[0]] * 3


@pytest.mark.rows_of("enrolment:merge", "enrolment:merge_into")
def test_choosing_costs_the_same_for_any_number_and_the_preview_what_the_seats_cost(hr):
    source = a_session(course=CourseFactory(group_min=8))
    target = a_session(START + timedelta(days=1), course=source.course)
    choices, previews = [], []
    for more in (1, 2, 6):
        for person in EmployeeFactory.create_batch(more):
            enrol(person, source)
        a_session(START + timedelta(days=1 + more), course=source.course)
        choices.append(cost(hr, reverse("enrolment:merge", args=[source.pk])))
        previews.append(cost(hr, reverse("enrolment:merge_into", args=[source.pk, target.pk])))

    assert choices == [choices[0]] * 3
    assert (
        (previews[2] - previews[1]) / 6 == (previews[1] - previews[0]) / 2 <= 8
    )  # a seat is given one by one
