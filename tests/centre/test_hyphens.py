import pytest

from centre.hyphens import SOFT_HYPHEN, with_soft_hyphens


@pytest.mark.parametrize(
    ("word", "broken"),
    [
        ("клиентоориентированного", "кли-ен-то-ори-ен-ти-рован-но-го"),
        ("Делопроизводство", "Де-ло-про-из-вод-ство"),
        ("неэлектротехнического", "не-элек-тро-тех-ни-чес-ко-го"),
    ],
)
def test_a_long_word_breaks_between_syllables(word, broken):
    assert with_soft_hyphens(word).replace(SOFT_HYPHEN, "-") == broken


@pytest.mark.parametrize("text", ["", "Пожарная безопасность", "СНИЛС-онлайн 2026", "responsibilities"])
def test_other_words_stay_as_they_are(text):
    assert with_soft_hyphens(text) == text


def test_nothing_but_soft_hyphens_is_added():
    title = "Основы клиентоориентированного делопроизводства: часть 1"

    assert with_soft_hyphens(title).replace(SOFT_HYPHEN, "") == title
