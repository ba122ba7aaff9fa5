"""Merge driver of git for catalogues of translations: each message as the side that changed it has it.

git config merge.po.driver ".venv/bin/python tools/merge_po.py %O %A %B"
"""

import sys
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po


def read(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file)


def merge(base: Path, ours: Path, theirs: Path) -> None:
    """Write into ours what either side translated since base; ours wins where both did."""
    before, merged = read(base), read(ours)
    for message in read(theirs):
        if not message.id:
            continue
        known = merged.get(message.id, message.context)
        old = before.get(message.id, message.context)
        if known is None:
            merged[message.id] = message
        elif (
            message.string
            and all(message.string)
            and (old is None or known.string == old.string or not all(known.string or ""))
        ):
            known.string = message.string  # only they changed it; Babel would keep ours
    with ours.open("wb") as file:
        write_po(file, merged, sort_output=True, no_location=True, width=110)


if __name__ == "__main__":
    merge(*map(Path, sys.argv[1:4]))
