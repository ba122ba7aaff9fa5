"""The difference between what is published and what planners prepared for a month, in words and numbers (rule 9).

It is the same findings as in the form, on the board and in the list of problems; those of a prepared move are asked
as if everything that is prepared had happened, for it happens together.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from hashlib import sha256

from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from centre.models import Policy
from scheduling.actions.shared import refuse_rewriting_the_past
from scheduling.checks import Finding, broken_rules, clash_findings, unique
from scheduling.errors import WrongState
from scheduling.facts import CourseNeeds, Facts, Span
from scheduling.finder.days import site_of
from scheduling.finder.search import Holder, with_taken
from scheduling.life import CANCEL, PUBLISH
from scheduling.loading import load_calendar_of_centre, needs_of_courses, weeks_of, without_session
from scheduling.models import PreparedChange, Session, Waiver
from scheduling.overview import SessionRow, session_rows
from scheduling.plans import SessionPlan
from scheduling.problems import Problem, against_plan
from scheduling.rehearsal import Rehearsal
from scheduling.standing_plans import courses_of, own_facts, plans_of, waivers_of
from scheduling.story import Names, changes_between, names_in

Status = Session.Status


class Kind(StrEnum):
    NEW = "new"
    MOVED = "moved"
    CANCELLED = "cancelled"


@dataclass(frozen=True)
class Row:
    """A draft, or a published session with what is prepared for it.

    `sentences` say what becomes another; `told` people hold a seat or wait and get news; `asked` trainers are to
    accept. `refusal` says why it cannot be published whatever its plan.
    """

    row: SessionRow
    change: PreparedChange | None = None
    sentences: tuple[str, ...] = ()
    told: int = 0
    asked: frozenset[int] = frozenset()
    problems: tuple[Problem, ...] = ()
    refusal: str = ""

    @property
    def session(self) -> Session:
        return self.row.session

    @property
    def kind(self) -> Kind:
        if self.change is None:
            return Kind.NEW
        return Kind.CANCELLED if self.change.is_cancellation else Kind.MOVED

    @property
    def is_left_out(self) -> bool:
        """Whether it cannot be published as it stands: what is hard refuses it, and no reason helps."""
        return bool(self.refusal) or any(not problem.finding.is_soft for problem in self.problems)


@dataclass(frozen=True)
class Difference:
    """`unchanged` published sessions of the month stay as they are."""

    rows: tuple[Row, ...]
    unchanged: int

    @property
    def ready(self) -> list[Row]:
        return [row for row in self.rows if not row.is_left_out]

    @property
    def left_out(self) -> list[Row]:
        return [row for row in self.rows if row.is_left_out]

    @property
    def told(self) -> int:
        """Each once a session."""
        return sum(row.told for row in self.ready)

    @property
    def asked(self) -> int:
        """Trainers, each once."""
        return len(frozenset[int]().union(*(row.asked for row in self.ready)))


def fingerprint_of(difference: Difference, sessions: Iterable[Session], rehearsal: Rehearsal) -> str:
    """Whatever a planner saw: what waits for publication, what they chose of it, whom it touches and who is told."""
    seen = [
        [(row.session.pk, row.kind, row.session.version, row.is_left_out) for row in difference.rows],
        sorted(session.pk for session in sessions),
        rehearsal.seen,
    ]
    return sha256(json.dumps(seen).encode()).hexdigest()


def load_difference(begin: datetime, end: datetime) -> Difference:
    """Of sessions that begin in the half-open time, or would begin in it; the same queries for any number of them."""
    drafts = Session.objects.with_course().filter(
        status=Status.DRAFT, starts_at__gte=begin, starts_at__lt=end
    )
    changes = changes_between_times(begin, end)
    sessions = sorted(
        [*drafts, *(change.session for change in changes.values())],
        key=lambda session: (session.starts_at, session.pk),
    )
    stay = Session.objects.filter(status__in=[Status.OPEN, Status.CONFIRMED, Status.CLOSED])
    unchanged = stay.filter(starts_at__gte=begin, starts_at__lt=end).exclude(pk__in=changes).count()
    return Difference(tuple(rows_of(sessions, changes)), unchanged)


def changes_between_times(begin: datetime, end: datetime) -> dict[int, PreparedChange]:
    """By session."""
    within = Q(session__starts_at__gte=begin, session__starts_at__lt=end)
    found = PreparedChange.objects.filter(within | Q(starts_at__gte=begin, starts_at__lt=end))
    long_texts = (f"session__course__{name}" for name in ("description", "search_russian", "search_simple"))
    return {
        change.session_id: change
        for change in found.select_related("session__course", "by").defer(*long_texts)
    }


def rows_of(sessions: Sequence[Session], changes: Mapping[int, PreparedChange]) -> list[Row]:
    if not sessions:
        return []
    told, known = session_rows(sessions), load_known(sessions, changes)
    rows: dict[int, Row] = {}
    left_out: set[int] = set()
    while True:
        rows |= {
            row.session.pk: known.row_of(row, changes.get(row.session.pk))
            for row in told
            if row.session.pk not in left_out
        }
        # Who stays where they are keeps a place that others counted on.
        staying = {pk for pk in changes.keys() - left_out if rows[pk].is_left_out}
        if not staying:
            return [rows[row.session.pk] for row in told]
        left_out |= staying
        known = known.afterwards({pk: change for pk, change in changes.items() if pk not in left_out})


@dataclass(frozen=True)
class Known:
    """What the rows are made of, for all sessions at once: their plans as they stand and as they become.

    `refusals` say by session why it cannot be published whatever its plan. `facts` are of the time after the
    publication, `now` of before; None when no meeting lies ahead.
    """

    refusals: Mapping[int, str]
    old: Mapping[int, SessionPlan]
    new: Mapping[int, SessionPlan]
    now: Facts | None
    needs: Mapping[int, CourseNeeds]
    waivers: Mapping[tuple[int, str], Waiver]
    names: Names
    policy: Policy
    facts: Facts | None = None

    def afterwards(self, changes: Mapping[int, PreparedChange]) -> "Known":
        """The same when these of the prepared changes happen."""
        if self.now is None:
            return self
        minutes = self.policy.changeover_minutes
        return replace(self, facts=afterwards(self.now, changes, self.new, changeover_minutes=minutes))

    def row_of(self, row: SessionRow, change: PreparedChange | None) -> Row:
        refusal = self.refusals[row.session.pk]
        if change is not None and change.is_cancellation:
            return Row(row, change, told=row.people.told, refusal=refusal)
        before, after = self.old[row.session.pk], self.new[row.session.pk]
        problems = tuple(self.problems_of(row.session, change))
        if change is None:
            asked = asked_of(SessionPlan(()), after, self.facts)
            return Row(row, asked=asked, problems=problems, refusal=refusal)
        return Row(
            row,
            change,
            sentences=tuple(changes_between(before, after, self.names)),
            told=row.people.told if tells(before, after) else 0,
            asked=asked_of(before, after, self.facts),
            problems=problems,
            refusal=refusal,
        )

    def problems_of(self, session: Session, change: PreparedChange | None) -> Iterator[Problem]:
        plan = self.new[session.pk]
        if self.facts is None or not plan.meetings:
            return
        own = own_facts(self.facts, plan, session, self.needs[session.course_id])
        minutes = self.policy.changeover_minutes
        # A draft is booked: nothing can be in its way. What is only prepared may find its place taken.
        clashes = clash_findings(own, plan.meetings, changeover_minutes=minutes) if change else ()
        for found in unique(clashes, against_plan(own, plan, policy=self.policy)):
            waiver = self.waivers.get((session.pk, found.key))
            if waiver is None and change is not None and change.despite and found.is_soft:
                waiver = Waiver(session=session, key=found.key, reason=change.despite, by=change.by)
            yield Problem(found, waiver)


def load_known(sessions: Sequence[Session], changes: Mapping[int, PreparedChange]) -> Known:
    policy = Policy.objects.current()
    whole = plans_of(sessions, begun_too=True)
    refusals = {one.pk: refusal_of(one, changes.get(one.pk), whole[one.pk]) for one in sessions}
    old = {pk: ahead(plan) for pk, plan in whole.items()}
    new = old | {pk: ahead(one.new_plan) for pk, one in changes.items() if not one.is_cancellation}
    plans = [*old.values(), *new.values()]
    spans = [meeting.span for plan in plans for meeting in plan.meetings]
    facts = load_calendar_of_centre(*weeks_of(spans)) if spans else None
    if facts is not None:
        new = {pk: with_what_is_left(plan, facts) for pk, plan in new.items()}
    needs = needs_of_courses(courses_of(sessions))
    known = Known(refusals, old, new, facts, needs, waivers_of(old), names_in(plans), policy)
    return known.afterwards({pk: change for pk, change in changes.items() if not refusals[pk]})


def against_prepared(session: Session, plan: SessionPlan, *, policy: Policy) -> list[Finding]:
    """What speaks against keeping the plan for the next publication, if everything else that is prepared happens.

    The session comes with its course, the plan with a meeting at least. The same queries for anything prepared.
    """
    changes = prepared_beside(session)
    facts = load_calendar_of_centre(*weeks_of([meeting.span for meeting in plan.meetings]))
    plans = {
        pk: with_what_is_left(ahead(change.new_plan), facts)
        for pk, change in changes.items()
        if not change.is_cancellation
    }
    minutes = policy.changeover_minutes
    facts = afterwards(facts, changes, plans, changeover_minutes=minutes)
    own = own_facts(facts, plan, session, needs_of_courses([session.course])[session.course_id])
    return unique(
        clash_findings(own, plan.meetings, changeover_minutes=minutes),
        broken_rules(own, plan.meetings, needs_step_free=plan.details.needs_step_free, policy=policy),
    )


def prepared_beside(session: Session) -> dict[int, PreparedChange]:
    """By session what is prepared for others and can be published as it stands: not what is stale; one query."""
    others = PreparedChange.objects.exclude(session=session).filter(session_version=F("session__version"))
    return {change.session_id: change for change in others.select_related("session__course")}


def ahead(plan: SessionPlan) -> SessionPlan:
    """Without the meetings that have begun, which stay as they are."""
    now = timezone.now()
    return replace(plan, meetings=tuple(one for one in plan.meetings if one.starts_at > now))


def with_what_is_left(plan: SessionPlan, facts: Facts) -> SessionPlan:
    """Without rooms and trainers that were deleted meanwhile: nothing is booked for what is only prepared."""
    meetings = (
        replace(
            one,
            room_id=one.room_id if one.room_id in facts.rooms else None,
            trainer_ids=tuple(pk for pk in one.trainer_ids if pk in facts.trainers),
        )
        for one in plan.meetings
    )
    return replace(plan, meetings=tuple(meetings))


def afterwards(
    facts: Facts,
    changes: Mapping[int, PreparedChange],
    plans: Mapping[int, SessionPlan],
    *,
    changeover_minutes: int,
) -> Facts:
    """The facts as they will be when everything that is prepared has happened."""
    for pk in changes:
        facts = without_session(facts, pk)
    for pk, change in changes.items():
        if not change.is_cancellation:
            holder = Holder(pk, change.session.course.title)
            facts = with_taken(facts, plans[pk].meetings, changeover_minutes, holder)
    return facts


def refusal_of(session: Session, change: PreparedChange | None, stands: SessionPlan) -> str:
    """Why the row cannot be published whatever its plan, in a sentence; the session `stands` so, begun meetings too."""
    try:
        if change is None:
            PUBLISH.check(session)
        else:
            CANCEL.check(session)  # as long as it may be cancelled it may be moved, too
            if not change.is_cancellation:
                refuse_rewriting_the_past(stands, change.new_plan)
    except WrongState as refusal:
        return str(refusal)
    return stale_words() if change is not None and change.is_stale else ""


def stale_words() -> str:
    return _("The session was changed after this was prepared. Prepare it anew, or drop it.")


def tells(old: SessionPlan, new: SessionPlan) -> bool:
    """Whether the change is news to the people of the session (`actions.shared.details_of`)."""
    before, after = (
        replace(plan, details=replace(plan.details, limit=None, needs_step_free=False)) for plan in (old, new)
    )
    return not before.is_same(after)


def asked_of(old: SessionPlan, new: SessionPlan, facts: Facts | None) -> frozenset[int]:
    """Trainers who are to teach at another time or site than before (`assignments.asking`)."""
    before, after = teaching_of(old, facts), teaching_of(new, facts)
    return frozenset(trainer for trainer, taught in after.items() if taught != before.get(trainer))


def teaching_of(plan: SessionPlan, facts: Facts | None) -> dict[int, list[tuple[Span, int | None]]]:
    found: dict[int, list[tuple[Span, int | None]]] = defaultdict(list)
    for meeting in plan.meetings:
        room = facts.rooms.get(meeting.room_id or 0) if facts else None
        for trainer in meeting.trainer_ids:
            found[trainer].append((meeting.span, site_of(room) if room else None))
    return found
