"""A year's table of days from a file: read, compared, applied as one, and harmless whatever is sent (rule 5)."""

import re
from datetime import date, timedelta

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import translation

from accounts.roles import Role
from audit.models import Change
from centre.models import CalendarDay
from centre.tables.records import UnreadableTable
from people.audit import last_changes
from scheduling.calendar_table.applying import CalendarChanged, apply_calendar_table, compare_with_calendar
from scheduling.calendar_table.reading import read_days
from tests.accounts.workbooks import by_hand
from tests.factories import SessionFactory, in_days, moscow
from tests.rights import in_role, planner, sign_in

pytestmark = pytest.mark.django_db

UPLOAD, APPLY = reverse("scheduling:calendar_table"), reverse("scheduling:calendar_table_application")
TEMPLATE, LIST = reverse("scheduling:calendar_table_template"), reverse("scheduling:calendar")
HEADER = "Дата;Вид дня;Название;Перенос с или на;Статус;Центр закрыт;Примечание"
YEAR = [
    "01.01.2027;нерабочий праздничный день;Новогодние каникулы;;по закону;да;",
    "30.04.2027;Короче на час;Канун праздника;;;;",
    "2027-05-10;перенесённый выходной;Выходной за 2 мая;02.05.2027;постановление;нет;с воскресенья",
    "20.02.2027;рабочая суббота;Рабочая суббота;22.02.2027;проект;;",
    "14.07.2027;санитарный день;Санитарный день;;;;",
]


@pytest.fixture(autouse=True)
def autumn():
    with time_machine.travel(moscow(2026, 11, 24, 12), tick=False):
        yield


@pytest.fixture
def centre_admin(client):
    return sign_in(client, in_role(Role.CENTRE_ADMIN))


def table(*lines, header=HEADER, encoding="cp1251"):
    return "\r\n".join([header, *lines, ""]).encode(encoding)


def sent(client, data, name="Календарь 2027.csv"):
    return client.post(UPLOAD, {"file": SimpleUploadedFile(name, data)})


def applied(client, comparison):
    return client.post(APPLY, {"table": comparison.context["form"]["table"].value()}, follow=True)


def days():
    return [(one.on.isoformat(), one.kind, one.status, one.is_closed) for one in CalendarDay.objects.all()]


def hurt(asked):
    return [one.session for one in asked.context["found"].sessions]


def told(response):
    return " ".join(str(one) for one in response.context["messages"])


@pytest.mark.parametrize("encoding", ["cp1251", "utf-8", "utf-8-sig", "utf-16"])
def test_rule_5_a_years_table_is_shown_first_then_written_and_a_second_time_changes_nothing(
    centre_admin, encoding
):
    asked = sent(centre_admin, table(*YEAR, encoding=encoding))

    assert (len(asked.context["written"]), asked.context["refused"]) == (5, [])
    assert not CalendarDay.objects.exists()
    done = applied(centre_admin, asked)
    assert done.redirect_chain == [(f"{LIST}?year=2027", 302)]
    assert days() == [
        ("2027-01-01", "holiday", "statutory", True),
        ("2027-02-20", "working_weekend", "preliminary", False),
        ("2027-04-30", "short_day", "preliminary", False),
        ("2027-05-10", "transferred_day_off", "decree", False),
        ("2027-07-14", "centre", "preliminary", True),
    ]
    moved = CalendarDay.objects.get(kind="transferred_day_off")
    assert (moved.counterpart_on, moved.note) == (date(2027, 5, 2), "с воскресенья")
    changes = Change.objects.filter(kind="centre.calendarday").count()
    again = sent(centre_admin, table(*YEAR, encoding=encoding))
    assert (again.context["written"], len(again.context["comparison"].unchanged)) == ([], 5)
    assert "Изменений нет" in again.content.decode()
    assert "Изменений нет" in told(applied(centre_admin, again))
    assert Change.objects.filter(kind="centre.calendarday").count() == changes


def test_rule_5_what_differs_is_named_and_what_the_table_leaves_out_stays(centre_admin):
    CalendarDay.objects.create(
        on="2027-01-01", kind="holiday", name="Новый год", status="statutory", note="а"
    )
    CalendarDay.objects.create(on="2027-06-12", kind="holiday", name="День России", status="statutory")

    asked = sent(centre_admin, table(YEAR[0]))

    [one] = asked.context["written"]
    assert one.facts == [
        ("Название", "Новый год", "Новогодние каникулы"),
        ("Центр закрыт", "нет", "да"),
    ]
    assert asked.context["comparison"].missing == 1
    applied(centre_admin, asked)
    first, other = CalendarDay.objects.order_by("on")
    assert (first.name, first.is_closed, first.note) == ("Новогодние каникулы", True, "а")
    assert other.name == "День России"


def test_rule_6_meetings_on_days_that_close_are_shown_before(centre_admin):
    on = in_days(5).date()
    session = SessionFactory(starts_at=in_days(5))
    SessionFactory(starts_at=in_days(6))

    asked = sent(centre_admin, table(f"{on:%d.%m.%Y};закрыто;Учёт;;;;"))

    assert hurt(asked) == [session]
    page = asked.content.decode()
    assert [session.course.title in page, "Всё равно" in page] == [True, True]
    applied(centre_admin, asked)
    assert CalendarDay.objects.get().is_closed
    # The day is closed already: whoever loads the table again is not asked again.
    assert hurt(sent(centre_admin, table(f"{on:%d.%m.%Y};закрыто;Учёт;;;;"))) == []


def test_what_was_changed_or_planned_meanwhile_is_shown_anew(centre_admin):
    on = in_days(5).date()
    asked = sent(centre_admin, table(f"{on:%d.%m.%Y};закрыто;Учёт;;;;"))
    session = SessionFactory(starts_at=in_days(5))

    answer = applied(centre_admin, asked)

    assert hurt(answer) == [session]
    assert "Посмотрите сравнение" in told(answer)
    assert not CalendarDay.objects.exists()
    CalendarDay.objects.create(on=on, kind="centre", name="Другое", status="decree", is_closed=True)
    assert applied(centre_admin, answer).context["comparison"].changed[0].changes[0].before == "Другое"


def test_a_day_that_somebody_adds_at_the_same_moment_is_a_sentence(centre_admin, monkeypatch):
    rows = read_days(table(YEAR[0])).rows
    seen = compare_with_calendar(rows).fingerprint()
    CalendarDay.objects.create(on="2027-01-01", kind="holiday", name="Новый год", status="statutory")

    with pytest.raises(CalendarChanged):
        apply_calendar_table(rows, by=planner(), seen=seen)

    assert CalendarDay.objects.get().name == "Новый год"


FAULTS = {
    "32.01.2027;праздник;День": "Нет такого дня",
    "вчера;праздник;День": "не дата",
    ";праздник;День": "нет даты",
    "01.01.1027;праздник;День": "Год",
    "01.02.2027;;День": "Не указан вид",
    "01.02.2027;субботник;День": "субботник",
    "01.02.2027;праздник;": "названия",
    "01.02.2027;рабочая суббота;День": "не суббота",
    "01.02.2027;закрыто;День;;;нет": "открыт",
    "01.02.2027;праздник;День;31.01.2027": "перенес",
    "01.02.2027;выходной;День;01.02.2027": "с самого себя",
    "01.02.2027;праздник;День;;наверное": "наверное",
    "01.02.2027;праздник;День;;;может быть": "ни да, ни нет",
    f"01.02.2027;праздник;{'д' * 121}": "120",
    "01.02.2027;праздник;=1+1": "формула",
    '01.02.2027;праздник;"День': "Кавычка",
    "2027-01-01;праздник;Ещё раз": "2",
}


def test_a_faulty_line_costs_itself_and_says_why(centre_admin):
    asked = sent(centre_admin, table(YEAR[0], *FAULTS))

    assert len(asked.context["written"]) == 1
    found = {line.line: line.why for line in asked.context["refused"]}
    missing = [
        (number, words, found.get(number))
        for number, words in enumerate(FAULTS.values(), start=3)
        if words.lower() not in (found.get(number) or "").lower()
    ]
    assert missing == []
    assert "строка 3" in asked.content.decode()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x89PNG\r\n",
        b"%PDF-1.7",
        b"PK\x03\x04\x00",
        b"\0\1\2",
        "Просто текст\nбез таблицы".encode(),
        "Дата;Название\n01.01.2027;День".encode(),
        table(*[f"01.01.2027;праздник;{number}" for number in range(1_600)]),
    ],
)
def test_s16_what_is_no_table_of_days_gets_a_sentence(centre_admin, data):
    answer = sent(centre_admin, data or b" ")

    assert answer.status_code == 200
    assert len(answer.context["form"].errors["file"][0]) > 10
    assert not CalendarDay.objects.exists()


def test_s16_a_workbook_is_read_and_a_hostile_one_refused(centre_admin):
    taken = centre_admin.get(TEMPLATE, {"form": "xlsx", "year": 2026})
    assert read_days(b"".join(taken.streaming_content)).rows == []
    with pytest.raises(UnreadableTable):
        read_days(by_hand(["<row><c t='inlineStr'><is><t>", *(["0" * 10**6] * 60), "</t></is></c></row>"]))


@pytest.mark.parametrize("form", ["csv", "xlsx"])
@pytest.mark.parametrize("language", ["ru", "en"])
def test_rule_30_the_calendars_list_and_its_table_load_again_without_changes(centre_admin, form, language):
    for address in (UPLOAD, LIST):
        applied(centre_admin, sent(centre_admin, table(*YEAR)))
        query = {"year": 2027, "form": form}
        with translation.override(language):
            centre_admin.cookies["language"] = language
            file = centre_admin.get(TEMPLATE if address == UPLOAD else LIST, query).getvalue()

        read = read_days(file)

        assert None not in [row.status for row in read.rows] + [row.is_closed for row in read.rows]
        comparison = compare_with_calendar(read.rows)
        assert (read.refused, comparison.written, len(comparison.unchanged)) == ([], [], 5)


def test_the_form_cannot_be_made_up(centre_admin):
    asked = sent(centre_admin, table(*YEAR))
    kept = asked.context["form"]["table"].value()

    for odd in ("", kept[:-1], kept.replace(":", "!")):
        answer = centre_admin.post(APPLY, {"table": odd}, follow=True)
        assert answer.redirect_chain[0][0] == UPLOAD
        assert told(answer)
    with time_machine.travel(moscow(2026, 11, 26, 12)):
        sign_in(centre_admin, in_role(Role.CENTRE_ADMIN))
        assert centre_admin.post(APPLY, {"table": kept}, follow=True).redirect_chain[0][0] == UPLOAD
    assert not CalendarDay.objects.exists()


def test_hr_takes_the_table_away_and_loads_none(client):
    sign_in(client, planner())

    assert client.get(TEMPLATE).status_code == 200
    assert [client.get(UPLOAD).status_code, client.post(APPLY).status_code] == [403, 403]
    assert UPLOAD not in client.get(LIST).content.decode()


def test_rule_29_a_day_says_who_changed_it_last(client):
    admin = in_role(Role.CENTRE_ADMIN)
    sign_in(client, admin)
    applied(client, sent(client, table(YEAR[0])))
    entry = CalendarDay.objects.get()

    page = client.get(reverse("scheduling:calendar_day", args=[entry.pk])).content.decode()
    listed = client.get(LIST, {"year": 2027}).content.decode()

    assert last_changes("centre.calendarday", [entry.pk])[entry.pk].by == admin
    assert re.search(rf"Изменён:[^/]{{0,200}}{admin.last_name}", page)
    assert admin.short_name in listed.partition("<tbody>")[2]


def test_a_table_of_a_year_costs_the_same_for_any_number_of_days(centre_admin, django_assert_max_num_queries):
    lines = [f"{date(2027, 1, 1) + timedelta(days=n):%d.%m.%Y};праздник;День {n};;;да;" for n in range(365)]
    asked = sent(centre_admin, table(*lines))

    with django_assert_max_num_queries(16):
        centre_admin.post(APPLY, {"table": asked.context["form"]["table"].value()})

    assert CalendarDay.objects.count() == 365
