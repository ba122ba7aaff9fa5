"""Personnel numbers: text, of which leading zeros are a part (rule 28)."""

import re
from collections.abc import Container

from accounts.staff_import.rows import Finding, Outcome

COLUMN = "personnel_number"
LONGEST = 30
SPOILED = re.compile(r"\d+([.,]\d+)?e[+-]?\d+", re.IGNORECASE)
NUMBER = re.compile(r"[\w./-]+")
APOSTROPHES = "'\u2019`"
# What people and machines type for a digit, and the digit; Russian on purpose.
DIGIT_LIKE = {"O": "0", "o": "0", "О": "0", "о": "0", "l": "1", "I": "1", "|": "1", "З": "3", "з": "3"}


def read_number(cell: str, usual_length: int, known: Container[str]) -> tuple[str, list[Finding]]:
    """The number, and what was noticed; an empty number cannot be used.

    A number that is known as it stands is that number; a shorter one than is usual has lost its zeros.
    """
    number = cell.lstrip(APOSTROPHES).strip()
    if not number:
        return "", [Finding(Outcome.REJECT, "NUMBER_MISSING", COLUMN)]
    if SPOILED.fullmatch(number):
        return "", [Finding(Outcome.REJECT, "NUMBER_SCIENTIFIC", COLUMN, {"value": number})]
    if len(number) > LONGEST:
        return "", [Finding(Outcome.REJECT, "TOO_LONG", COLUMN, {"count": LONGEST})]
    findings = []
    if number != cell:
        findings.append(Finding(Outcome.ACCEPT_FIXED, "APOSTROPHE", COLUMN, {"number": number}))
    if letter := next((sign for sign in number if sign in DIGIT_LIKE), None):
        meant = "".join(DIGIT_LIKE.get(sign, sign) for sign in number)
        if meant.isdecimal() and len(meant) == usual_length and number not in known:
            params = {"letter": letter, "digit": DIGIT_LIKE[letter], "number": meant}
            return "", [Finding(Outcome.ASK, "NUMBER_LETTER", COLUMN, params, suggestion=meant)]
    if not NUMBER.fullmatch(number):
        return "", [Finding(Outcome.REJECT, "NUMBER_UNREADABLE", COLUMN, {"value": number})]
    if number.isdecimal() and len(number) < usual_length and number not in known:
        number = number.zfill(usual_length)
        findings.append(Finding(Outcome.ACCEPT_FIXED, "LEADING_ZEROS", COLUMN, {"number": number}))
    return number, findings
