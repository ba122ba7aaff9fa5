from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.template import Context, Template
from django.utils import translation
from django.utils.html import strip_tags

from centre.templatetags import centre_text
from tests.factories import moscow

MEETING = moscow(2026, 11, 24, 10)


def tied(text):
    """The text with the spaces at which no line breaks, written here as ~."""
    return text.replace("~", "\u00a0")


@pytest.fixture(autouse=True)
def _on_an_ordinary_day():
    with time_machine.travel(moscow(2026, 11, 10, 9), tick=False):
        yield


@pytest.mark.parametrize(
    ("language", "text"),
    [("ru", "вт, 24~ноября 2026, 10:00"), ("en", "Tue, 24~November 2026, 10:00")],
)
def test_when_has_the_weekday_and_the_genitive_month(language, text):
    with translation.override(language):
        assert centre_text.when(MEETING) == tied(text)


@pytest.mark.parametrize(
    ("days", "russian", "english"),
    [
        (0, "сегодня, 10~ноября 2026", "today, 10~November 2026"),
        (1, "завтра, 11~ноября 2026", "tomorrow, 11~November 2026"),
        (-1, "вчера, 9~ноября 2026", "yesterday, 9~November 2026"),
        (2, "чт, 12~ноября 2026", "Thu, 12~November 2026"),
    ],
)
def test_near_days_have_names(days, russian, english):
    on = moscow(2026, 11, 10, 23) + timedelta(days=days)

    with translation.override("ru"):
        assert centre_text.day(on) == tied(russian)
    with translation.override("en"):
        assert centre_text.day(on) == tied(english)


def test_a_time_is_shown_in_the_zone_of_the_site():
    assert centre_text.clock(datetime(2026, 11, 24, 21, 30, tzinfo=UTC)) == "00:30"
    with translation.override("ru"):
        assert centre_text.day(datetime(2026, 11, 24, 21, 30, tzinfo=UTC)) == tied("ср, 25~ноября 2026")


@pytest.mark.parametrize(
    ("start", "end", "language", "text"),
    [
        (MEETING, moscow(2026, 11, 24, 13), "ru", "вт, 24~ноября, 10:00–13:00 (МСК)"),
        (MEETING, moscow(2026, 11, 24, 13), "en", "Tue, 24~November, 10:00–13:00 (MSK)"),
        (moscow(2027, 1, 12, 9), moscow(2027, 1, 12, 18), "ru", "вт, 12~января 2027, 09:00–18:00 (МСК)"),
        (
            moscow(2026, 11, 24, 22),
            moscow(2026, 11, 25, 1),
            "ru",
            "вт, 24~ноября, 22:00 – ср, 25~ноября, 01:00 (МСК)",
        ),
        (
            moscow(2026, 11, 10, 14),
            moscow(2026, 11, 10, 15, 30),
            "ru",
            "сегодня, 10~ноября, 14:00–15:30 (МСК)",
        ),
    ],
)
def test_meeting_time_names_the_zone(start, end, language, text):
    with translation.override(language):
        assert strip_tags(centre_text.meeting_time(start, end)) == tied(text)


@pytest.mark.parametrize(
    ("first", "last", "russian", "english"),
    [
        (date(2026, 11, 23), date(2026, 11, 29), "23–29~ноября 2026", "23–29~November 2026"),
        (
            date(2026, 11, 30),
            date(2026, 12, 6),
            "30~ноября – 6~декабря 2026",
            "30~November – 6~December 2026",
        ),
        (
            date(2026, 12, 28),
            date(2027, 1, 3),
            "28~декабря 2026 – 3~января 2027",
            "28~December 2026 – 3~January 2027",
        ),
    ],
)
def test_days_between_say_a_common_month_and_year_once(first, last, russian, english):
    with translation.override("ru"):
        assert centre_text.days_between(first, last) == tied(russian)
    with translation.override("en"):
        assert centre_text.days_between(first, last) == tied(english)


def test_hours_in_short_are_as_short_as_the_language_has_them():
    with translation.override("ru"):
        assert centre_text.hours_in_short(16) == tied("16~ак.~ч")
    with translation.override("en"):
        assert centre_text.hours_in_short(16) == tied("16~academic~hours")


@pytest.mark.parametrize(
    ("count", "russian", "english"),
    [
        (1, "1~академический~час", "1~academic~hour"),
        (2, "2~академических~часа", "2~academic~hours"),
        (5, "5~академических~часов", "5~academic~hours"),
        (11, "11~академических~часов", "11~academic~hours"),
        (16, "16~академических~часов", "16~academic~hours"),
        (21, "21~академический~час", "21~academic~hours"),
        (22, "22~академических~часа", "22~academic~hours"),
        (1.5, "1,5~академического~часа", "1.5~of~an~academic~hour"),
    ],
)
def test_hours_agree_with_their_number(count, russian, english):
    with translation.override("ru"):
        assert centre_text.hours(count) == tied(russian)
    with translation.override("en"):
        assert centre_text.hours(count) == tied(english)


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0, "0"),
        (9999, "9999"),
        (10500, "10\u202f500"),
        (1000000, "1\u202f000\u202f000"),
        (-20000, "-20\u202f000"),
    ],
)
def test_long_numbers_have_thin_spaces(number, text):
    assert centre_text.thin(number) == text


def test_nothing_is_shown_for_nothing():
    assert [
        centre_text.when(None),
        centre_text.day(None),
        centre_text.clock(None),
        centre_text.thin(None),
    ] == [""] * 4


def test_a_status_is_a_word_with_an_icon_and_escapes_what_it_says():
    html = Template('{% load centre_text %}{% status word "wait" %}').render(Context({"word": "<b>"}))

    assert html == (
        '<span class="status status--wait"><svg class="icon" aria-hidden="true">'
        '<use href="/static/icons.svg#clock"></use></svg>&lt;b&gt;</span>'
    )


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Согласовано: Пак Г. С..", "Согласовано: Пак Г. С."),
        ("Придёт Пак Г. С.. Обоим написали.", "Придёт Пак Г. С. Обоим написали."),
        ("Отказать...", "Отказать..."),
        ("<b>А. Б..", "&lt;b&gt;А. Б."),
    ],
)
def test_a_name_at_the_end_of_a_sentence_brings_no_second_dot(text, shown):
    page = Template("{% load centre_text %}{{ text|one_dot }}")

    assert page.render(Context({"text": text})) == shown
