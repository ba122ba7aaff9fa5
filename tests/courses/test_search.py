"""Search in the catalogue forgives what people type (rule 30)."""

import pytest

from centre.words import corrected
from courses.models import Course
from tests.factories import CourseFactory

TITLES = ["Основы клиентоориентированного сервиса", "Учёт рабочего времени", "Работа с конфликтами"]


def found(words):
    return [course.title for course in Course.objects.search(words)]


@pytest.fixture
def courses(db):
    for number, title in enumerate(TITLES, start=1):
        CourseFactory(code=f"IP-{number:03d}", title=title, description=f"Описание {title.lower()}")


@pytest.mark.parametrize(
    ("words", "title"),
    [
        ("учет", "Учёт рабочего времени"),
        ("УЧЁТ", "Учёт рабочего времени"),
        ("учёта времени", "Учёт рабочего времени"),
        ("конфликтов", "Работа с конфликтами"),
        ("конфл", "Работа с конфликтами"),
        ("работа с конфликтами", "Работа с конфликтами"),
        ("клиентоор", "Основы клиентоориентированного сервиса"),
        ("сервис основы", "Основы клиентоориентированного сервиса"),
        ("IP-003", "Работа с конфликтами"),
        ("003", "Работа с конфликтами"),
    ],
)
def test_rule_30_search_finds_word_forms_first_letters_and_ignores_yo(courses, words, title):
    assert found(words) == [title]


def test_what_stands_in_the_title_comes_first(db):
    CourseFactory(title="Азбука вежливости", description="Помогает избежать конфликта.")
    CourseFactory(title="Работа с конфликтами")

    assert found("конфликты") == ["Работа с конфликтами", "Азбука вежливости"]


@pytest.mark.parametrize(
    "words",
    ["", "!!!", "' | '':*", "учёт & (", "\\", "%", "<script>", "_", "²", "а" * 500, "x'); drop table--"],
)
def test_s15_odd_searches_answer_without_an_error(courses, words):
    assert found(words) in ([], ["Учёт рабочего времени"])


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("клиентоореинтированного", "клиентоориентированного"),
        ("канфликтами", "конфликтами"),
        ("exn", "учет"),
        ("cthdbcf", "сервиса"),
        ("аэродром", None),
        ("", None),
    ],
)
def test_expectation_6_slips_and_the_wrong_keyboard_layout_are_forgiven(typed, meant):
    assert corrected(typed, TITLES) == meant
