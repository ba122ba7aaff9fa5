"""The parts of a course's page as fragments: its dates, where and when a session meets, and the course's own facts."""

from datetime import datetime
from typing import NamedTuple

from django.utils.safestring import SafeString

from centre.fragments import Fragment
from centre.templatetags.centre_text import short_name
from courses.models import Course
from enrolment.conditions import Prerequisite
from website.course_page import CoursePage
from website.offers import Offer, Place


class Meetings(NamedTuple):
    """Where and when a session meets, and who teaches."""

    times: tuple[tuple[datetime, datetime], ...]
    places: tuple[Place, ...]
    trainers: tuple[str, ...]


class Date(NamedTuple):
    """One date of a course, and what the reader can do about it.

    `step` is the reader's: "none" when the page has said why already, "why" with `obstacle` before it (a sentence and
    a way out), "seat", "first_seat" (of the page), "queue"; "ask" and "first_ask" where somebody decides (rule 12).
    """

    session: int
    starts_at: datetime
    address: str
    meetings: Meetings
    note: str
    state: str
    seats: int
    seats_taken: int
    waiting: int
    step: str
    obstacle: tuple[str, str, str]


class About(NamedTuple):
    """The facts of a course, and how far the reader has come with what it asks before."""

    way: str
    academic_hours: int
    meetings: int | None
    result: str
    passing_score: int | None
    repeat_months: int | None
    due_days: int | None
    prerequisites: tuple[Prerequisite, ...]
    audience: str
    topic: str
    block: str
    code: str


MEETINGS = Fragment("website/_meetings.html", kept=1000)
DATE = Fragment("website/_date.html", holes=["csrf_token"], kept=4000)
ABOUT = Fragment("website/_about.html", kept=500)


def meetings_of(offer: Offer) -> Meetings:
    return Meetings(
        times=tuple((meeting.planned.starts_at, meeting.planned.ends_at) for meeting in offer.meetings),
        places=tuple(offer.places),
        trainers=tuple(map(short_name, offer.trainers)),
    )


def meetings_shown(offer: Offer) -> SafeString:
    return MEETINGS(meetings_of(offer))


def dates_shown(page: CoursePage, csrf_token: str) -> list[SafeString]:
    """Each date of the course as a card; at most one of them has the page's first button."""
    first = page.first_free
    return [
        DATE(date_of(page, offer, is_first=offer is first), csrf_token=csrf_token) for offer in page.offers
    ]


def date_of(page: CoursePage, offer: Offer, *, is_first: bool) -> Date:
    panel, session = offer.panel, offer.session
    step, obstacle = step_of(page, offer, is_first=is_first)
    return Date(
        session=session.pk,
        starts_at=session.starts_at,
        address=session.get_absolute_url(),
        meetings=meetings_of(offer),
        note=session.note,
        state=panel.state if panel.enrolment else "",
        seats=session.seats,
        seats_taken=panel.situation.seats_gone,
        waiting=panel.situation.waiting,
        step=step,
        obstacle=obstacle,
    )


def step_of(page: CoursePage, offer: Offer, *, is_first: bool) -> tuple[str, tuple[str, str, str]]:
    if page.enrolment or page.obstacle:
        return "none", ("", "", "")
    if why := offer.panel.obstacle:
        way_out = (why.url, why.link) if why.code != "closed" else ("", "")
        return "why", (why.message, *way_out)
    if offer.panel.needs_approval:
        return "first_ask" if is_first else "ask", ("", "", "")
    if not offer.panel.seat_is_free:
        return "queue", ("", "", "")
    return "first_seat" if is_first else "seat", ("", "", "")


def about_shown(page: CoursePage) -> SafeString:
    return ABOUT(about(page.course, tuple(page.prerequisites), page.audience))


def about(course: Course, prerequisites: tuple[Prerequisite, ...], audience: str) -> About:
    return About(
        way=course.way,
        academic_hours=course.academic_hours,
        meetings=course.meetings,
        result=course.get_result_kind_display(),
        passing_score=course.passing_score,
        repeat_months=course.repeat_months,
        due_days=course.due_days if course.is_mandatory else None,
        prerequisites=prerequisites,
        audience=audience,
        topic=course.get_topic_display(),
        block=course.get_block_display(),
        code=course.code,
    )
