"""What HR and the centre hear of reported trouble, and the trainer of the answer.

The ledger of messages is read by more people than reasons of absence are: a letter says when somebody cannot teach,
and neither that they are ill nor what was answered to it. Words are quoted of a late coming and of a room alone.
"""

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from notifications import kinds
from notifications.kinds import Button, Letter, hello
from notifications.models import Message
from notifications.words import full_moment, short_day
from scheduling.models import Meeting
from scheduling.trouble.actions import ANSWERED, REPORTED
from scheduling.trouble.models import TroubleReport
from scheduling.trouble.steps import meetings_of


def reported(message: Message) -> Letter | None:
    """Not sent once somebody has answered."""
    report = report_of(message)
    if report is None or not report.is_open:
        return None
    first = meetings_of(report).first()
    return Letter(
        title=title_of(report),
        paragraphs=(
            hello(message.recipient),
            *matter_of(report, first),
            _("The people of the sessions know nothing of it: they are told by what you do."),
        ),
        button=Button(_("Open the report"), reverse("scheduling:trouble_report", args=[report.pk])),
        deadline=first.starts_at if first else None,
    )


def title_of(report: TroubleReport) -> str:
    words = {"trainer": report.trainer.employee.short_name, "days": days_in_words(report)}
    if report.is_illness:
        return _("%(trainer)s cannot teach: %(days)s") % words
    return _("%(trainer)s reports trouble: %(days)s") % words


def matter_of(report: TroubleReport, first: Meeting | None) -> list[str]:
    """What is wrong and where; of an illness only from when on somebody is needed."""
    if report.is_illness:
        return [_("The first meeting: %(when)s.") % {"when": full_moment(first.starts_at)}] if first else []
    what = [] if report.is_private else [f"{report.get_kind_display().capitalize()}: {report.words}"]
    if report.session is None:
        return what
    where = _("“%(course)s”") % {"course": report.session.course.title}
    return [*what, f"{where}\n{full_moment(first.starts_at)}" if first else where]


def answered(message: Message) -> Letter | None:
    report = report_of(message)
    if report is None or report.is_open:
        return None
    if report.state == TroubleReport.State.DONE:
        news = _("What you reported is taken care of.")
    else:
        news = _("Nothing is done about what you reported. Your desk says why.")
    told = report.answer and not report.is_private
    return Letter(
        title=_("Answer to your report: %(days)s") % {"days": days_in_words(report)},
        paragraphs=(hello(message.recipient), news, *([report.answer] if told else [])),
        button=Button(_("Open my desk"), reverse("enrolment:desk")),
    )


def report_of(message: Message) -> TroubleReport | None:
    key = int(message.subject.partition(":")[2])
    return TroubleReport.objects.filter(pk=key).select_related("trainer__employee", "session__course").first()


def days_in_words(report: TroubleReport) -> str:
    first, last = report.starts_on, report.ends_on
    return short_day(first) if first == last else f"{short_day(first)} – {short_day(last)}"


def register_kinds() -> None:
    """Called when the app is ready."""
    kinds.register(REPORTED, reported, gettext_lazy("a trainer reports trouble, for HR and the centre"))
    kinds.register(ANSWERED, answered, gettext_lazy("answer to reported trouble"))
