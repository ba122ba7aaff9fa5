"""Decisions in words: what has become of a request that a link asked about."""

from django.utils.translation import gettext as _

from centre.templatetags.centre_text import short_name, when
from enrolment.approvals.deciders import awaiting, decides_by_right, leads
from enrolment.approvals.links import DecisionLink, line_of
from enrolment.models import Enrolment, EnrolmentEntry
from people.models import Employee

Entry = EnrolmentEntry.Kind
# Lines of the story that say a decision.
DECISIONS = (Entry.GRANTED, Entry.REFUSED)


def over_by_link(link: DecisionLink, enrolment: Enrolment, decider: Employee) -> str:
    """Why nothing is to be decided by the link any more; empty while it answers for its decider.

    Who decides about the person no longer reads nothing of what others decided.
    """
    lines = list(enrolment.entries.filter(pk__gt=link.line_id).select_related("by").order_by("pk"))
    decision = next((one for one in lines if one.kind in DECISIONS), None)
    own = decision is not None and decision.by_id == decider.pk
    if not own and not leads(decider, enrolment) and not decides_by_right(decider):
        return _("Somebody else decides about this request now.")
    if decision is not None:
        words = [decided_words(decision, own=own)]
        if any(one.kind == Entry.DECISION_UNDONE for one in lines):
            words.append(_("It was taken back since: take the newest letter, or sign in."))
        return " ".join(words)
    if link.is_old:
        return _("This link is too old. Take the newest letter, or sign in.")
    if line_of(enrolment) != link.line_id:
        return earlier_words()
    if not awaiting(decider).filter(pk=enrolment.pk).exists():
        return _("This request does not wait for you any more.")
    return ""


def decided_words(decision: EnrolmentEntry, *, own: bool) -> str:
    if own:
        is_granted = decision.kind == Entry.GRANTED
        words = _("You have allowed it: %(at)s.") if is_granted else _("You have refused it: %(at)s.")
    elif decision.kind == Entry.GRANTED:
        words = _("%(decider)s has allowed it: %(at)s.")
    else:
        words = _("%(decider)s has refused it: %(at)s.")
    return words % {"at": when(decision.at), "decider": short_name(decision.by) if decision.by else ""}


def earlier_words() -> str:
    return _("What is asked is not what the letter asked: take the newest letter, or sign in.")
