"""Lists: order, columns, pages and files, all by the address (expectation 26)."""

import pytest
from django.test import RequestFactory

from audit.models import AccessRecord
from centre.functions import SortKey
from centre.listing import PRINTED_MAX, Column, Listing
from people.models import Office
from tests.factories import EmployeeFactory, OfficeFactory

pytestmark = pytest.mark.django_db

COLUMNS = (
    Column(
        "name",
        "офис",
        lambda office: office.name,
        order=(SortKey("name").asc(),),
        link=lambda office: f"/{office.code}/",
    ),
    Column("okrug", "округ", lambda office: office.okrug, order=("okrug",)),
    Column("code", "код", lambda office: office.code, is_extra=True),
)


def listing(query: str = "", **kwargs) -> Listing:
    request = RequestFactory().get(f"/offices/?{query}")
    request.user = EmployeeFactory()
    return Listing(request, Office.objects.all(), COLUMNS, name="Офисы", **kwargs)


def names(shown: Listing) -> list[str]:
    return [line.head.text for line in shown.lines]


def texts(shown: Listing) -> list[list[str]]:
    return [[cell.text for cell in line.cells] for line in shown.lines]


@pytest.fixture
def offices():
    return [
        OfficeFactory(name=name, okrug=okrug, code=code)
        for name, okrug, code in [("Ёлки", "ЮАО", "2"), ("Жулебино", "ЦАО", "3"), ("Ельня", "ЦАО", "1")]
    ]


def test_the_usual_order_and_columns(offices):
    shown = listing()

    assert names(shown) == ["Ёлки", "Ельня", "Жулебино"]
    assert texts(shown) == [["ЮАО"], ["ЦАО"], ["ЦАО"]]
    assert shown.lines[0].head.url == "/2/"


@pytest.mark.parametrize(
    ("sort", "found"),
    [
        ("name", ["Ёлки", "Ельня", "Жулебино"]),
        ("-name", ["Жулебино", "Ельня", "Ёлки"]),
        ("okrug", ["Жулебино", "Ельня", "Ёлки"]),
        ("-okrug", ["Ёлки", "Ельня", "Жулебино"]),
        # Not sorted by, not known, not meant: the usual order.
        ("code", ["Ёлки", "Ельня", "Жулебино"]),
        ("password", ["Ёлки", "Ельня", "Жулебино"]),
        ("%00", ["Ёлки", "Ельня", "Жулебино"]),
    ],
)
def test_the_order_stands_in_the_address(offices, sort, found):
    assert names(listing(f"sort={sort}")) == found


def test_columns_stand_in_the_address_and_the_first_is_always_there(offices):
    assert texts(listing("columns=code&sort=name")) == [["2"], ["1"], ["3"]]
    assert texts(listing("columns=nothing&sort=name")) == texts(listing("sort=name"))


def test_a_heading_turns_the_order_round(offices):
    ascending, descending, other = (
        listing(f"sort={sort}").headings[0] for sort in ("name", "-name", "okrug")
    )

    assert (ascending.direction, ascending.sort) == ("ascending", "-name")
    assert (descending.direction, descending.sort) == ("descending", "name")
    assert (other.direction, other.sort) == ("", "name")


def test_the_forms_carry_each_others_words_along(offices):
    shown = listing("q=a&okrug=b&okrug=c&sort=name&columns=code&page=2&form=csv")

    assert shown.filters_in_address == [("q", "a"), ("okrug", "b"), ("okrug", "c")]
    assert shown.wishes_in_address == [("sort", "name"), ("columns", "code")]


def test_rows_are_completed_a_page_at_a_time(offices):
    asked = []

    def complete(objects):
        asked.append(len(objects))
        return objects

    assert len(listing(rows=complete).lines) == 3
    assert asked == [3]


def test_rule_30_a_file_holds_exactly_what_is_shown_on_all_pages():
    OfficeFactory.create_batch(120, okrug="САО")

    response = listing("form=csv&columns=code&sort=name").respond("no template")
    lines = b"".join(response.streaming_content).decode("utf-8-sig").splitlines()

    assert lines[0] == "Офис;Код"
    assert len(lines) == 121
    assert response["Content-Disposition"].startswith("attachment; filename*=UTF-8''%D0%9E%D1%84")


def test_rule_30_a_workbook_holds_the_same(offices):
    from io import BytesIO

    from openpyxl import load_workbook

    response = listing("form=xlsx&sort=-name").respond("no template")
    sheet = load_workbook(BytesIO(b"".join(response.streaming_content))).active

    assert [[cell.value for cell in row] for row in sheet.rows] == [
        ["Офис", "Округ"],
        ["Жулебино", "ЦАО"],
        ["Ельня", "ЦАО"],
        ["Ёлки", "ЮАО"],
    ]


def test_s30_a_list_too_long_for_a_workbook_is_offered_as_csv_only(offices, monkeypatch):
    monkeypatch.setattr("centre.listing.XLSX_MAX", 2)

    assert listing("form=xlsx").may_be_workbook is False


def test_paper_gets_the_whole_list():
    OfficeFactory.create_batch(60)

    assert len(listing().lines) == 50
    assert listing("form=print").page.paginator.per_page == PRINTED_MAX
    assert len(listing("form=print").lines) == 60


def test_S26_a_file_or_paper_taken_away_is_recorded_and_a_page_is_not(offices):
    for form in ("", "csv", "xlsx"):
        listing(f"okrug=ЦАО&form={form}&page=2").respond("components/_listing.html")

    assert list(AccessRecord.objects.order_by("pk").values_list("kind", "title", "filters", "rows")) == [
        ("export", "Офисы (csv)", "okrug=ЦАО", 3),
        ("export", "Офисы (xlsx)", "okrug=ЦАО", 3),
    ]


def test_a_long_list_is_counted_as_far_as_it_says(offices):
    assert (listing(counted_max=2).count, listing(counted_max=2).is_counted_whole) == (3, False)
    assert (listing(counted_max=3).count, listing(counted_max=3).is_counted_whole) == (3, True)
