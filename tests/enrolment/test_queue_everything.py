"""Everything that happened to an enrolment or a session, in order and in words, for staff."""

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse

from audit.models import AccessRecord
from enrolment.actions import cancel_enrolment, enrol
from enrolment.queue.everything import events_of_enrolment, events_of_session
from notifications.tasks import send_due_messages
from scheduling.actions import cancel_session
from tests.factories import EmployeeFactory, SessionFactory

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


# Rights, session, look; steps, enrolments, entries, messages, marks, completions and their moments.
STORY_COSTS = 9


def test_rule_29_who_reads_the_story_is_noted(page):
    session, first, _second = a_story()

    page.get(reverse("enrolment:enrolment_story", args=[first.pk]))
    page.get(reverse("enrolment:session_story", args=[session.pk]))

    looks = AccessRecord.objects.order_by("pk").values_list("page", "person_id", "session_id")
    assert list(looks) == [
        ("enrolment:enrolment_story", first.trainee_id, session.pk),
        ("enrolment:session_story", None, session.pk),
    ]
