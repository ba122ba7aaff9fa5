"""The log of security: sign-ins, failures, refused access, exports; nothing that can be forged or is secret (S26)."""

import json
import logging
import sys
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.urls import reverse
from django.utils import timezone
from gunicorn.config import Config

from accounts.password_links import INVITATION, path_of
from accounts.roles import Role
from people.models import Employee
from tests.factories import PASSWORD, EmployeeFactory
from tests.rights import in_role, sign_in
from trainingcenter.access_log import AccessLogger
from trainingcenter.logs import JsonFormatter, OneLineFormatter


@pytest.fixture
def security():
    """What the log of security gets, as its formatter writes it."""
    lines = []
    handler = logging.Handler()
    handler.emit = lambda record: lines.append(JsonFormatter().format(record))
    logger = logging.getLogger("security")
    logger.addHandler(handler)
    yield lines
    logger.removeHandler(handler)


def events(lines):
    return [json.loads(line) for line in lines]


def type_in(client, username, password):
    return client.post(reverse("accounts:sign_in"), {"username": username, "password": password})


@pytest.mark.django_db
def test_S26_sign_in_failure_and_sign_out_are_logged_without_passwords(client, security):
    employee = EmployeeFactory()
    employee.set_password(PASSWORD)
    employee.save()

    type_in(client, employee.username, "неверный пароль")
    type_in(client, "my secret typed as a name", "x")
    type_in(client, employee.username, PASSWORD)
    client.post(reverse("accounts:sign_out"))

    told = [(one["event"], one["by"], one.get("account")) for one in events(security)]
    assert told == [
        ("sign_in_failed", None, employee.pk),
        ("sign_in_failed", None, None),
        ("signed_in", employee.pk, None),
        ("signed_out", employee.pk, None),
    ]
    assert events(security)[0]["address"] == "127.0.0.1"
    text = "".join(security)
    assert PASSWORD not in text
    assert "secret" not in text
    assert "\\u043d\\u0435\\u0432\\u0435\\u0440" not in text


@pytest.mark.django_db
def test_S26_a_lock_after_many_failures_is_logged(client, security):
    employee = EmployeeFactory()

    for _try in range(5):
        type_in(client, employee.username, "wrong")

    assert "sign_in_locked" in [one["event"] for one in events(security)]


@pytest.mark.django_db
def test_S26_refused_access_is_logged(client, security):
    reader = EmployeeFactory()

    answer = sign_in(client, reader).get(reverse("website:changes"))

    refused = events(security)[-1]
    assert answer.status_code == 403
    assert (refused["event"], refused["by"], refused["path"]) == ("refused", reader.pk, "/audit/")


@pytest.mark.django_db
def test_S26_an_export_is_logged(client, security):
    reader = in_role(Role.SYSTEM_ADMIN)

    sign_in(client, reader).get(reverse("website:changes"), {"form": "csv", "q": "Секретное слово"})

    export = events(security)[-1]
    assert (export["event"], export["by"], export["page"]) == ("export", reader.pk, "website:changes")
    assert "Секретное" not in json.dumps(export, ensure_ascii=False)


@pytest.mark.django_db
def test_S26_a_line_break_in_an_address_begins_no_line(client, security):
    sign_in(client, EmployeeFactory()).get('/audit/%0A{"event": "signed_in"}\u2028/')
    sign_in(client, EmployeeFactory()).get("/staff-import/")

    assert all(len(line.splitlines()) == 1 and line.isascii() for line in security)


@pytest.mark.django_db
def test_S26_a_link_that_lets_somebody_in_stands_in_no_log(client, security, caplog):
    """Whatever becomes of the request: followed, refused, asked by a method that is none."""
    path = path_of(EmployeeFactory(), INVITATION, timezone.now())
    token = path.split("/")[-2]

    for ask in (client.get, client.post, client.put):
        ask(path)
    sign_in(client, EmployeeFactory()).get(f"/staff-import/{token}/")

    formatter = OneLineFormatter("%(message)s")
    lines = [*security, *(formatter.format(record) for record in caplog.records)]
    assert [line for line in lines if "/password/link/" in line] != []
    assert [line for line in lines if token in line or token[10:] in line] == []


def test_S26_the_web_server_writes_no_link_either():
    made, logger = timezone.now(), AccessLogger(Config())
    path = path_of(Employee(pk=1, last_name="Ким", password="x"), INVITATION, made)
    request = {"REQUEST_METHOD": "GET", "RAW_URI": f"{path}?next=/", "SERVER_PROTOCOL": "HTTP/1.1"}
    answer = SimpleNamespace(status="200 OK", headers=[], sent=1)

    atoms = logger.atoms(answer, [], request | {"PATH_INFO": path}, timedelta(seconds=1))

    assert atoms["r"] == f"GET /password/link/{path[15:19]}…/?next=/ HTTP/1.1"
    assert path.split("/")[-2] not in str(atoms)


@pytest.mark.django_db
def test_S26_refused_access_carries_the_number_that_its_page_shows(client, security):
    answer = sign_in(client, EmployeeFactory()).get(reverse("website:changes"))

    assert f"<b>{events(security)[-1]['number']}</b>" in answer.content.decode()


@pytest.mark.parametrize("form", ["csv", "xlsx", "print"])
@pytest.mark.django_db
def test_S26_people_taken_away_in_any_form_are_logged(client, security, form):
    reader = in_role(Role.HR_ADMIN)

    sign_in(client, reader).get(reverse("website:person_list"), {"form": form})

    export = events(security)[-1]
    assert (export["event"], export["by"], export["form"]) == ("export", reader.pk, form)
    assert export["rows"] == 0


def plain(message, exc_info=None):
    record = logging.LogRecord("a", logging.INFO, "", 0, message, None, exc_info)
    return OneLineFormatter("%(levelname)s %(message)s").format(record)


def test_S26_the_plain_log_escapes_line_breaks():
    assert plain("было\r\nINFO стало\u2028\x1b[31m") == "INFO было\\r\\nINFO стало\\u2028\\x1b[31m"


def test_S26_a_traceback_is_set_in():
    try:
        raise ValueError("первая\nINFO вторая")
    except ValueError:
        first, *others = plain("ошибка", sys.exc_info()).splitlines()

    assert first == "INFO ошибка"
    assert all(line.startswith("    ") for line in others)
