"""Text search in the catalogue: Russian word forms, first letters of words, ё as е."""

from django.contrib.postgres.search import SearchQuery
from django.db.models import Q
from django.db.models.lookups import Contains

from centre.functions import fold
from centre.words import words_of

# Endings of Russian words are mostly shorter; a title that begins so is about the word.
ENDING = 2


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
