"""What HR hears of trainers' answers: true at the moment the letter leaves, or not sent."""

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from notifications import kinds
from notifications.kinds import Button, Letter, hello
from notifications.models import Message
from notifications.words import full_moment, short_day
from scheduling.assignments.actions import DECLINED, UNANSWERED
from scheduling.assignments.models import Assignment


def declined(message: Message) -> Letter | None:
    row = row_of(message)
    if row is None or not row.is_declined:
        return None
    words = words_of(row)
    return Letter(
        title=_("%(trainer)s declined: %(course)s, %(date)s") % words,
        paragraphs=(
            hello(message.recipient),
            _("%(trainer)s will not teach “%(course)s”.") % words,
            full_moment(row.session.starts_at),
            _("Reason: %(reason)s") % {"reason": row.why},
            _("The trainer stays booked until somebody else is chosen."),
        ),
        button=Button(_("Find a replacement"), f"{reverse('scheduling:repair')}?trainer={row.trainer_id}"),
        deadline=row.session.starts_at,
    )


def unanswered(message: Message) -> Letter | None:
    row = row_of(message)
    if row is None or not row.is_overdue:
        return None
    words = words_of(row)
    return Letter(
        title=_("%(trainer)s has not answered: %(course)s, %(date)s") % words,
        paragraphs=(
            hello(message.recipient),
            _("%(trainer)s was asked to teach “%(course)s” and has not answered in time.") % words,
            full_moment(row.session.starts_at),
            _("Call the trainer, or find somebody else."),
        ),
        button=Button(_("Open the session"), reverse("scheduling:session", args=[row.session_id])),
        deadline=row.session.starts_at,
    )


def row_of(message: Message) -> Assignment | None:
    key = int(message.subject.partition(":")[2])
    found = Assignment.objects.ahead().filter(pk=key)
    return found.select_related("session__course", "trainer__employee").first()


def words_of(row: Assignment) -> dict[str, str]:
    return {
        "trainer": row.trainer.employee.short_name,
        "course": row.session.course.title,
        "date": short_day(row.session.starts_at),
    }


def register_kinds() -> None:
    """Called when the app is ready."""
    kinds.register(DECLINED, declined, gettext_lazy("a trainer declined, for HR"))
    kinds.register(UNANSWERED, unanswered, gettext_lazy("a trainer has not answered, for HR"))
