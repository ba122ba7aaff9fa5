import gzip
import hashlib
import re
from pathlib import Path

import django_htmx
import pytest

from tools.styles import RESULT, STATIC, joined_styles

ROOT = STATIC.parent


def test_the_joined_sheet_is_fresh():
    assert RESULT.read_text(encoding="utf-8") == joined_styles(), "run: python -m tools.styles"


def test_the_layers_are_named_before_anything_else():
    assert joined_styles().startswith(
        '@charset "UTF-8";\n@layer vendor, tokens, base, components, pages;\n@layer vendor{'
    )


def test_components_take_their_colours_from_the_tokens():
    own = [*STATIC.glob("css/components/*.css"), *STATIC.glob("css/pages/*.css"), STATIC / "css" / "base.css"]

    strange = {
        path.name: found
        for path in own
        if path.name != "print.css"
        and (found := re.findall(r"#[0-9a-fA-F]{3,8}\b", path.read_text(encoding="utf-8")))
    }

    assert strange == {}


def test_every_icon_that_a_template_names_is_in_the_sprite():
    drawn = set(re.findall(r'<symbol id="([\w-]+)"', (STATIC / "icons.svg").read_text(encoding="utf-8")))
    named = {
        name
        for path in (ROOT / "templates").rglob("*.html")
        for name in re.findall(r'{% icon "([\w-]+)"|icon="([\w-]+)"', path.read_text(encoding="utf-8"))
        for name in name
        if name
    }

    assert named - drawn == set()


def test_a_first_visit_is_light():
    """150 kB for everything, of which a page's own HTML takes 30 and its pictures the rest."""
    htmx = Path(django_htmx.__file__).parent / "static" / "django_htmx" / "htmx-2.min.js"
    files = [RESULT, htmx, STATIC / "js" / "app.js", STATIC / "icons.svg", STATIC / "favicon.svg"]

    assert sum(len(gzip.compress(file.read_bytes())) for file in files) < 70_000


@pytest.mark.parametrize("folder", [STATIC / "vendor", ROOT / "tests" / "vendor"])
def test_vendored_files_are_what_the_list_says(folder):
    listed = re.findall(r"`([^`]+)` \| `([0-9a-f]{64})`", (folder / "VENDOR.md").read_text(encoding="utf-8"))

    assert listed
    assert {name: digest(folder / name) for name, _sum in listed} == dict(listed)


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
