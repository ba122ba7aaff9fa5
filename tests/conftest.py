"""What every test finds: quick settings that touch nothing outside, and a word about what cannot run."""

import gc
import importlib.util
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest
from django.db import connection
from django.test import TransactionTestCase
from django.utils import translation
from whitenoise.middleware import WhiteNoiseMiddleware

from tests.emptying import Emptying
from tests.estimates import give_pages_back, let_nobody_count
from tests.halves import HALVES, halves_of
from trainingcenter.celery import app as celery_app

# A test never times: a machine with other work takes longer over an example.
hypothesis.settings.register_profile("centre", deadline=None)
hypothesis.settings.load_profile("centre")

# The first has no window to draw around the page, which is a third of the work.
CHROMIUM_NAMES = (
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
)


def chromium() -> str | None:
    """The browser of this machine: CHROMIUM names it, else it is looked for."""
    named = os.environ.get("CHROMIUM")
    return named if named is not None else next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)


def why_not(marker: str) -> str:
    """Why tests with this marker cannot run on this machine; empty when they can."""
    match marker:
        case "browser" if not chromium():
            return "no Chromium on this machine; apt-get install chromium"
        case "browser" if importlib.util.find_spec("playwright") is None:
            return "no Playwright; pip install --require-hashes -r requirements-e2e.lock"
        case "broker" if not os.environ.get("REDIS_URL"):
            return "REDIS_URL names no Redis"
        case "root" if os.geteuid() != 0:
            return "not root"
    return ""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--half", choices=HALVES, help="only the tests of one of the two halves of .ci/run")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what the other half runs and what this machine cannot show; of the latter the last lines tell."""
    config.stash[COLLECTED] = [*items]
    if half := config.getoption("half"):
        others = [item for item in items if half not in halves_of(item)]
        items[:] = [item for item in items if half in halves_of(item)]
        config.hook.pytest_deselected(items=others)
    config.stash[LEFT_OUT] = {}
    for marker in ("browser", "broker", "root"):
        reason = why_not(marker)
        gone = [item for item in items if item.get_closest_marker(marker)] if reason else []
        if gone:
            items[:] = [item for item in items if item not in gone]
            config.hook.pytest_deselected(items=gone)
            config.stash[LEFT_OUT][marker] = f"{len(gone)} {marker} tests did not run: {reason}."


def pytest_collection_finish() -> None:
    """What was imported stays to the end: whoever looks for garbage need not walk through it again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 50, 100)


COLLECTED = pytest.StashKey[list[pytest.Item]]()
LEFT_OUT = pytest.StashKey[dict[str, str]]()
HAS_DATABASE = pytest.StashKey[bool]()
BROWSER_TESTS = pytest.StashKey[int]()


def pytest_runtest_call(item: pytest.Item) -> None:
    if "_django_db_helper" in getattr(item, "fixturenames", ()) and connection.connection is not None:
        # A plan for three rows must not be that of the next test's three hundred: no table is analysed in between.
        with connection.cursor() as cursor:
            cursor.execute("DISCARD PLANS")
    if item.get_closest_marker("browser"):
        item.config.stash[BROWSER_TESTS] = item.config.stash.get(BROWSER_TESTS, 0) + 1


def pytest_terminal_summary(terminalreporter, config: pytest.Config) -> None:
    for sentence in config.stash.get(LEFT_OUT, {}).values():
        terminalreporter.write_line(sentence, yellow=True)
    ran = config.stash.get(BROWSER_TESTS, 0)
    if ran:
        terminalreporter.write_line(f"{ran} browser tests ran.")


def pytest_configure(config: pytest.Config) -> None:
    # What is queued in a test goes nowhere: a test calls the task itself, as the beat would.
    celery_app.conf.broker_url = "memory://"


@pytest.fixture(scope="session")
def django_db_setup(request: pytest.FixtureRequest, django_db_setup, django_db_blocker) -> None:
    """The database of pytest-django, made at the first test that asks for one."""
    with django_db_blocker.unblock():
        let_nobody_count()
    request.config.stash[HAS_DATABASE] = True


@pytest.fixture(autouse=True, scope="module")
def tables_are_not_longer_than_their_rows(request: pytest.FixtureRequest, django_db_blocker) -> None:
    if request.config.stash.get(HAS_DATABASE, False):
        with django_db_blocker.unblock():
            give_pages_back()


@pytest.fixture(autouse=True, scope="session")
def tables_are_emptied_quickly() -> Iterator[None]:
    """A test with real transactions ends with empty tables, as after Django's flush."""
    with pytest.MonkeyPatch.context() as patch:
        emptying = Emptying(TransactionTestCase._fixture_teardown)
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda case: emptying(case))
        yield


@pytest.fixture(autouse=True, scope="session")
def static_files_are_found_once() -> Iterator[None]:
    """WhiteNoise looks through all folders for each test client anew; they are the same for all tests."""
    look = WhiteNoiseMiddleware.add_files_from_finders
    found: dict[str, dict[str, object]] = {}

    def add(middleware: WhiteNoiseMiddleware) -> None:
        if middleware.static_prefix not in found:
            look(middleware)
            found[middleware.static_prefix] = dict(middleware.files)
        middleware.files.update(found[middleware.static_prefix])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(WhiteNoiseMiddleware, "add_files_from_finders", add)
        yield


@pytest.fixture(autouse=True)
def quick_settings(settings, tmp_path: Path) -> None:
    """Weak but quick hashes of passwords, and uploads in the test's own folder."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.EMAIL_FILE_PATH = tmp_path / "mail"


@pytest.fixture(autouse=True)
def no_language_of_before() -> Iterator[None]:
    """A request leaves its reader's language behind in the thread, and the next test would read its sentences in it."""
    yield
    translation.deactivate()


@pytest.fixture
def mail_server(settings):
    """A real mail server on this machine, to which the centre's letters go."""
    from tests.notifications.mail_server import MailServer

    with MailServer() as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = server.address
        settings.EMAIL_TIMEOUT = 5
        yield server
