"""Keeps the translations: ``python -m tools.messages update | compile | check``.

``update`` brings every message of the sources into the catalogue and drops those gone, ``compile`` makes
the file that Django reads, ``check`` names everything missing, fuzzy, stale or wrong. Babel does the work, so
that no GNU gettext is needed.
"""

import io
import re
import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
LOCALE = "ru"
CATALOGUE = Path("locale") / LOCALE / "LC_MESSAGES" / "django.po"
LINE_WIDTH = 110

KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
# Nothing in these folders is shown by the site.
NOT_SOURCES = {"bench", "bin", "demo", "docs", "locale", "static", "staticfiles", "tests", "tools", "var"}

# Single letters and character classes (ё beside е) are code; three letters in a row are a word.
RUSSIAN_WORD = re.compile("[\u0400-\u04ff]{3,}")
# A paragraph with this comment may hold Russian words, such as the column titles of a payroll file.
ON_PURPOSE = "Russian on purpose"
# The centre's own name stands in the sender's address.
MAY_HOLD_RUSSIAN = {Path("trainingcenter/settings.py")}

Key = tuple[object, str | None]


def source_files(root: Path, suffix: str) -> Iterator[Path]:
    """The site's sources of one kind, relative to the root, in a stable order."""
    for folder in sorted(root.iterdir()):
        if folder.is_dir() and not folder.name.startswith(".") and folder.name not in NOT_SOURCES:
            yield from (path.relative_to(root) for path in sorted(folder.rglob(f"*{suffix}")))
    yield from (path.relative_to(root) for path in sorted(root.glob(f"*{suffix}")))


def extracted(root: Path) -> Catalog:
    """Every message of the Python sources and the templates."""
    template = Catalog()
    for path in source_files(root, ".py"):
        _add_messages(template, path, (root / path).read_text("utf-8"))
    for path in source_files(root, ".html"):
        as_python = templatize((root / path).read_text("utf-8"), origin=str(path))
        # Python's tokenizer would stumble over the template's indentation.
        _add_messages(template, path, "\n".join(line.strip() for line in as_python.splitlines()))
    return template


def _add_messages(template: Catalog, path: Path, source: str) -> None:
    found = extract("python", io.BytesIO(source.encode()), KEYWORDS, comment_tags=["Translators:"])
    for line, message, comments, context in found:
        template.add(message, locations=[(str(path), line)], auto_comments=comments, context=context)


def read_catalogue(root: Path) -> Catalog:
    path = root / CATALOGUE
    if not path.exists():
        # Dates are fixed: they would make every merge a conflict.
        epoch = datetime(2026, 1, 1, tzinfo=UTC)
        return Catalog(
            locale=LOCALE,
            project="trainingcenter",
            version="1",
            creation_date=epoch,
            revision_date=epoch,
            fuzzy=False,
            header_comment="# Russian texts of the training centre.",
            msgid_bugs_address="training@centre.example",
            last_translator="Training centre <training@centre.example>",
            language_team="Training centre <training@centre.example>",
        )
    with path.open("rb") as file:
        return read_po(file, locale=LOCALE, abort_invalid=True)


def update(root: Path) -> None:
    """Bring the catalogue to the sources; translations stay, messages that are gone leave."""
    catalogue = read_catalogue(root)
    catalogue.update(
        extracted(root), no_fuzzy_matching=True, update_header_comment=False, update_creation_date=False
    )
    catalogue.obsolete.clear()
    path = root / CATALOGUE
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, catalogue, sort_output=True, no_location=True, ignore_obsolete=True, width=LINE_WIDTH)


def compiled(root: Path) -> bytes:
    buffer = io.BytesIO()
    write_mo(buffer, read_catalogue(root))
    return buffer.getvalue()


def compile_catalogue(root: Path) -> None:
    (root / CATALOGUE).with_suffix(".mo").write_bytes(compiled(root))


def problems(root: Path) -> Iterator[str]:
    """Everything wrong with the translations, one sentence each."""
    yield from _problems_of_catalogue(root)
    yield from _problems_of_compiled(root)
    yield from _russian_in_sources(root)


def _problems_of_catalogue(root: Path) -> Iterator[str]:
    catalogue, template = read_catalogue(root), extracted(root)
    known = {_key(message): message for message in catalogue if message.id}
    wanted = {_key(message): message for message in template if message.id}
    for key, message in wanted.items():
        if key not in known:
            yield f"missing in {CATALOGUE}: {_place(message)}: {_text(message)!r}"
    for key, message in known.items():
        if key not in wanted:
            yield f"stale in {CATALOGUE}: {_text(message)!r}"
        elif not _is_translated(message):
            yield f"not translated in {CATALOGUE}: {_text(message)!r}"
        elif message.fuzzy:
            yield f"fuzzy in {CATALOGUE}: {_text(message)!r}"
        else:
            yield from (
                f"wrong in {CATALOGUE}: {_text(message)!r}: {error}" for error in message.check(catalogue)
            )


def _problems_of_compiled(root: Path) -> Iterator[str]:
    path = CATALOGUE.with_suffix(".mo")
    if not (root / path).exists():
        yield f"{path} is missing: run python -m tools.messages compile"
    elif (root / path).read_bytes() != compiled(root):
        yield f"{path} is stale: run python -m tools.messages compile"


def _russian_in_sources(root: Path) -> Iterator[str]:
    for suffix in (".py", ".html"):
        for path in source_files(root, suffix):
            if path in MAY_HOLD_RUSSIAN or "migrations" in path.parts:
                continue
            yield from (
                f"Russian in {path}:{line}: {word!r}; write English and translate it in {CATALOGUE}"
                for line, word in russian_words((root / path).read_text("utf-8"))
            )


def russian_words(source: str) -> Iterator[tuple[int, str]]:
    """Line and first Russian word of each line that holds one, except in paragraphs marked as on purpose."""
    line = 1
    for paragraph in re.split(r"(?<=\n)\n", source):
        if ON_PURPOSE not in paragraph:
            for offset, text in enumerate(paragraph.splitlines()):
                if word := RUSSIAN_WORD.search(text):
                    yield line + offset, word.group()
        line += paragraph.count("\n") + 1


def _key(message: Message) -> Key:
    return (message.id[0] if isinstance(message.id, (list, tuple)) else message.id, message.context)


def _text(message: Message) -> str:
    return str(_key(message)[0])


def _place(message: Message) -> str:
    path, line = message.locations[0]
    return f"{path}:{line}"


def _is_translated(message: Message) -> bool:
    strings: Iterable[str] = (
        message.string if isinstance(message.string, (list, tuple)) else [message.string or ""]
    )
    return all(strings)


def main(arguments: list[str]) -> int:
    match arguments:
        case ["update"]:
            update(ROOT)
        case ["compile"]:
            compile_catalogue(ROOT)
        case ["check"]:
            found = list(problems(ROOT))
            print(*found or ["Translations are complete."], sep="\n")
            return 1 if found else 0
        case _:
            print(__doc__)
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
