"""The centre's hub: every page of staff as a card that says in words what is found there."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from people.models import Employee


@dataclass(frozen=True)
class Card:
    """A page, the right that opens it, and what people find there."""

    right: str
    route: str
    title: str | Promise
    words: str | Promise
    icon: str

    @property
    def url(self) -> str:
        return reverse(self.route)


@dataclass(frozen=True)
class Shelf:
    title: str | Promise
    cards: tuple[Card, ...]


SHELVES = (
    Shelf(
        _("People"),
        (
            Card(
                "people.view_employee",
                "website:person_list",
                _("People"),
                _("Find anybody: where they work, what they must do, what they have done."),
                "people",
            ),
            Card(
                "people.view_office",
                "website:office_list",
                _("Offices"),
                _("Heads and deputies, people, and how ready each office is."),
                "place",
            ),
            Card(
                "people.import_staff",
                "accounts:staff_import",
                _("Staff list"),
                _("Load the list of the payroll system: newcomers, transfers, leavers."),
                "upload",
            ),
            Card(
                "accounts.invite_people",
                "accounts:invitations",
                _("Invitations"),
                _("Who has not chosen a password yet: a letter to one or to all, or a sheet of paper."),
                "mail",
            ),
            Card(
                "accounts.give_role",
                "accounts:roles",
                _("Roles and rights"),
                _("What each role may do, who holds it since when and why; accounts and second factors."),
                "lock",
            ),
        ),
    ),
    Shelf(
        _("Teaching"),
        (
            Card(
                "scheduling.plan_session",
                "scheduling:session_list",
                _("Sessions"),
                _("Plan, publish, move and cancel; who holds a seat and who waits."),
                "calendar",
            ),
            Card(
                "scheduling.plan_session",
                "scheduling:board",
                _("Board"),
                _(
                    "A day, a week or a month by rooms, trainers or sites; drag a meeting, or move it by a form."
                ),
                "laptop",
            ),
            Card(
                "scheduling.plan_session",
                "scheduling:slots",
                _("Free slots"),
                _("The first times at which a room, its equipment and trainers are free together."),
                "search",
            ),
            Card(
                "scheduling.plan_session",
                "scheduling:groups",
                _("Groups of a month"),
                _("Many groups of a course proposed at once, changed one by one, saved as drafts together."),
                "plus",
            ),
            Card(
                "scheduling.plan_session",
                "scheduling:publication",
                _("Publication"),
                _("What is new, moved and cancelled in a month, who hears of it; published as one."),
                "upload",
            ),
            Card(
                "scheduling.plan_session",
                "scheduling:problems",
                _("Problems of the plan"),
                _("Sessions that break a rule, lack a trainer, a room or people, and who could help."),
                "warning",
            ),
            Card(
                "enrolment.decide_requests",
                "enrolment:decisions",
                _("Requests for seats"),
                _("Of heads, of offices without one, and what nobody decided in time."),
                "seat",
            ),
            Card(
                "enrolment.enrol_many",
                "enrolment:bulk_runs",
                _("Many at once"),
                _("Lists of people enrolled together: looked through first, carried out, undone."),
                "people",
            ),
            Card(
                "scheduling.plan_session",
                "enrolment:too_few",
                _("Too few people"),
                _("Sessions below their smallest group: let them take place, join, move, cancel or invite."),
                "people",
            ),
            Card(
                "enrolment.view_enrolment",
                "enrolment:movers",
                _("Training that does not fit"),
                _("Who has a seat ahead in spite of a new position or a leave."),
                "people",
            ),
            Card(
                "scheduling.plan_session",
                "enrolment:demand",
                _("Demand"),
                _(
                    "Which courses people want and find no date for, where, and how many of them must have it."
                ),
                "list",
            ),
            Card(
                "scheduling.change_troublereport",
                "scheduling:trouble_list",
                _("Reported trouble"),
                _("What trainers report: illness, lateness, broken rooms; what to do next, and the answer."),
                "info",
            ),
            Card(
                "scheduling.plan_session",
                "website:month_report",
                _("Plan and fact"),
                _("What was planned for a month and what took place, who came, how rooms are used."),
                "check",
            ),
            Card(
                "courses.change_course",
                "courses:course_list",
                _("Courses"),
                _("What the centre teaches, for whom, and what has to be completed before."),
                "book",
            ),
            Card(
                "courses.view_programme",
                "courses:programme_list",
                _("Programmes"),
                _("Routes through several courses: for whom, in which order, by when."),
                "list",
            ),
            Card(
                "trainers.view_trainer",
                "scheduling:trainer_list",
                _("Trainers"),
                _("Who may teach what and until when, how much, and who is away."),
                "award",
            ),
            Card(
                "trainers.change_leaverequest",
                "scheduling:leave_list",
                _("Requests for leave"),
                _("Days off that trainers ask for, with the sessions in the way; granted or refused here."),
                "clock",
            ),
            Card(
                "scheduling.view_room",
                "scheduling:room_list",
                _("Sites and rooms"),
                _("Seats, equipment, step-free access, and what is closed when."),
                "place",
            ),
        ),
    ),
    Shelf(
        _("How the centre works"),
        (
            Card(
                "centre.view_calendarday",
                "scheduling:calendar",
                _("Calendar"),
                _(
                    "Holidays, moved days and days on which the centre is closed, each with how certain it is."
                ),
                "calendar",
            ),
            Card(
                "centre.view_policy",
                "website:policy",
                _("Policy"),
                _("The numbers by which the centre works: what each means, since when, who decided and why."),
                "check",
            ),
            Card(
                "notifications.view_message",
                "notifications:message_list",
                _("Messages"),
                _("Every letter: what was sent to whom, what waits, what was not delivered."),
                "mail",
            ),
            Card(
                "audit.view_change",
                "website:changes",
                _("Record of changes"),
                _("Who changed what, when and why: sessions, seats, marks, roles, rules."),
                "list",
            ),
            Card(
                "centre.view_state",
                "website:state",
                _("State of the installation"),
                _("Letters, background work, copies, disks: how each is, and what to do."),
                "info",
            ),
        ),
    ),
)


def shelves_for(user: Employee) -> Iterator[Shelf]:
    """The shelves with those cards that the person may open; empty shelves are left out."""
    for shelf in SHELVES:
        if cards := tuple(card for card in shelf.cards if user.has_perm(card.right)):
            yield Shelf(shelf.title, cards)


def routes_of_hub() -> Iterator[str]:
    for shelf in SHELVES:
        yield from (card.route for card in shelf.cards)
