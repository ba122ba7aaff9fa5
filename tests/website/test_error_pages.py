"""Errors as people meet them: a sentence, a way on, a number that is also in the log (promises S12, S24)."""

import logging
import re

import pytest
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse
from django.utils import translation

from tests.databases import database_away
from tests.factories import EmployeeFactory
from tests.rights import sign_in
from trainingcenter.logs import OneLineFormatter

pytestmark = pytest.mark.django_db
NUMBER = re.compile(r"<b>([0-9A-F]{4}-[0-9A-F]{4})</b>")


@pytest.fixture
def log():
    """Every line that the console's log gets, as it is written."""
    lines = []
    handler = logging.Handler()
    formatter = OneLineFormatter("%(levelname)s %(name)s %(message)s")
    handler.emit = lambda record: lines.append(formatter.format(record))
    logging.getLogger().addHandler(handler)
    yield lines
    logging.getLogger().removeHandler(handler)


@pytest.fixture
def visitor(client):
    """Somebody signed in, who gets the answers that people get."""
    client.raise_request_exception = False
    return sign_in(client, EmployeeFactory())


def too_many_searches(visitor, settings):
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"search": (0, 60)}
    return visitor.get(reverse("website:catalogue"), {"q": "право"})


def a_fault(visitor, settings):
    settings.ROOT_URLCONF = "tests.website.broken_urls"
    return visitor.get("/broken/")


def no_database(visitor, settings):
    with database_away():
        return visitor.get("/")


# Status, title in Russian, how one gets there, whether the page needs nothing.
ERRORS = [
    (400, "Не удалось понять запрос", lambda visitor, _: visitor.get("/", headers={"host": "evil.example"})),
    (403, "Эта страница вам недоступна", lambda visitor, _: visitor.get(reverse("website:changes"))),
    (404, "Такой страницы нет", lambda visitor, _: visitor.get("/no/such/page/")),
    (405, "Так это не работает", lambda visitor, _: visitor.put("/")),
    (405, "Так это не работает", lambda visitor, _: visitor.get(reverse("accounts:sign_out"))),
    (
        413,
        "Это слишком много",
        lambda visitor, _: visitor.post(reverse("accounts:staff_import"), CONTENT_LENGTH=26 * 1024 * 1024),
    ),
    (
        413,
        "Это слишком много",
        lambda visitor, _: visitor.post(
            reverse("accounts:choose_language"), {str(n): n for n in range(5001)}
        ),
    ),
    (429, "Слишком быстро", too_many_searches),
    (500, "У нас что-то сломалось", a_fault),
    (503, "Сайт ненадолго остановлен", no_database),
]


@pytest.mark.parametrize(("status", "title", "ask"), ERRORS)
def test_s24_an_error_says_what_to_do_and_a_number_that_is_in_the_log(
    visitor, settings, log, status, title, ask
):
    answer = ask(visitor, settings)

    page = answer.content.decode()
    assert answer.status_code == status
    assert title in page
    assert 'class="button' in page  # the way on
    assert "site.css" in page
    number, *again = NUMBER.findall(page)
    assert set(again) <= {number}  # plain pages say it in both languages
    assert [line for line in log if line.splitlines()[0].endswith(f"[{number}]")]
    for inside in ("Traceback", ".py", "4711", "psycopg", "Django", "Exception"):
        assert inside not in page


def test_s24_a_fault_is_logged_with_its_traceback_and_number(visitor, settings, log):
    number = NUMBER.search(a_fault(visitor, settings).content.decode())[1]

    [fault] = [line for line in log if "Traceback" in line]
    assert fault.startswith("ERROR django.request Internal Server Error: /broken/")
    assert f"[{number}]" in fault.splitlines()[0]
    assert "4711" in fault


def test_s24_a_visitor_cannot_choose_the_number(visitor):
    page = visitor.get("/no/such/page/", headers={"error-number": "<script>"}).content.decode()

    assert NUMBER.search(page)
    assert "<script>" not in page


@pytest.mark.parametrize("status", [400, 405, 413, 500, 503])
@pytest.mark.parametrize("language", ["ru", "en"])
def test_s24_pages_of_the_last_resort_need_nothing_and_speak_both_languages(
    status, language, django_assert_num_queries
):
    with translation.override(language), django_assert_num_queries(0):
        page = render_to_string(f"{status}.html")

    titles = {error: title for error, title, _ask in ERRORS}
    assert titles[status] in page
    assert "Training centre" not in page.split("<main")[0]  # the frame is in Russian, whoever came
    assert page.index('lang="ru"') < page.index('<div class="prose" lang="en">')


@pytest.mark.parametrize(
    ("language", "words"), [("ru", "Такой страницы нет"), ("en", "There is no such page")]
)
def test_s24_a_missing_page_speaks_the_reader_s_language_and_keeps_the_menu(client, language, words):
    client.force_login(EmployeeFactory())

    response = client.get("/no/such/page/", headers={"accept-language": language})

    assert response.status_code == 404
    assert words in response.content.decode()
    assert "site-nav" in response.content.decode()


def test_s24_a_stranger_is_not_offered_a_menu(client):
    response = client.get("/no/such/page/")

    assert response.status_code == 404
    assert "site-nav" not in response.content.decode()


def test_s24_an_expired_form_says_that_nothing_changed():
    response = Client(enforce_csrf_checks=True).post("/sign-in/", {"username": "1", "password": "2"})

    assert response.status_code == 403
    assert "Ничего не изменилось." in response.content.decode()


def test_s24_a_missing_page_while_the_database_is_away_is_calm_too(visitor):
    with database_away():
        answer = visitor.get("/no/such/page/")

    assert (answer.status_code, answer["Retry-After"]) == (503, "30")


def test_s12_a_wrong_host_is_a_bad_request(client):
    response = client.get("/sign-in/", HTTP_HOST="evil.example")

    assert response.status_code == 400
    assert "Не удалось понять запрос" in response.content.decode()
