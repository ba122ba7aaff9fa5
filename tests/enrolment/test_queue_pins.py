"""Somebody is put first by staff (rule 13), and everybody reads why they stand where they stand."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse
from django.utils import timezone, translation

from enrolment.actions import cancel_enrolment, enrol
from enrolment.errors import EnrolmentError, ReasonMissing
from enrolment.models import Enrolment, Seat
from enrolment.panels import panel_of, summary
from enrolment.queue.actions import pin, unpin
from enrolment.queue.words import ahead_words
from scheduling.models import Session
from tests.enrolment.test_queue_order import owing
from tests.factories import CourseFactory, EmployeeFactory, SessionFactory

pytestmark = pytest.mark.django_db


def queue_of(people, *, seats=1):
    """A session whose seats are taken, and those who wait, the first first."""
    session = SessionFactory(seats=seats)
    held = [enrol(person, session) for person in EmployeeFactory.create_batch(seats)]
    return session, held, [enrol(person, session) for person in EmployeeFactory.create_batch(people)]


def order(session):
    return list(session.enrolments.promotable())


def test_rule_13_who_is_put_first_gets_the_next_seat_and_the_story_says_who_and_why():
    session, (held,), (first, second, third) = queue_of(3)
    staff = EmployeeFactory()

    pin(third, by=staff, reason="Ведёт новое окно с понедельника")

    assert order(session) == [third, first, second]
    cancel_enrolment(held, by=held.trainee)
    third.refresh_from_db()
    assert third.seat == Seat.OFFERED
    pinned, given = third.entries.order_by("pk")[1:3]
    assert (pinned.kind, pinned.by, pinned.reason) == ("pinned", staff, "Ведёт новое окно с понедельника")
    assert (given.kind, given.reason) == ("offered", "вперёд очереди по решению центра")


def test_rule_13_of_two_who_were_put_first_goes_who_asked_earlier_and_taking_it_back_restores_the_order():
    session, _held, (first, second, third) = queue_of(3)
    staff = EmployeeFactory()
    for one in (third, second):
        pin(one, by=staff, reason="Нужно")
    both = order(session)

    unpin(second, by=staff, reason="Уже не нужно")
    pin(third, by=staff, reason="Ещё раз")

    assert both == [second, third, first]
    assert order(session) == [third, first, second]
    assert list(third.entries.values_list("kind", flat=True)) == ["queued", "pinned"]


def test_rule_10_rule_13_a_pin_makes_no_seat_and_asks_the_queue_for_what_is_free():
    session, _held, (first, second) = queue_of(2, seats=2)
    pin(second, by=EmployeeFactory(), reason="Нужно")
    assert session.enrolments.holding().count() == 2

    Session.objects.filter(pk=session.pk).update(
        seats=3
    )  # a seat is free that nobody has asked the queue for
    pin(first, by=EmployeeFactory(), reason="Нужно")

    seats = dict(session.enrolments.values_list("pk", "seat"))
    assert (seats[first.pk], seats[second.pk]) == (Seat.OFFERED, Seat.WAITING)


def test_rule_13_a_pin_needs_a_reason_and_somebody_who_waits_for_what_has_not_begun():
    session, (held,), (waiting,) = queue_of(1)
    staff = EmployeeFactory()

    with pytest.raises(ReasonMissing):
        pin(waiting, by=staff, reason="  ")
    with pytest.raises(EnrolmentError):
        pin(held, by=staff, reason="Нужно")
    Session.objects.filter(pk=session.pk).update(starts_at=timezone.now() - timedelta(hours=1))
    with pytest.raises(EnrolmentError):
        pin(waiting, by=staff, reason="Нужно")
    waiting.refresh_from_db()
    assert waiting.pinned_at is None


def test_rule_13_the_place_is_told_with_its_reasons_in_numbers():
    course = CourseFactory(is_mandatory=True, due_days=60)
    session = SessionFactory(course=course, seats=1)
    enrol(EmployeeFactory(), session)
    people = [owing(course, days) for days in (1, 2, 3, 50, 70, 80)]
    waiting = [enrol(person, session) for person in people]
    pin(waiting[2], by=EmployeeFactory(), reason="Нужно")

    words = ahead_words(waiting[1].standing)

    assert waiting[1].place_in_queue == 6
    assert words == (
        "Перед вами: 1 человек, которого учебный центр поставил вперёд; "
        "2 человека, у которых срок обязательного курса прошёл; "
        "1 человек, у которого срок обязательного курса раньше; 1 человек, который подал заявку раньше."
    )
    assert words in summary(waiting[1])
    assert panel_of(people[1], session).ahead_words == words
    assert ahead_words(waiting[2].standing) == "Перед вами в очереди никого нет."
    with translation.override("en"):
        assert "2 people whose mandatory course is overdue;" in ahead_words(waiting[1].standing)


def test_rule_13_planners_put_somebody_first_on_the_people_page_and_take_it_back(client):
    session, _held, (first, second) = queue_of(2)
    staff = EmployeeFactory()
    staff.groups.add(Group.objects.get(name="centre_admin"))
    client.force_login(staff)
    address = reverse("enrolment:pin", args=[second.pk])

    assert address in client.get(reverse("enrolment:people", args=[session.pk])).content.decode()
    client.get(address)
    client.post(address, {"pins": "yes", "reason": "Нужно"})
    pinned = order(session)
    client.post(address, {"pins": "no", "reason": "Уже не нужно"})

    assert (pinned, order(session)) == ([second, first], [first, second])
    assert Enrolment.objects.get(pk=second.pk).pinned_at is None


def test_r6_a_second_click_does_not_take_the_first_place_back(client):
    session, _held, (first, second) = queue_of(2)
    staff = EmployeeFactory()
    staff.groups.add(Group.objects.get(name="centre_admin"))
    client.force_login(staff)
    address = reverse("enrolment:pin", args=[second.pk])
    shown = client.get(address).context["form"]

    for _click in range(2):
        client.post(address, {"pins": shown["pins"].value(), "reason": "Нужно"})

    assert order(session) == [second, first]
    assert list(second.entries.order_by("pk").values_list("kind", flat=True)) == ["queued", "pinned"]
