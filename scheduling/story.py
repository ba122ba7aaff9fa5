"""A session's story for planners: each step with what it changed, in words, and whether it can be taken back."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import zip_longest

from django.db.models import Count, Min, Q
from django.urls import reverse
from django.utils.html import strip_tags
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from centre.templatetags.centre_text import NO_BREAK_SPACE, meeting_time
from centre.undoing import Undo
from notifications import kinds
from notifications.models import Message
from scheduling.actions import current_plan
from scheduling.checks import day_words
from scheduling.models import PreparedChange, Room, Session, SessionStep, Waiver
from scheduling.plans import Details, MeetingPlan, SessionPlan
from trainers.models import Trainer

WORD_JOINER = "\u2060"


@dataclass(frozen=True)
class StepNews:
    """The messages of one kind that a step caused: `people` are told or will be, `withdrawn` messages are not."""

    kind: str
    people: int
    withdrawn: int

    @property
    def name(self) -> str:
        return kinds.name_of(self.kind)


@dataclass(frozen=True)
class ToldStep:
    """`changes` are sentences; `can_be_undone` says that nothing was changed since; `news` is what it told (rule 1)."""

    step: SessionStep
    changes: tuple[str, ...]
    can_be_undone: bool
    news: tuple[StepNews, ...] = ()

    @property
    def withdrawn(self) -> int:
        """Messages that did not leave, or will not any more."""
        return sum(one.withdrawn for one in self.news)

    @property
    def told(self) -> list[StepNews]:
        return [one for one in self.news if one.people]


@dataclass(frozen=True)
class Names:
    """Of the rooms and trainers that the plans name by key; of one that is gone, nothing."""

    rooms: Mapping[int, str]
    trainers: Mapping[int, str]

    def of_trainers(self, keys: Iterable[int]) -> str:
        return ", ".join(sorted(self.trainers[key] for key in keys if key in self.trainers))


def undo_of_last_change(session: Session) -> Undo | None:
    """The button that takes the plan's change of this moment back; None when what was done last changed no plan."""
    step = session.steps.order_by("pk").last()
    if step is None or not step.before or not step.after or step.version != session.version:
        return None
    return Undo(reverse("scheduling:undo", args=[session.pk, step.pk]))


def told_steps(session: Session, steps: Iterable[SessionStep]) -> list[ToldStep]:
    """The steps in their order; two queries for the names, and one for the messages."""
    steps = list(steps)
    plans = {
        step.pk: (SessionPlan.of_json(step.before), SessionPlan.of_json(step.after))
        for step in steps
        if step.before and step.after
    }
    names = names_in(plan for pair in plans.values() for plan in pair)
    news = news_of_steps(steps)
    return [
        ToldStep(
            step,
            tuple(changes_between(*plans[step.pk], names)) if step.pk in plans else (),
            can_be_undone=step.pk in plans and step.version == session.version and session.can_move,
            news=tuple(news[step.cause]),
        )
        for step in steps
    ]


def news_of_steps(steps: Iterable[SessionStep]) -> dict[str, list[StepNews]]:
    """By the step's `cause`, what leaves first in front; one query."""
    is_withdrawn = Q(state=Message.State.WITHDRAWN)
    rows = (
        Message.objects.caused_by(*(step.cause for step in steps))
        .order_by()
        .values("cause", "kind")
        .annotate(
            first=Min("send_after"),
            people=Count("recipient", distinct=True, filter=~is_withdrawn),
            withdrawn=Count("pk", filter=is_withdrawn),
        )
        .order_by("first", "kind")
    )
    found: dict[str, list[StepNews]] = defaultdict(list)
    for row in rows:
        found[row["cause"]].append(StepNews(row["kind"], row["people"], row["withdrawn"]))
    return found


@dataclass(frozen=True)
class ToldWaiver:
    """A limit that was broken with a reason, in words."""

    waiver: Waiver
    message: str


# By the finding's code; of the day, or of the week from it.
WAIVED = {
    "trainer_day_hours": gettext_lazy("more hours than the limit a day, %(day)s"),
    "trainer_week_hours": gettext_lazy("more hours than the limit in the week from %(day)s"),
    "trainer_off_shift": gettext_lazy("a day off, %(day)s"),
    "trainer_unavailable": gettext_lazy("hours in which they do not teach, %(day)s"),
}


def told_waivers(session: Session) -> list[ToldWaiver]:
    """The session's waivers in words; two queries."""
    waivers = list(session.waivers.select_related("by").order_by("at", "pk"))
    keys = {waiver.key.split("/")[1].partition(":")[2] for waiver in waivers}
    found = Trainer.objects.filter(pk__in=keys).select_related("employee") if keys else []
    trainers = {f"trainer:{trainer.pk}": trainer.employee.short_name for trainer in found}
    return [
        ToldWaiver(
            waiver,
            _("%(trainer)s: %(limit)s")
            % {"trainer": trainers.get(waiver.key.split("/")[1], ""), "limit": limit_in_words(waiver.key)},
        )
        for waiver in waivers
    ]


def limit_in_words(key: str) -> str:
    """Which limit a waiver's key is about: "a day off, 14 March"."""
    code, _about, day = key.split("/")
    return str(WAIVED[code]) % {"day": day_words(date.fromisoformat(day))}


def told_change(session: Session, change: PreparedChange) -> list[str]:
    """What a prepared move makes another, in words."""
    old, new = current_plan(session), change.new_plan
    return list(changes_between(old, new, names_in([old, new])))


def names_in(plans: Iterable[SessionPlan]) -> Names:
    meetings = [meeting for plan in plans for meeting in plan.meetings]
    if not meetings:
        return Names({}, {})
    rooms = Room.objects.filter(pk__in={meeting.room_id for meeting in meetings if meeting.room_id})
    keys = {pk for meeting in meetings for pk in meeting.trainer_ids}
    trainers = Trainer.objects.filter(pk__in=keys).select_related("employee")
    return Names(
        {room.pk: room.name for room in rooms},
        {trainer.pk: trainer.employee.short_name for trainer in trainers},
    )


def changes_between(old: SessionPlan, new: SessionPlan, names: Names) -> Iterator[str]:
    """Each meeting and each detail that became another, as "what: before → after"."""
    for before, after in zip_longest(old.meetings, new.meetings):
        yield from changes_of_meeting(before, after, names)
    labels = {
        "limit": _("own limit of seats"),
        "needs_step_free": _("step-free access needed"),
        "online_link": _("link of the webinar"),
        "note": _("note for trainees"),
    }
    for name, label in labels.items():
        if getattr(old.details, name) != getattr(new.details, name):
            yield arrow(label, detail(old.details, name), detail(new.details, name))


def changes_of_meeting(before: MeetingPlan | None, after: MeetingPlan | None, names: Names) -> Iterator[str]:
    if before is None or after is None:
        if after:
            yield _("Another meeting: %(time)s") % {"time": time_words(after)}
        if before:
            yield _("Meeting dropped: %(time)s") % {"time": time_words(before)}
        return
    if before.span != after.span:
        yield arrow(_("time"), time_words(before), time_words(after))
    if before.room_id != after.room_id:
        yield arrow(_("room"), names.rooms.get(before.room_id or 0), names.rooms.get(after.room_id or 0))
    if set(before.trainer_ids) != set(after.trainer_ids):
        yield arrow(
            _("trainers"), names.of_trainers(before.trainer_ids), names.of_trainers(after.trainer_ids)
        )


def time_words(meeting: MeetingPlan) -> str:
    """The hours stay in one line, as on a page."""
    words = strip_tags(meeting_time(meeting.starts_at, meeting.ends_at))
    return words.replace("–", f"–{WORD_JOINER}").replace(" (", f"{NO_BREAK_SPACE}(")


def detail(details: Details, name: str) -> str:
    value = getattr(details, name)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return str(value or "")


def arrow(what: str, before: str | None, after: str | None) -> str:
    words = {"what": capfirst(what), "before": before or _("none"), "after": after or _("none")}
    return _("%(what)s: %(before)s → %(after)s") % words
