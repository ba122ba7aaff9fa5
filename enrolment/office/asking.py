"""Who comes on a day off by somebody else's wish is asked whether they agree (rule 16), on pages and in letters."""

from collections.abc import Iterable

from django.utils import timezone
from django.utils.translation import gettext as _

from centre.models import Policy
from enrolment.models import Enrolment, EnrolmentEntry
from enrolment.office.loading import office_days
from enrolment.office.words import days_off_words
from people.models import Employee
from scheduling.timetables import Sitting

Entry = EnrolmentEntry.Kind
CHOSEN = (Entry.SEAT_TAKEN, Entry.QUEUED, Entry.ASKED)


def whose_wish_it_was_not(entries: Iterable[EnrolmentEntry]) -> str:
    """What to say beside the day, when it was not the person's own choice; empty when it was."""
    entries = list(entries)
    kinds = {entry.kind for entry in entries}
    if kinds & {Entry.MOVED, Entry.CLASH}:
        return _("The session has changed: say whether you agree to come then, or give the seat up.")
    if kinds & {Entry.NOMINATED, Entry.REPLACES}:
        return _("You were sent to it: say whether you agree to come then, or give the seat up.")
    if any(one.kind in CHOSEN and one.by_id not in (None, one.enrolment.trainee_id) for one in entries):
        return _("The training centre enrolled you: say whether you agree to come then, or cancel.")
    return ""


def came_from_somebody_else(enrolment: Enrolment, kind: EnrolmentEntry.Kind) -> bool:
    """Whether the latest step of this kind was another person's: staff enrolled the trainee, alone or with a list."""
    entry = enrolment.entries.filter(kind=kind).order_by("pk").last()
    return entry is not None and entry.by_id not in (None, enrolment.trainee_id)


def day_off_asked(enrolment: Enrolment, sittings: list[Sitting], reader: Employee) -> str:
    """That the reader is off on a day of the session and has not agreed to come yet (rule 16); empty for others."""
    if enrolment.consented_at is not None:
        return ""
    days = {timezone.localdate(sitting.starts_at) for sitting in sittings}
    # Whose shift it is follows from the pattern alone: of the policy nothing is asked.
    at_office = office_days(reader, days, policy=Policy.objects.last_read())
    days_off = [at_office[day] for day in sorted(at_office) if not at_office[day].is_working_day]
    if not days_off:
        return ""
    return _("%(day_off)s Say on the page of your enrolment whether you agree to come.") % {
        "day_off": days_off_words(days_off)
    }
