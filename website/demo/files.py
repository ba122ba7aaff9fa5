"""The demo's data files, and adding what of them is not in the database yet."""

import csv
import random
import tomllib
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

from django.conf import settings
from django.db import models

M = TypeVar("M", bound=models.Model)

FOLDER = Path(settings.BASE_DIR) / "demo"
BATCH = 2000


def table(name: str) -> list[dict[str, str]]:
    """The rows of a CSV file, by heading."""
    with (FOLDER / name).open(encoding="utf-8", newline="") as rows:
        return list(csv.DictReader(rows))


def words(name: str) -> dict[str, Any]:
    return tomllib.loads((FOLDER / name).read_text(encoding="utf-8"))


def items(cell: str) -> list[str]:
    """The list inside a cell."""
    return [item for item in cell.split("|") if item]


def number(cell: str) -> int | None:
    return int(cell) if cell else None


def add_missing(model: type[M], rows: Iterable[M], *, key: Sequence[str] = ("code",)) -> list[M]:
    """Insert the rows whose key is not there yet and return them; what people have changed since stays."""
    there = set(model._default_manager.values_list(*key))
    fresh = [row for row in rows if tuple(getattr(row, name) for name in key) not in there]
    return model._default_manager.bulk_create(fresh, batch_size=BATCH)


def chance(what: str, today: date) -> random.Random:
    """Chance that repeats itself: the same for the same step on the same day."""
    return random.Random(f"{what} {today}")
