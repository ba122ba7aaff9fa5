"""Codes of a run in words, for staff: about a person, not to them."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, npgettext

from centre.quotes import with_inner_quotes
from enrolment.bulk.models import BulkRow, BulkRun, RowOutcome
from enrolment.doors.overlooking import names_of
from enrolment.office.words import shift_away_words, their_days_off_words

# Whatever needs no values.
SENTENCES = {
    "closed": gettext_lazy("The session is not open for enrolment."),
    "enrolled": gettext_lazy("Has an enrolment in another session of this course."),
    "audience": gettext_lazy("The course is meant for other positions."),
    "clash": gettext_lazy("Booked elsewhere at the time of the session."),
    "travel": gettext_lazy("Booked at another site too shortly before or after."),
    "namesakes": gettext_lazy("Several people fit: choose who is meant."),
    "unknown": gettext_lazy("Nobody with this number, e-mail or name is in the staff list."),
    "leaver": gettext_lazy("Does not work here any more."),
    "mistake": gettext_lazy("The site made a mistake with this person. The administrators can see it."),
    "ended": gettext_lazy("The enrolment has ended already."),
    "moved": gettext_lazy("The enrolment goes on in another session."),
    "reminded": gettext_lazy("A reminder has been sent already."),
    "begun": gettext_lazy("The session has begun."),
}
OUTCOMES_DONE = {
    RowOutcome.SEAT: gettext_lazy("has a seat"),
    RowOutcome.QUEUE: gettext_lazy("is in the queue"),
    RowOutcome.ASKED: gettext_lazy("the head was asked"),
    RowOutcome.ALREADY: gettext_lazy("was in the session already"),
}


def outcome_words(row: BulkRow) -> str:
    """What becomes of the row or, once it was carried out, what became of it."""
    if row.undone_at:
        return _("enrolment undone")
    outcome = RowOutcome(row.outcome)
    return str(OUTCOMES_DONE.get(outcome, outcome.label) if row.settled_at else outcome.label)


def why_words(row: BulkRow) -> str:
    """Everything that is to be known about the row beside its outcome, in sentences."""
    return " ".join(sentences([*row.reasons, *row.notes, *row.not_undone]))


def sentences(reasons: Iterable[dict[str, Any]]) -> list[str]:
    return [sentence(one) for one in reasons]


def sentence(reason: dict[str, Any]) -> str:
    code = reason["code"]
    if code == "said":
        return str(reason["text"])
    if code == "twice":
        return _("The same person as in line %(line)s.") % {"line": reason["line"]}
    if code == "prerequisites":
        titles = reason["courses"]
        words = ngettext(
            "The course %(courses)s has to be completed first.",
            "The courses %(courses)s have to be completed first.",
            len(titles),
        )
        named = ", ".join(_("“%(title)s”") % {"title": title} for title in titles)
        return with_inner_quotes(words % {"courses": named})
    if code == "completed":
        if "until" not in reason:
            return _("Has completed the course, and it does not have to be repeated.")
        until = formats.date_format(date.fromisoformat(reason["until"]), "DATE_FORMAT")
        return _("Has completed the course; it is valid until %(until)s.") % {"until": until}
    if code == "optional":
        return ngettext(
            "Has %(limit)s optional course ahead, which is the most.",
            "Has %(limit)s optional courses ahead, which is the most.",
            reason["limit"],
        ) % {"limit": reason["limit"]}
    if code == "office":
        return shift_away_words(date.fromisoformat(reason["on"]), reason["away"], reason["at_work"])
    if code == "day_off":
        return their_days_off_words([date.fromisoformat(day) for day in reason["days"]])
    if code == "overlooked":
        return _("Overlooked: %(names)s.") % {"names": names_of(reason["codes"])}
    return str(SENTENCES[code])


def numbers_words(run: BulkRun) -> list[str]:
    """How many get what, largest matters first: "20 seats", "17 in the queue", "3 not enrolled"."""
    undone, seats, queue, asked, already, twice = (
        run.number_of(one)
        for one in (
            BulkRun.UNDONE_ROWS,
            RowOutcome.SEAT,
            RowOutcome.QUEUE,
            RowOutcome.ASKED,
            RowOutcome.ALREADY,
            RowOutcome.TWICE,
        )
    )
    others = run.total - undone - seats - queue - asked - already - twice
    return [
        words % {"count": count}
        for count, words in (
            (undone, ngettext("%(count)s enrolment undone", "%(count)s enrolments undone", undone)),
            (seats, ngettext("%(count)s seat", "%(count)s seats", seats)),
            (queue, queue_words(run, queue)),
            (asked, ngettext("%(count)s question to heads", "%(count)s questions to heads", asked)),
            (already, ngettext("%(count)s there already", "%(count)s there already", already)),
            (twice, ngettext("%(count)s stands twice", "%(count)s stand twice", twice)),
            (others, ngettext("%(count)s not enrolled", "%(count)s not enrolled", others)),
        )
        if count
    ]


def queue_words(run: BulkRun, count: int) -> str:
    """Who is to join the queue, and who has joined it: in Russian these are two cases."""
    if run.applied_at:
        return npgettext("joined", "%(count)s in the queue", "%(count)s in the queue", count)
    return ngettext("%(count)s in the queue", "%(count)s in the queue", count)


def enrol_words(run: BulkRun) -> str:
    """The label of the button, with its numbers: "Enrol 37 people: 20 seats, 17 in the queue" (expectation 27)."""
    words = ngettext("Enrol %(count)s person: %(numbers)s", "Enrol %(count)s people: %(numbers)s", run.made)
    made = numbers_words(run)[: sum(bool(run.number_of(one)) for one in ("seat", "queue", "asked"))]
    return words % {"count": run.made, "numbers": ", ".join(made)}


def undo_words(run: BulkRun) -> str:
    """The label of the button that takes the run back."""
    words = ngettext(
        "Undo the enrolment of %(count)s person", "Undo the enrolments of %(count)s people", run.made
    )
    return words % {"count": run.made}
