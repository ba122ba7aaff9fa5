"""The letters about moves of people, made of the facts of the moment they leave, or not true any more (None)."""

from collections.abc import Iterable

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from centre.templatetags.centre_text import short_name, when
from enrolment.calendars import own_agenda
from enrolment.letters import enrolment_of, facts_of, open_enrolment
from enrolment.models import Ending, Enrolment
from enrolment.movers.notices import ARRIVALS, FOR_HR, GIVEN_UP, OTHER_POSITION
from enrolment.movers.questions import in_sessions_ahead, outside_audience
from notifications import kinds
from notifications.kinds import Button, Letter, hello
from notifications.models import Message
from notifications.words import full_moment, short_day
from people.models import Office

LISTED = 20


def given_up(message: Message) -> Letter | None:
    enrolment = enrolment_of(message)
    session = enrolment.session if enrolment else None
    if enrolment is None or session is None or enrolment.ended_because != Ending.BY_CENTRE:
        return None
    words = {"course": session.course.title, "date": short_day(session.starts_at)}
    return Letter(
        title=_("Your enrolment has ended: %(course)s, %(date)s") % words,
        paragraphs=(
            hello(message.recipient),
            _("You are on parental leave, so you do not have to come to “%(course)s”.") % words,
            full_moment(session.starts_at),
            _(
                "Your seat, or your place in the queue, went to a colleague. Nothing is owed during the leave. "
                "If this is a mistake, or you want to come all the same, take a seat again or speak to HR."
            ),
        ),
        button=Button(_("Open the course"), session.course.get_absolute_url()),
        deadline=session.starts_at,
        agenda=own_agenda(message.recipient, session.pk),
    )


def other_position(message: Message) -> Letter | None:
    """Not sent when the person has given it up meanwhile, or belongs to the audience again."""
    facts = facts_of(message)
    if facts is None or facts.session.has_begun:
        return None
    if not Enrolment.objects.filter(outside_audience(), pk=facts.enrolment.pk).exists():
        return None
    words = {"course": facts.course, "date": short_day(facts.session.starts_at)}
    return Letter(
        title=_("Not meant for your new position: %(course)s, %(date)s") % words,
        paragraphs=(
            hello(message.recipient),
            _("You have a new position, and “%(course)s” is meant for others.") % words,
            full_moment(facts.session.starts_at),
            _(
                "Your enrolment stays as it is, and HR knows of it. If you do not need the course any more, "
                "please cancel: it will help somebody else."
            ),
        ),
        button=open_enrolment(facts.enrolment),
        deadline=facts.session.starts_at,
    )


def for_hr(message: Message) -> Letter | None:
    given_up_rows = rows_of(message.context["given_up"])
    outside = [one for one in rows_of(message.context["outside"]) if one.is_live]
    if not given_up_rows and not outside:
        return None
    return Letter(
        title=_("Staff list: training ahead of people who moved or went on leave"),
        paragraphs=tuple(
            filter(
                None,
                (
                    hello(message.recipient),
                    listed(_("Ended because of parental leave, the seats went to the queue:"), given_up_rows),
                    listed(_("Kept, though the course is not meant for the new position:"), outside),
                ),
            )
        ),
        button=Button(_("See what does not fit"), reverse("enrolment:movers")),
    )


def arrivals(message: Message) -> Letter | None:
    """To who leads the new office: who comes with training ahead, and when they will be away."""
    office = Office.objects.filter(pk=message.subject.partition(":")[2]).first()
    if office is None or message.recipient_id not in {office.head_id, office.deputy_id}:
        return None
    ahead = in_sessions_ahead(timezone.now()).filter(
        trainee__in=message.context["people"], trainee__employments__office=office
    )
    rows = list(rows_of(ahead.values_list("pk", flat=True)))
    count = len({one.trainee_id for one in rows})
    if not count:
        return None
    title = ngettext(
        "%(count)s person comes to you with training ahead",
        "%(count)s people come to you with training ahead",
        count,
    )
    return Letter(
        title=title % {"count": count},
        paragraphs=(
            hello(message.recipient),
            listed(_("By the staff list they work in “%(office)s” now:") % {"office": office.name}, rows),
            _("Requests that nobody has decided about are yours to decide now."),
        ),
        button=Button(_("Look at the office"), reverse("website:office", args=[office.pk])),
    )


def rows_of(keys: Iterable[int]) -> list[Enrolment]:
    found = Enrolment.objects.filter(pk__in=list(keys)).select_related("trainee", "session__course")
    return list(found.order_by("session__starts_at", "trainee__name_key", "pk"))


def listed(introduction: str, rows: list[Enrolment]) -> str:
    """Empty when there is nothing to list."""
    if not rows:
        return ""
    lines = [
        f"{short_name(row.trainee)}: {row.session.course.title}, {when(row.session.starts_at)}"
        for row in rows[:LISTED]
        if row.session
    ]
    if len(rows) > LISTED:
        more = len(rows) - LISTED
        lines.append(ngettext("and %(count)s more", "and %(count)s more", more) % {"count": more})
    return "\n".join([introduction, *lines])


def register_kinds() -> None:
    """Called when the app is ready."""
    kinds.register(GIVEN_UP, given_up, gettext_lazy("seat given up because of parental leave"))
    kinds.register(OTHER_POSITION, other_position, gettext_lazy("course not meant for the new position"))
    kinds.register(FOR_HR, for_hr, gettext_lazy("people who moved, for HR"))
    kinds.register(ARRIVALS, arrivals, gettext_lazy("newcomers with training ahead"))
