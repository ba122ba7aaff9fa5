"""Findings against a plan (rules 2 to 5): functions over facts, without the database.

Each finding begins with whom or what it is about, so that it reads alike in a refusal and in a list of
those not offered: "Room 201: has no projector." Clashes of bookings are found here for those who choose; what
refuses them is the constraints. A hard finding refuses the plan; a soft one, of a trainer's hours or shift, wants a
written reason and stays flagged (rule 3).
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta, tzinfo
from functools import lru_cache
from itertools import chain

from django.utils import formats, timezone
from django.utils.text import capfirst
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from centre.models import Policy
from centre.quotes import with_inner_quotes
from courses.models import Course
from scheduling.facts import Busy, CourseNeeds, DayFacts, Facts, RoomFacts, Span, TrainerFacts
from scheduling.findings import About as About
from scheduling.findings import Finding as Finding
from scheduling.loading import load_facts, with_bookings
from scheduling.models import ACADEMIC_HOUR
from scheduling.plans import MeetingPlan


def findings_against(
    course: Course,
    meetings: Sequence[MeetingPlan],
    *,
    needs_step_free: bool,
    policy: Policy,
    besides: Collection[int] = (),
    begun: Sequence[MeetingPlan] = (),
) -> list[Finding]:
    """What the plan breaks, in the order of its meetings, each said once, soft ones last; eight queries.

    A missing room or trainer is no finding: a draft may have gaps, and publishing refuses them. Bookings of the
    sessions `besides`, which are planned anew, do not count; of their meetings that have `begun` see `broken_rules`.
    Call it with the trainers' persons locked: hours and the travel between sites are no constraints.
    """
    spans = [plan.span for plan in meetings]
    facts = with_bookings(
        load_facts(
            course,
            spans,
            room_ids={plan.room_id for plan in (*begun, *meetings) if plan.room_id is not None},
            trainer_ids={trainer for plan in meetings for trainer in plan.trainer_ids},
        ),
        spans,
        reach_minutes=policy.travel_minutes,
        besides=besides,
    )
    return broken_rules(facts, meetings, needs_step_free=needs_step_free, policy=policy, begun=begun)


def broken_rules(
    facts: Facts,
    meetings: Sequence[MeetingPlan],
    *,
    needs_step_free: bool,
    policy: Policy,
    begun: Sequence[MeetingPlan] = (),
) -> list[Finding]:
    """The same from facts that are loaded; of the planned session's own bookings they know those that have begun.

    Its meetings that have `begun` stay as they are, but the group's day and its way began with them.
    """
    lengths = [(day_of(facts, plan), plan.span.length) for plan in meetings]
    days = {day for day, _length in lengths}
    lengths += [(day, plan.span.length) for plan in begun if (day := day_of(facts, plan)) in days]
    return unique(
        plan_findings(facts, meetings, needs_step_free=needs_step_free),
        daily_hours_findings(lengths, hours_at_most=policy.academic_hours_a_day),
        travel_findings(facts, meetings, travel_minutes=policy.travel_minutes, begun=begun),
        soft_findings(facts, meetings),
    )


def unique(*findings: Iterable[Finding]) -> list[Finding]:
    """All findings, each said once."""
    return list(dict.fromkeys(chain.from_iterable(findings)))


def plan_findings(
    facts: Facts, meetings: Sequence[MeetingPlan], *, needs_step_free: bool
) -> Iterator[Finding]:
    """What speaks against each meeting's day, room and trainers."""
    for plan in meetings:
        room = facts.rooms.get(plan.room_id or 0)
        day = local_day(plan.span, zone_of(room))
        yield from closed_findings(facts, day)
        if room is not None:
            yield from room_findings(
                room, facts.needs, group=facts.needs.group_min, step_free=needs_step_free
            )
            yield from room_time_findings(room, plan.span)
        trainers = [facts.trainers[pk] for pk in plan.trainer_ids if pk in facts.trainers]
        for trainer in trainers:
            yield from trainer_findings(trainer, day)
        if trainers:
            yield from qualification_findings(trainers, facts.needs, day)


# --- the day --------------------------------------------------------------------------------------


def closed_findings(facts: Facts, day: date) -> Iterator[Finding]:
    """The centre's closed days are data, apart from the law's holidays (rule 5)."""
    if (what := facts.calendar.get(day)) is not None and what.closed:
        yield finding(
            "centre_closed",
            day_words(day),
            _("the centre is closed (%(name)s)") % {"name": what.closed},
            on=day,
        )


def daily_hours_findings(
    lengths: Iterable[tuple[date, timedelta]], *, hours_at_most: int
) -> Iterator[Finding]:
    """A group is taught so many academic hours a day at most; the meetings are given as day and length."""
    taught: dict[date, timedelta] = defaultdict(timedelta)
    for day, length in lengths:
        taught[day] += length
    for day, length in taught.items():
        if length > hours_at_most * ACADEMIC_HOUR:
            hours = hours_words(length)
            yield finding(
                "day_too_long",
                day_words(day),
                _("%(hours)s academic hours, and %(limit)s at most are taught a day")
                % {"hours": hours, "limit": hours_at_most},
                on=day,
            )


# --- the room -------------------------------------------------------------------------------------


def room_findings(room: RoomFacts, needs: CourseNeeds, *, group: int, step_free: bool) -> Iterator[Finding]:
    """What the room itself lacks for a group of that many people, whatever the time (rule 4).

    A room of the other kind lacks everything: that alone is said.
    """
    about = (About("room", room.pk),)
    if not room.is_active:
        yield finding("room_out_of_use", room.name, _("out of use"), about)
    if needs.is_online and not room.is_online:
        yield finding(
            "room_not_online", room.name, _("the course is taught online, in an online room"), about
        )
        return
    if room.is_online and not needs.is_online:
        yield finding(
            "room_is_online", room.name, _("an online room, and the course is taught in person"), about
        )
        return
    if room.capacity < group:
        yield finding(
            "room_too_small",
            room.name,
            _("seats %(seats)s, the group is %(group)s") % {"seats": room.capacity, "group": group},
            about,
        )
    if missing := [title for pk, title in needs.equipment.items() if pk not in room.equipment]:
        words = {"equipment": ", ".join(missing)}
        yield finding("room_lacks_equipment", room.name, _("has no %(equipment)s") % words, about)
    if step_free and not room.is_step_free:
        yield finding("room_has_steps", room.name, _("cannot be reached without steps"), about)


def room_time_findings(room: RoomFacts, span: Span) -> Iterator[Finding]:
    """What speaks against the room at that time: its site's opening hours and its closures."""
    local = span.local(room.zone)
    about, day = (About("room", room.pk),), local.starts_at.date()
    if (
        local.starts_at.date() != local.ends_at.date()
        or local.starts_at.time() < room.opens_at
        or local.ends_at.time() > room.closes_at
    ):
        yield finding(
            "site_not_open",
            room.name,
            _("%(site)s is open from %(opens)s to %(closes)s")
            % {
                "site": room.site_name,
                "opens": formats.time_format(room.opens_at, "H:i"),
                "closes": formats.time_format(room.closes_at, "H:i"),
            },
            about,
            on=day,
        )
    for closure in room.closures:
        if closure.span.overlaps(span):
            yield finding(
                "room_closed",
                room.name,
                _("closed on %(day)s (%(reason)s)") % {"day": day_words(day), "reason": closure.reason},
                about,
                on=day,
            )


def room_clash_findings(room: RoomFacts, span: Span, *, changeover_minutes: int) -> Iterator[Finding]:
    """Bookings of the room that stand in the way, the changeover after each counted (rule 2)."""
    for busy in room.busy:
        if not busy.span.overlaps(span.longer(changeover_minutes)):
            continue
        words = booking_words(busy, room.zone)
        about = (About("room", room.pk), About("session", busy.session_id))
        if busy.meeting.overlaps(span):
            yield finding("room_taken", room.name, _("taken on %(time)s, “%(course)s”") % words, about)
        else:
            yield finding(
                "room_changeover",
                room.name,
                _("taken on %(time)s, “%(course)s”; %(minutes)s minutes must lie between")
                % {**words, "minutes": changeover_minutes},
                about,
            )


# --- the trainers ---------------------------------------------------------------------------------


def trainer_findings(trainer: TrainerFacts, day: date, *, with_reasons: bool = False) -> Iterator[Finding]:
    """What speaks against the trainer on that day; why somebody is absent is said to those who may know."""
    about = (About("trainer", trainer.pk),)
    if not trainer.is_active:
        yield finding("trainer_inactive", trainer.name, _("does not teach any more"), about)
    for absence in trainer.absences:
        if absence.first <= day <= absence.last:
            yield finding(
                "trainer_absent",
                trainer.name,
                _("%(reason)s on %(day)s")
                % {"day": day_words(day), "reason": absence.reason if with_reasons else _("absent")},
                about,
                on=day,
            )


def unqualified_findings(trainer: TrainerFacts, needs: CourseNeeds, day: date) -> Iterator[Finding]:
    """A trainer is of use to the course with one of its qualifications at least."""
    if needs.qualifications and not any(trainer.holds(pk, day) for pk in needs.qualifications):
        yield finding(
            "trainer_unqualified",
            trainer.name,
            _("holds on %(day)s none of the qualifications that the course needs") % {"day": day_words(day)},
            (About("trainer", trainer.pk),),
            on=day,
        )


def trainer_clash_findings(trainer: TrainerFacts, span: Span) -> Iterator[Finding]:
    """Bookings of the trainer's person that stand in the way: who teaches cannot attend elsewhere either (rule 2)."""
    for busy in trainer.busy:
        if busy.span.overlaps(span):
            sentence = (
                _("teaches on %(time)s, “%(course)s”")
                if busy.teaches
                else _("attends on %(time)s, “%(course)s”")
            )
            about = (About("trainer", trainer.pk), About("session", busy.session_id))
            yield finding("trainer_busy", trainer.name, sentence % booking_words(busy), about)


def clash_findings(
    facts: Facts, meetings: Sequence[MeetingPlan], *, changeover_minutes: int
) -> Iterator[Finding]:
    """Bookings that stand in the way of the plan, for those who are about to choose it (rule 2)."""
    for plan in meetings:
        if room := facts.rooms.get(plan.room_id or 0):
            yield from room_clash_findings(room, plan.span, changeover_minutes=changeover_minutes)
        for trainer in (facts.trainers[pk] for pk in plan.trainer_ids if pk in facts.trainers):
            yield from trainer_clash_findings(trainer, plan.span)


def travel_findings(
    facts: Facts,
    meetings: Sequence[MeetingPlan],
    *,
    travel_minutes: int,
    begun: Sequence[MeetingPlan] = (),
) -> Iterator[Finding]:
    """Between two sites a trainer, and the group, need time to travel (rule 2); the group from what has `begun` too."""
    came_from, placed = (
        [
            (plan, room)
            for plan in some
            if plan.room_id is not None and not (room := facts.rooms[plan.room_id]).is_online
        ]
        for some in (begun, meetings)
    )
    for plan, room in placed:
        for trainer in (facts.trainers[pk] for pk in plan.trainer_ids if pk in facts.trainers):
            yield from trainer_travel_findings(
                trainer, plan.span, room.site_id, travel_minutes=travel_minutes, zone=room.zone
            )
    for plan, room in (*came_from, *placed):
        for other, other_room in placed:
            is_later_elsewhere = plan.starts_at < other.starts_at and other_room.site_id != room.site_id
            if is_later_elsewhere and other.span.overlaps(plan.span.widened(travel_minutes)):
                yield finding(
                    "group_travels",
                    day_words(local_day(other.span, other_room.zone)),
                    _("the way from “%(site)s” to “%(other_site)s” takes %(minutes)s minutes")
                    % {
                        "site": room.site_name,
                        "other_site": other_room.site_name,
                        "minutes": travel_minutes,
                    },
                    (About("room", room.pk), About("room", other_room.pk)),
                )


def trainer_travel_findings(
    trainer: TrainerFacts, span: Span, site_id: int, *, travel_minutes: int, zone: tzinfo | None = None
) -> Iterator[Finding]:
    """Bookings of the trainer at another site, too near before or after the time at this one."""
    reach = span.widened(travel_minutes)
    for busy in trainer.busy:
        elsewhere = busy.site_id is not None and busy.site_id != site_id
        if elsewhere and busy.span.overlaps(reach) and not busy.span.overlaps(span):
            yield finding(
                "trainer_travels",
                trainer.name,
                _("at the site “%(site)s” on %(time)s; the way takes %(minutes)s minutes")
                % {**booking_words(busy, zone), "site": busy.site_name, "minutes": travel_minutes},
                (About("trainer", trainer.pk), About("session", busy.session_id)),
            )


def qualification_findings(
    trainers: Collection[TrainerFacts], needs: CourseNeeds, day: date
) -> Iterator[Finding]:
    """The trainers hold every qualification of the course together, valid on that day (rule 3)."""
    missing = [
        title
        for pk, title in needs.qualifications.items()
        if not any(trainer.holds(pk, day) for trainer in trainers)
    ]
    if missing:
        yield finding(
            "qualification_missing",
            ", ".join(trainer.name for trainer in trainers),
            _("without a qualification valid on %(day)s: %(titles)s")
            % {"day": day_words(day), "titles": ", ".join(missing)},
            tuple(About("trainer", trainer.pk) for trainer in trainers),
            on=day,
        )


# --- what may be done with a reason ---------------------------------------------------------------


def soft_findings(facts: Facts, meetings: Sequence[MeetingPlan]) -> Iterator[Finding]:
    """The limits of hours, the shifts and the availability of those who are to teach (rule 3)."""
    spans: dict[int, list[Span]] = defaultdict(list)
    for plan in meetings:
        for pk in plan.trainer_ids:
            if pk in facts.trainers:
                spans[pk].append(plan.span)
    for pk, taught in spans.items():
        yield from shift_findings(facts.trainers[pk], taught, facts.calendar)
        yield from unavailable_findings(facts.trainers[pk], taught)
        yield from load_findings(facts.trainers[pk], taught)


def shift_findings(
    trainer: TrainerFacts, spans: Iterable[Span], calendar: Mapping[date, DayFacts]
) -> Iterator[Finding]:
    """Days on which the trainer's work pattern has them off (rule 3)."""
    if trainer.shift is None:
        return
    for day in dict.fromkeys(map(local_day, spans)):
        if not trainer.shift.works_on(day, calendar):
            yield finding(
                "trainer_off_shift",
                trainer.name,
                _("%(day)s is a day off (works %(pattern)s)")
                % {"day": day_words(day), "pattern": trainer.shift.name},
                (About("trainer", trainer.pk),),
                on=day,
                is_soft=True,
            )


def unavailable_findings(trainer: TrainerFacts, spans: Iterable[Span]) -> Iterator[Finding]:
    """Meetings in the weekly hours in which the trainer cannot teach, or would rather not."""
    for span in spans:
        local = span.local(timezone.get_default_timezone())
        for hours in trainer.unavailable:
            if hours.meet(local.starts_at, local.ends_at):
                sentence = (
                    _("cannot teach on %(day)s from %(begin)s to %(end)s")
                    if hours.is_impossible
                    else _("would rather not teach on %(day)s from %(begin)s to %(end)s")
                )
                words = {
                    "day": day_words(local.starts_at.date()),
                    "begin": formats.time_format(hours.begins_at, "H:i"),
                    "end": formats.time_format(hours.ends_at, "H:i"),
                }
                about = (About("trainer", trainer.pk),)
                on = local.starts_at.date()
                yield finding(
                    "trainer_unavailable", trainer.name, sentence % words, about, on=on, is_soft=True
                )


def load_findings(trainer: TrainerFacts, spans: Iterable[Span]) -> Iterator[Finding]:
    """Days and weeks that hold more academic hours with these meetings than the trainer's limits (rule 3)."""
    days: dict[date, timedelta] = defaultdict(timedelta)
    for span in spans:
        days[local_day(span)] += span.length
    weeks: dict[date, timedelta] = defaultdict(timedelta)
    for day, length in days.items():
        weeks[monday_of(day)] += length
    for day in days:
        days[day] += trainer.load.get(day, timedelta())
    for monday in weeks:
        weeks[monday] += trainer.load_of_week(monday)
    about = (About("trainer", trainer.pk),)
    for day, length in days.items():
        if trainer.hours_a_day is not None and length > trainer.hours_a_day * ACADEMIC_HOUR:
            words = {"day": day_words(day), "hours": hours_words(length), "limit": trainer.hours_a_day}
            sentence = _("%(hours)s academic hours on %(day)s, the limit a day is %(limit)s")
            yield finding("trainer_day_hours", trainer.name, sentence % words, about, on=day, is_soft=True)
    for monday, length in weeks.items():
        if trainer.hours_a_week is not None and length > trainer.hours_a_week * ACADEMIC_HOUR:
            words = {"day": day_words(monday), "hours": hours_words(length), "limit": trainer.hours_a_week}
            sentence = _("%(hours)s academic hours in the week from %(day)s, the limit is %(limit)s")
            yield finding(
                "trainer_week_hours", trainer.name, sentence % words, about, on=monday, is_soft=True
            )


# --- words ----------------------------------------------------------------------------------------


def finding(
    code: str,
    subject: str,
    reason: str,
    about: tuple[About, ...] = (),
    *,
    on: date | None = None,
    is_soft: bool = False,
) -> Finding:
    sentence = _("%(subject)s: %(reason)s.") % {"subject": capfirst(subject), "reason": reason}
    return Finding(code, with_inner_quotes(sentence), about, on, is_soft)


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


def hours_words(length: timedelta) -> str:
    """Academic hours as a number, with one decimal where they are not whole."""
    return formats.number_format(length / ACADEMIC_HOUR, 1 if length % ACADEMIC_HOUR else 0)


def zone_of(room: RoomFacts | None) -> tzinfo | None:
    return room.zone if room is not None else None


def local_day(span: Span, zone: tzinfo | None = None) -> date:
    """The day on which the time begins, in the centre's own zone when no room is known."""
    return span.starts_at.astimezone(zone or timezone.get_default_timezone()).date()


def day_of(facts: Facts, plan: MeetingPlan) -> date:
    return local_day(plan.span, zone_of(facts.rooms.get(plan.room_id or 0)))


def booking_words(busy: Busy, zone: tzinfo | None = None) -> dict[str, str]:
    zone = zone or timezone.get_default_timezone()
    starts_at, ends_at = busy.meeting.starts_at.astimezone(zone), busy.meeting.ends_at.astimezone(zone)
    return {
        "time": f"{day_words(starts_at.date())}, {starts_at:%H:%M}–{ends_at:%H:%M}",
        "course": busy.course_title,
    }


def day_words(day: date) -> str:
    """ "24 November", in the case that Russian sentences need."""
    return _day_words(day, get_language())


@lru_cache(maxsize=1000)
def _day_words(day: date, language: str | None) -> str:
    """The same days are said of hundreds of meetings."""
    return formats.date_format(day, "j E" if language == "ru" else "j F")
