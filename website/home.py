"""What stands on "my training": what is next, one's requests, one next step; and for staff what the day brings."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.utils import timezone

from centre.models import Policy
from centre.prepared import Given, Prepared
from courses.models import Course, Material
from enrolment.annotations import NOW, TODAY, TRAINEE, count_of, own_live, own_positions, own_wishes
from enrolment.doors.checks import cancelled_lately, offered_dates
from enrolment.doors.clashes import Choice, choice_of
from enrolment.models import Enrolment, Interest, Seat
from enrolment.panels import Panel
from enrolment.queue.order import ahead_of_outer, rank
from learning.models import ReadMaterial
from learning.progress import Progress
from people.models import Employee
from records.models import Completion
from scheduling.models import Booking, Meeting, Session
from website.offers import Place, people_of_meeting, rooms_of_meeting

MANDATORY_SHOWN = 4
CANCELLED_SHOWN = 2


@dataclass(frozen=True)
class NextMeeting:
    """The nearest meeting for which the reader holds a seat."""

    meeting: Meeting
    enrolment: Enrolment
    places: Sequence[Place]
    trainers: Sequence[Employee]


@dataclass(frozen=True)
class OwnRequest:
    """A live enrolment of the reader, with its place in the queue, or how far a self-paced course is read."""

    enrolment: Enrolment
    place: int
    progress: Progress


def ask_requests() -> Any:
    ahead = (
        Enrolment.objects.in_queue()
        .filter(session=OuterRef("session"))
        .alias(rank=rank(NOW, TODAY))
        .filter(ahead_of_outer())
        .values("session")
    )
    materials = Material.objects.filter(course=OuterRef("course")).order_by().values("course")
    read = ReadMaterial.objects.filter(enrolment=OuterRef("pk")).order_by().values("enrolment")
    return (
        own_live()
        .select_related("course", "session")
        .defer("course__search_russian", "course__search_simple", "course__description")
        .annotate(
            rank=rank(NOW, TODAY),
            ahead=count_of(ahead.annotate(n=Count("pk")).values("n")),
            materials=count_of(materials.annotate(n=Count("pk")).values("n")),
            minutes=count_of(materials.annotate(n=Sum("minutes")).values("n")),
            read=count_of(read.annotate(n=Count("pk")).values("n")),
            minutes_read=count_of(read.annotate(n=Sum("material__minutes")).values("n")),
        )
        .order_by(F("session__starts_at").asc(nulls_last=True), "-requested_at", "pk")
    )


def ask_next_meeting() -> Any:
    return (
        Meeting.objects.filter(session_id__any=Given("sessions"), ends_at__gt=NOW)
        .annotate(rooms=rooms_of_meeting(), people=people_of_meeting())
        .order_by("starts_at", "pk")[:1]
    )


def ask_mandatory() -> Any:
    completions = Completion.objects.filter(trainee=TRAINEE)
    own = completions.filter(course=OuterRef("pk"))
    main_position = own_positions().filter(is_main=True)[:1]
    missing = Course.prerequisites.through.objects.filter(from_course=OuterRef("pk")).exclude(
        Exists(completions.valid_on(TODAY).filter(course=OuterRef("to_course")))
    )
    can_begin = Q(
        Exists(Material.objects.filter(course=OuterRef("pk"))), delivery=Course.Delivery.SELF_PACED
    ) | Q(Exists(Session.objects.upcoming(NOW).filter(course=OuterRef("pk"))))
    return (
        Course.objects.offered()
        .filter(is_mandatory=True)
        .for_position(Subquery(main_position))
        .exclude(Exists(own_live().filter(course=OuterRef("pk"))))
        .exclude(Exists(own.valid_on(Given("soon"))))
        .exclude(Exists(missing))
        .annotate(
            can_begin=Exists(Course.objects.filter(can_begin, pk=OuterRef("pk"))),
            was_valid_until=Subquery(own.order_by("-completed_on").values("valid_until")[:1]),
        )
        .order_by("-can_begin", "due_days", "code")
        .only("code", "title", "academic_hours", "delivery", "format", "due_days")[:MANDATORY_SHOWN]
    )


def ask_wishes() -> Any:
    """Those that have led nowhere yet: an offer stands among the requests."""
    return (
        own_wishes()
        .exclude(Exists(own_live().filter(course=OuterRef("course"))))
        .select_related("course", "site")
        .defer("course__search_russian", "course__search_simple", "course__description")
        .order_by("since", "pk")
    )


REQUESTS, NEXT_MEETING, MANDATORY, WISHES = (
    Prepared(ask_requests),
    Prepared(ask_next_meeting),
    Prepared(ask_mandatory),
    Prepared(ask_wishes),
)


def wishes_of(reader: Employee) -> list[Interest]:
    """The courses that the reader wants and that have no date for them yet, the oldest wish first."""
    return WISHES(trainee=reader.pk)


def own_requests(reader: Employee) -> list[OwnRequest]:
    """The reader's live enrolments, the nearest session first, then the self-paced ones."""
    now = timezone.now()
    return [
        OwnRequest(
            enrolment=one,
            place=one.ahead + 1,
            progress=Progress(one.read, one.materials, one.minutes - one.minutes_read),
        )
        for one in REQUESTS(trainee=reader.pk, now=now, today=timezone.localdate(now))
    ]


def offered_to(requests: Sequence[OwnRequest]) -> list[Enrolment]:
    """The seats that wait for the reader's answer, the nearest term first; no statement."""
    offered = [
        one.enrolment
        for one in requests
        if one.enrolment.seat == Seat.OFFERED
        and one.enrolment.session
        and not one.enrolment.session.has_begun
    ]
    return sorted(offered, key=lambda one: (one.offer_until, one.pk))


def next_meeting(requests: Sequence[OwnRequest]) -> NextMeeting | None:
    """The nearest meeting that is not over, of the sessions in which a seat is held."""
    enrolments = [request.enrolment for request in requests]
    held = {one.session_id: one for one in enrolments if one.session_id and one.seat == Seat.HELD}
    if not held:
        return None
    meeting = next(iter(NEXT_MEETING(sessions=list(held), now=timezone.now())), None)
    if meeting is None:
        return None
    return NextMeeting(
        meeting=meeting,
        enrolment=held[meeting.session_id],
        places=[Place(**room) for room in meeting.rooms],
        trainers=[Employee(**person) for person in meeting.people],
    )


def mandatory_steps(reader: Employee) -> list[Course]:
    """Mandatory courses of the reader's position to be taken next: not done, or soon to be repeated, not yet begun.

    Those that can be taken now come first; a course waits for its prerequisites. `was_valid_until` is the last
    day of an earlier completion.
    """
    now = timezone.now()
    today = timezone.localdate(now)
    soon = today + timedelta(days=Policy.objects.current(now).repeat_window_days)
    return MANDATORY(trainee=reader.pk, now=now, today=today, soon=soon)


def taught_today(reader: Employee) -> QuerySet[Any]:
    """The meetings that the reader teaches today, with their rooms."""
    today = timezone.localdate()
    teaching = Booking.objects.teaching().filter(person=reader)
    return (
        Meeting.objects.filter(bookings__in=teaching, starts_at__date=today)
        .exclude(session__status__in=[Session.Status.DRAFT, Session.Status.CANCELLED])
        .select_related("session__course")
        .annotate(rooms=rooms_of_meeting())
        .order_by("starts_at")
    )


@dataclass(frozen=True)
class Cancelled:
    """An enrolment that the centre cancelled, and other dates in its place (rule 15)."""

    enrolment: Enrolment
    offered: Sequence[Panel]


def cancelled_by_the_centre(reader: Employee) -> list[Cancelled]:
    """The latest of them that nothing has followed yet; one query, and five more for each."""
    return [Cancelled(one, offered_dates(one)) for one in cancelled_lately(reader)[:CANCELLED_SHOWN]]


def choices_of(requests: Sequence[OwnRequest]) -> list[Choice]:
    """What the reader is to choose between since a move; no query without a clash."""
    clashing = [one.enrolment for one in requests if one.enrolment.clash_since]
    found = [choice_of(one) for one in clashing]
    return [choice for choice in found if choice]
