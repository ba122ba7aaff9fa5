"""What a password may be, beside its least length and the list of common ones (promise S10)."""

import re

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from people.models import Employee

# Without names and words of the house so many letters or figures must be left.
LETTERS_LEFT = 8
SHORTEST_WORD = 3
# The house's own words, as people spell and transliterate them. Russian on purpose.
HOUSE_WORDS = {
    *("учебный", "центр", "госуслуги", "мфц", "документы", "обучение", "пароль", "йцукен", "москва"),
    *("uchebniy", "uchebnyj", "uchebny", "tsentr", "centre", "center", "training", "mfc", "gosuslugi"),
    *("password", "parol", "qwerty", "moscow", "moskva"),
}


class MaximumLengthValidator:
    """A longer one would be cut by nobody, but hashing a book costs everybody."""

    def __init__(self, max_length: int = 128) -> None:
        self.max_length = max_length

    def validate(self, password: str, user: Employee | None = None) -> None:
        if len(password) > self.max_length:
            raise ValidationError(
                ngettext(
                    "The password is longer than %(count)s character. Choose a shorter one.",
                    "The password is longer than %(count)s characters. Choose a shorter one.",
                    self.max_length,
                )
                % {"count": self.max_length},
                code="password_too_long",
            )

    def get_help_text(self) -> str:
        return ""


class ContextWordsValidator:
    """Refuses what is made of the person's names, numbers, address and of the words of the house."""

    def validate(self, password: str, user: Employee | None = None) -> None:
        bare = plain(password)
        words = sorted({*HOUSE_WORDS, *words_about(user)}, key=len, reverse=True)
        if not any(word in bare for word in words):
            return
        for word in words:
            bare = bare.replace(word, " ")
        # Years and rows of figures beside a name are what everybody tries first.
        if len("".join(re.findall(r"[^\W\d_]", bare))) < LETTERS_LEFT:
            raise ValidationError(
                _(
                    "The password is made of your name, your number or words of the training centre, "
                    "which is what others try first. Choose words that have nothing to do with you."
                ),
                code="password_of_context",
            )

    def get_help_text(self) -> str:
        return ""


def words_about(person: Employee | None) -> set[str]:
    if person is None or person.pk is None:
        return set()
    numbers = person.employments.values_list("personnel_number", flat=True)
    texts = [person.last_name, person.first_name, person.middle_name, person.username, person.email, *numbers]
    found = {word for text in texts for word in re.split(r"[\W_]+", plain(text))}
    found |= {word.lstrip("0") for word in found}
    return {word for word in found if len(word) >= SHORTEST_WORD}


def plain(text: str) -> str:
    return text.lower().replace("ё", "е")
