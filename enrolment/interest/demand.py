"""Which courses are wanted, where, and by how many: for planners."""

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Count, Exists, OuterRef, Q
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from centre.functions import SortKey
from centre.listing import Column
from centre.models import Policy
from enrolment.annotations import count_of, due_day
from enrolment.interest.models import Interest, InterestQuerySet
from enrolment.models import SEATS_TAKEN, Enrolment
from enrolment.queue.order import Rank, rank_of
from scheduling.models import Session

# Of a wish without a site, and of what suits any.
ANYWHERE = 0
Place = tuple[int, int]


@dataclass
class Ahead:
    """What the centre has ahead of a course at a site."""

    next_date: datetime | None = None
    dates: int = 0
    free_seats: int = 0
    # Of drafts, which nobody but planners sees.
    draft_seats: int = 0


@dataclass(frozen=True)
class DemandRow:
    """So many people want a course at a site, or anywhere; `owing` must have it by a term that is over or near."""

    first: Interest
    wanted: int
    overdue: int = 0
    owing: int = 0
    ahead: Ahead = field(default_factory=Ahead)

    @property
    def site_words(self) -> str:
        return self.first.site.name if self.first.site else _("any site")

    @property
    def plan_url(self) -> str:
        return f"{reverse('scheduling:plan')}?course={self.first.course.code}"


def wanted() -> InterestQuerySet:
    """Live wishes that led nowhere yet, of people at work; `place` is the site or ANYWHERE."""
    enrolled = Enrolment.objects.live().filter(trainee=OuterRef("trainee"), course=OuterRef("course"))
    wishes = Interest.objects.live().of_people_at_work().filter(course__is_archived=False)
    return wishes.exclude(Exists(enrolled)).alias(place=Coalesce("site", ANYWHERE)).order_by()


def demand(*, without_date: bool = False) -> InterestQuerySet:
    """The first wish of each course and site, with how many there are (`wanted`)."""
    same = wanted().filter(Q(course=OuterRef("course")) & Q(place=OuterRef("place")))
    earlier = Q(since__lt=OuterRef("since")) | Q(since=OuterRef("since"), pk__lt=OuterRef("pk"))
    number = same.values("course").annotate(n=Count("*")).values("n")
    found = wanted().exclude(Exists(same.filter(earlier))).annotate(wanted=count_of(number))
    if without_date:
        found = found.exclude(Exists(Session.objects.upcoming().filter(course=OuterRef("course"))))
    return found.select_related("course", "site")


def courses_without_date() -> InterestQuerySet:
    """The first wish of each course that is wanted and has no open date: the planners' number."""
    same = wanted().filter(course=OuterRef("course"))
    earlier = Q(since__lt=OuterRef("since")) | Q(since=OuterRef("since"), pk__lt=OuterRef("pk"))
    open_date = Session.objects.upcoming().filter(course=OuterRef("course"))
    return wanted().exclude(Exists(open_date)).exclude(Exists(same.filter(earlier)))


def demand_rows(firsts: Sequence[Interest]) -> list[DemandRow]:
    """The rows of a page; three statements for any number."""
    courses = {one.course_id for one in firsts}
    overdue, owing = owing_by_place(courses)
    ahead = ahead_by_place(courses)
    return [
        DemandRow(
            first,
            vars(first)["wanted"],
            overdue[place],
            owing[place],
            ahead.get(place, Ahead()),
        )
        for first in firsts
        for place in [(first.course_id, first.site_id or ANYWHERE)]
    ]


def owing_by_place(courses: Collection[int]) -> tuple[Counter[Place], Counter[Place]]:
    """Of those who want the courses, whose term is over, and whose is over or near."""
    now = timezone.now()
    policy, today = Policy.objects.current(now), timezone.localdate(now)
    overdue: Counter[Place] = Counter()
    owing: Counter[Place] = Counter()
    rows = wanted().filter(course__in=courses).annotate(owed=due_day("trainee"))
    for course, site, due_on in rows.values_list("course", "site", "owed"):
        rank = rank_of(None, due_on, today=today, soon_days=policy.due_soon_days)
        overdue[course, site or ANYWHERE] += rank == Rank.OVERDUE
        owing[course, site or ANYWHERE] += rank in {Rank.OVERDUE, Rank.DUE_SOON}
    return overdue, owing


def ahead_by_place(courses: Collection[int]) -> dict[Place, Ahead]:
    """Of each course at each of its sites, and anywhere."""
    sessions = (
        Session.objects.filter(course__in=courses, starts_at__gt=timezone.now())
        .exclude(status__in=[Session.Status.CANCELLED, Session.Status.CLOSED])
        .order_by("starts_at")
    )
    taken = (
        Enrolment.objects.filter(session=OuterRef("pk"), seat__in=SEATS_TAKEN).order_by().values("session")
    )
    rows = sessions.annotate(
        sites=ArrayAgg("meetings__bookings__room__site", distinct=True, default=[]),
        taken=count_of(taken.annotate(n=Count("*")).values("n")),
    ).values_list("course", "status", "starts_at", "seats", "taken", "sites")
    found: dict[Place, Ahead] = defaultdict(Ahead)
    for course, status, starts_at, seats, held, sites in rows:
        for site in {ANYWHERE, *filter(None, sites)}:
            one = found[course, site]
            if status == Session.Status.DRAFT:
                one.draft_seats += seats
                continue
            one.next_date = one.next_date or starts_at
            one.dates += 1
            one.free_seats += max(0, seats - held)
    return found


DEMAND_COLUMNS = (
    Column(
        "course",
        gettext_lazy("Course"),
        lambda row: row.first.course.title,
        order=(SortKey("course__title").asc(), "since"),
        link=lambda row: row.first.course.get_absolute_url(),
    ),
    Column("code", gettext_lazy("Code"), lambda row: row.first.course.code, keeps_line=True, is_extra=True),
    Column("site", gettext_lazy("Site"), lambda row: row.site_words, order=("site__name", "-wanted")),
    Column("wanted", gettext_lazy("Want it"), lambda row: row.wanted, order=("wanted",), is_number=True),
    Column(
        "since",
        gettext_lazy("The first since"),
        lambda row: timezone.localdate(row.first.since),
        order=("since",),
    ),
    Column("owing", gettext_lazy("Of them, must have it soon"), lambda row: row.owing, is_number=True),
    Column("overdue", gettext_lazy("Of them, overdue"), lambda row: row.overdue, is_number=True),
    Column(
        "next_date",
        gettext_lazy("Next open date"),
        lambda row: row.ahead.next_date,
        template="enrolment/interest/_date_cell.html",
    ),
    Column("free", gettext_lazy("Free seats ahead"), lambda row: row.ahead.free_seats, is_number=True),
    Column("drafts", gettext_lazy("Seats in drafts"), lambda row: row.ahead.draft_seats, is_number=True),
    Column(
        "plan",
        gettext_lazy("What to do"),
        lambda row: "" if row.ahead.next_date else _("plan a session"),
        template="enrolment/interest/_plan_cell.html",
    ),
)
