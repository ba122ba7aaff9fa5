"""The columns of the list of problems; a row is a SessionProblems."""

from django.urls import reverse
from django.utils.translation import gettext_lazy

from centre.functions import SortKey
from centre.listing import Column
from scheduling.problems import SessionProblems


def in_words(row: SessionProblems) -> str:
    return " ".join(problem.finding.message for problem in row.problems)


PROBLEM_COLUMNS = (
    Column(
        "course",
        gettext_lazy("Course"),
        lambda row: row.session.course.title,
        order=(SortKey("course__title").asc(), "starts_at"),
        link=lambda row: reverse("scheduling:session", args=[row.session.pk]),
        is_wide=True,
    ),
    Column("starts", gettext_lazy("When"), lambda row: row.session.starts_at, order=("starts_at",)),
    Column(
        "problems",
        gettext_lazy("Problems"),
        in_words,
        template="scheduling/_problems_cell.html",
        speaks=True,
    ),
    Column(
        "codes",
        gettext_lazy("Codes"),
        lambda row: ", ".join(dict.fromkeys(problem.finding.code for problem in row.problems)),
        is_extra=True,
    ),
)
