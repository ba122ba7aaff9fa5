"""What is installed is pinned by hash and listed (promise S29)."""

import hashlib
import shutil
import zipfile
from importlib.metadata import version

import pytest

from tests.trainingcenter.test_environment import ROOT, environment, sentence
from tools.lock import COMPONENTS, LISTS, lock_of, pins, problems

__all__ = ["environment"]


ANOTHER = "requirements.lock has another segno than requirements.txt."
STALE = "requirements.lock is not made of the present requirements.txt."
OTHERS = f"{COMPONENTS} lists other packages than the locks."


@pytest.fixture
def lists(tmp_path):
    """The lists, locks and components of the repository in a folder of their own."""
    (tmp_path / COMPONENTS).parent.mkdir()
    shutil.copy(ROOT / COMPONENTS, tmp_path / COMPONENTS)
    for source in LISTS:
        shutil.copy(ROOT / source, tmp_path)
        shutil.copy(ROOT / lock_of(source), tmp_path)
    return tmp_path


def change(path, old, new):
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def test_s29_locks_and_components_are_those_of_the_lists():
    assert list(problems(ROOT)) == []


def test_s29_what_runs_here_is_what_the_lock_says():
    locked = pins((ROOT / "requirements.lock").read_text())

    assert {name: version(name) for name in ("django", "celery", "psycopg2-binary", "gunicorn")} == {
        name: locked[name] for name in ("django", "celery", "psycopg2-binary", "gunicorn")
    }


@pytest.mark.parametrize(
    ("file", "old", "new", "told"),
    [
        ("requirements.txt", "segno==1.6.6", "segno==1.6.7", ANOTHER),
        ("requirements.txt", "segno==1.6.6", "segno==1.6.6\npad==1.0", STALE),
        ("requirements-e2e.lock", "greenlet==", "greenlets==", OTHERS),
        ("docs/components.md", "| celery | 5.7.0 |", "| celery | 5.6.0 |", OTHERS),
        (
            "docs/components.md",
            "| 5.7.0 | BSD-3-Clause |",
            "| 5.7.0 |  |",
            f"{COMPONENTS}: celery has no licence.",
        ),
    ],
)
def test_s29_a_list_that_was_changed_alone_is_noticed(lists, file, old, new, told):
    change(lists / file, old, new)

    assert told in list(problems(lists))


def test_s29_a_package_without_a_fingerprint_and_a_place_are_noticed(lists):
    (lists / "requirements.lock").write_text(
        (lists / "requirements.lock").read_text() + "pad==1.0\n--extra-index-url https://example.org/simple\n"
    )

    found = list(problems(lists))

    assert "requirements.lock: pad==1.0 has no fingerprint." in found
    assert "requirements.lock names a place: --extra-index." in found


def test_s29_a_file_with_another_fingerprint_is_not_installed(environment, monkeypatch, tmp_path):
    """A package of ours, once as it was locked and once with a byte more."""
    wheels = tmp_path / "wheels"
    wheels.mkdir()
    wheel = wheels / "pad-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as file:
        file.writestr("pad.py", "")
        file.writestr("pad-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: pad\nVersion: 1.0\n")
        file.writestr(
            "pad-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        file.writestr("pad-1.0.dist-info/RECORD", "")
    monkeypatch.setattr(environment, "ROOT", tmp_path)
    for name, value in {"PIP_NO_INDEX": "1", "UV_NO_INDEX": "1", "PIP_FIND_LINKS": str(wheels)}.items():
        monkeypatch.setenv(name, value)
    lock = tmp_path / "pad.lock"
    environment.make_environment()

    lock.write_text(f"pad==1.0 --hash=sha256:{hashlib.sha256(wheel.read_bytes()).hexdigest()}\n")
    environment.install("pad.lock")
    assert environment.run([str(environment.PYTHON), "-c", "import pad"]) == ""

    lock.write_text(f"pad==1.0 --hash=sha256:{'0' * 64}\n")
    environment.run([*environment.pip(), "uninstall", "--yes", "pad"])
    told = sentence(environment.install, "pad.lock")
    assert "hash" in told.lower()
    assert environment.run([str(environment.PYTHON), "-c", "import pad"]) != ""
