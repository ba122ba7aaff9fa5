"""Findings against a plan (rules 3 to 5): functions over facts, without the database.

Each finding begins with whom or what it is about, so that it reads alike in a refusal and in a list of
those not offered: "Room 201: has no projector." Clashes of bookings are found here for those who choose; what
refuses them is the constraints.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta, tzinfo
from itertools import chain

from django.utils import formats, timezone
from django.utils.text import capfirst
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from centre.models import Policy
from courses.models import Course
from scheduling.facts import Busy, CourseNeeds, Facts, RoomFacts, Span, TrainerFacts
from scheduling.loading import load_facts, with_bookings
from scheduling.models import ACADEMIC_HOUR
from scheduling.plans import MeetingPlan


@dataclass(frozen=True)
class Finding:
    """Something against a plan: a stable code, and a sentence for people."""

    code: str
    message: str


def hard_findings(
    course: Course,
    meetings: Sequence[MeetingPlan],
    *,
    needs_step_free: bool,
    policy: Policy,
    besides_session: int | None = None,
) -> list[Finding]:
    """What the plan breaks, in the order of its meetings, each said once; seven queries.

    A missing room or trainer is no finding: a draft may have gaps, and publishing refuses them. Bookings of
    `besides_session`, which is planned anew, do not count. Call it with the trainers' persons locked: the
    travel between sites is no constraint.
    """
    spans = [plan.span for plan in meetings]
    facts = with_bookings(
        load_facts(
            course,
            spans,
            room_ids={plan.room_id for plan in meetings if plan.room_id is not None},
            trainer_ids={trainer for plan in meetings for trainer in plan.trainer_ids},
        ),
        spans,
        reach_minutes=policy.travel_minutes,
        besides_session=besides_session,
    )
    rooms = [facts.rooms.get(plan.room_id or 0) for plan in meetings]
    lengths = [
        (local_day(plan.span, zone_of(room)), plan.span.length)
        for plan, room in zip(meetings, rooms, strict=True)
    ]
    return unique(
        plan_findings(facts, meetings, needs_step_free=needs_step_free),
        daily_hours_findings(lengths, hours_at_most=policy.academic_hours_a_day),
        travel_findings(facts, meetings, travel_minutes=policy.travel_minutes),
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
    if (name := facts.closed.get(day)) is not None:
        yield finding("centre_closed", day_words(day), _("the centre is closed (%(name)s)") % {"name": name})


def daily_hours_findings(
    lengths: Iterable[tuple[date, timedelta]], *, hours_at_most: int
) -> Iterator[Finding]:
    """A group is taught so many academic hours a day at most; the meetings are given as day and length."""
    taught: dict[date, timedelta] = defaultdict(timedelta)
    for day, length in lengths:
        taught[day] += length
    for day, length in taught.items():
        if length > hours_at_most * ACADEMIC_HOUR:
            is_whole = not length % ACADEMIC_HOUR
            hours = formats.number_format(length / ACADEMIC_HOUR, 0 if is_whole else 1)
            yield finding(
                "day_too_long",
                day_words(day),
                _("%(hours)s academic hours, and %(limit)s at most are taught a day")
                % {"hours": hours, "limit": hours_at_most},
            )


# --- the room -------------------------------------------------------------------------------------


def room_findings(room: RoomFacts, needs: CourseNeeds, *, group: int, step_free: bool) -> Iterator[Finding]:
    """What the room itself lacks for a group of that many people, whatever the time (rule 4).

    A room of the other kind lacks everything: that alone is said.
    """
    if not room.is_active:
        yield finding("room_out_of_use", room.name, _("out of use"))
    if needs.is_online and not room.is_online:
        yield finding("room_not_online", room.name, _("the course is taught online, in an online room"))
        return
    if room.is_online and not needs.is_online:
        yield finding("room_is_online", room.name, _("an online room, and the course is taught in person"))
        return
    if room.capacity < group:
        yield finding(
            "room_too_small",
            room.name,
            _("seats %(seats)s, the group is %(group)s") % {"seats": room.capacity, "group": group},
        )
    if missing := [title for pk, title in needs.equipment.items() if pk not in room.equipment]:
        yield finding(
            "room_lacks_equipment", room.name, _("has no %(equipment)s") % {"equipment": ", ".join(missing)}
        )
    if step_free and not room.is_step_free:
        yield finding("room_has_steps", room.name, _("cannot be reached without steps"))


def room_time_findings(room: RoomFacts, span: Span) -> Iterator[Finding]:
    """What speaks against the room at that time: its site's opening hours and its closures."""
    local = span.local(room.zone)
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
        )
    for closure in room.closures:
        if closure.span.overlaps(span):
            yield finding(
                "room_closed",
                room.name,
                _("closed on %(day)s (%(reason)s)")
                % {"day": day_words(local.starts_at.date()), "reason": closure.reason},
            )


def room_clash_findings(room: RoomFacts, span: Span, *, changeover_minutes: int) -> Iterator[Finding]:
    """Bookings of the room that stand in the way, the changeover after each counted (rule 2)."""
    for busy in room.busy:
        if not busy.span.overlaps(span.longer(changeover_minutes)):
            continue
        words = booking_words(busy, room.zone)
        if busy.meeting.overlaps(span):
            yield finding("room_taken", room.name, _("taken on %(time)s, “%(course)s”") % words)
        else:
            yield finding(
                "room_changeover",
                room.name,
                _("taken on %(time)s, “%(course)s”; %(minutes)s minutes must lie between")
                % {**words, "minutes": changeover_minutes},
            )


# --- the trainers ---------------------------------------------------------------------------------


def trainer_findings(trainer: TrainerFacts, day: date, *, with_reasons: bool = False) -> Iterator[Finding]:
    """What speaks against the trainer on that day; why somebody is absent is said to those who may know."""
    if not trainer.is_active:
        yield finding("trainer_inactive", trainer.name, _("does not teach any more"))
    for absence in trainer.absences:
        if absence.first <= day <= absence.last:
            yield finding(
                "trainer_absent",
                trainer.name,
                _("%(reason)s on %(day)s")
                % {"day": day_words(day), "reason": absence.reason if with_reasons else _("absent")},
            )


def unqualified_findings(trainer: TrainerFacts, needs: CourseNeeds, day: date) -> Iterator[Finding]:
    """A trainer is of use to the course with one of its qualifications at least."""
    if needs.qualifications and not any(trainer.holds(pk, day) for pk in needs.qualifications):
        yield finding(
            "trainer_unqualified",
            trainer.name,
            _("holds on %(day)s none of the qualifications that the course needs") % {"day": day_words(day)},
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
            yield finding("trainer_busy", trainer.name, sentence % booking_words(busy))


def travel_findings(
    facts: Facts, meetings: Sequence[MeetingPlan], *, travel_minutes: int
) -> Iterator[Finding]:
    """Between two sites a trainer, and the group, need time to travel (rule 2)."""
    placed = [
        (plan, room)
        for plan in meetings
        if plan.room_id is not None and not (room := facts.rooms[plan.room_id]).is_online
    ]
    for plan, room in placed:
        reach = plan.span.widened(travel_minutes)
        for trainer in (facts.trainers[pk] for pk in plan.trainer_ids if pk in facts.trainers):
            for busy in trainer.busy:
                elsewhere = busy.site_id is not None and busy.site_id != room.site_id
                if elsewhere and busy.span.overlaps(reach) and not busy.span.overlaps(plan.span):
                    yield finding(
                        "trainer_travels",
                        trainer.name,
                        _("at the site “%(site)s” on %(time)s; the way takes %(minutes)s minutes")
                        % {
                            **booking_words(busy, room.zone),
                            "site": busy.site_name,
                            "minutes": travel_minutes,
                        },
                    )
        for other, other_room in placed:
            is_later = plan.starts_at < other.starts_at
            if is_later and other_room.site_id != room.site_id and other.span.overlaps(reach):
                yield finding(
                    "group_travels",
                    day_words(local_day(other.span, other_room.zone)),
                    _("the way from “%(site)s” to “%(other_site)s” takes %(minutes)s minutes")
                    % {
                        "site": room.site_name,
                        "other_site": other_room.site_name,
                        "minutes": travel_minutes,
                    },
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
        )


# --- words ----------------------------------------------------------------------------------------


def finding(code: str, subject: str, reason: str) -> Finding:
    return Finding(code, _("%(subject)s: %(reason)s.") % {"subject": capfirst(subject), "reason": reason})


def zone_of(room: RoomFacts | None) -> tzinfo | None:
    return room.zone if room is not None else None


def local_day(span: Span, zone: tzinfo | None = None) -> date:
    """The day on which the time begins, in the centre's own zone when no room is known."""
    return span.starts_at.astimezone(zone or timezone.get_default_timezone()).date()


def booking_words(busy: Busy, zone: tzinfo | None = None) -> dict[str, str]:
    zone = zone or timezone.get_default_timezone()
    starts_at, ends_at = busy.meeting.starts_at.astimezone(zone), busy.meeting.ends_at.astimezone(zone)
    return {
        "time": f"{day_words(starts_at.date())}, {starts_at:%H:%M}–{ends_at:%H:%M}",
        "course": busy.course_title,
    }


def day_words(day: date) -> str:
    """ "24 November", in the case that Russian sentences need."""
    return formats.date_format(day, "j E" if get_language() == "ru" else "j F")
