"""Conditions and days in words for whoever acts for somebody else."""

from collections.abc import Sequence

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from enrolment.conditions import DayAtOffice, Unmet, day_words_of


def unmet_words(failed: Unmet) -> str:
    """Why somebody may not come, said about them; what they do at that time stays theirs."""
    words = {
        "audience": _("the course is not meant for their position"),
        "prerequisites": _("other courses must come first"),
        "completed": _("has a valid completion"),
        "enrolled": _("enrolled on another date"),
        "clash": _("busy at that time"),
        "travel": _("at another site just before or after"),
        "optional": _("has the most optional courses ahead that one may have"),
    }
    return words.get(failed.code, failed.message)


def about_them(failed: Unmet) -> str:
    """The same as a sentence."""
    return capfirst(unmet_words(failed).rstrip(".")) + "."


def refusal_words(person: str, failed: Sequence[Unmet]) -> str:
    return _("%(person)s: %(why)s.") % {
        "person": person,
        "why": "; ".join(map(unmet_words, failed)).rstrip("."),
    }


def would_be_away(days: Sequence[DayAtOffice]) -> str:
    """What a head agrees to who sends one more: how many of the shift would be away, and how many may be."""
    return " ".join(
        ngettext(
            "On %(day)s %(away)s of %(at_work)s at work would be away for training; at most %(most)s may be.",
            "On %(day)s %(away)s of %(at_work)s at work would be away for training; at most %(most)s may be.",
            day.away + 1,
        )
        % {"day": day_words_of(day.on), "away": day.away + 1, "at_work": day.at_work, "most": day.away_most}
        for day in days
    )


def shift_words(day: DayAtOffice) -> str:
    """The number of one day, before anybody is sent."""
    words = {"day": day_words_of(day.on), "at_work": day.at_work, "away": day.away, "most": day.away_most}
    return _("%(day)s: on shift %(at_work)s, of them in training %(away)s, at most %(most)s may be.") % words
