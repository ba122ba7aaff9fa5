"""Inviting those who need the course to a session with too few people (rule 8)."""

from datetime import timedelta

import pytest
from django.core import mail
from django.urls import reverse

from enrolment.actions import cancel_enrolment, enrol
from enrolment.inviting import invitable, invite
from enrolment.reservations.actions import reserve_seats
from notifications.models import Message
from notifications.tasks import send_due_messages
from scheduling.errors import SchedulingError, WrongState
from tests.costs import cost
from tests.enrolment.approvals import led_office
from tests.enrolment.letters import NOW, START, a_session
from tests.factories import (
    CourseFactory,
    EmployeeFactory,
    EmploymentFactory,
    PolicyFactory,
    PositionFactory,
    SessionFactory,
)
from tests.rights import planner, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


@pytest.fixture
def course():
    made = CourseFactory(title="Охрана труда", is_mandatory=True, due_days=30, group_min=3)
    made.audience.add(PositionFactory())
    return made


def employed(course, *, days_ago=10, **fields):
    """Somebody of the audience who was hired so many days ago."""
    started_on = (NOW - timedelta(days=days_ago)).date()
    fields.setdefault("position", course.audience.get())
    return EmploymentFactory(started_on=started_on, **fields).employee


def ready(session):
    return [one.person_id for one in invitable(session, policy=PolicyFactory.build()).ready]


def test_rule_8_those_who_need_it_most_are_invited_first_and_nobody_twice(course):
    session = a_session(course=course)
    due, overdue = employed(course, days_ago=5), employed(course, days_ago=50)
    expiring = employed(course, days_ago=500)
    expiring.completions.create(
        course=course, completed_on=(NOW - timedelta(days=300)).date(), valid_until=START.date()
    )
    by = EmployeeFactory()

    assert ready(session) == [overdue.pk, expiring.pk, due.pk]
    first = invite(session, 2, by=by)
    left = ready(session)
    second = invite(session, 5, by=by)

    assert [one.person_id for one in first] == [overdue.pk, expiring.pk]
    assert left == [one.person_id for one in second] == [due.pk]
    numbers = invitable(session, policy=PolicyFactory.build())
    assert (numbers.needing, len(numbers.invited), numbers.ready) == (3, 3, ())
    with pytest.raises(SchedulingError):
        invite(session, 5, by=by)
    assert [(step.kind, step.by) for step in session.steps.all()] == [("invited", by)] * 2


def test_rule_8_only_those_are_invited_who_could_come(course):
    session, elsewhere = a_session(course=course), SessionFactory(starts_at=START)
    employed(course, leave="vacation")
    employed(course, leave="parental")
    employed(course, position=PositionFactory())
    employed(course, employee__is_active=False)
    enrol(employed(course), session)
    done = employed(course)
    done.completions.create(course=course, completed_on=NOW.date(), valid_until=None)
    busy = employed(course)
    enrol(busy, elsewhere)
    comes = employed(course)

    numbers = invitable(session, policy=PolicyFactory.build())

    assert [[one.person_id for one in part] for part in (numbers.ready, numbers.busy)] == [
        [comes.pk],
        [busy.pk],
    ]


def test_rule_8_without_the_prerequisite_nobody_is_invited(course):
    session = a_session(course=course)
    person, needed = employed(course), CourseFactory()
    course.prerequisites.add(needed)

    before = ready(session)
    person.completions.create(course=needed, completed_on=NOW.date())

    assert (before, ready(session)) == ([], [person.pk])


def test_rule_8_nobody_is_invited_to_a_full_session(course):
    session = a_session(course=course, seats=1)
    employed(course)
    enrol(employed(course), session)

    with pytest.raises(WrongState):
        invite(session, 1, by=None)


def test_rule_8_the_invitation_names_the_session_and_is_not_sent_to_who_has_enrolled(course):
    session = a_session(course=course)
    person, quick = employed(course, employee__language="ru"), employed(course, employee__language="ru")
    invite(session, 2, by=None)
    enrol(quick, session)

    send_due_messages()

    sent = {letter.to[0]: letter for letter in mail.outbox if letter.subject.startswith("Для вас")}
    assert list(sent) == [person.email]
    assert sent[person.email].subject == "Для вас есть место: «Охрана труда», 24 ноября"
    assert session.get_absolute_url() in sent[person.email].body


def test_rule_17_nobody_is_invited_to_seats_that_are_kept_for_another_office(course):
    """They were kept after the invitation was planned, and before it left."""
    session, office = a_session(seats=1, limit=1, course=course), led_office()
    _outsider, member = employed(course), employed(course, office=office)
    invite(session, 2, by=None)
    reserve_seats(session, office, 1, by=office.head)

    send_due_messages()

    invited = [letter.to[0] for letter in mail.outbox if letter.subject.startswith("Для вас")]
    assert invited == [member.email]


def test_rule_13_nobody_is_invited_to_a_seat_for_which_somebody_waits(course):
    session = a_session(seats=1, limit=1, course=course)
    person = employed(course)
    invite(session, 1, by=None)
    held, waiting = (enrol(employed(course), session) for _number in range(2))
    enrol(waiting.trainee, SessionFactory(starts_at=START))
    cancel_enrolment(held, by=held.trainee)  # who waits is busy then, and passed over

    send_due_messages()

    assert [letter.to[0] for letter in mail.outbox if letter.to == [person.email]] == []


def test_rule_8_the_page_shows_numbers_before_and_after(client, course):
    session = a_session(course=course)
    for _person in range(3):
        employed(course)
    hr, address = sign_in(client, planner()), reverse("enrolment:invitations", args=[session.pk])

    first = hr.get(address)
    rehearsed = hr.post(address, {"count": 2, "rehearse": "1"})
    assert Message.objects.filter(kind="course_needed").count() == 0
    after = hr.post(address, {"count": 2}, follow=True)

    assert first.context["form"]["count"].value() == 3
    assert rehearsed.context["rehearsal"].messages == 2
    assert "Можно ещё пригласить: 3" in first.content.decode()
    page = after.content.decode()
    assert ["Приглашены 2 человека." in page, "Можно ещё пригласить: 1" in page] == [True, True]
    assert Message.objects.filter(kind="course_needed").count() == 2


def test_expectation_27_who_is_left_out_stands_by_name_before_and_after(client, course):
    session, elsewhere = a_session(course=course), SessionFactory(starts_at=START)
    busy, ready = employed(course), employed(course)
    enrol(busy, elsewhere)
    hr, address = sign_in(client, planner()), reverse("enrolment:invitations", args=[session.pk])

    before = hr.get(address)
    after = hr.post(address, {"count": 2}, follow=True)

    assert before.context["named"] == [("Заняты в это время: 1", [busy.short_name])]
    assert after.context["named"] == [
        ("Заняты в это время: 1", [busy.short_name]),
        ("Уже приглашены: 1", [ready.short_name]),
    ]
    assert [str(one) for one in after.context["messages"]] == [
        "Приглашён 1 человек.",
        "На 1 человека меньше, чем вы просили: больше никто не свободен. Занятые названы ниже.",
    ]
    assert f"<p>{busy.short_name}</p>" in after.content.decode()


@pytest.mark.rows_of("enrolment:invitations")
def test_inviting_costs_the_same_for_any_number_of_people(client, course):
    session = a_session(course=course)
    hr, costs = sign_in(client, planner()), []
    for more in (1, 2, 40):
        EmploymentFactory.create_batch(more, position=course.audience.get())
        costs.append(cost(hr, reverse("enrolment:invitations", args=[session.pk])))

    assert costs == [costs[0]] * 3
