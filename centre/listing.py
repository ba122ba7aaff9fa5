"""Lists of staff's pages: sorted, with chosen columns, paged, exported and printed; their state stands in the address.

A page declares its columns once; the table, the files and the paper are made of them. Own code and no library of
tables, for a row may be completed a page at a time (people counted by another app), and the same rows must stream
into a file in pieces of the same size.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from io import BytesIO
from itertools import islice
from typing import Any
from urllib.parse import quote

from django import forms
from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.db.models.expressions import OrderBy
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.functional import Promise, cached_property
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from audit.access import note_export
from centre.exports import Value, csv_lines, write_xlsx
from centre.limits import count_use
from centre.templatetags.centre_text import thin, when

ROWS_A_PAGE = 50
# More than this is not written on paper or into a workbook while somebody waits; CSV streams any number.
PRINTED_MAX = 1_000
XLSX_MAX = 20_000
ROWS_A_PIECE = 500
# The words of the address that are a list's own; all others are its page's filters.
OWN_WORDS = ("sort", "columns", "form", "page")


@dataclass(frozen=True)
class Column:
    """One column: its word in the address, its title, and the plain value that files hold.

    `order` is what the database sorts by; a column without it is not sorted. `template` shows the cell of `row`,
    else its value is shown as text. The first column names the row; `link` gives its address.
    """

    name: str
    title: str | Promise
    value: Callable[[Any], Value]
    order: tuple[str | OrderBy, ...] = ()
    template: str = ""
    link: Callable[[Any], str] | None = None
    is_number: bool = False
    # A code or a number that must not break at its hyphen.
    keeps_line: bool = False
    # Its words need no title beside them where the rows are cards.
    speaks: bool = False
    # A title of many words, which needs more of the width than its neighbours.
    is_wide: bool = False
    # Shown only when it is asked for.
    is_extra: bool = False


@dataclass(frozen=True)
class Cell:
    column: Column
    row: Any

    @property
    def css_class(self) -> str:
        column = self.column
        classes = {
            "number": column.is_number,
            "nowrap": column.keeps_line,
            "wide": column.is_wide,
            "speaks": column.speaks,
        }
        return " ".join(name for name, is_so in classes.items() if is_so)

    @property
    def text(self) -> str:
        return shown(self.column.value(self.row))

    @property
    def url(self) -> str:
        return self.column.link(self.row) if self.column.link else ""


@dataclass(frozen=True)
class Line:
    """A row of the page: the cell that names it, and the others."""

    head: Cell
    cells: list[Cell]


@dataclass(frozen=True)
class Heading:
    """A shown column's title, and what a click on it makes of the address."""

    column: Column
    # "ascending", "descending", or nothing when the list is sorted by another column.
    direction: str

    @property
    def sort(self) -> str:
        """The order in the address after the click: a second one turns it round."""
        return f"-{self.column.name}" if self.direction == "ascending" else self.column.name


class ListState(forms.Form):
    """What the address says of a list beside its filters. What is not understood is not asked."""

    sort = forms.ChoiceField(required=False, label="")
    columns = forms.MultipleChoiceField(required=False, widget=forms.CheckboxSelectMultiple, label="")
    form = forms.ChoiceField(required=False, choices=[(one, one) for one in ("csv", "xlsx", "print")])

    def __init__(self, data: Any, columns: Sequence[Column]) -> None:
        super().__init__(data)
        orders = [order for one in columns if one.order for order in (one.name, f"-{one.name}")]
        self.fields["sort"].choices = [(order, order) for order in orders]  # type: ignore[attr-defined]
        self.fields["columns"].choices = [(one.name, one.title) for one in columns]  # type: ignore[attr-defined]
        self.is_valid()


class Listing:
    """One list for one request.

    `rows` completes the objects of a page, or of a piece of a file, and returns what the columns' functions get.
    `order` is the order without a wish; every order ends with the key, so that pages never overlap. A list of millions
    is counted up to `counted_max` only, and paged as far.
    """

    def __init__(
        self,
        request: HttpRequest,
        objects: QuerySet[Any],
        columns: Sequence[Column],
        *,
        name: str | Promise,
        order: Sequence[str | OrderBy] = (),
        rows: Callable[[Sequence[Any]], Sequence[Any]] = lambda objects: objects,
        counted_max: int | None = None,
    ) -> None:
        self.request = request
        self.columns = columns
        self.name = str(name)
        self.complete = rows
        self.counted_max = counted_max
        self.state = ListState(request.GET, columns)
        asked = self.state.cleaned_data
        self.sort: str = asked.get("sort") or ""
        self.form: str = asked.get("form") or ""
        self.objects = self._in_order(objects, order)

    def _in_order(self, objects: QuerySet[Any], order: Sequence[str | OrderBy]) -> QuerySet[Any]:
        column = next((one for one in self.columns if one.name == self.sort.removeprefix("-")), None)
        if column is None:
            return objects.order_by(*order, "pk") if order else objects
        found = objects.order_by(*column.order, "pk")
        return found.reverse() if self.sort.startswith("-") else found

    @cached_property
    def shown_columns(self) -> list[Column]:
        """The columns asked for, in their own order; without a wish all but the extra ones. The first always stands."""
        wanted = self.state.cleaned_data.get("columns")
        first, *others = self.columns
        return [first, *(one for one in others if (one.name in wanted if wanted else not one.is_extra))]

    @property
    def headings(self) -> list[Heading]:
        directions = {self.sort.removeprefix("-"): "descending" if self.sort.startswith("-") else "ascending"}
        return [Heading(one, directions.get(one.name, "")) for one in self.shown_columns]

    @property
    def orders(self) -> list[tuple[str, str, bool]]:
        """Each order in the address, in words, and whether it is the present one: for the reader of cards."""
        found = []
        for column in self.columns:
            if column.order:
                title = capfirst(str(column.title))
                found.append((column.name, title, column.name == self.sort))
                backwards = _("%(column)s, backwards") % {"column": title}
                found.append((f"-{column.name}", backwards, f"-{column.name}" == self.sort))
        return found

    @property
    def choices(self) -> list[tuple[Column, bool]]:
        """Every column but the first, and whether it is shown."""
        return [(one, one in self.shown_columns) for one in self.columns[1:]]

    @property
    def filters_in_address(self) -> list[tuple[str, str]]:
        """What a form about columns and order carries along."""
        return [pair for pair in self._pairs() if pair[0] not in OWN_WORDS]

    @property
    def wishes_in_address(self) -> list[tuple[str, str]]:
        """What the form of the filters carries along: the order and the columns."""
        return [pair for pair in self._pairs() if pair[0] in ("sort", "columns")]

    def _pairs(self) -> list[tuple[str, str]]:
        return [(key, value) for key, values in self.request.GET.lists() for value in values]

    @cached_property
    def page(self) -> Page[Any]:
        per_page = PRINTED_MAX if self.form == "print" else ROWS_A_PAGE
        paginator = CountingPaginator(self.objects, per_page, self.counted_max)
        return paginator.get_page(self.request.GET.get("page"))

    @cached_property
    def lines(self) -> list[Line]:
        first, *others = self.shown_columns
        return [
            Line(Cell(first, row), [Cell(column, row) for column in others])
            for row in self.complete(list(self.page.object_list))
        ]

    @property
    def count(self) -> int:
        return self.page.paginator.count

    @property
    def is_counted_whole(self) -> bool:
        return self.counted_max is None or self.count <= self.counted_max

    @property
    def may_be_workbook(self) -> bool:
        return self.count <= XLSX_MAX

    def respond(self, template: str, context: dict[str, Any] | None = None) -> HttpResponseBase:
        """The page, with `listing` in its context, or the file that the address asks for."""
        if self.form:
            count_use(self.request, "export")
            note_export(self.request, title=self.name, rows=self.count)
        if self.form == "csv":
            return self.csv()
        if self.form == "xlsx" and self.may_be_workbook:
            return self.xlsx()
        return self.html(template, context or {})

    def html(self, template: str, context: dict[str, Any]) -> HttpResponse:
        return render(self.request, template, {"listing": self, **context})

    def csv(self) -> StreamingHttpResponse:
        response = StreamingHttpResponse(
            csv_lines(self.header, self.values()), content_type="text/csv; charset=utf-8"
        )
        response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(self.file_name)}.csv"
        return response

    def xlsx(self) -> FileResponse:
        file = BytesIO()
        write_xlsx(file, self.name, self.header, self.values())
        file.seek(0)
        return FileResponse(file, as_attachment=True, filename=f"{self.file_name}.xlsx")

    @property
    def file_name(self) -> str:
        return f"{self.name} {timezone.localdate():%d.%m.%Y}"

    @property
    def header(self) -> list[str]:
        return [capfirst(str(column.title)) for column in self.shown_columns]

    def values(self) -> Iterator[list[Value]]:
        """Every row of the list, not of the page alone, as plain values."""
        for piece in pieces(self.objects.iterator(chunk_size=ROWS_A_PIECE)):
            for row in self.complete(piece):
                yield [column.value(row) for column in self.shown_columns]


class CountingPaginator(Paginator):
    """Counts no further than asked: nobody reads page 20 000, and counting a million rows costs a second."""

    def __init__(self, objects: QuerySet[Any], per_page: int, counted_max: int | None) -> None:
        super().__init__(objects, per_page)
        self.objects, self.counted_max = objects, counted_max

    @cached_property
    def count(self) -> int:
        if self.counted_max is None:
            return self.objects.count()
        return self.objects.order_by().values("pk")[: self.counted_max + 1].count()


def pieces(objects: Iterable[Any]) -> Iterator[list[Any]]:
    iterator = iter(objects)
    while piece := list(islice(iterator, ROWS_A_PIECE)):
        yield piece


def shown(value: Value) -> str:
    """The value as pages write it; see docs/look.md."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, datetime):
        return when(value)
    if isinstance(value, date):
        return date_format(value, "DATE_FORMAT")
    if isinstance(value, int):
        return thin(value)
    return number_format(value) if isinstance(value, float) else str(value)
