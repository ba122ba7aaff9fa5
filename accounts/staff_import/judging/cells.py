"""What can be wrong with any cell: signs nobody sees, letters of another alphabet, a wrong encoding, a formula."""

import re
from dataclasses import dataclass

from accounts.staff_import.rows import Finding, Outcome

LONGEST_VALUE = 200
INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"))
OTHER_SPACES = re.compile("[\u00a0\u2000-\u200a\u202f\u205f\u3000\t]")
LINE_BREAKS = re.compile(r"[\r\n\v\f\x85\u2028\u2029]+")
CYRILLIC = re.compile("[\u0400-\u04ff]")
LATIN = re.compile("[A-Za-z]")
# A cell that a spreadsheet would calculate. A minus or a plus alone begins a telephone number.
FORMULA = re.compile(r"=|[+\-@].*\(", re.DOTALL)
CONTROLS = re.compile("[\x00-\x08\x0e-\x1f\x7f]")

# What the first byte of a Russian letter in UTF-8 becomes in Windows-1251 and in Windows-1252: every second sign.
LEADING = "\u0420\u0421\u00d0\u00d1"

# Latin letters that look like Russian ones; Russian on purpose.
LOOKALIKES = str.maketrans("ABCEHKMOPTXYaceopxyk", "АВСЕНКМОРТХУасеорхук")
LOOKALIKE_LETTERS = frozenset("ABCEHKMOPTXYaceopxyk")


@dataclass(frozen=True, slots=True)
class Cleaned:
    """The text without what nobody sees, which fixes that took, and why it cannot be used if it cannot."""

    text: str
    fixes: frozenset[str] = frozenset()
    trouble: Finding | None = None


def clean(column: str, raw: str) -> Cleaned:
    """The cell as a person would have typed it; see `Cleaned`."""
    if repaired := without_mojibake(raw):
        trouble = Finding(Outcome.ASK, "MOJIBAKE", column, {"value": repaired}, suggestion=repaired)
        return Cleaned(repaired, trouble=trouble)
    text, fixes = raw, set()
    if text.translate(INVISIBLE) != text:
        text = text.translate(INVISIBLE)
        fixes.add("INVISIBLE")
    if CONTROLS.search(text):
        text = CONTROLS.sub("", text)
        fixes.add("INVISIBLE")
    if LINE_BREAKS.search(text.strip()):
        fixes.add("LINE_BREAK")
    text = LINE_BREAKS.sub(" ", text)
    if OTHER_SPACES.search(text):
        fixes.add("NO_BREAK_SPACES")
    tidy = " ".join(text.split())
    if tidy != text and "LINE_BREAK" not in fixes:
        fixes.add("SPACES")
    return Cleaned(tidy, frozenset(fixes), why_useless(column, tidy))


def why_useless(column: str, text: str) -> Finding | None:
    if len(text) > LONGEST_VALUE:
        return Finding(Outcome.REJECT, "TOO_LONG", column, {"count": LONGEST_VALUE})
    if FORMULA.match(text):
        return Finding(Outcome.REJECT, "FORMULA", column)
    if letters_are_lost(text):
        return Finding(Outcome.REJECT, "LETTERS_LOST", column)
    return None


def letters_are_lost(text: str) -> bool:
    """Whether question marks stand where letters were."""
    lost = text.count("?") + text.count("\ufffd")
    return lost > 1 and lost * 2 >= len(text.replace(" ", ""))


def without_mojibake(text: str) -> str | None:
    """The text before UTF-8 was taken for a one-byte encoding; None when it reads as it stands."""
    if sum(map(text.count, LEADING)) * 3 < len(text) or text.isascii():
        return None  # asked of every cell of every list
    for encoding in ("cp1251", "cp1252"):
        try:
            repaired = b"".join(byte_of(sign, encoding) for sign in text).decode()
        except UnicodeError:
            continue
        if CYRILLIC.search(repaired) and len(repaired) < len(text):
            return " ".join(repaired.translate(INVISIBLE).split())
    return None


def byte_of(sign: str, encoding: str) -> bytes:
    """The byte that was taken for the sign; bytes without one in the encoding stand for themselves."""
    try:
        return sign.encode(encoding)
    except UnicodeEncodeError:
        return sign.encode("latin-1")


def with_russian_letters(text: str) -> tuple[str, list[str]]:
    """The text with look-alikes put right and which they were; as it is where another reading is possible.

    Only a word that has both alphabets is corrected, and only when all its Latin letters have a Russian twin; a
    single letter counts to the words around it.
    """
    if not (CYRILLIC.search(text) and LATIN.search(text)):
        return text, []
    words, found = text.split(" "), []
    for place, word in enumerate(words):
        latin = LATIN.findall(word)
        mixed = CYRILLIC.search(word) or len(word) == 1
        if latin and mixed and set(latin) <= LOOKALIKE_LETTERS:
            words[place] = word.translate(LOOKALIKES)
            found += [letter for letter in latin if letter not in found]
    return " ".join(words), found
