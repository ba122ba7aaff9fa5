"""Choosing who teaches instead, or where instead: one question a gap, the best answer chosen beforehand."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms

from scheduling.forms.reasons import WithReasons
from scheduling.gaps import Missing
from scheduling.replacement import RoomCandidate, TrainerCandidate

Candidate = TrainerCandidate | RoomCandidate
# Offered in sight; the others are listed with what speaks against them.
OFFERED = 3


@dataclass(frozen=True)
class Question:
    """A gap with those who can fill it, the best first, and those who cannot."""

    missing: Missing
    field: forms.BoundField
    offered: tuple[Candidate, ...]
    more: tuple[Candidate, ...]
    others: tuple[Candidate, ...]
    chosen: str


class RepairForm(WithReasons):
    def __init__(
        self,
        missing: Sequence[Missing],
        ranked: Sequence[Sequence[Candidate]],
        proposed: Sequence[Candidate | None],
        *args: Any,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.missing, self.ranked = missing, ranked
        for one, candidates, best in zip(missing, ranked, proposed, strict=True):
            able = [(str(candidate.pk), "") for candidate in candidates if candidate.can]
            self.fields[one.key] = forms.TypedChoiceField(
                required=False,
                coerce=int,
                empty_value=None,
                choices=[("", ""), *able],
                initial=str(best.pk) if best else "",
            )
            name = version_field(one)
            self.fields[name] = forms.IntegerField(
                initial=one.session.version, widget=forms.HiddenInput, required=False
            )

    @property
    def questions(self) -> list[Question]:
        found = []
        for one, candidates in zip(self.missing, self.ranked, strict=True):
            able = [candidate for candidate in candidates if candidate.can]
            field = self[one.key]
            found.append(
                Question(
                    one,
                    field,
                    tuple(able[:OFFERED]),
                    tuple(able[OFFERED:]),
                    tuple(candidate for candidate in candidates if not candidate.can),
                    str(field.value() or ""),
                )
            )
        return found

    @property
    def versions(self) -> dict[int, int]:
        """Of the sessions when the page was made; what came back broken counts as out of date."""
        return {one.session.pk: self.cleaned_data.get(version_field(one)) or 0 for one in self.missing}

    @property
    def chosen(self) -> list[tuple[Missing, int]]:
        answers = ((one, self.cleaned_data.get(one.key)) for one in self.missing)
        return [(one, pk) for one, pk in answers if pk]

    @property
    def version_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in dict.fromkeys(version_field(one) for one in self.missing)]


def version_field(missing: Missing) -> str:
    return f"version-{missing.session.pk}"
