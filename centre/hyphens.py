"""Where long Russian words may break: browsers on phones seldom know, and a heading would break anywhere."""

import re

SOFT_HYPHEN = "\u00ad"

# Russian on purpose: the letters, by how they break. A word of so many letters may be wider than a phone's heading.
LONG_WORD = re.compile(r"[а-яё]{14,}", re.IGNORECASE)
LETTER, VOWEL, CONSONANT, MUTE = "[а-яё]", "[аеёиоуыэюя]", "[бвгджзклмнпрстфхцчшщ]", "[йъь]"
STARTS_A_SYLLABLE, SUFFIX = "[бвгдкпт][рл]", "ств"

# What stands before a break and after it, in the order in which the rules are tried: no syllable without a vowel.
BREAKS = [
    re.compile(f"({before})({after})", re.IGNORECASE)
    for before, after in (
        (MUTE, f"{LETTER}{{2}}"),
        (VOWEL, f"{VOWEL}{LETTER}"),
        (f"(?<={LETTER}){VOWEL}", f"{STARTS_A_SYLLABLE}{VOWEL}"),
        (f"{VOWEL}{CONSONANT}", SUFFIX),
        (f"{VOWEL}{CONSONANT}", f"{CONSONANT}{VOWEL}"),
        (f"{CONSONANT}{VOWEL}", f"{CONSONANT}{VOWEL}"),
        (f"{VOWEL}{CONSONANT}", f"{CONSONANT}{{2}}{VOWEL}"),
        (f"{VOWEL}{CONSONANT}{{2}}", f"{CONSONANT}{{2}}{VOWEL}"),
    )
]


def with_soft_hyphens(text: str) -> str:
    """The text, its longest words with soft hyphens between syllables; shorter words stay as they are."""
    return LONG_WORD.sub(lambda found: broken(found[0]), text)


def broken(word: str) -> str:
    for rule in BREAKS:
        word = rule.sub(rf"\1{SOFT_HYPHEN}\2", word)
    return word
