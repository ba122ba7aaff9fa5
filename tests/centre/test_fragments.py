"""Parts of pages that are rendered once for each set of facts."""

from datetime import UTC, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation

from centre.fragments import SECRET, Fragment
from centre.templatetags.centre_text import NO_BREAK_SPACE
from centre.zones import read_in

NOON = datetime(2026, 11, 24, 9, tzinfo=UTC)


@pytest.fixture
def template(settings, tmp_path):
    """Writes a template of this test."""
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [tmp_path]}]

    def write(text):
        (tmp_path / "part.html").write_text("{% load i18n centre_text %}" + text, "utf-8")
        return "part.html"

    return write


class Word(NamedTuple):
    word: str
    at: datetime = NOON


def test_equal_facts_are_rendered_once_and_others_anew(template):
    rendered = []

    class Noted(Word):
        def _asdict(self):
            rendered.append(self.word)
            return super()._asdict()

    part = Fragment(template("<b>{{ word }}</b>"))

    assert [part(Noted(word)) for word in ("раз", "два", "раз")] == ["<b>раз</b>", "<b>два</b>", "<b>раз</b>"]
    assert rendered == ["раз", "два"]


def test_only_the_last_sets_of_facts_stay_in_memory(template):
    part = Fragment(template("{{ word }}"), kept=2)
    for number in range(5):
        part(Word(str(number)))

    assert part._kept.cache_info().currsize == 2


def test_each_language_and_day_and_zone_has_its_own(template, time_machine):
    part = Fragment(template("{{ at|when }}{{ at|own_time }}"))

    def shown(language, zone=None):
        with translation.override(language), read_in(lambda: zone):
            return part(Word("", NOON)).replace(NO_BREAK_SPACE, " ")

    time_machine.move_to(datetime(2026, 11, 24, 6, tzinfo=UTC))
    assert shown("ru") == "сегодня, 24 ноября 2026, 12:00"
    assert shown("en").startswith("today, 24")
    assert "по вашему времени 19:00" in shown("ru", ZoneInfo("Asia/Vladivostok"))
    time_machine.move_to(datetime(2026, 11, 25, 6, tzinfo=UTC))
    assert shown("ru") == "вчера, 24 ноября 2026, 12:00"


def test_a_hole_is_filled_at_each_use_and_escaped(template):
    part = Fragment(template('<input value="{{ typed }}">{{ word }}<i>{{ typed }}</i>'), holes=["typed"])

    assert part(Word("w"), typed="1") == '<input value="1">w<i>1</i>'
    assert part(Word("w"), typed='"><script>') == (
        '<input value="&quot;&gt;&lt;script&gt;">w<i>&quot;&gt;&lt;script&gt;</i>'
    )
    with pytest.raises(KeyError):
        part(Word("w"))


def test_what_fills_one_hole_opens_no_other(template):
    part = Fragment(template("{{ typed }}|{{ token }}"), holes=["typed", "token"])

    assert part(Word(""), typed="-token-", token="secret") == "-token-|secret"
    assert part(Word(""), typed=f"{SECRET}-token-", token="secret").startswith(SECRET)


def test_a_fact_is_text_and_no_template(template):
    part = Fragment(template("{{ word }}"))

    assert part(Word("{{ at }}<b>")) == "{{ at }}&lt;b&gt;"


def test_while_debugging_a_changed_template_is_seen_at_once(template, settings):
    settings.DEBUG = True
    part = Fragment(template("old"))
    assert part(Word("")) == "old"

    settings.TEMPLATES = [{**settings.TEMPLATES[0]}]  # as the development server does when a file changes
    template("new")
    assert part(Word("")) == "new"
