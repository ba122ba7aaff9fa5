"""The catalogue of translations follows the sources, and everything wrong with it is named."""

from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from tools.merge_po import merge
from tools.messages import (
    CATALOGUE,
    compile_catalogue,
    problems,
    read_catalogue,
    russian_words,
    update,
)

VIEWS = """
from django.utils.translation import gettext as _, ngettext, pgettext

TITLE = _("Courses")
SEATS = ngettext("%(count)s seat", "%(count)s seats", count) % {"count": count}
MONTH = pgettext("month", "May")
"""
PAGE = """{% load i18n %}
  <h1>{% translate "Courses" %}</h1>
    {% blocktranslate trimmed count left=seats %}
      {{ left }} seat left, it's "yours"
    {% plural %}
      {{ left }} seats left
    {% endblocktranslate %}
  {{ name|default:_("Nobody") }} don't (
"""


@pytest.fixture
def root(tmp_path):
    (tmp_path / "courses").mkdir()
    (tmp_path / "courses" / "views.py").write_text(VIEWS)
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "page.html").write_text(PAGE)
    update(tmp_path)
    return tmp_path


def translate(root, **changes):
    """Fill the catalogue; changes are put in place of the right texts."""
    right = {
        "Courses": "Курсы",
        "%(count)s seat": ("%(count)s место", "%(count)s места", "%(count)s мест"),
        "May": "май",
        '%(left)s seat left, it\'s "yours"': ("%(left)s место", "%(left)s места", "%(left)s мест"),
        "Nobody": "Никто",
    }
    lines = (root / CATALOGUE).read_text().splitlines()
    texts, current, filled = {**right, **changes}, None, []
    for line in lines:
        if line.startswith("msgid "):
            current = texts.get(line.removeprefix("msgid ").strip('"').replace('\\"', '"'))
            # The shown text ends with a quote of its own.
            current = texts['%(left)s seat left, it\'s "yours"'] if "yours" in line else current
        if line == 'msgstr ""' and current:
            line = f'msgstr "{current}"'
        elif line.startswith("msgstr[") and current:
            line = line[:9] + f' "{current[int(line[7])]}"'
        filled.append(line)
    (root / CATALOGUE).write_text("\n".join(filled) + "\n")


def found(root):
    return [problem.removesuffix(": run python -m tools.messages compile") for problem in problems(root)]


def test_messages_of_sources_and_templates_are_found(root):
    assert [(message.id, message.context) for message in read_catalogue(root) if message.id] == [
        (("%(count)s seat", "%(count)s seats"), None),
        (('%(left)s seat left, it\'s "yours"', "%(left)s seats left"), None),
        ("Courses", None),
        ("May", "month"),
        ("Nobody", None),
    ]


def test_a_complete_catalogue_has_no_problems(root):
    translate(root)
    compile_catalogue(root)

    assert found(root) == []


def test_an_update_keeps_translations_and_drops_what_is_gone(root):
    translate(root)
    (root / "templates" / "page.html").unlink()

    update(root)
    update(root)

    assert [(message.id, message.string) for message in read_catalogue(root) if message.id] == [
        (("%(count)s seat", "%(count)s seats"), ("%(count)s место", "%(count)s места", "%(count)s мест")),
        ("Courses", "Курсы"),
        ("May", "май"),
    ]


def test_missing_and_stale_messages_are_named(root):
    translate(root)
    (root / "courses" / "views.py").write_text(VIEWS.replace("May", "June"))
    compile_catalogue(root)

    assert found(root) == [
        f"missing in {CATALOGUE}: courses/views.py:6: 'June'",
        f"stale in {CATALOGUE}: 'May'",
    ]


def test_an_empty_plural_form_is_named(root):
    translate(root, **{"%(count)s seat": ("%(count)s место", "", "%(count)s мест")})
    compile_catalogue(root)

    assert found(root) == [f"not translated in {CATALOGUE}: '%(count)s seat'"]


def test_a_broken_placeholder_is_named(root):
    translate(root, **{"%(count)s seat": ("%(count)s место", "%(numbr)s места", "%(count)s мест")})
    compile_catalogue(root)

    assert found(root) == [f"wrong in {CATALOGUE}: '%(count)s seat': unknown named placeholder 'numbr'"]


def test_a_fuzzy_message_is_named(root):
    translate(root)
    text = (root / CATALOGUE).read_text()
    (root / CATALOGUE).write_text(text.replace('msgid "Nobody"', '#, fuzzy\nmsgid "Nobody"'))
    compile_catalogue(root)

    assert found(root) == [f"fuzzy in {CATALOGUE}: 'Nobody'"]


def test_a_stale_compiled_file_is_named(root):
    translate(root)
    compile_catalogue(root)
    translate(root, Courses="Курсы")
    text = (root / CATALOGUE).read_text()
    (root / CATALOGUE).write_text(text.replace("Курсы", "Все курсы"))

    assert found(root) == [f"{CATALOGUE.with_suffix('.mo')} is stale"]


def test_russian_in_sources_is_named_unless_on_purpose(root):
    translate(root)
    compile_catalogue(root)
    source = (
        VIEWS + '\nA = "Курсы"\n\n# Russian on purpose: the payroll writes so.\nB = "Табельный"\nC = "ё"\n'
    )
    (root / "courses" / "views.py").write_text(source)

    assert [problem.split(";")[0] for problem in found(root)] == ["Russian in courses/views.py:8: 'Курсы'"]
    assert list(russian_words("[а-яё] Ё\n\n\nкак\n")) == [(4, "как")]


def test_merging_two_catalogues_takes_each_translation_from_the_side_that_changed_it(tmp_path):
    def catalogue(name: str, **messages: str) -> Path:
        head = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\n'
        file = tmp_path / name
        pairs = (f'msgid "{key}"\nmsgstr "{text}"\n' for key, text in messages.items())
        file.write_text(head + "\n".join(pairs), "utf-8")
        return file

    base = catalogue("base.po", both="оба", theirs="старое", ours="старое", seat="")
    ours = catalogue("ours.po", both="наше", theirs="старое", ours="новое", seat="")
    theirs = catalogue("theirs.po", both="их", theirs="новое", ours="старое", seat="место", new="")

    merge(base, ours, theirs)

    with ours.open("rb") as file:
        assert {message.id: message.string for message in read_po(file) if message.id} == {
            "both": "наше",
            "theirs": "новое",
            "ours": "новое",
            "seat": "место",
            "new": "",
        }
