"""Words as people type them: ё as е, slips, and the other keyboard layout, for every search of the site."""

import re
from collections.abc import Iterable
from difflib import get_close_matches

WORD = re.compile(r"[^\W_]+", re.UNICODE)
WORDS_AT_MOST = 8

# Russian on purpose: the two layouts of a Russian keyboard, key by key.
KEYS_LATIN = "qwertyuiop[]asdfghjkl;'zxcvbnm,.`"
KEYS_RUSSIAN = "йцукенгшщзхъфывапролджэячсмитьбюё"
OTHER_LAYOUT = str.maketrans(KEYS_LATIN, KEYS_RUSSIAN)

# A slip or two leave one third of a word as it is; only such words are compared letter by letter, which is slow.
PIECES = 3
NEAR_ENOUGH = 0.75
LENGTHS_APART = 2


def words_of(text: str) -> list[str]:
    return WORD.findall(text.lower().replace("ё", "е"))[:WORDS_AT_MOST]


def corrected(text: str, vocabulary: Iterable[str]) -> str | None:
    """What was probably meant by a text that found nothing; None when nothing comes near.

    Each word is compared with the words of the vocabulary, as typed and as if typed on the other keyboard layout.
    """
    known = {word for line in vocabulary for word in words_of(line)}
    meant = [nearest(word, known) for word in text.lower().split()[:WORDS_AT_MOST]]
    if not meant or None in meant:
        return None
    return " ".join(word for word in meant if word)


def nearest(typed: str, known: set[str]) -> str | None:
    for candidate in (typed, typed.translate(OTHER_LAYOUT)):
        word = "".join(words_of(candidate))
        if not word:
            continue
        if word in known:
            return word
        begun = min(
            (one for one in known if one.startswith(word)), key=lambda one: (len(one), one), default=None
        )
        if begun:
            return begun
        if close := get_close_matches(word, near_by(word, known), n=1, cutoff=NEAR_ENOUGH):
            return close[0]
    return None


def near_by(word: str, known: Iterable[str]) -> list[str]:
    """The known words of about the same length that share a third of the word, in a steady order."""
    size = max(2, len(word) // PIECES)
    pieces = {word[start : start + size] for start in range(len(word) - size + 1)}
    return sorted(
        one
        for one in known
        if abs(len(one) - len(word)) <= LENGTHS_APART and any(piece in one for piece in pieces)
    )
