"""Why was B before A? Answered to staff in words, from the log alone (rule 13)."""

from collections.abc import Iterator

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from centre.templatetags.centre_text import when
from enrolment.models import EnrolmentEntry, Seat
from enrolment.queue.log import Line, Story, day_and_policy, rank_then, seat_after
from enrolment.queue.order import queue_key
from enrolment.queue.words import rank_words

Entry = EnrolmentEntry.Kind


def why_before(first: Story, second: Story) -> Iterator[str]:
    """Sentences: when and for what reason the first got the seat, and where the second stood at that moment."""
    seat = first.seat
    if seat is None:
        yield _("%(first)s has not got a seat.") % {"first": first.name}
        return
    words = {"first": first.name, "second": second.name, "at": when(seat.at)}
    yield seat_sentence(first, seat) % words
    before, joined = second.until(seat), second.joined
    if not before and joined and held_there_too(second, joined, seat):
        yield from both_waited(first, second, seat)  # seats were kept in the order of the queue
    elif not before and joined:
        yield _(
            "%(second)s was not in this session yet, and came when another one was joined with it: %(joined)s."
        ) % {**words, "joined": when(joined.at)}
    elif not before:
        asked = second.lines[0].at if second.lines else second.requested_at
        yield _("%(second)s asked later: %(asked)s.") % {**words, "asked": when(asked)}
    elif not second.waits(seat):
        last = before[-1]
        yield _(
            "%(second)s did not stand in the queue at that moment. The last before it: %(what)s, %(when)s."
        ) % {
            **words,
            "what": Entry(last.kind).label,
            "when": when(last.at),
        }
    else:
        yield from both_waited(first, second, seat)


def seat_sentence(story: Story, seat: Line) -> str:
    if seat.kind == Entry.SEAT_TAKEN:
        return _("%(first)s took a free seat: %(at)s.")
    if seat.kind == Entry.MERGED:
        return _("%(first)s came from another session that was joined with this one: %(at)s.")
    if seat.kind == Entry.TRANSFERRED:
        return _("%(first)s came from another date, to a free seat: %(at)s.")
    if seat.kind == Entry.OFFERED:
        return _("%(first)s was offered a seat from the queue: %(at)s.")
    return _("%(first)s got a seat from the queue: %(at)s.")


def held_there_too(second: Story, joined: Line, seat: Line) -> bool:
    """Whether one joining brought both, and both held a seat in the session that went; its reason names that one."""
    came_together = (seat.kind, seat.reason) == (Entry.MERGED, joined.reason)
    return came_together and seat_after(second.before) == Seat.HELD


def both_waited(first: Story, second: Story, seat: Line) -> Iterator[str]:
    for story in (first, second):
        standing = story.standing(seat)
        yield _("%(name)s then: %(rank)s. Asked %(asked)s.") % {
            "name": story.name,
            "rank": rank_words(rank_then(story, seat), standing.due_on),
            "asked": when(story.requested_at),
        }
    how = day_and_policy(seat)
    if queue_key(first.standing(seat), **how) < queue_key(second.standing(seat), **how):
        same = rank_then(first, seat) == rank_then(second, seat)
        yield (
            _("The same reason: who asked earlier goes first.")
            if same
            else _("The reason of %(first)s comes before that of %(second)s, whoever asked earlier.")
            % {"first": first.name, "second": second.name}
        )
    elif passed := second.passed_over(seat):
        yield _("%(second)s stood before, but was passed over on %(when)s: %(why)s") % {
            "second": second.name,
            "when": when(passed.at),
            "why": capfirst(passed.reason),
        }
    else:
        yield _("%(second)s stood before, and the log does not say why the seat went to another.") % {
            "second": second.name
        }
