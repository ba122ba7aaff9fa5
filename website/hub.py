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
                "courses.change_course",
                "courses:course_list",
                _("Courses"),
                _("What the centre teaches, for whom, and what has to be completed before."),
                "book",
            ),
        ),
    ),
    Shelf(
        _("How the centre works"),
        (
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
