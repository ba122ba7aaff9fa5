"""The words of staff lists, as words.toml has them, ready to be looked up."""

import tomllib
from datetime import date
from pathlib import Path
from typing import Any

from accounts.staff_import.rows import fold

WORDS: dict[str, Any] = tomllib.loads((Path(__file__).parent / "words.toml").read_text(encoding="utf-8"))
COLUMNS = {fold(word): name for name, words in WORDS["columns"].items() for word in words}
STATUSES = {fold(word): status for word, status in WORDS["statuses"].items()}
STATUS_WORDS = {fold(word): word for word in WORDS["statuses"]}
MEANT_BY_STATUS = {fold(word): meant for word, meant in WORDS["meant_by_status"].items()}
SCHEDULES = {fold(word): schedule for word, schedule in WORDS["schedules"].items()}
MAIN_EMPLOYMENT = {fold(word) for word in WORDS["employment"]["main"]}
SECOND_EMPLOYMENT = {fold(word) for word in WORDS["employment"]["second"]}
TOTALS = tuple(fold(word) for word in WORDS["totals"]["begins"])
GENERIC = {fold(word) for word in WORDS["generic"]["office"]}
PARTICLES = {fold(word) for word in WORDS["names"]["particles"]}
FIRST_OFFICE_OPENED_ON: date = WORDS["dates"]["first_office_opened_on"]
