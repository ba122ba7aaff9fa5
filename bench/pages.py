"""The pages that are measured, who opens them, and what each costs: statements, bytes, CPU, time."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import quote

from django.conf import settings
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from bench.load import Run, Server, measure
from people.models import Employee
from scheduling.models import Booking, Session
from website.demo.staff import demo_accounts

READERS = 300


@dataclass(frozen=True)
class Page:
    name: str
    path: str
    # "employees" take turns; else a part of the demo.
    who: str = "employees"


@dataclass(frozen=True)
class Cost:
    page: Page
    statements: int
    bytes: int
    alone: Run
    together: Run


def pages() -> list[Page]:
    now = timezone.now()
    upcoming = Session.objects.filter(starts_at__gt=now).exclude(course__code__startswith="BENCH-")
    session = upcoming.order_by("starts_at", "pk")[5]
    open_sheet = Session.objects.filter(ends_at__lt=now, status=Session.Status.CONFIRMED).latest("ends_at")
    trainer = demo_accounts()["trainer"]
    taught = upcoming.taught_by(trainer).earliest("starts_at").starts_at
    full_week = f"{timezone.localdate() + timedelta(weeks=27):%Y-%m-%d}"
    catalogue = reverse("website:catalogue")
    return [
        Page("home", reverse("website:home")),
        Page("catalogue", catalogue),
        Page("catalogue, filtered", f"{catalogue}?block=SERVICE_ORIENTATION"),
        Page("catalogue, searched", f"{catalogue}?q={quote('конфликт')}"),
        Page("course", reverse("website:course", args=[session.course.code])),
        Page("session", reverse("website:session", args=[session.pk])),
        Page("people", reverse("website:person_list"), "hr_admin"),
        Page("planners' sessions", reverse("scheduling:session_list"), "hr_admin"),
        Page("planners' board", f"{reverse('scheduling:board')}?on={full_week}", "hr_admin"),
        Page("its 400 meetings", f"{reverse('scheduling:board_feed')}?on={full_week}", "hr_admin"),
        Page("timetable", f"{reverse('enrolment:timetable')}?week={taught:%G-W%V}", "trainer"),
        Page("attendance sheet", reverse("enrolment:sheet", args=[open_sheet.pk]), "hr_admin"),
    ]


def cookies_of(people: list[Employee]) -> list[str]:
    """Each person signed in, without the work of checking a password."""
    name = settings.SESSION_COOKIE_NAME
    found = []
    for person in people:
        client = Client()
        client.force_login(person, settings.AUTHENTICATION_BACKENDS[-1])
        found.append(f"{name}={client.cookies[name].value}")
    return found


def readers() -> list[Employee]:
    """Employees with a past and with something ahead."""
    seated = Booking.objects.attending().filter(meeting__starts_at__gt=timezone.now())
    return list(Employee.objects.filter(pk__in=seated.values("person")).order_by("pk")[:READERS])


def costs(server: Server, *, seconds: int) -> Iterator[Cost]:
    employees, parts = readers(), demo_accounts()
    for page in pages():
        people = employees if page.who == "employees" else [parts[page.who]]
        statements, size = counted(page, people[0])
        cookies = cookies_of(people)
        alone = measure(server, page.path, cookies, connections=1, seconds=seconds)
        together = measure(server, page.path, cookies, connections=16, seconds=seconds)
        if alone.bad or together.bad:
            raise SystemExit(f"{page.path} answered with errors: {alone.bad} and {together.bad}")
        yield Cost(page, statements, size, alone, together)


def counted(page: Page, person: Employee) -> tuple[int, int]:
    """Statements of one warm request beyond session and user, and bytes of its HTML."""
    client = Client(headers={"host": "localhost"})
    client.force_login(person)
    client.get(page.path)
    with statements() as seen:
        response = client.get(page.path)
    if response.status_code != 200:
        raise SystemExit(f"{page.path} answered {response.status_code}")
    return len(seen) - 2, len(response.content)


@contextmanager
def statements() -> Iterator[list[str]]:
    seen: list[str] = []

    def remember(execute, sql, params, many, context):
        seen.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(remember):
        yield seen
