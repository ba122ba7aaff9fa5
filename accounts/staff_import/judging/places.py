"""Offices, positions and states as lists name them, looked up among what the centre knows."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import SequenceMatcher

from accounts.staff_import.judging.cells import with_russian_letters
from accounts.staff_import.rows import Finding, Outcome, fold
from accounts.staff_import.words import GENERIC, MEANT_BY_STATUS, STATUS_WORDS, STATUSES

NEAR_ENOUGH = 0.85
# A word that so large a share of the names has tells nothing of which one is meant.
COMMON = 0.2
WITHOUT_YO = str.maketrans("\u0451\u0401", "\u0435\u0415")
# Nobody reads more suggestions, and comparing letter by letter is slow.
SUGGESTED_AT_MOST = 500


@dataclass
class Directory:
    """The names of one kind, by which a cell is understood. `synonyms` are what people answered before.

    `names` and `synonyms` lead from the folded text to the name as the centre writes it.
    """

    column: str
    names: Mapping[str, str]
    synonyms: Mapping[str, str] = field(default_factory=dict)
    nearest: dict[str, str] = field(default_factory=dict)
    essences: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        words = Counter(word for name in self.names for word in set(name.split()))
        often = max(2, COMMON * len(self.names))
        self.common = {word for word, count in words.items() if count > often}
        if self.column == "office":
            self.common |= GENERIC
        self.essences = {self.essence(name): name for name in self.names}

    def essence(self, folded: str) -> str:
        """The words that tell this name from the others, or the whole name where all its words are common."""
        words = "".join(sign if sign.isalnum() or sign == "-" else " " for sign in folded).split()
        telling = [word for word in words if not self.is_common(word)]
        return " ".join(telling or words)

    def is_common(self, word: str) -> bool:
        return word in self.common or any(
            abs(len(one) - len(word)) < 3 and SequenceMatcher(None, one, word).ratio() >= NEAR_ENOUGH
            for one in self.common
            if len(one) > 5
        )

    def find(self, text: str) -> tuple[str, list[Finding]]:
        """The name as the centre writes it, and what was noticed; without a name the row cannot be taken."""
        if not text:
            return "", [Finding(Outcome.REJECT, f"{self.code}_MISSING", self.column)]
        if name := self.names.get(fold(text)):
            return name, self.differences(text, name)
        if name := self.synonyms.get(fold(text)):
            params = {"value": text, "name": name}
            return name, [Finding(Outcome.ACCEPT_FIXED, "SYNONYM", self.column, params)]
        russian, letters = with_russian_letters(text)
        if letters and (name := self.names.get(fold(russian))):
            found = {"letters": letters, "value": name}
            return name, [Finding(Outcome.ACCEPT_FIXED, "LATIN_LETTERS", self.column, found)]
        if name := self.similar(fold(russian)):
            params = {"value": text, "name": name}
            return "", [Finding(Outcome.ASK, f"{self.code}_SIMILAR", self.column, params, suggestion=name)]
        return "", [Finding(Outcome.REJECT, f"{self.code}_UNKNOWN", self.column, {"value": text})]

    @property
    def code(self) -> str:
        return self.column.upper()

    def differences(self, text: str, name: str) -> list[Finding]:
        if text == name:
            return []
        if text.translate(WITHOUT_YO) == name.translate(WITHOUT_YO):
            return [Finding(Outcome.ACCEPT_FIXED, "YO_MATCH", self.column, {"name": name})]
        return [Finding(Outcome.ACCEPT_FIXED, "CASE", self.column, {"name": name})]

    def similar(self, folded: str) -> str:
        """The one name that comes near; empty when none does, or nobody would read so many suggestions."""
        if folded not in self.nearest:
            if len(self.nearest) >= SUGGESTED_AT_MOST:
                return ""
            self.nearest[folded] = self.compared(folded)
        return self.nearest[folded]

    def compared(self, folded: str) -> str:
        meant = self.essence(folded)
        if not meant:
            return ""
        if same := self.essences.get(meant):
            return self.names[same]
        best, score = "", NEAR_ENOUGH
        for essence, name in self.essences.items():
            near = SequenceMatcher(None, essence, meant)
            if near.real_quick_ratio() >= score and near.quick_ratio() >= score and near.ratio() >= score:
                best, score = name, near.ratio()
        return self.names[best] if best else ""


def find_status(text: str, synonyms: Mapping[str, str]) -> tuple[str | None, list[Finding]]:
    """What the state means, None when the list says nothing; `synonyms` lead to a word of the states."""
    if not text:
        return None, []
    if (status := STATUSES.get(fold(text))) is not None:
        return status, []
    if (word := synonyms.get(fold(text))) and fold(word) in STATUSES:
        params = {"value": text, "name": shown_status(word)}
        return STATUSES[fold(word)], [Finding(Outcome.ACCEPT_FIXED, "SYNONYM", "status", params)]
    meant = MEANT_BY_STATUS.get(fold(text)) or near_status(fold(text))
    params = {"value": text, "name": shown_status(meant) if meant else ""}
    return None, [
        Finding(
            Outcome.ASK, "STATUS_UNKNOWN", "status", params, suggestion=shown_status(meant) if meant else None
        )
    ]


def near_status(folded: str) -> str:
    near = [(SequenceMatcher(None, word, folded).ratio(), word) for word in STATUS_WORDS]
    ratio, word = max(near)
    return STATUS_WORDS[word] if ratio >= NEAR_ENOUGH else ""


def shown_status(word: str) -> str:
    return word[:1].upper() + word[1:]
