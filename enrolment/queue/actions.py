"""What changes the order of a queue: terms of obligations that are counted anew."""

from collections.abc import Collection

from django.db.models import F, OuterRef, Q
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from centre.actions import action
from enrolment.annotations import due_day
from enrolment.models import Enrolment, EnrolmentEntry

Entry = EnrolmentEntry.Kind


@action
def refresh_due_days(*, people: Collection[int] | None = None, course: int | None = None) -> int:
    """Count anew until when people are to complete the courses they are enrolled in; return how many terms changed.

    Of the named people, or of one course; of everybody when neither is given. Doing it again changes nothing. What
    has begun keeps the term it had. Each change is a line of the enrolment's story, for it may move the queue.
    """
    rows = Enrolment.objects.live().filter(session__starts_at__gt=timezone.now())
    if people is not None:
        rows = rows.filter(trainee__in=people)
    if course is not None:
        rows = rows.filter(course=course)
    differs = (
        Q(due_on__isnull=True, owed__isnull=False)
        | Q(due_on__isnull=False, owed__isnull=True)
        | Q(due_on__lt=F("owed"))
        | Q(due_on__gt=F("owed"))
    )
    rows = rows.annotate(owed=due_day(OuterRef("trainee"))).filter(differs)
    changed = list(rows.order_by("pk").select_for_update(of=("self",)))
    for one in changed:
        one.due_on = one.owed  # type: ignore[attr-defined]
    Enrolment.objects.bulk_update(changed, ["due_on"], batch_size=500)
    EnrolmentEntry.objects.bulk_create(
        EnrolmentEntry(enrolment=one, kind=Entry.DUE_CHANGED, reason=term_words(one), due_on=one.due_on)
        for one in changed
    )
    return len(changed)


def term_words(enrolment: Enrolment) -> str:
    if enrolment.due_on is None:
        return _("no term any more")
    return _("to be completed by %(day)s") % {"day": formats.date_format(enrolment.due_on, "DATE_FORMAT")}
