"""Loads the facts that checks and choices ask about, in a constant number of queries."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from functools import reduce
from operator import or_
from typing import Any

from django.contrib.postgres.aggregates import ArrayAgg, JSONBAgg
from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import DateTimeRangeField
from django.db.models import F, Func, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import JSONObject
from django.utils import timezone

from centre.models import CalendarDay
from courses.models import Course, Equipment, Qualification
from people.models import Employment
from scheduling.facts import (
    Busy,
    Closure,
    CourseNeeds,
    DayFacts,
    Facts,
    RoomFacts,
    Shift,
    Span,
    TrainerAbsence,
    TrainerFacts,
    WeeklyHours,
    with_facts,
)
from scheduling.models import Booking, Room, RoomClosure
from trainers.models import Absence, Trainer, Unavailability

# Of facts about many sessions, each of which has its own.
NOBODYS = CourseNeeds(is_online=False, group_min=1, group_max=1)
# Of a meeting online, or without a room.
NOWHERE: dict[str, Any] = {"site_id": None}


def load_facts(
    course: Course,
    spans: Sequence[Span],
    *,
    room_ids: Collection[int] | None = None,
    trainer_ids: Collection[int] | None = None,
) -> Facts:
    """Facts of these rooms and trainers (None: of all in use) at these times; six queries."""
    return load_facts_for(needs_of(course), spans, room_ids=room_ids, trainer_ids=trainer_ids)


def load_facts_for(
    needs: CourseNeeds,
    spans: Sequence[Span],
    *,
    room_ids: Collection[int] | None = None,
    trainer_ids: Collection[int] | None = None,
) -> Facts:
    """The same for needs that are known already; five queries."""
    first, last = _days_of(spans)
    rooms = Room.objects.in_use() if room_ids is None else Room.objects.filter(pk__in=room_ids)
    trainers = Trainer.objects.active() if trainer_ids is None else Trainer.objects.filter(pk__in=trainer_ids)
    return Facts(
        needs=needs,
        rooms=_load_rooms(rooms, spans),
        trainers=_load_trainers(trainers, first, last),
        calendar=load_calendar(first, last),
    )


def load_days(
    needs: CourseNeeds,
    first: date,
    last: date,
    *,
    reach_minutes: int,
    room_ids: Collection[int] | None = None,
    trainer_ids: Collection[int] | None = None,
) -> Facts:
    """Facts with everything booked on the days from `first` to `last`; seven queries for any number of bookings."""
    whole = [Span(midnight(first), midnight(last + timedelta(days=1)))]
    facts = load_facts_for(needs, whole, room_ids=room_ids, trainer_ids=trainer_ids)
    return with_bookings(facts, whole, reach_minutes=reach_minutes)


def with_bookings(
    facts: Facts, spans: Sequence[Span], *, reach_minutes: int, besides: Collection[int] = ()
) -> Facts:
    """The facts with the bookings near these times, and what the trainers teach in those weeks; two queries.

    Bookings of the sessions `besides`, which are planned anew, are left out, but for meetings that have begun.
    """
    persons_of_trainers = [trainer.person_id for trainer in facts.trainers.values()]
    rooms, persons = _load_busy(
        [span.widened(reach_minutes) for span in spans],
        rooms=facts.rooms,
        persons=persons_of_trainers,
        besides=besides,
    )
    load = load_teaching(persons_of_trainers, *weeks_of(spans), besides=besides) if spans else {}
    return replace(
        facts,
        rooms={pk: replace(room, busy=tuple(rooms[pk])) for pk, room in facts.rooms.items()},
        trainers={
            pk: replace(trainer, busy=tuple(persons[trainer.person_id]), load=load.get(trainer.person_id, {}))
            for pk, trainer in facts.trainers.items()
        },
    )


def load_calendar(first: date, last: date) -> dict[date, DayFacts]:
    """The days from `first` to `last` that are not ordinary; one query."""
    return {
        day.on: DayFacts(closed=day.name if day.is_closed else "", is_working_day=day.is_working_day)
        for day in CalendarDay.objects.filter(on__range=(first, last))
    }


def weeks_of(spans: Sequence[Span]) -> tuple[date, date]:
    """From the Monday of the first to the Sunday of the last of these times, in the centre's zone."""
    first = timezone.localdate(min(span.starts_at for span in spans))
    last = timezone.localdate(max(span.ends_at for span in spans))
    return first - timedelta(days=first.weekday()), last + timedelta(days=6 - last.weekday())


def load_teaching(
    persons: Collection[int], first: date, last: date, *, besides: Collection[int] = ()
) -> dict[int, dict[date, timedelta]]:
    """How long each person teaches on each day from `first` to `last`; one query."""
    found: dict[int, dict[date, timedelta]] = defaultdict(lambda: defaultdict(timedelta))
    taught = (
        Booking.objects.teaching()
        .filter(person_id__any=list(persons), meeting__starts_at__gte=midnight(first))
        .filter(meeting__starts_at__lt=midnight(last + timedelta(days=1)))
        .exclude(planned_anew(besides))
        .values_list("person", "meeting__starts_at", "meeting__ends_at")
    )
    for person, starts_at, ends_at in taught:
        found[person][timezone.localdate(starts_at)] += ends_at - starts_at
    return found


def planned_anew(sessions: Collection[int]) -> Q:
    """Bookings of these sessions that another plan replaces: what has begun stays as it is."""
    return Q(meeting__session__in=sessions, meeting__starts_at__gt=timezone.now())


def midnight(day: date) -> datetime:
    """The beginning of the day in the centre's zone."""
    return datetime.combine(day, time(), tzinfo=timezone.get_default_timezone())


def load_calendar_of_centre(first: date, last: date) -> Facts:
    """Facts of all rooms and trainers with everything booked on the days from `first` to `last`; eight queries.

    For pages about many sessions at once; `needs` are nobody's.
    """
    whole = Span(midnight(first), midnight(last + timedelta(days=1)))
    facts = Facts(
        needs=NOBODYS,
        rooms=_load_rooms(Room.objects.all(), [whole]),
        trainers=_load_trainers(Trainer.objects.all(), first, last),
        calendar=load_calendar(first, last),
    )
    return with_bookings(facts, [whole], reach_minutes=0)


def without_session(facts: Facts, session_id: int) -> Facts:
    """The same facts as if the session's meetings ahead were not booked."""
    now = timezone.now()
    rooms = {
        pk: with_facts(room, busy=_others(room.busy, session_id, now)) for pk, room in facts.rooms.items()
    }
    trainers = {}
    for pk, trainer in facts.trainers.items():
        own = [
            busy for busy in trainer.busy if busy.session_id == session_id and busy.meeting.starts_at > now
        ]
        load = dict(trainer.load)
        for busy in own:
            if busy.teaches:
                load[timezone.localdate(busy.meeting.starts_at)] -= busy.meeting.length
        others = _others(trainer.busy, session_id, now)
        trainers[pk] = with_facts(trainer, busy=others, load=load) if own else trainer
    return with_facts(facts, rooms=rooms, trainers=trainers)


def _others(busy: Sequence[Busy], session_id: int, now: datetime) -> tuple[Busy, ...]:
    return tuple(one for one in busy if one.session_id != session_id or one.meeting.starts_at <= now)


def needs_of_courses(courses: Collection[Course]) -> dict[int, CourseNeeds]:
    """By the course's key what it asks for; one query."""
    keys = [course.pk for course in courses]
    equipment = Equipment.objects.filter(courses__any=keys).values_list(
        Value("equipment"), "courses", "pk", "title"
    )
    qualifications = Qualification.objects.filter(courses__any=keys).values_list(
        Value("qualification"), "courses", "pk", "title"
    )
    titles: dict[int, dict[str, dict[int, str]]] = {pk: {"equipment": {}, "qualification": {}} for pk in keys}
    for kind, course, pk, title in equipment.order_by().union(qualifications.order_by()):
        titles[course][kind][pk] = title
    return {
        course.pk: CourseNeeds(
            is_online=course.is_online,
            group_min=course.group_min or 1,
            group_max=course.group_max or 1,
            equipment=titles[course.pk]["equipment"],
            qualifications=titles[course.pk]["qualification"],
        )
        for course in courses
    }


def needs_of(course: Course) -> CourseNeeds:
    """What the course asks for; one query."""
    return needs_of_courses([course])[course.pk]


def _days_of(spans: Sequence[Span]) -> tuple[date, date]:
    """The first and the last day of the times, in whatever zone."""
    if not spans:
        return timezone.localdate(), timezone.localdate()
    day = timedelta(days=1)
    first = min(span.starts_at for span in spans).date() - day
    return first, max(span.ends_at for span in spans).date() + day


def _shift_of(job: dict[str, str | None] | None) -> Shift | None:
    if job is None:
        return None
    starts_on = job["from"] if job["pattern"] == Employment.WorkPattern.TWO_TWO else None
    return Shift(str(job["pattern"]), date.fromisoformat(starts_on) if starts_on else None)


HOURS = JSONObject(
    weekday=F("weekday"),
    begins=F("begins_at"),
    ends=F("ends_at"),
    first=F("starts_on"),
    last=F("ends_on"),
    kind=F("kind"),
)


def _hours_of(row: dict[str, Any]) -> WeeklyHours:
    return WeeklyHours(
        weekday=row["weekday"],
        begins_at=time.fromisoformat(row["begins"]),
        ends_at=time.fromisoformat(row["ends"]),
        first=date.fromisoformat(row["first"]),
        last=date.fromisoformat(row["last"]) if row["last"] else None,
        is_impossible=row["kind"] == Unavailability.Kind.CANNOT,
    )


def _load_rooms(rooms: QuerySet[Room], spans: Sequence[Span]) -> dict[int, RoomFacts]:
    equipped = ArrayAgg("equipment", filter=Q(equipment__isnull=False), default=Value([]))
    rows = list(rooms.select_related("site").annotate(equipment_ids=equipped))
    closures: dict[int, list[Closure]] = defaultdict(list)
    if spans:
        during = reduce(or_, (Q(starts_at__lt=span.ends_at, ends_at__gt=span.starts_at) for span in spans))
        for closure in RoomClosure.objects.filter(during, room_id__any=[room.pk for room in rows]):
            closures[closure.room_id].append(
                Closure(Span(closure.starts_at, closure.ends_at), closure.reason)
            )
    return {
        room.pk: RoomFacts(
            pk=room.pk,
            name=room.name,
            site_id=room.site_id,
            site_name=room.site.name,
            zone=room.site.zone,
            opens_at=room.site.opens_at,
            closes_at=room.site.closes_at,
            is_online=room.site.is_online,
            capacity=room.capacity,
            is_step_free=room.is_step_free,
            is_active=room.is_active,
            equipment=frozenset(room.equipment_ids),
            closures=tuple(closures[room.pk]),
        )
        for room in rows
    }


def _load_trainers(trainers: QuerySet[Trainer], first: date, last: date) -> dict[int, TrainerFacts]:
    held = JSONBAgg(
        JSONObject(id=F("qualifications__qualification"), until=F("qualifications__valid_until")),
        filter=Q(qualifications__isnull=False),
        default=Value([]),
    )
    job = Employment.objects.filter(employee=OuterRef("employee"), is_main=True, ended_on=None).values(
        json=JSONObject(**{"pattern": F("work_pattern"), "from": F("pattern_starts_on")})
    )
    hours = Unavailability.objects.during(first, last).filter(trainer=OuterRef("pk")).values(json=HOURS)
    rows = list(
        trainers.select_related("employee").annotate(
            held=held, job=Subquery(job[:1]), hours=ArraySubquery(hours)
        )
    )
    absences: dict[int, list[TrainerAbsence]] = defaultdict(list)
    for absence in Absence.objects.filter(
        trainer_id__any=[trainer.pk for trainer in rows], starts_on__lte=last, ends_on__gte=first
    ):
        absences[absence.trainer_id].append(
            TrainerAbsence(absence.starts_on, absence.ends_on, str(absence.get_reason_display()))
        )
    return {
        trainer.pk: TrainerFacts(
            pk=trainer.pk,
            person_id=trainer.employee_id,
            name=trainer.employee.short_name,
            is_active=trainer.is_active and trainer.employee.is_active,
            qualifications={
                row["id"]: date.fromisoformat(row["until"]) if row["until"] else None for row in trainer.held
            },
            absences=tuple(absences[trainer.pk]),
            hours_a_day=trainer.academic_hours_a_day,
            hours_a_week=trainer.academic_hours_a_week,
            shift=_shift_of(trainer.job),
            unavailable=tuple(_hours_of(row) for row in trainer.hours),
            site_id=trainer.home_site_id,
        )
        for trainer in rows
    }


def _load_busy(
    spans: Sequence[Span], *, rooms: Collection[int], persons: Collection[int], besides: Collection[int]
) -> tuple[dict[int, list[Busy]], dict[int, list[Busy]]]:
    """The bookings by room and by person that share a moment with the times."""
    by_room: dict[int, list[Busy]] = defaultdict(list)
    by_person: dict[int, list[Busy]] = defaultdict(list)
    if not spans:
        return by_room, by_person
    near = reduce(or_, (Q(period__overlap=_range(span)) for span in spans))
    place = Booking.objects.of_rooms().filter(meeting=OuterRef("meeting"), room__site__is_online=False)
    site = place.values(json=JSONObject(site_id=F("room__site"), site_name=F("room__site__name")))
    bookings = (
        Booking.objects.filter(near, Q(room_id__any=list(rooms)) | Q(person_id__any=list(persons)))
        .annotate(site=Subquery(site[:1]))
        .order_by("period")
    )
    if besides:
        bookings = bookings.exclude(planned_anew(besides))
    # Rows, not models: a full week has a thousand, and each would bring its meeting, session and course.
    rows = bookings.values_list(
        *("room", "person", "role", "period__startswith", "period__endswith", "site"),
        *("meeting__starts_at", "meeting__ends_at", "meeting__session", "meeting__session__course__title"),
    )
    for room, person, role, begins_at, over_at, site, starts_at, ends_at, session, title in rows:
        busy = Busy(
            span=Span(begins_at, over_at),
            meeting=Span(starts_at, ends_at),
            session_id=session,
            course_title=title,
            teaches=role == Booking.Role.TEACHES,
            **(site or NOWHERE),
        )
        if room is not None:
            by_room[room].append(busy)
        elif person is not None:
            by_person[person].append(busy)
    return by_room, by_person


def _range(span: Span) -> Func:
    return Func(
        Value(span.starts_at), Value(span.ends_at), function="tstzrange", output_field=DateTimeRangeField()
    )
