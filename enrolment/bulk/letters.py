"""The letters of runs: each is made of the facts of the moment it leaves, or is not true any more (None)."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from centre.templatetags.centre_text import short_name
from enrolment.bulk.models import BulkRun
from enrolment.bulk.notices import DONE, TAKEN_BACK
from enrolment.bulk.words import numbers_words, why_words
from enrolment.letters import departure_of
from enrolment.models import Ending
from notifications import kinds
from notifications.kinds import Button, Letter, hello
from notifications.models import Message
from notifications.words import full_moment, short_day

LISTED = 20


def done(message: Message) -> Letter | None:
    """What became of the list in numbers, and by name of whom nothing became."""
    found = BulkRun.objects.select_related("session__course")
    run = found.filter(pk=int(message.subject.removeprefix("bulk:"))).first()
    if run is None or run.is_busy:
        return None
    words = {"course": run.session.course.title, "date": short_day(run.session.starts_at)}
    if run.state == BulkRun.State.UNDONE:
        title = _("The list is undone: %(course)s, %(date)s") % words
        rows, undone = run.rows.exclude(not_undone=[]), run.rows.filter(undone_at__isnull=False).count()
        said = ngettext("%(count)s enrolment is undone.", "%(count)s enrolments are undone.", undone)
        said %= {"count": undone}
        introduction = _("These could not be undone:")
    else:
        title = _("The list is carried out: %(course)s, %(date)s") % words
        rows, said = (
            run.rows.left_out(),
            _("What became of it: %(numbers)s.") % {"numbers": ", ".join(numbers_words(run))},
        )
        introduction = _("These were not enrolled:")
    count = rows.count()
    named = [
        f"{short_name(row.person) if row.person else row.given}: {why_words(row)}"
        for row in rows.select_related("person").order_by("place")[:LISTED]
    ]
    if count > LISTED:
        more = ngettext("and %(count)s more", "and %(count)s more", count - LISTED)
        named.append(more % {"count": count - LISTED})
    listed = (introduction, "\n".join(named)) if named else ()
    return Letter(
        title=title,
        paragraphs=(hello(message.recipient), said, *listed),
        button=Button(_("Open the list"), run.get_absolute_url()),
    )


def taken_back(message: Message) -> Letter | None:
    """To whom had been told that they are enrolled; who is enrolled there again is told nothing."""
    left = departure_of(message)
    if left is None or left.enrolment.ended_because != Ending.BY_CENTRE:
        return None
    session = left.session
    words = {"course": session.course.title, "date": short_day(session.starts_at)}
    after = [_("The attached file takes the time out of your calendar.")] if left.is_in_calendar else []
    return Letter(
        title=_("Your enrolment is taken back: %(course)s, %(date)s") % words,
        paragraphs=(
            hello(message.recipient),
            _(
                "The training centre had enrolled you in “%(course)s” together with others, and takes that back."
            )
            % words,
            full_moment(session.starts_at),
            *after,
        ),
        button=Button(_("Look at the course"), session.course.get_absolute_url()),
        deadline=session.starts_at,
        agenda=left.agenda if left.is_in_calendar else None,
    )


def register_kinds() -> None:
    """Called when the app is ready."""
    kinds.register(DONE, done, gettext_lazy("result of a list of people"))
    kinds.register(TAKEN_BACK, taken_back, gettext_lazy("enrolment from a list taken back"))
