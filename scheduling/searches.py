"""From what a planner asks for to a search with its facts, in a constant number of queries."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

from centre.models import Policy
from courses.models import Course, Equipment, Qualification
from scheduling.facts import CourseNeeds
from scheduling.finder.days import Search
from scheduling.finder.wishes import Wish
from scheduling.loading import load_days, needs_of
from scheduling.models import ACADEMIC_HOUR
from scheduling.plans import MeetingPlan
from scheduling.proposals import meeting_length

ANY = CourseNeeds(is_online=False, group_min=1, group_max=1)


def load_search(
    wish: Wish,
    policy: Policy,
    *,
    course: Course | None = None,
    equipment: Iterable[Equipment] = (),
    qualifications: Iterable[Qualification] = (),
) -> Search:
    """A search for what the course asks for, and these besides; eight queries for any number of bookings."""
    needs = needs_of(course) if course else ANY
    needs = replace(
        needs,
        equipment=needs.equipment | {one.pk: one.title for one in equipment},
        qualifications=needs.qualifications | {one.pk: one.title for one in qualifications},
    )
    reach = max(policy.travel_minutes, policy.changeover_minutes)
    return Search(wish, load_days(needs, wish.first, wish.last, reach_minutes=reach), policy)


def length_for(course: Course | None, academic_hours: int | None) -> timedelta:
    """How long a meeting is: as asked for, else as the course's hours are taught in equal meetings."""
    if academic_hours or course is None:
        return (academic_hours or 4) * ACADEMIC_HOUR
    return meeting_length(academic_hours=course.academic_hours, meetings=course.meetings or 1)


def places_in_address(plans: Iterable[MeetingPlan]) -> str:
    """The rooms and trainers of the meetings as a word for the address of the planning form."""
    words = (f"{plan.room_id or ''}:{','.join(map(str, plan.trainer_ids))}" for plan in plans)
    return ";".join(words)
