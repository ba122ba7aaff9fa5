"""The policy over time: since when each number is as it is, and what each version changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from centre.models import Policy
from centre.policy import NUMBERS, Number, differences, values_of


@dataclass(frozen=True)
class ShownNumber:
    """A number in force, and the version that made it so; None while it is the model's own."""

    number: Number
    value: Any
    decided: Policy | None

    @property
    def words(self) -> str:
        return self.number.shown(self.value)

    @property
    def default_words(self) -> str:
        return self.number.shown(self.number.default)

    @property
    def is_default(self) -> bool:
        return bool(self.value == self.number.default)


@dataclass(frozen=True)
class Step:
    """A version and what it changed, in words."""

    version: Policy
    changes: list[tuple[Number, str, str]]


def numbers_in_force(versions: Sequence[Policy]) -> list[ShownNumber]:
    """The numbers of the last of the versions, which are in the order of time."""
    current = versions[-1] if versions else Policy()
    return [
        ShownNumber(number, getattr(current, number.name), decided_by(versions, number)) for number in NUMBERS
    ]


def decided_by(versions: Sequence[Policy], number: Number) -> Policy | None:
    """The version since which the number is without a break what it is now."""
    found, value = None, getattr(versions[-1], number.name) if versions else None
    for version in reversed(versions):
        if getattr(version, number.name) != value:
            return found
        found = version
    return None if value == number.default else found


def steps(versions: Sequence[Policy]) -> list[Step]:
    """Each version with its differences from the one before, the latest first."""
    found, before = [], Policy()
    for version in versions:
        changes = [
            (number, number.shown(old), number.shown(new))
            for number, old, new in differences(before, values_of(version))
        ]
        found.append(Step(version, changes))
        before = version
    return found[::-1]
