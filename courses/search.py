"""Text search in the catalogue: Russian word forms, first letters of words, ё as е, and forgiven slips."""

import re
from collections.abc import Iterable
from difflib import get_close_matches

from django.contrib.postgres.search import SearchQuery
from django.db.models import Q
from django.db.models.lookups import Contains

from centre.functions import fold

WORD = re.compile(r"[^\W_]+", re.UNICODE)
WORDS_AT_MOST = 8
# Endings of Russian words are mostly shorter; a title that begins so is about the word.
ENDING = 2

# Russian on purpose: the two layouts of a Russian keyboard, key by key.
KEYS_LATIN = "qwertyuiop[]asdfghjkl;'zxcvbnm,.`"
KEYS_RUSSIAN = "йцукенгшщзхъфывапролджэячсмитьбюё"
OTHER_LAYOUT = str.maketrans(KEYS_LATIN, KEYS_RUSSIAN)


def words_of(text: str) -> list[str]:
    return WORD.findall(text.lower().replace("ё", "е"))[:WORDS_AT_MOST]


def matching(text: str) -> Q:
    """The condition that every word matches, as a form (russian) or as the first letters of a word (simple).

    The query is built from word tokens only, so that no operator of the reader's text reaches PostgreSQL.
    The two vectors are joined by OR per word: the stemmer alone makes prefixes flicker while one types.
    Text without a word matches nothing.
    """
    condition = Q(pk__isnull=not words_of(text))
    for word in words_of(text):
        found = Q(search_russian=SearchQuery(word, config="russian")) | Q(
            search_simple=SearchQuery(f"'{word}':*", config="simple", search_type="raw")
        )
        if word.isdigit():  # PostgreSQL reads IP-001 as "ip" and the number -1
            found |= Q(code__contains=word)
        condition &= found
    return condition


def in_title(text: str) -> Q:
    """The condition that the title has every word, near enough to put such courses first."""
    condition = Q(pk__isnull=False)
    for word in words_of(text):
        condition &= Q(Contains(fold("title"), word[: max(3, len(word) - ENDING)]))
    return condition


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
        begun = sorted((one for one in known if one.startswith(word)), key=len)
        if begun:
            return begun[0]
        if close := get_close_matches(word, known, n=1, cutoff=0.75):
            return close[0]
    return None
