"""The help page: what each part of a reader's work is done with, in a few sentences and the way there."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.contrib.auth.models import AnonymousUser
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from people.models import Employee
from website.hub import shelves_for
from website.parts import parts_of


@dataclass(frozen=True)
class Topic:
    """What somebody does here, step by step; `route` leads to where it begins."""

    key: str
    title: str | Promise
    steps: tuple[str | Promise, ...]
    route: str
    link: str | Promise
    # What its picture shows, for who does not see it.
    shows: str | Promise

    @property
    def url(self) -> str:
        return reverse(self.route)

    @property
    def picture(self) -> str:
        """The static file of its picture in the reader's language: see tools/help_pictures.py."""
        return f"help/{self.key}-{get_language()}.webp"


SIGNING_IN = Topic(
    "signing-in",
    _("Signing in"),
    (
        _(
            "Type your personnel number or e-mail and the password. The first password is set by the invitation."
        ),
        _("The password is forgotten? We send a letter with a link; it works once."),
        _("No e-mail? Ask your head or the training centre for an invitation on paper."),
    ),
    "accounts:sign_in",
    _("To the sign-in page"),
    _("The page for signing in: the number or e-mail, the password, and a way for who forgot it."),
)
LEARNING = Topic(
    "learning",
    _("Your training"),
    (
        _("“My training” shows the next step: the nearest meeting, and the courses you must pass."),
        _(
            "In the catalogue choose a course and a date and press the button. When no seat is free you join the queue."
        ),
        _("Until a day before the beginning you cancel by a click; later you say why."),
        _(
            "Our letters put your meetings into your calendar. Or subscribe to them once, in “My account”: moves and "
            "cancellations then arrive by themselves."
        ),
        _("What you have passed, and until when it is valid, stands under “Completions”."),
    ),
    "website:catalogue",
    _("To the catalogue"),
    _("“My training” on a phone: the nearest meeting first, then the own enrolments."),
)
TEACHING = Topic(
    "teaching",
    _("Teaching sessions"),
    (
        _("“My timetable” holds your meetings with the rooms and the people."),
        _(
            "The sheet opens shortly before the beginning: “All present” first, then the exceptions. Each tap is saved."
        ),
        _("Whoever came without an enrolment is added on the sheet. After the last meeting close the sheet."),
        _(
            "“Report trouble” on your desk or beside a meeting tells HR and the centre at once: an illness, a late "
            "coming, a broken projector."
        ),
    ),
    "enrolment:timetable",
    _("To my timetable"),
    _("“My timetable” on a phone: the week’s meetings with rooms and people, the sheet from each."),
)
LEADING = Topic(
    "leading",
    _("Your office"),
    (
        _("The page of your office shows how many mandatory courses are done and which are not."),
        _("“Team” names each person with what is overdue, what expires soon and what is planned."),
    ),
    "website:office_list",
    _("To my office"),
    _("The team on a phone: each person with what is overdue, expires soon and is planned."),
)
PLANNING = Topic(
    "planning",
    _("Planning"),
    (
        _(
            "Plan a session in three steps: course, days, rooms and trainers. It stays a draft until you publish it."
        ),
        _(
            "The board shows rooms, trainers or sites by days: drag a meeting, or open its card and fill in the form."
        ),
        _(
            "“Publication” shows what is new, changed and cancelled in a month, and publishes it at once. A change "
            "of a published session may be kept until then."
        ),
        _("Before a session moves or is cancelled you see whom it touches and which letters will go."),
        _(
            "Each list is narrowed by its filters; the address holds them, and files hold exactly what is shown."
        ),
    ),
    "scheduling:session_list",
    _("To the sessions"),
    _("The board on a phone: the week’s meetings day by day, each leading to its form."),
)
CENTRE = Topic(
    "centre",
    _("The centre"),
    (
        _("The page “Centre” leads to all lists that you may open, each with a word of what is there."),
        _("Every change is recorded: who, when, what stood there before, and why."),
    ),
    "website:centre",
    _("To the page of the centre"),
    _("The page of the centre on a phone: its lists as cards with a word about each."),
)
ACCESS = Topic(
    "access",
    _("Accounts and roles"),
    (
        _("Roles are given and taken with a reason; whoever gets one has to sign in again."),
        _("You may look through an employee’s eyes: nothing can be changed then, and the look is recorded."),
        _(
            "The rules of the centre are numbers with a reason and a first day; nothing is lost when they change."
        ),
    ),
    "accounts:roles",
    _("To roles and rights"),
    _("Roles and rights on a phone: what each role may do, and who holds it since when."),
)


def topics_for(reader: Employee | AnonymousUser) -> Iterator[Topic]:
    """What concerns the reader, their daily work first."""
    if not isinstance(reader, Employee):
        yield SIGNING_IN
        return
    parts = parts_of(reader)
    if reader.has_perm("accounts.give_role"):
        yield ACCESS
    if reader.has_perm("scheduling.plan_session"):
        yield PLANNING
    if any(shelves_for(reader)):
        yield CENTRE
    if parts.teaches:
        yield TEACHING
    if parts.leads:
        yield LEADING
    yield LEARNING
