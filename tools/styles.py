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
SPACE_AROUND_MARKS = re.compile(r"\s*([{};])\s*")


def squeeze(css: str) -> str:
    """Without comments (licences stay), line breaks and indents."""
    return re.sub(r"\s+", " ", SPACE_AROUND_MARKS.sub(r"\1", COMMENT.sub("", css))).replace(";}", "}").strip()


def joined_styles() -> str:
    """base.css first, because it names the layers; the order of the rest decides nothing between layers."""
    parts = [STATIC / "css" / "base.css", STATIC / "css" / "tokens.css"]
    parts += sorted((STATIC / "css" / "components").glob("*.css")) + sorted(
        (STATIC / "css" / "pages").glob("*.css")
    )
    parts.append(STATIC / "css" / "print.css")
    own = "\n".join(squeeze(part.read_text(encoding="utf-8")) for part in parts)
    vendor = BOOTSTRAP.read_text(encoding="utf-8").removeprefix('@charset "UTF-8";').strip()
    names, _, rest = own.partition(";")
    return f'@charset "UTF-8";\n{names};\n@layer vendor{{{vendor}}}\n{rest.strip()}\n'


if __name__ == "__main__":
    RESULT.write_text(joined_styles(), encoding="utf-8")
    print(f"{RESULT.name}: {RESULT.stat().st_size} bytes")
