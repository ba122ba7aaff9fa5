"""Join static/css into static/site.css, the one style sheet that pages load.

A file per component is for those who write; one request is for those who wait. The vendor's sheet goes into its
own cascade layer here, which a <link> cannot do. Run ``python -m tools.styles`` after editing static/css; a test
finds a stale result.
"""

import re
from pathlib import Path

STATIC = Path(__file__).resolve().parent.parent / "static"
RESULT = STATIC / "site.css"
BOOTSTRAP = STATIC / "vendor" / "bootstrap-5.3.9" / "bootstrap.min.css"
COMMENT = re.compile(r"/\*(?!!).*?\*/", re.DOTALL)
CHOSEN_DARK = ':root[data-bs-theme="dark"]'
NOT_CHOSEN_LIGHT = ":root:not([data-bs-theme])"
SPACE_AROUND_MARKS = re.compile(r"\s*([{};])\s*")


def squeeze(css: str) -> str:
    """Without comments (licences stay), line breaks and indents."""
    return re.sub(r"\s+", " ", SPACE_AROUND_MARKS.sub(r"\1", COMMENT.sub("", css))).replace(";}", "}").strip()


def asked_by_the_system(dark: str) -> str:
    """The block of dark.css once more, for those who chose no theme and whose system is dark."""
    by_system = dark.replace(CHOSEN_DARK, NOT_CHOSEN_LIGHT)
    return f"@media (prefers-color-scheme:dark){{{by_system}}}"


def joined_styles() -> str:
    """base.css first, because it names the layers; the order of the rest decides nothing between layers."""
    css = STATIC / "css"
    parts = [css / "base.css", css / "tokens.css", css / "dark.css"]
    parts += sorted((css / "components").glob("*.css")) + sorted((css / "pages").glob("*.css"))
    parts.append(css / "print.css")
    pieces = [squeeze(part.read_text(encoding="utf-8")) for part in parts]
    pieces.insert(3, asked_by_the_system(pieces[2]))
    own = "\n".join(pieces)
    vendor = BOOTSTRAP.read_text(encoding="utf-8").removeprefix('@charset "UTF-8";').strip()
    names, _, rest = own.partition(";")
    return f'@charset "UTF-8";\n{names};\n@layer vendor{{{vendor}}}\n{rest.strip()}\n'


if __name__ == "__main__":
    RESULT.write_text(joined_styles(), encoding="utf-8")
    print(f"{RESULT.name}: {RESULT.stat().st_size} bytes")
