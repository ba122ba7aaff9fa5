"""The production calendar as pages: the law's word and the centre's own, each with how certain it is (rule 5)."""

from datetime import date, timedelta

import pytest
import time_machine
from django.urls import reverse

from accounts.roles import Role
from centre.models import CalendarDay
from scheduling.year import months_of
from tests.factories import SessionFactory, in_days, moscow
from tests.previews import appearing, seen
from tests.rights import in_role, planner, sign_in

pytestmark = pytest.mark.django_db

LIST, NEW = reverse("scheduling:calendar"), reverse("scheduling:calendar_day_new")
HOLIDAY = {"on": "2027-05-01", "kind": "holiday", "name": "Праздник весны", "status": "statutory"}


@pytest.fixture(autouse=True)
def autumn():
    with time_machine.travel(moscow(2026, 11, 24, 12), tick=False):
        yield


@pytest.fixture
def centre_admin(client):
    return sign_in(client, in_role(Role.CENTRE_ADMIN))


def entry(on, kind="holiday", **fields):
    return CalendarDay.objects.create(on=on, kind=kind, **{"name": "День", "status": "decree"} | fields)


def listed(client, **query):
    return [line.head.row.entry.on for line in client.get(LIST, query).context["listing"].lines]


def test_rule_5_a_year_shows_days_off_moved_and_closed():
    entry(date(2026, 5, 1))
    entry(date(2026, 5, 2), "working_weekend")
    entry(date(2026, 5, 4), "centre", is_closed=True)

    may = months_of(2026)[4]

    first_week, second_week = may.weeks[:2]
    assert [day and (day.on.day, day.is_off) for day in first_week[4:]] == [(1, True), (2, False), (3, True)]
    assert first_week[0] is None
    assert (second_week[0].is_off, second_week[0].entry.is_closed) == (False, True)
    assert len(months_of(2026)) == 12


def test_the_filters_stand_in_the_address(centre_admin):
    entry(date(2026, 12, 31), status="preliminary")
    entry(date(2027, 1, 1))
    entry(date(2026, 11, 27), "centre", is_closed=True)

    assert listed(centre_admin) == [date(2026, 11, 27), date(2026, 12, 31)]
    assert listed(centre_admin, year=2027) == [date(2027, 1, 1)]
    assert listed(centre_admin, status="preliminary") == [date(2026, 12, 31)]
    assert listed(centre_admin, closed="on") == listed(centre_admin, kind="centre") == [date(2026, 11, 27)]
    assert len(listed(centre_admin, year="x", kind="?", closed="")) == 2
    page = centre_admin.get(LIST).content.decode()
    assert ["Предварительно" in page, "центр закрыт: зачёркнут" in page] == [True, True]


@pytest.mark.rows_of("scheduling:calendar")
@pytest.mark.parametrize("rows", [1, 3, 300])
def test_the_year_costs_the_same_for_any_number_of_days(centre_admin, rows, django_assert_num_queries):
    for number in range(rows):
        entry(date(2026, 1, 1) + timedelta(days=number))
    centre_admin.get(LIST)

    # Session, user, parts; the year, count and page, who changed (two), own views.
    with django_assert_num_queries(8):
        response = centre_admin.get(LIST)

    assert len(response.context["listing"].lines) == min(rows, 50)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"on": ""}, "on"),
        ({"on": "2026-12-31"}, "on"),
        ({"kind": "working_weekend", "on": "2027-05-03"}, "kind"),
        ({"kind": "centre"}, "is_closed"),
        ({"name": ""}, "name"),
    ],
)
def test_what_makes_no_sense_is_refused_with_a_sentence(centre_admin, change, field):
    entry(date(2026, 12, 31))

    response = centre_admin.post(NEW, HOLIDAY | change)

    assert list(response.context["form"].errors) == [field]
    assert CalendarDay.objects.count() == 1


def test_a_day_is_added_changed_and_made_ordinary_again(centre_admin):
    answer = centre_admin.post(NEW, HOLIDAY)
    kept = CalendarDay.objects.get()
    page = reverse("scheduling:calendar_day", args=[kept.pk])
    centre_admin.post(page, HOLIDAY | {"name": "Первое мая"})

    kept.refresh_from_db()
    assert answer.url == f"{LIST}?year=2027"
    assert (kept.name, kept.is_closed) == ("Первое мая", False)
    centre_admin.post(reverse("scheduling:calendar_day_removal", args=[kept.pk]))
    assert not CalendarDay.objects.exists()


def test_rule_7_a_day_closes_whatever_is_planned_after_saying_so(centre_admin):
    session = SessionFactory(starts_at=in_days(5))
    form = {
        "on": f"{in_days(5).date()}",
        "kind": "centre",
        "name": "Санитарный день",
        "status": "decree",
        "is_closed": "on",
    }

    asked = centre_admin.post(NEW, form)
    assert appearing(asked) == [(session.course.title, "centre_closed")]
    assert not CalendarDay.objects.exists()
    centre_admin.post(NEW, seen(asked, form))

    kept = CalendarDay.objects.get()
    assert kept.is_closed
    # Who changes what no session feels is not asked again.
    centre_admin.post(reverse("scheduling:calendar_day", args=[kept.pk]), form | {"note": "Уборка"})
    assert CalendarDay.objects.get().note == "Уборка"


def test_hr_looks_at_the_calendar_and_changes_nothing(client):
    sign_in(client, planner())
    kept = entry(date(2026, 12, 31))

    assert NEW not in client.get(LIST).content.decode()
    addresses = [
        NEW,
        *(reverse(f"scheduling:{name}", args=[kept.pk]) for name in ("calendar_day", "calendar_day_removal")),
    ]
    assert [client.post(address, HOLIDAY).status_code for address in addresses] == [403] * 3
