"""Static files as production serves them: a script that changes is asked for anew, wherever it is imported."""

import json
import os
import posixpath
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.template.loader import render_to_string

ROOT = Path(__file__).resolve().parents[2]
MODULES = ROOT / "static" / "js" / "board"
IMPORTED = re.compile(r'^(?:import|export)\s(?:[^;"]*\sfrom\s+)?"(\.[^"]+)";', re.MULTILINE)


@pytest.fixture(scope="module")
def collected(tmp_path_factory):
    """The folder that a web server gets, and by name of a file the name under which it is served."""
    folder = tmp_path_factory.mktemp("static")
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "trainingcenter.settings",
        "ENVIRONMENT": "production",
        "SECRET_KEY": "wuC0n2Yk-pP7sZr8mQe3tVb5xLd1aHf9gJ4oKi6uT2yN0cRqMz",
        "ALLOWED_HOSTS": "training.example.org",
        "SITE_URL": "https://training.example.org",
        "DATABASE_URL": "postgres://nobody@127.0.0.1:9/nothing",
        "STATIC_ROOT": str(folder),
        "REDIS_URL": "",
    }
    command = [sys.executable, "manage.py", "collectstatic", "--no-input", "--verbosity", "0"]
    subprocess.run(command, cwd=ROOT, env=environment, check=True)
    return folder, json.loads((folder / "staticfiles.json").read_text("utf-8"))["paths"]


def imports_of(file):
    return IMPORTED.findall(file.read_text("utf-8"))


def test_every_import_of_a_collected_module_leads_to_the_present_text_of_another(collected):
    folder, names = collected
    served = set(names.values())
    found = {}
    for module in MODULES.glob("*.js"):
        name = f"js/board/{module.name}"
        targets = [posixpath.join("js/board", url) for url in imports_of(folder / names[name])]
        found[name] = sorted(posixpath.normpath(one) for one in targets)

    expected = {
        f"js/board/{module.name}": sorted(
            names[posixpath.normpath(posixpath.join("js/board", url))] for url in imports_of(module)
        )
        for module in MODULES.glob("*.js")
    }
    assert found == expected
    assert len(found["js/board/main.js"]) > 5
    for targets in found.values():
        assert set(targets) <= served
        assert all((folder / target).is_file() for target in targets)


def test_the_page_of_the_board_names_each_of_its_modules_at_once():
    """One that is missing would be asked for only when the one that imports it has come."""
    named = re.findall(
        r'(?:href|src)="/static/js/board/([\w.]+)"', render_to_string("scheduling/board/_scripts.html")
    )

    assert sorted(named) == sorted(module.name for module in MODULES.glob("*.js"))
