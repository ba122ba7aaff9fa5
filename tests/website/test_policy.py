"""The policy as a page: words, validation, what a change touches, history."""

from datetime import time, timedelta

import pytest
from django.db import IntegrityError
from django.urls import reverse
from django.utils import timezone, translation

from accounts.roles import Role
from centre.models import Policy
from centre.policy import NUMBERS, StalePolicy, change_policy, values_of
from enrolment.actions import enrol
from tests.factories import (
    CourseFactory,
    EmployeeFactory,
    PolicyFactory,
    SessionFactory,
    in_days,
)
from tests.previews import seen
from tests.rights import in_role, sign_in
from tests.threads import before_the_commit
from website.policy.history import numbers_in_force, steps
from website.policy.impact import IMPACTS, impact_of

pytestmark = pytest.mark.django_db

PAGE, CHANGE, HISTORY = (reverse(f"website:policy{name}") for name in ("", "_change", "_history"))


@pytest.fixture
def administrator(client):
    person = in_role(Role.SYSTEM_ADMIN)
    sign_in(client, person)
    return person


def filled(**changes):
    values = {
        name: f"{value:%H:%M}" if isinstance(value, time) else value
        for name, value in values_of(Policy.objects.current()).items()
    }
    return values | {"reason": "Приказ № 7", "based_on": Policy.objects.current().pk or 0} | changes


def touched(**changes):
    """The sentences about the one number that changes."""
    current = Policy()
    [(_number, _old, _new, sentences)] = impact_of(current, values_of(current) | changes)
    return " ".join(sentences)


def test_every_number_has_words_a_range_and_an_impact():
    """A new field of the policy starts with saying what it means."""
    told = {"id", "valid_from", "author", "reason"}

    assert {number.name for number in NUMBERS} == {field.name for field in Policy._meta.fields} - told
    assert set(IMPACTS) == {number.name for number in NUMBERS}
    assert [number.name for number in NUMBERS if not number.meaning] == []
    assert [
        number.name
        for number in NUMBERS
        if not isinstance(number.default, time) and not number.least <= number.default <= number.most
    ] == []


def test_the_page_says_since_when_who_and_why(client, administrator):
    day = timezone.now()
    PolicyFactory(valid_from=day - timedelta(days=3), travel_minutes=60, author="Первая", reason="было")
    PolicyFactory(
        valid_from=day - timedelta(days=2),
        travel_minutes=60,
        cancel_lead_hours=48,
        author="Вторая",
        reason="стало",
    )
    PolicyFactory(valid_from=day + timedelta(days=2), travel_minutes=5, author="Будущая")

    shown = {
        one.number.name: one for one in numbers_in_force(list(Policy.objects.order_by("valid_from"))[:2])
    }
    page = client.get(PAGE).content.decode()

    assert shown["travel_minutes"].decided.author == "Первая"
    assert shown["cancel_lead_hours"].decided.author == "Вторая"
    assert shown["changeover_minutes"].decided is None
    assert ["60\xa0мин" in page, "стало" in page, "Будущая" in page] == [True, True, False]


def test_a_change_shows_what_it_touches_and_saves_only_then(client, administrator):
    checked = client.post(CHANGE, filled(cancel_lead_hours=48))
    page = checked.content.decode()
    assert ["24\xa0ч" in page, "48\xa0ч" in page, "Приказ № 7" in page] == [True] * 3
    assert not Policy.objects.exists()

    answer = client.post(CHANGE, seen(checked, filled(cancel_lead_hours=48)))

    version = Policy.objects.get()
    assert answer.url == PAGE
    assert (version.cancel_lead_hours, version.reason) == (48, "Приказ № 7")
    assert version.author == administrator.full_name
    assert (
        client.post(CHANGE, filled(travel_minutes=5, edit="1")).context["form"]["travel_minutes"].value()
        == "5"
    )


@pytest.mark.parametrize(
    ("change", "field", "sentence"),
    [
        ({"reason": " "}, "reason", "Заполните поле"),
        ({"attended_percent": 101}, "attended_percent", "от 1 до 100"),
        ({"attended_percent": 0}, "attended_percent", "от 1 до 100"),
        ({"academic_hours_a_day": "много"}, "academic_hours_a_day", "от 1 до 12"),
        ({"travel_minutes": -1}, "travel_minutes", "от 0 до 480"),
        ({"travel_minutes": ""}, "travel_minutes", "Заполните поле"),
        ({"second_reminder_hours": 72}, "second_reminder_hours", "меньше 72"),
        ({"last_reminder_hours": 48, "second_reminder_hours": 30}, "last_reminder_hours", "меньше 30"),
        ({"too_few_second_days": 7}, "too_few_second_days", "меньше 7"),
        ({"quiet_from": "25:00"}, "quiet_from", "21:00"),
        ({"quiet_from": "09:00", "quiet_until": "08:00"}, "quiet_until", "8 часов"),
        ({"quiet_from": "07:00", "quiet_until": "23:30"}, "quiet_until", "8 часов"),
        ({}, "__all__", "менять нечего"),
    ],
)
def test_nonsense_is_refused_with_a_sentence(client, administrator, change, field, sentence):
    response = client.post(CHANGE, filled() | change)

    assert sentence in response.context["form"].errors[field][0]
    assert not Policy.objects.exists()


@pytest.mark.parametrize(
    "fields",
    [
        {"attended_percent": 101},
        {"attended_percent": 0},
        {"leavers_percent": 101},
        {"second_reminder_hours": 72},
        {"last_reminder_hours": 24},
        {"academic_hours_a_day": 0},
        {"optional_bookings_max": 0},
    ],
)
def test_the_database_refuses_nonsense_whoever_writes(fields):
    with pytest.raises(IntegrityError):
        Policy.objects.create(**fields)


def test_of_two_administrators_the_second_is_told(client, administrator):
    form = filled(travel_minutes=60)
    change_policy(
        values_of(Policy()) | {"travel_minutes": 30}, author="Другая", reason="быстрее", based_on=None
    )

    page = client.post(CHANGE, form, follow=True).content.decode()

    assert "пока вы" in page
    assert Policy.objects.get().travel_minutes == 30
    with pytest.raises(StalePolicy):
        change_policy(values_of(Policy()), author="", reason="", based_on=None)


@pytest.mark.django_db(transaction=True)
def test_of_two_first_versions_the_second_is_told_too():
    """There is no row to lock yet; the second begins when the first has written and not committed."""

    def write(minutes):
        numbers = values_of(Policy()) | {"travel_minutes": minutes}
        return change_policy(numbers, author="", reason="", based_on=None)

    second = before_the_commit(lambda: write(30), lambda: write(60))

    assert isinstance(second, StalePolicy)
    assert Policy.objects.get().travel_minutes == 30


def test_the_history_keeps_every_version_with_its_differences(client, administrator):
    now = timezone.now()
    PolicyFactory(valid_from=now - timedelta(days=2), travel_minutes=60, reason="первая")
    PolicyFactory(valid_from=now, travel_minutes=75, quiet_from=time(22), reason="вторая")

    told = [
        [(number.name, old.split("\xa0")[0], new.split("\xa0")[0]) for number, old, new in step.changes]
        for step in steps(list(Policy.objects.order_by("valid_from")))
    ]

    assert told == [
        [("travel_minutes", "60", "75"), ("quiet_from", "21:00", "22:00")],
        [("travel_minutes", "90", "60")],
    ]
    page = client.get(HISTORY).content.decode()
    assert page.index("вторая") < page.index("первая")


def test_rule_6_what_a_change_touches_is_counted():
    near, far = SessionFactory(starts_at=in_days(1, hour=23)), SessionFactory(starts_at=in_days(20))
    SessionFactory(starts_at=in_days(30), hours=5, course=CourseFactory())
    person = EmployeeFactory()
    enrol(person, near)
    enrol(person, far)
    today = timezone.localdate()
    for days in (30, 80):
        person.completions.create(
            course=CourseFactory(),
            completed_on=today,
            valid_until=today + timedelta(days=days),
        )

    assert touched(changeover_minutes=20).startswith("3 ")
    assert touched(travel_minutes=20).startswith("3 ")
    assert touched(academic_hours_a_day=6).startswith("1 ")
    assert "сейчас 1, после изменения 2" in touched(repeat_window_days=90)
    assert "сейчас 2, после изменения 1" in touched(expiring_within_days=40)
    assert "1 человека" in touched(optional_bookings_max=1)
    assert "после изменения 1" in touched(cancel_lead_hours=72)
    assert "Ведомости 3" in touched(sheet_opens_minutes=20)
    assert touched(attended_percent=70).startswith("3 ")
    assert "напоминани" in touched(first_reminder_hours=100)
    assert "сообщени" in touched(quiet_from=time(22))
    assert "сейчас 0, после изменения" in touched(leavers_percent=50)


@pytest.mark.parametrize("role", [Role.HR_ADMIN, Role.CENTRE_ADMIN])
def test_who_may_only_look_changes_nothing(client, role):
    sign_in(client, in_role(role))

    assert CHANGE not in client.get(PAGE).content.decode()
    assert client.post(CHANGE, filled(travel_minutes=5)).status_code == 403
    assert not Policy.objects.exists()


@pytest.mark.parametrize(("language", "shown"), [("ru", "80\N{NO-BREAK SPACE}%"), ("en", "80%")])
def test_rule_30_a_percentage_is_written_as_the_language_writes_it(language, shown):
    [number] = [one for one in NUMBERS if one.name == "attended_percent"]

    with translation.override(language):
        assert number.shown(80) == shown
