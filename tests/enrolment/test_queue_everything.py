"""Everything that happened to an enrolment or a session, in order and in words, for staff."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse
from django.utils import timezone

from audit.models import AccessRecord
from enrolment.actions import cancel_enrolment, enrol
from enrolment.bulk.actions import order_undoing
from enrolment.bulk.tasks import work_on_bulk_runs
from enrolment.models import Reservation
from enrolment.notices import about
from enrolment.queue.everything import events_of_enrolment, events_of_session
from enrolment.reservations.actions import reserve_seats
from enrolment.reservations.tasks import keep_reservations
from notifications.models import Message
from notifications.tasks import send_due_messages
from scheduling.actions import cancel_session
from tests.enrolment.approvals import hr_admin, led_office, member
from tests.enrolment.bulk import applied, at_work, pasted
from tests.factories import EmployeeFactory, SessionFactory, in_days

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(client):
    reader = EmployeeFactory()
    reader.groups.add(Group.objects.get(name="centre_admin"))
    client.force_login(reader)
    return client


def a_story():
    """One gives up the seat, the next gets it, the session is cancelled."""
    session = SessionFactory(seats=1)
    first, second = (enrol(person, session) for person in EmployeeFactory.create_batch(2))
    send_due_messages()
    cancel_enrolment(first, by=first.trainee)
    cancel_session(session, "Прорвало трубу", by=EmployeeFactory(last_name="Планова"))
    first.refresh_from_db()
    second.refresh_from_db()
    return session, first, second


def test_rule_29_the_story_of_an_enrolment_holds_entries_messages_and_steps_in_order():
    _session, first, second = a_story()

    titles = [event.title for event in events_of_enrolment(second)]
    events = events_of_enrolment(second)
    own = [event.title for event in events_of_enrolment(first)]

    story = [str(entry.get_kind_display()) for entry in second.entries.all()]
    assert [title for title in titles if title in story] == story
    assert [event.at for event in events] == sorted(event.at for event in events)
    assert any(event.text == "Прорвало трубу" and event.by.startswith("Планова") for event in events)
    told = [event for event in events if event.title.startswith("сообщение: ")]
    assert len(told) == second.trainee.notices.count()
    assert "отозвано" in {event.text for event in told}
    assert "группа: отменена" in titles
    assert "группа: отменена" not in own  # it ended before


def test_rule_29_the_story_of_a_session_names_everybody():
    session, first, second = a_story()

    whom = {event.whom for event in events_of_session(session)}

    assert whom == {"", first.trainee.short_name, second.trainee.short_name}


@pytest.mark.rows_of("enrolment:session_story")
@pytest.mark.parametrize("people", [1, 3, 300])
def test_rule_29_the_story_of_a_session_costs_the_same_for_any_number(
    page, people, django_assert_num_queries
):
    session = SessionFactory(seats=300)
    for person in EmployeeFactory.create_batch(people):
        enrol(person, session)
    page.get(reverse("enrolment:session_story", args=[session.pk]))

    with django_assert_num_queries(2 + STORY_COSTS):
        page.get(reverse("enrolment:session_story", args=[session.pk]))


# Rights, session, look; steps, kept seats, lists, enrolments, entries, messages, marks, completions and their moments.
STORY_COSTS = 11


def test_rule_17_rule_29_the_story_of_a_session_tells_its_kept_seats_in_order(client):
    office = led_office()
    head, session = office.head, SessionFactory(seats=10)
    client.force_login(head)
    keeping = reverse("enrolment:office_in_session", args=[session.pk])

    client.post(keeping, {"office": office.pk, "seats": 3})
    sending = {"people": [member(office).pk], "step": "send", "despite_shift": "on"}
    client.post(reverse("enrolment:send_people", args=[session.pk]), sending)
    client.post(keeping, {"office": office.pk, "seats": 4})
    client.post(reverse("enrolment:release_seats", args=[Reservation.objects.get().pk]))

    story = [event for event in events_of_session(session) if event.whom == office.name]
    assert [(event.title, event.text) for event in story] == [
        ("придержано мест без имени: 3", ""),
        ("придержанное место занято по имени", "ещё без имени: 2"),
        ("придержано мест без имени: 2 → 4", ""),
        ("придержанные места отданы: 4", ""),
    ]
    assert {event.by for event in story} == {head.short_name}


def test_rule_17_rule_29_the_story_tells_a_quota_with_its_reason_and_its_release_by_the_clock(time_machine):
    session, staff = SessionFactory(seats=10), hr_admin()
    reserve_seats(session, "САО", 2, by=staff, reason="Новый набор")

    time_machine.move_to(session.starts_at - timedelta(days=4))
    keep_reservations()

    told = [event for event in events_of_session(session) if event.whom == "САО"]
    assert [(event.title, event.text, event.by) for event in told] == [
        ("придержано мест без имени: 2", "Новый набор", staff.short_name),
        ("срок придержанных мест вышел, освобождено: 2", "", ""),
    ]


def test_rule_29_the_story_costs_the_same_for_any_number_of_kept_seats(page, django_assert_num_queries):
    few, many = SessionFactory(seats=10), SessionFactory(seats=30, starts_at=in_days(20))
    staff = hr_admin()
    for session, offices in ((few, 1), (many, 4)):
        for _number in range(offices):
            reserve_seats(session, led_office(), 2, by=staff)
        list(events_of_session(session))

        with django_assert_num_queries(6):  # steps, lists, enrolments; changes, offices, who
            list(events_of_session(session))


def test_rule_29_who_reads_the_story_is_noted(page):
    session, first, _second = a_story()

    page.get(reverse("enrolment:enrolment_story", args=[first.pk]))
    page.get(reverse("enrolment:session_story", args=[session.pk]))

    looks = AccessRecord.objects.order_by("pk").values_list("page", "person_id", "session_id")
    assert list(looks) == [
        ("enrolment:enrolment_story", first.trainee_id, session.pk),
        ("enrolment:session_story", None, session.pk),
    ]


def test_messages_to_be_sent_stand_in_the_story_of_a_person_and_not_of_the_session():
    enrolment = enrol(EmployeeFactory(), SessionFactory())
    waiting = Message.objects.filter(state=Message.State.PLANNED, subject=about(enrolment.pk)).count()

    of_person = [event for event in events_of_enrolment(enrolment) if event.title.startswith("сообщение")]
    of_session = [
        event for event in events_of_session(enrolment.session) if event.title.startswith("сообщение")
    ]

    assert len(of_person) == waiting > 0
    assert of_session == []


def test_rule_15_rule_29_a_late_cancellation_is_called_late():
    session = SessionFactory(starts_at=timezone.now() + timedelta(hours=5))
    enrolment = enrol(member(led_office()), session)
    cancel_enrolment(enrolment, by=enrolment.trainee, reason="заболел ребёнок")
    enrolment.refresh_from_db()

    late = [event for event in events_of_enrolment(enrolment) if event.text == "заболел ребёнок"]

    assert [event.title for event in late] == ["запись отменена поздно"]


def test_rule_18_rule_29_lists_of_people_stand_in_the_stories():
    session = SessionFactory()
    (person,) = at_work(1)
    run = applied(pasted(session, [person]))
    enrolment = session.enrolments.get()

    of_person = [event.title for event in events_of_enrolment(enrolment)]
    carried_out = [(event.title, event.text) for event in events_of_session(session) if not event.whom]
    assert f"запись списком людей № {run.pk}" in of_person
    assert (f"список людей № {run.pk} выполнен", "1 место") in carried_out

    order_undoing(run, by=run.made_by)
    work_on_bulk_runs()

    told = [(event.title, event.text) for event in events_of_session(session) if not event.whom]
    assert told[-1] == (f"список людей № {run.pk} отменён", "1 запись отменена")


def test_messages_that_nobody_was_sent_are_no_news_of_a_session():
    session = SessionFactory()
    enrolment = enrol(member(led_office()), session)
    cancel_enrolment(enrolment, by=enrolment.trainee)

    assert "отозвано" in {event.text for event in events_of_enrolment(enrolment)}
    assert "отозвано" not in {event.text for event in events_of_session(session)}
