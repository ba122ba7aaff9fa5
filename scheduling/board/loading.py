"""Loads a board in a number of statements that does not grow with its meetings."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce, TruncDate
from django.utils import timezone

from centre.models import Policy
from centre.prepared import Given, Prepared
from people.models import short_name
from scheduling.board.background import bands_of, hours_of
from scheduling.board.cards import flags_of, rows_of
from scheduling.board.prepared import PreparedChanges, load_prepared
from scheduling.board.values import Board, Card, Only, Scope, Unplanned
from scheduling.facts import Facts
from scheduling.headcounts import Headcount, headcounts
from scheduling.hurt import without_room, without_trainer
from scheduling.loading import load_calendar_of_centre
from scheduling.models import Booking, Meeting, Session
from scheduling.plans import MeetingPlan
from scheduling.problems import NO_CALENDARS, Calendars, SessionProblems, problems_of

UNPLANNED_AT_MOST = 20
LONG_TEXTS = tuple(f"session__course__{name}" for name in ("description", "search_russian", "search_simple"))


@dataclass(frozen=True)
class Claims:
    """Who and what is booked for a meeting."""

    room_id: int | None
    room: str
    site_id: int | None
    site: str
    trainers: tuple[tuple[int, str], ...]


NOWHERE: tuple[int | None, str, int | None, str] = (None, "", None, "")
NOTHING = Claims(*NOWHERE, ())


def ask_claims() -> Any:
    """What a card says of its room and its trainers, as values: a full week has a thousand of them."""
    claims = Booking.objects.filter(meeting_id__any=Given("meetings")).exclude(role=Booking.Role.ATTENDS)
    return claims.order_by("person__name_key", "pk").values_list(
        *("meeting", "room", "room__name", "room__site", "room__site__name", "room__site__is_online"),
        *("person__trainer", "person__last_name", "person__first_name", "person__middle_name"),
    )


CLAIMS = Prepared(ask_claims)


def load_board(scope: Scope, *, policy: Policy) -> Board:
    """The board of these days: thirty statements or so, however many meetings it has."""
    facts = load_calendar_of_centre(scope.first, scope.last)
    cards = load_cards_of(scope, policy=policy, calendars={(scope.first, scope.last): facts})
    rows = rows_of(scope, facts, cards)
    bands = bands_of(scope, facts, rows, travel_minutes=policy.travel_minutes)
    hours = hours_of(facts_of_site(facts, scope), [card.span for card in cards])
    return Board(scope, tuple(rows), tuple(cards), tuple(bands), hours)


def load_cards_of(scope: Scope, *, policy: Policy, calendars: Calendars = NO_CALENDARS) -> list[Card]:
    """The cards of these days alone, without rows and background."""
    cards = load_cards(meetings_during(scope), policy=policy, calendars=calendars)
    return [card for card in cards if is_shown(card, scope)]


def meetings_by_day(scope: Scope) -> dict[date, int]:
    """How many of the board's meetings begin on each of its days that has any; one query.

    Those without problems are counted on a board of problems too: what is wrong is known of loaded cards alone.
    """
    meetings = meetings_during(scope)
    if scope.only == Only.DRAFTS:
        meetings = meetings.filter(session__status=Session.Status.DRAFT)
    if scope.site is not None:
        elsewhere = Booking.objects.of_rooms().filter(meeting=OuterRef("pk")).exclude(room__site=scope.site)
        meetings = meetings.exclude(Exists(elsewhere))
    days = meetings.annotate(day=TruncDate("starts_at")).values("day").order_by("day")
    return dict(days.annotate(count=Count("pk")).values_list("day", "count"))


def is_shown(card: Card, scope: Scope) -> bool:
    """Whether the card belongs on the board; on that of one site what has no room does, for it may come to any."""
    if scope.only == Only.DRAFTS and card.state != Session.Status.DRAFT:
        return False
    if scope.only == Only.FLAGGED and not card.flags:
        return False
    return scope.site is None or card.site_id in (None, scope.site)


def facts_of_site(facts: Facts, scope: Scope) -> Facts:
    rooms = {pk: room for pk, room in facts.rooms.items() if scope.site in (None, room.site_id)}
    return Facts(facts.needs, rooms, facts.trainers, facts.calendar)


def meetings_during(scope: Scope) -> QuerySet[Meeting]:
    span = scope.span
    return Meeting.objects.filter(starts_at__lt=span.ends_at, ends_at__gt=span.starts_at).exclude(
        session__status=Session.Status.CANCELLED
    )


def ask_lacking() -> Any:
    now = Given("now")
    drafts = Q(session__status=Session.Status.DRAFT, starts_at__gt=now)
    # Of drafts alone already inside, where every open session would be looked at.
    of_drafts = (
        found.filter(session__status=Session.Status.DRAFT)
        for found in (without_room(now), without_trainer(now))
    )
    roomless, untaught = (found.order_by().values("pk") for found in of_drafts)
    lacking = Q(pk__in=roomless) | Q(pk__in=untaught)
    return Meeting.objects.filter(drafts, lacking).order_by("starts_at", "pk").values("pk")


LACKING = Prepared(ask_lacking)


def load_unplanned() -> Unplanned:
    """Meetings of drafts that still lack a room or a trainer, the next ones first, wherever the board stands."""
    keys = [row["pk"] for row in LACKING(now=timezone.now())]
    shown = keys[:UNPLANNED_AT_MOST]
    return Unplanned(
        tuple(load_cards(Meeting.objects.filter(pk__in=shown), policy=None)), len(keys) - len(shown)
    )


def load_cards(
    meetings: QuerySet[Meeting], *, policy: Policy | None, calendars: Calendars = NO_CALENDARS
) -> list[Card]:
    """The cards in the order of time; seventeen statements for any number, two more when something is prepared.

    Without a policy they have no flags and tell of nothing prepared, and cost three statements: what is wrong with a
    meeting is the dear part.
    """
    siblings = Meeting.objects.filter(session=OuterRef("session")).order_by().values("session")
    earlier = siblings.filter(starts_at__lt=OuterRef("starts_at"))
    found = list(
        meetings.select_related("session__course")
        .defer(*LONG_TEXTS)
        .annotate(
            of=Subquery(siblings.annotate(count=Count("pk")).values("count")),
            before=Coalesce(Subquery(earlier.annotate(count=Count("pk")).values("count")), 0),
        )
        .order_by("starts_at", "pk")
    )
    if not found:
        return []
    sessions = list({meeting.session_id: meeting.session for meeting in found}.values())
    claims = claims_of([meeting.pk for meeting in found])
    people = headcounts(session.pk for session in sessions)
    problems = problems_of(sessions, policy=policy, people=people, calendars=calendars) if policy else {}
    plans = {meeting.pk: plan_of(meeting, claims.get(meeting.pk, NOTHING)) for meeting in found}
    prepared = load_prepared(sessions, plans.values()) if policy else None
    return [
        card_of(
            meeting,
            plans[meeting.pk],
            claims.get(meeting.pk, NOTHING),
            people.get(meeting.session_id, Headcount()),
            problems.get(meeting.session_id),
            prepared,
        )
        for meeting in found
    ]


def plan_of(meeting: Meeting, claims: Claims) -> MeetingPlan:
    trainers = tuple(pk for pk, _name in claims.trainers)
    return MeetingPlan(meeting.starts_at, meeting.ends_at, claims.room_id, trainers)


def card_of(
    meeting: Meeting,
    plan: MeetingPlan,
    claims: Claims,
    people: Headcount,
    problems: SessionProblems | None,
    prepared: PreparedChanges | None,
) -> Card:
    session = meeting.session
    number, of = meeting.before, meeting.of  # type: ignore[attr-defined]
    return Card(
        pk=meeting.pk,
        session_id=session.pk,
        version=session.version,
        title=session.course.title,
        state=session.state,
        starts_at=meeting.starts_at,
        ends_at=meeting.ends_at,
        number=number + 1,
        meetings=of,
        seats=session.seats,
        held=people.held,
        waiting=people.waiting,
        can_move=session.can_move and not meeting.has_begun,
        room_id=claims.room_id,
        room=claims.room,
        site_id=claims.site_id,
        site=claims.site,
        trainers=claims.trainers,
        flags=flags_of(plan, problems.problems if problems and not meeting.has_begun else ()),
        prepared=prepared.of_meeting(session, plan, number=number, of=of) if prepared else None,
    )


def claims_of(meetings: Collection[int]) -> dict[int, Claims]:
    """By meeting its room and trainers; one query."""
    rooms: dict[int, tuple[int | None, str, int | None, str]] = {}
    trainers: dict[int, list[tuple[int, str]]] = defaultdict(list)
    for meeting, room, name, site, site_name, is_online, trainer, *names in CLAIMS(meetings=list(meetings)):
        if room:
            rooms[meeting] = (room, name, site, "" if is_online else site_name)
        elif trainer:
            trainers[meeting].append((trainer, short_name(*names)))
    return {pk: Claims(*rooms.get(pk, NOWHERE), tuple(trainers[pk])) for pk in {*rooms, *trainers}}
