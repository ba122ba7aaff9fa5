"""The theme is kept in the browser and read by the server, so that a page comes in its colours (expectation 35)."""

import re

import pytest

from centre.theme import THEME_COOKIE
from tests.factories import EmployeeFactory

pytestmark = pytest.mark.django_db


def html_tag(client, address="/sign-in/"):
    return re.search(r"<html[^>]*>", client.get(address).content.decode())[0]


def test_35_without_a_choice_the_system_decides(client):
    page = client.get("/sign-in/").content.decode()

    assert "data-bs-theme" not in html_tag(client)
    assert re.findall(r'name="color-scheme"\s+content="([^"]+)"', page) == ["light dark"]
    assert re.findall(r'value="(\w+)" aria-pressed="true"', page) == ["system"]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_35_the_choice_comes_with_the_page_before_and_after_signing_in(client, theme):
    response = client.post("/theme/", {"theme": theme}, headers={"referer": "http://testserver/help/"})
    assert (response.status_code, response.url) == (302, "http://testserver/help/")
    assert f'data-bs-theme="{theme}"' in html_tag(client)

    client.force_login(EmployeeFactory())

    assert f'data-bs-theme="{theme}"' in html_tag(client, "/account/")
    cookie = client.cookies[THEME_COOKIE]
    assert (cookie["httponly"], cookie["samesite"], cookie["max-age"] > 0) == (True, "Lax", True)


def test_35_as_in_the_system_forgets_the_choice(client):
    client.post("/theme/", {"theme": "dark"})

    client.post("/theme/", {"theme": "system"})

    assert "data-bs-theme" not in html_tag(client)


@pytest.mark.parametrize("theme", ["pink", "", 'dark" onload="x', "d" * 5000])
def test_35_an_unknown_theme_changes_nothing(client, theme):
    client.post("/theme/", {"theme": "dark"})

    response = client.post("/theme/", {"theme": theme}, headers={"referer": "https://elsewhere.example/"})

    assert (response.status_code, response.url) == (302, "/")
    assert 'data-bs-theme="dark"' in html_tag(client)


def test_35_what_a_stranger_wrote_into_the_cookie_is_not_repeated(client):
    client.cookies[THEME_COOKIE] = "dark><script>"

    assert html_tag(client) == '<html lang="ru">'


@pytest.mark.parametrize(
    ("theme", "media"), [(None, "screen and (prefers-color-scheme: dark)"), ("dark", "screen")]
)
def test_35_the_administration_follows_the_choice(client, theme, media):
    client.force_login(EmployeeFactory(is_staff=True, is_superuser=True))
    if theme:
        client.cookies[THEME_COOKIE] = theme

    page = client.get("/admin/").content.decode()

    assert re.findall(r'admin_dark.css"\s+media="([^"]+)"', page) == [media]
    assert "theme.js" not in page


def test_35_the_administration_stays_light_for_who_chose_it(client):
    client.force_login(EmployeeFactory(is_staff=True, is_superuser=True))
    client.cookies[THEME_COOKIE] = "light"

    assert "admin_dark.css" not in client.get("/admin/").content.decode()
