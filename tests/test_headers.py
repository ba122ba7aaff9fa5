"""Headers of every answer, and cookies as production sends them (promise S13)."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.db import transaction
from django.test import Client, override_settings

from tests.addresses import ROUTES, address
from tests.browser.small_centre import centre_of_a_module
from tests.databases import database_away

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parent.parent
ON_EVERY_ANSWER = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cache-Control": "private, no-store",
}
POLICY = {
    "default-src 'self'",
    "img-src 'self' data:",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
}


@pytest.fixture(scope="module")
def centre(django_db_setup, django_db_blocker):
    with centre_of_a_module(django_db_blocker) as made:
        yield made


def kept_by(route, method):
    """A program that subscribed to a calendar keeps its copy, and asks before it shows it again."""
    is_kept = route == "enrolment:calendar" and method in {"get", "head"}
    return {"Cache-Control": "private, no-cache"} if is_kept else {}


def check(answer, **others):
    found = {name: answer.headers.get(name) for name in ON_EVERY_ANSWER}
    assert found == ON_EVERY_ANSWER | others
    assert answer.headers["Referrer-Policy"] in {"same-origin", "no-referrer"}
    policy = answer.headers["Content-Security-Policy"]
    assert set(policy.split("; ")) == POLICY
    assert "unsafe" not in policy
    assert "Access-Control-Allow-Origin" not in answer.headers


@pytest.mark.parametrize("role", ["nobody", "employee", "hr_admin", "system_admin"])
def test_s13_every_answer_of_every_address_has_the_headers(centre, role):
    """Pages, redirects, refusals, files: by every method that the site knows."""
    client = Client()
    if role != "nobody":
        client.force_login(centre.person(role))

    for route in ROUTES:
        for method in ("get", "post", "head", "put"):
            with transaction.atomic():
                check(getattr(client, method)(address(route, centre)), **kept_by(route, method))
                transaction.set_rollback(True)
    for form in ("csv", "xlsx", "print"):
        check(client.get("/people/", {"form": form}))
    for path in ("/admin/", "/admin/login/", "/no/such/page/", "/people"):
        check(client.get(path))


def test_s13_errors_have_the_headers_too(client):
    client.raise_request_exception = False

    check(client.get("/", headers={"host": "evil.example"}))
    check(client.trace("/"))
    check(client.post("/", CONTENT_LENGTH=10**9))
    with database_away():
        check(client.post("/password/forgotten/", {"name": "1"}))
    with override_settings(ROOT_URLCONF="tests.website.broken_urls"):
        check(client.get("/broken/"))


def test_s13_static_files_may_be_kept_and_nothing_else_is_served_beside_them(client):
    answer = client.get("/static/site.css")

    check(answer, **{"Cache-Control": answer["Cache-Control"]})
    assert "public" in answer["Cache-Control"]
    for path in ("/.env", "/.git/config", "/static/../.env", "/static/site.css.map", "/manage.py"):
        assert client.get(path).status_code == 404


def test_s28_no_source_map_is_named_or_shipped():
    assert finders.find("site.css")
    assert not list((ROOT / "static").rglob("*.map"))


# It stands in somebody else's program, where no style sheet of ours comes along.
LETTERS = {"letter.html"}


def test_s13_no_template_writes_a_script_or_a_style_into_a_page():
    """Which the policy would not run: all of them are files."""
    inline = re.compile(r"<style|\sstyle=|<script(?![^>]*\ssrc=)|\son[a-z]+=|javascript:", re.IGNORECASE)

    found = {
        path.name for path in (ROOT / "templates").rglob("*.html") if inline.search(path.read_text("utf-8"))
    }

    assert found == LETTERS


PROGRAM = """
import json, django
django.setup()
from django.test import Client
from django.contrib.messages.storage import default_storage
from django.http import HttpRequest, HttpResponse
from accounts.views.sign_in import remember_language

host = {"secure": True, "headers": {"host": "training.example.org"}}
client = Client()
page = client.get("/sign-in/", **host)
request, response = HttpRequest(), HttpResponse()
remember_language(response, "en")
request.session = {}
storage = default_storage(request)
storage.add(20, "hello")
storage.update(response)
cookies = {**client.cookies, **response.cookies}
from django.conf import settings
print(json.dumps({
    "headers": dict(page.headers),
    "cookies": {name: str(one) for name, one in cookies.items()},
    "session": [settings.SESSION_COOKIE_NAME, settings.SESSION_COOKIE_SECURE, settings.SESSION_COOKIE_HTTPONLY,
                settings.SESSION_COOKIE_SAMESITE, settings.SESSION_COOKIE_DOMAIN, settings.SESSION_COOKIE_PATH],
    "plain": client.get("/sign-in/", headers={"host": "training.example.org"}).headers["Location"],
    "monitor": client.get("/healthz", headers={"host": "training.example.org"}).status_code,
}))
"""


def test_s13_production_binds_cookies_to_the_host_and_the_site_to_https(tmp_path):
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "trainingcenter.settings",
        "ENVIRONMENT": "production",
        "SECRET_KEY": "wuC0n2Yk-pP7sZr8mQe3tVb5xLd1aHf9gJ4oKi6uT2yN0cRqMz",
        "ALLOWED_HOSTS": "training.example.org",
        "SITE_URL": "https://training.example.org",
        "DATABASE_URL": "postgres://nobody@127.0.0.1:9/nothing",  # these pages need none
        "STATIC_ROOT": str(tmp_path),
        "REDIS_URL": "",
    }
    subprocess.run(
        [sys.executable, "manage.py", "collectstatic", "--no-input", "--verbosity", "0"],
        cwd=ROOT,
        env=environment,
        check=True,
    )

    said = subprocess.check_output([sys.executable, "-c", PROGRAM], cwd=ROOT, env=environment, text=True)

    told = json.loads(said.splitlines()[-1])
    assert told["headers"]["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"
    assert told["headers"]["Cache-Control"] == "private, no-store"
    assert {"__Host-csrf", "__Host-language", "__Host-messages"} <= told["cookies"].keys()
    for name, cookie in told["cookies"].items():
        words = {word.strip() for word in cookie.removeprefix("Set-Cookie: ").split(";")}
        assert name.startswith("__Host-")
        assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= words
        assert not [word for word in words if word.startswith("Domain")]
    assert told["session"] == ["__Host-session", True, True, "Lax", None, "/"]
    assert told["plain"] == "https://training.example.org/sign-in/"
    assert told["monitor"] == 200
