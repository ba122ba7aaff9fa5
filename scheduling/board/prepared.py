"""What the next publication makes of a card: what planners prepared for its session, in words (rule 9)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext as _

from centre.prepared import Given
from centre.prepared import Prepared as PreparedQuery
from scheduling.board.values import Prepared
from scheduling.models import PreparedChange, Session
from scheduling.plans import MeetingPlan, SessionPlan
from scheduling.publication.difference import stale_words
from scheduling.standing_plans import details_of
from scheduling.story import Names, changes_between, names_in


@dataclass(frozen=True)
class PreparedChanges:
    """By session what is prepared for it, with the names of the rooms and trainers that it speaks of."""

    by_session: Mapping[int, PreparedChange]
    names: Names

    def of_meeting(self, session: Session, plan: MeetingPlan, *, number: int, of: int) -> Prepared | None:
        """What becomes of the meeting of that number, from 0, of so many in its session."""
        change = self.by_session.get(session.pk)
        if change is None:
            return None
        if change.is_cancellation:
            word = _("cancellation prepared")
            sentences = [_("Reason: %(why)s") % {"why": change.reason}]
        else:
            word = _("change prepared")
            after = change.new_plan
            # A meeting that is added stands on no board yet: the last one tells of it.
            own = after.meetings[number:] if number == of - 1 else after.meetings[number : number + 1]
            sentences = list(
                changes_between(
                    SessionPlan((plan,), details_of(session)), SessionPlan(own, after.details), self.names
                )
            ) or [_("This meeting stays as it is, another one of its session changes")]
        if change.session_version != session.version:
            sentences.append(stale_words())
        return Prepared(word, tuple(sentences), timezone.localdate(session.starts_at))


CHANGES = PreparedQuery(lambda: PreparedChange.objects.filter(session_id__any=Given("sessions")))


def load_prepared(sessions: Iterable[Session], plans: Iterable[MeetingPlan]) -> PreparedChanges:
    """What is prepared for those of the sessions that are not over; their meetings stand so.

    One query, and two for the names when a move is prepared.
    """
    ahead = [session.pk for session in sessions if session.can_move]
    changes = {change.session_id: change for change in CHANGES(sessions=ahead)}
    after = [change.new_plan for change in changes.values() if not change.is_cancellation]
    return PreparedChanges(changes, names_in([SessionPlan(tuple(plans)), *after] if after else []))
