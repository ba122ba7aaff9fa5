"""What the database is asked about a trainee, a course or a session: annotations for prepared querysets.

The trainee, the moment and the day are `Given`: see centre/prepared.py. `course` names the course's key in the
annotated queryset, "pk" when courses themselves are annotated.
"""

from datetime import datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import (
    Case,
    Count,
    DateField,
    DurationField,
    Exists,
    F,
    Func,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce, JSONObject

from centre.prepared import Given
from courses.models import Course
from enrolment.models import SEATS_TAKEN, Ending, Enrolment, EnrolmentQuerySet, Interest, Seat
from enrolment.queue.order import days_after
from enrolment.reservations.models import Reservation, kept_from_as_asked
from people.models import Employment
from records.models import Completion
from scheduling.models import Booking, Meeting, Session

TRAINEE, NOW, TODAY = Given("trainee"), Given("now"), Given("today")
# The travel time of the policy.
TRAVEL = Given("travel", DurationField())


def count_of(rows: QuerySet[Any, Any]) -> Coalesce:
    return Coalesce(Subquery(rows, output_field=IntegerField()), 0)


def seat_facts(now: datetime | Given = NOW, *, of_trainee: bool = True) -> dict[str, Combinable]:
    """Of a session: `seats_taken`, `waiting`, and `reserved`, the seats without a name that are kept for others.

    `own_reserved` are those kept for the trainee's office or okrug; without a trainee every one is kept for others.
    """
    return {
        **taken_facts(),
        "reserved": reserved_seats(now, ~for_the_trainee() if of_trainee else Q()),
        "own_reserved": reserved_seats(now, for_the_trainee()) if of_trainee else Value(0),
    }


def taken_facts() -> dict[str, Combinable]:
    """Of a session: `seats_taken`, and how many are `waiting`."""
    of_session = Enrolment.objects.filter(session=OuterRef("pk")).order_by().values("session")
    waiting = of_session.filter(seat=Seat.WAITING, ended_because=Ending.LIVE)
    return {
        "seats_taken": count_of(of_session.filter(seat__in=SEATS_TAKEN).annotate(n=Count("*")).values("n")),
        "waiting": count_of(waiting.annotate(n=Count("*")).values("n")),
    }


def counted_seats() -> Subquery:
    """Of a session: how many seats are `taken`, and how many people are `waiting`; nothing where there are none."""
    counted = Enrolment.objects.filter(session=OuterRef("pk"), seat__in=[*SEATS_TAKEN, Seat.WAITING])
    taken, waiting = Q(seat__in=SEATS_TAKEN), Q(seat=Seat.WAITING)  # who waits is live: LEGAL_PAIRS
    return Subquery(
        counted.order_by()
        .values("session")
        .values(
            json=JSONObject(taken=Count("session", filter=taken), waiting=Count("session", filter=waiting))
        )
    )


def reserved_seats(now: datetime | Given, whose: Q) -> Coalesce:
    """Of a session: how many seats are kept in those of its reservations."""
    kept = Reservation.objects.keeping(kept_from_as_asked(now)).filter(whose, session=OuterRef("pk"))
    return count_of(kept.order_by().values("session").annotate(n=Sum("seats")).values("n"))


def kept_seats() -> ArraySubquery:
    """Of a session: how many seats each of its standing reservations keeps, and for which office or okrug."""
    kept = Reservation.objects.standing().filter(session=OuterRef("pk")).order_by()
    return ArraySubquery(kept.values(json=JSONObject(seats="seats", office="office", okrug="okrug")))


def for_the_trainee() -> Q:
    """Of a reservation: kept for the trainee's office, or for its okrug."""
    job = Employment.objects.current(TODAY).filter(employee=TRAINEE, is_main=True)
    return Q(office__isnull=False, office__in=job.values("office")) | Q(
        office__isnull=True, okrug__in=job.values("office__okrug")
    )


# --- the trainee ----------------------------------------------------------------------------------


def own_live() -> EnrolmentQuerySet:
    return Enrolment.objects.live().filter(trainee=TRAINEE).order_by()


def own_wishes() -> QuerySet[Interest, Any]:
    return Interest.objects.live().filter(trainee=TRAINEE).order_by()


def own_positions() -> QuerySet[Employment, Any]:
    return Employment.objects.current(TODAY).filter(employee=TRAINEE).values("position")


def own_jobs() -> ArraySubquery:
    """The trainee's employments in force, with the office's okrug."""
    what = JSONObject(
        position="position",
        office="office",
        okrug="office__okrug",
        is_main="is_main",
        leave="leave",
        started_on="started_on",
    )
    return ArraySubquery(
        Employment.objects.current(TODAY).filter(employee=TRAINEE).order_by().values(json=what)
    )


def own_enrolments() -> ArraySubquery:
    """The trainee's enrolments in the course of the annotated rows, in the order in which they were made."""
    own = Enrolment.objects.filter(trainee=TRAINEE, course=OuterRef("course")).order_by("pk")
    what = JSONObject(
        id="pk",
        session="session",
        overlooked="overlooked",
        ended_because="ended_because",
        ended_at="ended_at",
        requested_at="requested_at",
    )
    return ArraySubquery(own.values(json=what))


def optional_ahead() -> EnrolmentQuerySet:
    """Seats in future sessions of courses that the trainee does not have to take."""
    return own_live().filter(seat__in=SEATS_TAKEN, session__starts_at__gt=NOW, course__is_mandatory=False)


def optional_bookings(enrolments: EnrolmentQuerySet) -> Coalesce:
    return count_of(enrolments.values("trainee").annotate(n=Count("*")).values("n"))


def in_audience(course: str) -> Q:
    """Whether the course is for everybody, or for one of the trainee's positions."""
    audience = Course.audience.through.objects.filter(course=OuterRef(course))
    return ~Exists(audience) | Exists(audience.filter(position__in=own_positions()))


def audience_of(course: str) -> ArraySubquery:
    """Keys of the positions that the course is for; none where it is for everybody."""
    audience = Course.audience.through.objects.filter(course=OuterRef(course)).order_by()
    return ArraySubquery(audience.values("position"))


def owed_within() -> Case:
    """Of a session: within how many days of the hiring its course is owed; nothing where it is not mandatory."""
    return Case(When(course__is_mandatory=True, course__is_archived=False, then="course__due_days"))


def due_day(trainee: str) -> Subquery:
    """The last day to be in time with the course for whom this column names; none for a course not owed (rule 13).

    As `records.obligations` has it: the last valid day of the latest completion, or so many days after the hiring.
    The annotated rows have a `course`. On parental leave obligations are paused, and what never expires is done.
    """
    audience = Course.audience.through.objects.filter(course=OuterRef(OuterRef("pk")))
    latest = Completion.objects.filter(trainee=OuterRef("employee"), course=OuterRef(OuterRef("pk")))
    jobs = (
        Employment.objects.current()
        .filter(employee=OuterRef(OuterRef(trainee)), is_main=True)
        .exclude(leave=Employment.Leave.PARENTAL)
        .filter(~Exists(audience) | Exists(audience.filter(position=OuterRef("position"))))
        .order_by("-started_on")
        .values(
            day=Case(
                When(
                    Exists(latest),
                    then=Subquery(latest.order_by("-completed_on").values("valid_until")[:1]),
                ),
                default=days_after(F("started_on"), OuterRef("due_days")),
                output_field=DateField(),
            )
        )
    )
    # By its key, not by a join, for which PostgreSQL would read every course.
    course = Course.objects.filter(pk=OuterRef("course"), is_mandatory=True, is_archived=False).order_by()
    return Subquery(course.values(day=Subquery(jobs[:1])), output_field=DateField())


def prerequisites_of(course: str) -> ArraySubquery:
    """Key, code and title of what must be completed before, by code."""
    needed = Course.prerequisites.through.objects.filter(from_course=OuterRef(course))
    what = JSONObject(id="to_course", code="to_course__code", title="to_course__title")
    return ArraySubquery(needed.order_by("to_course__code").values(json=what))


def own_completions_of(course: str) -> ArraySubquery:
    """The trainee's completions of the course and of its prerequisites: course, day, last valid day."""
    needed = Course.prerequisites.through.objects.filter(from_course=OuterRef(OuterRef(course)))
    courses = Func(
        ArraySubquery(needed.order_by().values("to_course")), OuterRef(course), function="array_append"
    )
    # By the courses, not a person's every completion: they may be many, and lie on a page each.
    completions = Completion.objects.filter(trainee=TRAINEE, course__any=courses)
    what = JSONObject(course="course", on="completed_on", until="valid_until")
    return ArraySubquery(completions.values(json=what))


# --- meetings -------------------------------------------------------------------------------------


def place_of(meeting: OuterRef) -> Subquery:
    """Of a meeting: the key of its site, and whether that is the online one; none where it has no room."""
    rooms = Booking.objects.filter(meeting=meeting, room__isnull=False).order_by()
    return Subquery(
        rooms.values(json=JSONObject(site_id="room__site", is_online="room__site__is_online"))[:1]
    )


def meeting_facts() -> dict[str, Combinable]:
    """Of a meeting: its place, and the trainee's other bookings during it or within the travel time around it."""
    around = Func(
        OuterRef("starts_at") - TRAVEL,
        OuterRef("ends_at") + TRAVEL,
        function="tstzrange",
        output_field=Booking._meta.get_field("period"),
    )
    others = (
        # The end says nothing new, but finds them by the index past everything that is over.
        Booking.objects.filter(
            person=TRAINEE, period__endswith__gt=OuterRef("starts_at") - TRAVEL, period__overlap=around
        )
        # A seat in the session itself is no other booking, but who teaches it cannot attend it too.
        .exclude(meeting__session=OuterRef("session"), role=Booking.Role.ATTENDS)
        .values(
            json=JSONObject(
                starts_at="period__startswith",
                ends_at="period__endswith",
                course=Case(
                    When(meeting__session__status=Session.Status.DRAFT, then=Value("")),
                    default="meeting__session__course__title",
                ),
                place=place_of(OuterRef("meeting")),
            )
        )
    )
    return {"place": place_of(OuterRef("pk")), "nearby": ArraySubquery(others)}


def meetings_of_session() -> ArraySubquery:
    """Of a session: its meetings in the order of time, each with `meeting_facts`."""
    meetings = Meeting.objects.filter(session=OuterRef("pk")).order_by("starts_at")
    what = JSONObject(pk="pk", starts_at="starts_at", ends_at="ends_at", **meeting_facts())
    return ArraySubquery(meetings.values(json=what))


def session_facts() -> dict[str, Combinable | Q]:
    """Of a session: everything that decides whether the trainee may enrol in it.

    Plain rows where they are few, for PostgreSQL sets up every query within a query anew each time: what follows from
    them says `enrolment.facts`.
    """
    return {
        "counted": counted_seats(),
        "kept": kept_seats(),
        "jobs": own_jobs(),
        "audience": audience_of("course"),
        "own": own_enrolments(),
        "owed_within": owed_within(),
        "optional_bookings": optional_bookings(optional_ahead().exclude(session=OuterRef("pk"))),
        "needed": prerequisites_of("course"),
        "own_completions": own_completions_of("course"),
        "wanted_since": Subquery(own_wishes().filter(course=OuterRef("course")).values("since")[:1]),
        "planned": meetings_of_session(),
    }
