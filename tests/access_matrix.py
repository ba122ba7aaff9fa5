"""Walks every address of the site as every role and writes down the answers: tests/access_matrix.txt (S1, S2).

The file is made by the walk and read by people, line by line; a test makes it again and compares. What changed is
written with ``WRITE_ACCESS_MATRIX=1 bin/test tests/test_access.py``, and then read.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path

from django.contrib import admin
from django.db import transaction
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from centre.models import CalendarDay
from courses.models import Programme
from enrolment.actions import enrol
from notifications.models import Message
from people.models import Employee, Office
from scheduling.models import RoomClosure
from tests.access import EVERYBODY
from tests.addresses import ABOUT_A_PERSON, ROUTES, address
from tests.browser.small_centre import Centre, person
from tests.factories import OfficeFactory, PolicyFactory, SessionFactory, TrainerQualificationFactory, in_days
from trainers.models import Absence

ABOUT_A_SHEET = {
    "enrolment:people",
    "enrolment:queue",
    "enrolment:session_story",
    "enrolment:sheet",
    "enrolment:add_to_sheet",
    "enrolment:print_sheet",
    "enrolment:print_order",
    "enrolment:close_sheet",
}
FILE = Path(__file__).with_suffix(".txt")
NOBODY = "nobody"
ROLES = [NOBODY, *EVERYBODY.split()]
# What the columns are called, short enough for a line.
TITLES = {
    "nobody": "nobody",
    "employee": "employee",
    "trainer": "trainer",
    "head": "head",
    "hr_admin": "HR",
    "centre_admin": "centre",
    "methodist": "method.",
    "system_admin": "system",
}
REFUSED_METHODS = ["PUT", "PATCH", "DELETE", "TRACE"]
LEGEND = """\
Who gets what answer from every address of the site, as tests/access_matrix.py found it.

A line is a route, the object it was asked about, a method, and the answer for each role. Methods with equal answers
share a line; POST carries an empty form, so that 200 is the form again, with its errors.
  200      the page              sign-in  sent to sign in
  303      moved on: done, refused in words, or nothing to do there
  403 404  not theirs            405      this method does nothing here
  410      a link that is over
In the administration pages: s see, a add, c change, d delete; – may open none; door: sent to accounts:admin_door.
The employee of the columns owns "own"; their office is the head's; the trainer teaches "own" of a session.
PUT, PATCH, DELETE, TRACE get 405 from every address, whoever asks: they are not repeated below.
"""


@dataclass(frozen=True)
class Asked:
    """An address of a route, and whose object it is about."""

    whose: str
    address: str


def walk(centre: Centre) -> str:
    """The whole matrix as text. Each question is undone before the next one."""
    strangers, clients = Strangers(centre), signed_in(centre)
    lines = [LEGEND, heading()]
    refused = set()
    for route in ROUTES:
        for asked in strangers.addresses(route):
            get, post = (tuple(ask(clients, asked.address, method)) for method in ("GET", "POST"))
            head = heads(clients, asked.address, dict(zip(ROLES, get, strict=True)))
            refused |= refusals(clients, asked.address)
            lines += rows(route, asked.whose, {"GET": get, "HEAD": head, "POST": post})
    assert refused == {"405"}
    lines += ["", "The administration pages: what each role may do with the rows of a table.", "", heading()]
    lines += [line(name, "", "", answers) for name, answers in administration(clients)]
    return "\n".join(text.rstrip() for text in lines) + "\n"


def heading() -> str:
    return line("route", "about", "method", tuple(TITLES[role] for role in ROLES))


def rows(route: str, whose: str, answers: dict[str, tuple[str, ...]]) -> Iterator[str]:
    """Methods with the same answers share a line."""
    together: dict[tuple[str, ...], list[str]] = {}
    for method, found in answers.items():
        together.setdefault(found, []).append(method)
    for found, methods in together.items():
        yield line(route, whose, " ".join(methods), found)


def line(route: str, whose: str, methods: str, answers: tuple[str, ...]) -> str:
    return f"{route:32}{whose:22}{methods:20}" + "".join(f"{answer:10}" for answer in answers)


def signed_in(centre: Centre) -> dict[str, Client]:
    """A browser of each role."""
    clients = {role: Client() for role in ROLES}
    for role, client in clients.items():
        if role != NOBODY:
            client.force_login(centre.person(role))
    return clients


def ask(clients: dict[str, Client], where: str, method: str) -> Iterator[str]:
    """The answers for each role, each undone before the next."""
    for client in clients.values():
        with undone(client):
            answer = in_words(client.generic(method, where))
        yield answer


def heads(clients: dict[str, Client], where: str, got: dict[str, str]) -> tuple[str, ...]:
    """The answers to HEAD for each role. Of those who get the page the last is asked for all: it is the method's."""
    readers = [role for role in ROLES if got[role] == "200"]
    asking = {role: client for role, client in clients.items() if role not in readers[:-1]}
    found = dict(zip(asking, ask(asking, where, "HEAD"), strict=True))
    return tuple(found[role if role in found else readers[-1]] for role in ROLES)


def refusals(clients: dict[str, Client], where: str) -> set[str]:
    """What methods are answered that no address knows, decided before anybody knows who asks (`RefusalMiddleware`).

    Undone together, for a refusal leaves nothing to undo.
    """
    asking = [clients[NOBODY], clients[ROLES[-1]]]
    with undone(*asking):
        return {in_words(client.generic(method, where)) for method in REFUSED_METHODS for client in asking}


@contextmanager
def undone(*clients: Client) -> Iterator[None]:
    cookies = [deepcopy(client.cookies) for client in clients]
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
    for client, kept in zip(clients, cookies, strict=True):
        client.cookies = kept


def in_words(response) -> str:
    if response.status_code != 302:
        return str(response.status_code)
    return "sign-in" if response["Location"].startswith("/sign-in/?next=") else "303"


class Strangers:
    """Objects of others beside those of the small centre: of the same office, of another, of another trainer."""

    def __init__(self, centre: Centre) -> None:
        self.centre = centre
        self.colleague = centre.colleagues[0]
        self.elsewhere = person(
            "Дальняя", OfficeFactory(name="Центр госуслуг района Зюзино"), centre.position
        )
        other_head = person("Начальникова", self.elsewhere.main_employment.office, centre.position)
        Office.objects.filter(pk=self.elsewhere.main_employment.office_id).update(head=other_head)
        self.others_session = SessionFactory(course=centre.courses["next"])
        for trainee in (self.colleague, self.elsewhere):
            enrol(trainee, centre.sessions["webinar"])
        one_row_of_each_table(centre)

    def addresses(self, route: str) -> list[Asked]:
        own = address(route, self.centre)
        if route in ABOUT_A_PERSON:
            people = {"employee": self.centre.employee, "another office": self.elsewhere}
            people |= {"system admin": self.centre.system_admin}
            return [Asked(whose, reverse(route, args=[one.pk])) for whose, one in people.items()]
        match route:
            case (
                "enrolment:enrolment"
                | "enrolment:cancel"
                | "enrolment:cancel_for"
                | "enrolment:pin"
                | "enrolment:enrolment_story"
                | "enrolment:replace"
                | "enrolment:agree_to_day_off"
            ):
                people = {"own": self.centre.employee, "same office": self.colleague}
                people |= {"another office": self.elsewhere, "head's own": self.centre.head}
                return [Asked(whose, self.of_enrolment(route, one)) for whose, one in people.items()]
            case "website:person":
                people = {"employee": self.centre.employee, "head": self.centre.head}
                people |= {"another office": self.elsewhere}
                return [Asked(whose, reverse(route, args=[one.pk])) for whose, one in people.items()]
            case "website:office" | "website:team" | "website:office_leaders":
                other = reverse(route, args=[self.elsewhere.main_employment.office_id])
                return [Asked("head's office", own), Asked("another office", other)]
            case "website:session" | "enrolment:enrol_in_session":
                draft = reverse(route, args=[self.centre.sessions["draft"].pk])
                return [Asked("open", own), Asked("draft", draft)]
            case _ if route in ABOUT_A_SHEET:
                other = reverse(route, args=[self.others_session.pk])
                return [Asked("own session", own), Asked("another trainer's", other)]
            case "notifications:message" | "notifications:stop_message" | "notifications:resend_message":
                theirs = Message.objects.exclude(recipient=self.centre.employee).earliest("pk")
                mine = Message.objects.filter(recipient=self.centre.employee).earliest("pk")
                return [
                    Asked("own", reverse(route, args=[mine.pk])),
                    Asked("another's", reverse(route, args=[theirs.pk])),
                ]
            case "learning:study" | "learning:finish":
                other = reverse(route, args=[self.centre.courses["empty"].code])
                return [Asked("own", own), Asked("not begun", other)]
            case "website:course":
                course = self.centre.courses["cancelled"]
                type(course).objects.filter(pk=course.pk).update(is_archived=True)
                return [Asked("offered", own), Asked("archived", reverse(route, args=[course.code]))]
        return [Asked("", own)]

    def of_enrolment(self, route: str, trainee: Employee) -> str:
        enrolment = trainee.enrolments.filter(session=self.centre.sessions["webinar"]).first()
        if enrolment is None:
            enrolment = enrol(trainee, self.centre.sessions["webinar"])
        return reverse(route, args=[enrolment.pk])


def one_row_of_each_table(centre: Centre) -> None:
    """Of those that the small centre leaves empty."""
    day = in_days(5).date()
    CalendarDay.objects.create(on=day, kind="centre", name="Учёт", status="decree")
    PolicyFactory()
    Programme.objects.create(code="P-1", title="Новичок", description="", trigger="HIRE")
    TrainerQualificationFactory(trainer=centre.trainer)
    Absence.objects.create(trainer=centre.trainer, starts_on=day, ends_on=day, reason="vacation")
    RoomClosure.objects.create(room=centre.room, starts_at=in_days(30), ends_at=in_days(31), reason="ремонт")


def administration(clients: dict[str, Client]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """For each table of Django's own pages: see, add, change, delete, by asking for the pages."""
    for model in sorted(admin.site._registry, key=lambda one: one._meta.label_lower):
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        row = model._default_manager.order_by("pk").first()
        yield model._meta.label_lower, tuple(rights(client, name, row) for client in clients.values())


def rights(client: Client, name: str, row: Model | None) -> str:
    key = [row.pk if row else 0]
    with transaction.atomic():
        pages = {
            "s": client.get(reverse(f"{name}_changelist")),
            "a": client.get(reverse(f"{name}_add")),
            "c": client.post(reverse(f"{name}_change", args=key)),
            "d": client.get(reverse(f"{name}_delete", args=key)),
        }
        transaction.set_rollback(True)
    if pages["s"].status_code == 302:
        return "door"  # which refuses whoever is signed in and has no role, see accounts:admin_door
    found = [letter for letter, page in pages.items() if page.status_code == 200]
    return "".join(found) or "–"
