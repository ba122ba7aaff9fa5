"""What bin/environment.py says when the environment cannot be made, and what it makes anew."""

import importlib.util
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def environment(monkeypatch, tmp_path):
    """The module as bin/start has it, with its environment in a folder of its own."""
    monkeypatch.setenv("VENV", str(tmp_path / "venv"))
    monkeypatch.setattr(sys, "argv", ["bin/start"])
    specification = importlib.util.spec_from_file_location("environment", ROOT / "bin" / "environment.py")
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


def sentence(call, *args):
    with pytest.raises(SystemExit) as ended:
        call(*args)
    return ended.value.code


def test_a_program_of_which_only_half_was_written_does_not_work(environment, tmp_path):
    half = tmp_path / "uv"
    half.write_bytes(b"\x7fELF")

    assert not environment.works(half)  # not executable yet
    half.chmod(0o755)
    assert not environment.works(half)
    assert not environment.works(tmp_path / "nothing")
    assert environment.works(Path(sys.executable))


def test_an_index_that_does_not_answer_is_told_in_a_sentence(environment):
    said = "ERROR: Could not connect: [Errno 111] Connection refused"

    assert sentence(environment.explain, said, "The packages could not be installed") == (
        "start: the packages could not be installed, for the package index does not answer. "
        "Connect to the network, or name a reachable index in PIP_INDEX_URL, and start again."
    )


@pytest.mark.parametrize("said", ["OSError: [Errno 28] No space left on device", "Disk quota exceeded"])
def test_a_full_disk_is_told_in_a_sentence(environment, tmp_path, said):
    told = sentence(environment.explain, said, "The packages could not be installed")

    assert told.startswith(f"start: the disk of {tmp_path} is full: ")
    assert told.endswith("Free some and start again.")


def test_an_old_python_without_a_newer_one_is_told_in_a_sentence(environment, monkeypatch, tmp_path):
    monkeypatch.setattr(sys, "version_info", (3, 9, 2))
    monkeypatch.setenv("PATH", str(tmp_path))

    assert sentence(environment.need_python) == (
        "start: Python 3.11 or newer is needed, this is 3.9. Install python3.11 and start again."
    )


def test_a_folder_with_something_else_is_left_alone(environment, tmp_path):
    (tmp_path / "venv").mkdir()
    (tmp_path / "venv" / "thesis.txt").write_text("three years of work")

    assert "is not an environment of Python" in sentence(environment.make_environment)
    assert (tmp_path / "venv" / "thesis.txt").exists()


def test_a_file_in_the_way_of_the_environment_is_told_in_a_sentence(environment, tmp_path):
    (tmp_path / "venv").touch()

    assert sentence(environment.prepare) == (
        f"start: {tmp_path / 'venv'} cannot be written. Start as its owner, or set VENV and VAR_DIR."
    )
