"""Quotes within quotes, as Russian print has them: «Course „Name“».

Titles of courses and names of offices have quotes of their own, and sentences put them into quotes. Which a title needs
depends on where it stands, so that the finished text is looked at: in a sentence, an inner pair of «» becomes „“.
"""

import re

# A pair that holds at least one pair, all in one line.
NESTED = re.compile(r"«[^«»\n]*(?:«[^«»\n]*»[^«»\n]*)+»")
INNER = str.maketrans("«»", "„“")


def with_inner_quotes(text: str) -> str:
    """The text with „“ wherever «» stand within «»; English quotes “” may hold «» as they are."""
    if "«" not in text:
        return text
    return NESTED.sub(inner_of_match, text)


def inner_of_match(found: re.Match[str]) -> str:
    return f"«{found[0][1:-1].translate(INNER)}»"
