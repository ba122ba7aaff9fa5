"""Recording what was completed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from courses.models import Course
from records.models import Completion
from records.validity import valid_until
from scheduling.models import Session


@dataclass(frozen=True)
class Finished:
    """What one trainee achieved: the proof that stands beside the completion."""

    trainee_id: int
    minutes_attended: int | None = None
    minutes_held: int | None = None
    score: int | None = None


def record_completions(
    course: Course, finished: Iterable[Finished], *, on: date, session: Session | None = None
) -> list[Completion]:
    """Write the completions with their validity, in one statement; called inside the caller's action.

    Who completed the course on that day already keeps the completion they have: asking again doubles nothing.
    """
    finished = list(finished)
    Completion.objects.bulk_create(
        [
            Completion(
                trainee_id=one.trainee_id,
                course=course,
                session=session,
                completed_on=on,
                valid_until=valid_until(on, course.repeat_months),
                minutes_attended=one.minutes_attended,
                minutes_held=one.minutes_held,
                score=one.score,
            )
            for one in finished
        ],
        ignore_conflicts=True,
    )
    return list(
        Completion.objects.filter(
            course=course, completed_on=on, trainee__in=[one.trainee_id for one in finished]
        )
    )
