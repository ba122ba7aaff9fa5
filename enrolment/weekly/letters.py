"""The letter about the week, made of the facts of the moment it leaves; nothing to tell: no letter."""

from collections import defaultdict

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from centre.templatetags.centre_text import short_name, when
from enrolment.approvals.letters import LISTED, choices, more_words
from enrolment.weekly.facts import Owed, Sitting, Week, weeks_of
from enrolment.weekly.notices import WEEK, about
from notifications import kinds
from notifications.kinds import Button, Letter, hello
from notifications.models import Message
from notifications.words import long_date
from people.models import Employee


def week_of_office(message: Message) -> Letter | None:
    """To who leads an office at this moment; a letter that comes in another week than it was meant for is not sent."""
    now = timezone.now()
    week = weeks_of(now, message.recipient).get(message.recipient_id)
    if week is None or message.subject != about(timezone.localdate(now)):
        return None
    return Letter(
        title=title_of(week),
        paragraphs=(hello(message.recipient), *([_("Wait for your decision:")] if week.waiting else [])),
        choices=choices(message.recipient, week.waiting[:LISTED]),
        after=(*more_words(len(week.waiting) - LISTED), *sections(week)),
        button=button_of(week),
    )


def title_of(week: Week) -> str:
    """What is to be done stands first; without it, what the letter is."""
    count = len(week.waiting)
    if not count:
        return _("The week of your office: training")
    title = ngettext(
        "The week of your office: %(count)s request waits for your decision",
        "The week of your office: %(count)s requests wait for your decision",
        count,
    )
    return title % {"count": count}


def sections(week: Week) -> list[str]:
    """One paragraph for each kind of news that there is."""
    found = [
        listed(_("Away for training this week:"), [sitting_line(one) for one in week.away]),
        listed(_("Overdue:"), owed_lines(week.overdue, _("was due on %(date)s"))),
        listed(_("Due soon, and not planned yet:"), owed_lines(week.soon, _("until %(date)s"))),
        listed(_("Did not come last week:"), [sitting_line(one) for one in week.missed]),
        listed(_("Came late last week:"), [sitting_line(one) for one in week.late]),
    ]
    return [one for one in found if one]


def listed(title: str, lines: list[str]) -> str:
    if not lines:
        return ""
    more = len(lines) - LISTED
    rest = [ngettext("and %(count)s more", "and %(count)s more", more) % {"count": more}] if more > 0 else []
    return "\n".join([title, *lines[:LISTED], *rest])


def sitting_line(one: Sitting) -> str:
    return f"{short_name(one.person)}: {one.meeting.session.course.title}, {when(one.meeting.starts_at)}"


def owed_lines(owed: list[Owed], term: str) -> list[str]:
    """A line a person, for a letter is no register: of several courses the number and the first to be due."""
    by_person: dict[Employee, list[Owed]] = defaultdict(list)
    for one in owed:
        by_person[one.person].append(one)
    return [owed_line(person, theirs, term) for person, theirs in by_person.items()]


def owed_line(person: Employee, owed: list[Owed], term: str) -> str:
    first = min(owed, key=lambda one: one.due_on)
    line = f"{short_name(person)}: {first.title}, {term % {'date': long_date(first.due_on)}}"
    if (more := len(owed) - 1) == 0:
        return line
    others = ngettext("and %(count)s course more", "and %(count)s courses more", more) % {"count": more}
    return f"{line}, {others}"


def button_of(week: Week) -> Button:
    if len(week.offices) == 1:
        return Button(_("Look at the office"), reverse("website:team", args=[week.offices[0].pk]))
    return Button(_("Look at the offices"), reverse("website:office_list"))


def register_kinds() -> None:
    """Called when the app is ready."""
    kinds.register(WEEK, week_of_office, gettext_lazy("the week of an office"))
