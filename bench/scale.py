"""The two sizes at which the centre is measured, and a small past for the board alone."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Scale:
    name: str
    employees: int
    past_enrolments: int
    upcoming_sessions: int = 600
    # Groups of the past held so many people.
    group: int = 20

    @property
    def past_sessions(self) -> int:
        return self.past_enrolments // self.group


SCALES = {
    "small": Scale("small", 10_500, 100_000),
    "large": Scale("large", 50_000, 1_000_000),
    # What the browser draws does not grow with the past, so that little of it is filled in.
    "board": Scale("board", 10_500, 10_000),
}
