"""One thing that happened, as the pages of everything that happened show it."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Event:
    """What happened when: in a word, with details, to whom and by whom (both may be empty)."""

    at: datetime
    title: str
    text: str = ""
    whom: str = ""
    by: str = ""
