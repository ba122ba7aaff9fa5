"""Merge driver of git for catalogues of translations: the union of both sides' messages, sorted.

git config merge.po.driver ".venv/bin/python tools/merge_po.py %A %B"
"""

import sys
from pathlib import Path

from babel.messages.pofile import read_po, write_po


def merge(ours: Path, theirs: Path) -> None:
    """Write into ours what either side translated; ours wins where both did."""
    with ours.open("rb") as file:
        merged = read_po(file)
    with theirs.open("rb") as file:
        for message in read_po(file):
            if not message.id:
                continue
            known = merged.get(message.id, message.context)
            if known is None:
                merged[message.id] = message
            elif not (known.string and all(known.string)):
                known.string = message.string  # Babel would keep the empty one
    with ours.open("wb") as file:
        write_po(file, merged, sort_output=True, no_location=True, width=110)


if __name__ == "__main__":
    merge(Path(sys.argv[1]), Path(sys.argv[2]))
