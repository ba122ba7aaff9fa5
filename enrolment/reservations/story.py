"""What happened to the seats that a session keeps without names, for the story of the session (rules 17 and 29).

From the record of changes alone: a reservation is one row, and its numbers of before stand nowhere else.
"""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from audit.models import Change
from enrolment.queue.events import Event
from people.models import Employee, Office
from scheduling.models import Session

KIND = "enrolment.reservation"


def kept_seats_story(session: Session) -> Iterator[Event]:
    """Keeping, changing, filling, giving back and release, in order; one query, and two more where seats were kept."""
    changes = list(Change.objects.filter(kind=KIND, session_id=session.pk).order_by("at", "pk"))
    if not changes:
        return
    rows: dict[int, dict[str, Any]] = {
        one.object_id: dict(one.after or {}) for one in changes if one.verb == Change.Verb.CREATED
    }
    offices = dict(
        Office.objects.filter(pk__in=[row.get("office_id") for row in rows.values()]).values_list(
            "pk", "name"
        )
    )
    people = Employee.objects.in_bulk({key for one in changes if (key := actor_of(one))})
    for change in changes:
        row = rows.get(change.object_id)
        if row is None or change.verb == Change.Verb.DELETED:
            continue
        before, now = dict(row), row | (change.after or {})
        rows[change.object_id] = now
        is_new = change.verb == Change.Verb.CREATED
        if title := kept_words(now) if is_new else title_of(change, before, now):
            actor = people.get(actor_of(change) or 0)
            yield Event(
                change.at,
                title,
                text_of(change, now),
                offices.get(now.get("office_id") or 0, "") or now.get("okrug", ""),
                actor.short_name if actor else "",
            )


def actor_of(change: Change) -> int | None:
    """Who did it; of a new row that nobody's request made, whom the row itself names."""
    return change.by_id or (change.after or {}).get("made_by_id")


def kept_words(now: dict[str, Any]) -> str:
    return _("seats kept without a name: %(count)s") % {"count": now["seats"]}


def title_of(change: Change, before: dict[str, Any], now: dict[str, Any]) -> str:
    """What the change did; empty when it is nothing to tell, as another reason alone."""
    if now.get("ended_at") and not before.get("ended_at"):
        if not before["seats"]:
            return _("no seats are kept any more: all are filled")
        if change.by_id is None:
            return _("kept seats released at the end of their term: %(count)s") % {"count": before["seats"]}
        return _("kept seats given back: %(count)s") % {"count": before["seats"]}
    if now["asked"] != before["asked"]:
        words = {"before": before["seats"], "after": now["seats"]}
        return _("seats kept without a name: %(before)s → %(after)s") % words
    return _("a kept seat is filled with a name") if now["seats"] < before["seats"] else ""


def text_of(change: Change, now: dict[str, Any]) -> str:
    """The reason where one was given; of a seat that was filled, how many are left."""
    said = change.after or {}
    if "reason" in said or "asked" in said:
        return str(now.get("reason", ""))
    if "ended_at" in said:
        return ""
    return _("still without a name: %(count)s") % {"count": now["seats"]}
