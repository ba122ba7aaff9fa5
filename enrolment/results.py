"""What a trainee's marks amount to when the sheet is closed (rule 23): over dataclasses, without the ORM."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto

from django.utils.translation import gettext as _

from enrolment.models import Ending, Mark


@dataclass(frozen=True, slots=True)
class MarkedMeeting:
    """One meeting of the session as the trainee attended it, in minutes."""

    minutes_held: int
    mark: Mark
    minutes_attended: int


@dataclass(frozen=True, slots=True)
class Demand:
    """What a completion of the course asks for, in percent; no passing score where attendance is enough."""

    attended_percent: int
    passing_score: int | None = None


class Lack(Enum):
    """What stands between a trainee and the completion."""

    ATTENDANCE = auto()
    SCORE_MISSING = auto()
    SCORE_LOW = auto()


@dataclass(frozen=True, slots=True)
class Result:
    """How the enrolment ends, with the minutes that prove it."""

    ending: Ending
    minutes_attended: int
    minutes_held: int
    score: int | None = None
    lacks: tuple[Lack, ...] = ()

    @property
    def attended_percent(self) -> int:
        """Whole percent, rounded down: 79.9 % is shown as the 79 % that it counts for."""
        return self.minutes_attended * 100 // self.minutes_held if self.minutes_held else 0

    def reason(self, demand: Demand) -> str:
        """Why there is no completion, in sentences; empty when there is one."""
        if self.ending == Ending.NO_SHOW:
            return _("Did not come to any meeting.")
        return " ".join(self.sentence(lack, demand) for lack in self.lacks)

    def sentence(self, lack: Lack, demand: Demand) -> str:
        match lack:
            case Lack.ATTENDANCE:
                return _(
                    "Attended %(attended)s of %(held)s min (%(percent)s %%), at least %(needed)s %% are needed."
                ) % {
                    "attended": self.minutes_attended,
                    "held": self.minutes_held,
                    "percent": self.attended_percent,
                    "needed": demand.attended_percent,
                }
            case Lack.SCORE_MISSING:
                return _("No score was entered.")
            case Lack.SCORE_LOW:
                return _("Score %(score)s %%, at least %(needed)s %% are needed.") % {
                    "score": self.score,
                    "needed": demand.passing_score,
                }


def result_of(marked: Sequence[MarkedMeeting], score: int | None, demand: Demand) -> Result:
    """Finished, not completed, or no show.

    An excused meeting counts among the minutes held: being excused is no absence, but it teaches nothing.
    """
    held = sum(meeting.minutes_held for meeting in marked)
    attended = sum(meeting.minutes_attended for meeting in marked)
    if all(meeting.mark == Mark.ABSENT for meeting in marked):
        return Result(Ending.NO_SHOW, attended, held, score)
    lacks = []
    if attended * 100 < demand.attended_percent * held:
        lacks.append(Lack.ATTENDANCE)
    if demand.passing_score is not None and score is None:
        lacks.append(Lack.SCORE_MISSING)
    elif demand.passing_score is not None and score is not None and score < demand.passing_score:
        lacks.append(Lack.SCORE_LOW)
    ending = Ending.NOT_COMPLETED if lacks else Ending.FINISHED
    return Result(ending, attended, held, score, tuple(lacks))
