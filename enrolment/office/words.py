"""The shift of an office in words."""

from collections.abc import Sequence
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from enrolment.conditions import DayAtOffice, day_words_of


def too_many_away(day: DayAtOffice) -> str:
    """Why somebody cannot be spared on the day: who is away already, of how many."""
    return ngettext(
        "On %(day)s %(away)s of the %(at_work)s people of your office who work is away for training, "
        "and no more may be.",
        "On %(day)s %(away)s of the %(at_work)s people of your office who work are away for training, "
        "and no more may be.",
        day.away,
    ) % {"day": day_words_of(day.on), "away": day.away, "at_work": day.at_work}


def share_is_gone(day: DayAtOffice) -> str:
    """The same for staff, and for the story of an enrolment, which they read as well as the person."""
    return ngettext(
        "On %(day)s %(away)s of the %(at_work)s people of the office who work is away for training, "
        "and no more may be.",
        "On %(day)s %(away)s of the %(at_work)s people of the office who work are away for training, "
        "and no more may be.",
        day.away,
    ) % {"day": day_words_of(day.on), "away": day.away, "at_work": day.at_work}


def days_off_words(days: list[DayAtOffice]) -> str:
    """Which days of the session are the reader's days off."""
    return ngettext("%(days)s is your day off.", "%(days)s are your days off.", len(days)) % {
        "days": ", ".join(day_words_of(day.on) for day in days)
    }


def shift_away_words(on: date, away: int, at_work: int) -> str:
    """Why somebody can hardly be spared on the day, for staff."""
    return ngettext(
        "On %(day)s %(away)s of the %(at_work)s people of the office who work is away for training.",
        "On %(day)s %(away)s of the %(at_work)s people of the office who work are away for training.",
        away,
    ) % {"day": day_words_of(on), "away": away, "at_work": at_work}


def their_days_off_words(days: Sequence[date]) -> str:
    """The same about somebody, for staff."""
    return ngettext("%(days)s is a day off.", "%(days)s are days off.", len(days)) % {
        "days": ", ".join(map(day_words_of, days))
    }


def consent_wanted(days: list[DayAtOffice]) -> str:
    """What to do before a seat on a day off is taken."""
    return _("%(day_off)s Tick that you agree to come, and press the button again.") % {
        "day_off": days_off_words(days)
    }


def share_wanted(day: DayAtOffice) -> str:
    """To staff who did not overlook the share of the office: what the number is, and what they can do (rule 16)."""
    return _(
        "%(away)s To go on all the same, tick that you overlook it and say why; or choose another date."
    ) % {"away": share_is_gone(day)}
