"""Names of people: order, initials, capitals, and what does not belong into a name."""

import re
from dataclasses import dataclass, field

from accounts.staff_import.judging.cells import with_russian_letters
from accounts.staff_import.rows import Finding, Outcome
from accounts.staff_import.words import PARTICLES

# How Russian patronymics and family names end; Russian on purpose.
LONGEST_PART = 80
INITIALS = re.compile(r"(?:[^\W\d_]\.-?\s*){1,2}")
PATRONYMIC = re.compile(r".+(?:вич|вна|ична|инична|ьич|мич|кич)", re.IGNORECASE)
FAMILY = re.compile(
    r".+(?:ов|ев|ёв|ин|ын|ова|ева|ёва|ина|ына|ский|ская|цкий|цкая|ой|ый|ая|ко|ук|юк|ян|дзе|швили|их|ых)",
    re.IGNORECASE,
)
# Signs that stand in no name.
STRANGE = re.compile(r"[^\w\s.'’`()-]|_")
PARTS = ("last_name", "first_name", "middle_name")


@dataclass
class ReadName:
    """The three parts, and what was noticed. `note` says of a correct but rare name what it is."""

    parts: list[str] = field(default_factory=lambda: ["", "", ""])
    findings: list[Finding] = field(default_factory=list)
    note: str = ""

    @property
    def full(self) -> str:
        return " ".join(part for part in self.parts if part)


def read_full_name(text: str) -> ReadName:
    """Of a full name the third word and all after it are the middle name."""
    if not text:
        return ReadName(findings=[Finding(Outcome.REJECT, "NAME_MISSING", "full_name")])
    return judged(text.split(" ", maxsplit=2), ("full_name",) * 3)


def read_name_in_parts(last: str, first: str, middle: str) -> ReadName:
    if not (last or first or middle):
        return ReadName(findings=[Finding(Outcome.REJECT, "NAME_MISSING", "last_name")])
    if not last or not first:
        empty = "last_name" if not last else "first_name"
        return ReadName(findings=[Finding(Outcome.REJECT, "NAME_PART_MISSING", empty, {"part": empty})])
    return judged([last, first, middle], PARTS)


def judged(words: list[str], columns: tuple[str, ...]) -> ReadName:
    name = ReadName([*words, "", ""][:3])
    whole = name.full
    if mixed := put_letters_right(name):
        name.findings.append(
            Finding(Outcome.ACCEPT_FIXED, "LATIN_LETTERS", columns[0], {"letters": mixed, "value": name.full})
        )
    if has_capitals := put_capitals_right(name):
        name.findings.append(Finding(Outcome.ACCEPT_FIXED, has_capitals, columns[0], {"value": name.full}))
    if trouble := trouble_with(name, whole, columns):
        name.findings.append(trouble)
    else:
        name.note = rare(name.parts)
    return name


def trouble_with(name: ReadName, whole: str, columns: tuple[str, ...]) -> Finding | None:
    """What only a person can put right, or confirm."""
    for part, column, text in zip(PARTS, columns, name.parts, strict=True):
        if any(sign.isdigit() for sign in text):
            return Finding(Outcome.ASK, "NAME_DIGIT", column, {"part": part, "value": text})
        if strange := STRANGE.search(text):
            return Finding(Outcome.ASK, "NAME_SIGN", column, {"sign": strange[0]})
        if len(text) > LONGEST_PART:
            return Finding(Outcome.REJECT, "TOO_LONG", column, {"count": LONGEST_PART})
    words = [word for word in name.parts if word]
    if len(words) == 1:
        return Finding(Outcome.ASK, "NAME_ONE_WORD", columns[0], {"value": whole})
    if any(INITIALS.fullmatch(word) for word in words):
        return Finding(Outcome.ASK, "NAME_INITIALS", columns[1])
    if reordered := in_usual_order(name.parts):
        value = " ".join(reordered)
        return Finding(Outcome.ASK, "NAME_ORDER", columns[0], {"value": value}, suggestion=value)
    return None


def in_usual_order(parts: list[str]) -> list[str] | None:
    """Family, first and middle name, when the patronymic stands in the middle; None when the order is usual."""
    first, second, third = parts
    if not third or " " in third or not PATRONYMIC.fullmatch(second) or PATRONYMIC.fullmatch(third):
        return None
    if FAMILY.fullmatch(first) and not FAMILY.fullmatch(third):
        return [first, third, second]
    return [third, first, second]


def put_letters_right(name: ReadName) -> list[str]:
    found: list[str] = []
    for place, text in enumerate(name.parts):
        name.parts[place], letters = with_russian_letters(text)
        found += [letter for letter in letters if letter not in found]
    return found


def put_capitals_right(name: ReadName) -> str:
    """Write each word with one capital letter; return the code of what was wrong."""
    before = name.full
    letters = [word for word in re.split(r"[\s-]+", before) if len(word) > 1 and "." not in word]
    if any(word.isupper() for word in letters):
        code = "NAME_UPPER"
    elif before.islower():
        code = "NAME_LOWER"
    else:
        return ""
    name.parts = [
        " ".join(capitalised(word, first=not place) for place, word in enumerate(part.split()))
        for part in name.parts
    ]
    return code


def capitalised(word: str, *, first: bool) -> str:
    if not first and word.lower() in PARTICLES:
        return word.lower()
    if "." in word or not (word.isupper() or word.islower()):
        return word
    return "-".join(piece[:1].upper() + piece[1:].lower() for piece in word.split("-"))


def rare(parts: list[str]) -> str:
    last, first, middle = parts
    is_double, is_short = "-" in last, len(first) <= 2
    if is_double and is_short:
        return "double_and_short"
    if not middle:
        return "no_middle_name"
    if " " in middle:
        return "middle_name_of_two_words"
    if is_double:
        return "double"
    return "short" if is_short else ""
