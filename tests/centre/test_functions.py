"""Database expressions that every app shares."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from centre.functions import CentreDay
from centre.zones import centre_day
from notifications.models import Message
from people.models import Office
from scheduling.models import Booking
from tests.factories import EmployeeFactory, OfficeFactory, SessionFactory, moscow

pytestmark = pytest.mark.django_db

WORDS = ["ЦАО", "", "NULL", "null_1", "0"]


@pytest.mark.parametrize("asked", [WORDS, WORDS[:1], WORDS[1:3], ["other"], []])
def test_one_of_is_in(asked):
    for word in [*WORDS, "цао", "ЦАО ", "{}"]:
        OfficeFactory(okrug=word)

    found, expected = (
        set(Office.objects.filter(**{f"okrug__{lookup}": asked}).values_list("okrug", flat=True))
        for lookup in ("one_of", "in")
    )

    assert found == expected == set(asked) & set(WORDS)
    assert Office.objects.exclude(okrug__one_of=asked).count() == 8 - len(found)


@pytest.mark.parametrize("word", ['"', "a,b", "a b", "5/2", "}", "a\\", "%s", "a\n"])
def test_one_of_takes_code_words_alone(word):
    with pytest.raises(ValueError, match="is no code word"):
        list(Office.objects.filter(okrug__one_of=["a", word]))


def test_a_form_asks_constraints_of_code_words_too():
    person, meeting = EmployeeFactory(), SessionFactory().meetings.get()
    period = (meeting.starts_at, meeting.ends_at)
    message = Message(recipient=person, kind="queued", subject="s:1", key="k", send_after=timezone.now())

    message.validate_constraints()
    Booking(meeting=meeting, person=person, role="attends", period=period).validate_constraints()
    message.state = "lost"
    with pytest.raises(ValidationError, match="message_state_known"):
        message.validate_constraints()
    with pytest.raises(ValidationError, match="booking_has_one_subject"):
        Booking(meeting=meeting, person=person, role="sleeps", period=period).validate_constraints()


@pytest.mark.parametrize("zone", ["UTC", "Asia/Vladivostok", "America/New_York"])
def test_r15_the_day_by_the_centres_clock_is_the_same_in_the_database_and_in_python(zone):
    around = [moscow(2026, 12, 31, 23, 59), moscow(2027, 1, 1), datetime(2026, 12, 31, 21, tzinfo=UTC)]
    # Moscow's clock was an hour ahead of today's until October 2014.
    around += [
        datetime(2014, 6, 1, 20, tzinfo=UTC),
        datetime(2014, 6, 1, 20, tzinfo=UTC) - timedelta(seconds=1),
    ]

    with timezone.override(zone):
        for moment in around:
            person = EmployeeFactory(last_login=moment)
            [day] = type(person).objects.filter(pk=person.pk).values_list(CentreDay("last_login"), flat=True)
            assert day == centre_day(moment)
