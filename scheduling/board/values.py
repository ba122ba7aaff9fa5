"""What a board shows, as values: which days and rows, the cards of meetings, and what lies behind them."""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from django.db.models import TextChoices
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from scheduling.facts import Span
from scheduling.loading import midnight
from scheduling.templatetags.session_text import STATES


class View(TextChoices):
    DAY = "day", _("Day")
    WEEK = "week", _("Week")
    MONTH = "month", _("Month")


class Rows(TextChoices):
    ROOM = "room", _("Rooms")
    TRAINER = "trainer", _("Trainers")
    SITE = "site", _("Sites")


class Only(TextChoices):
    """Which cards are shown, where not all are."""

    DRAFTS = "draft", _("drafts")
    FLAGGED = "flagged", _("with problems")


class Tone(StrEnum):
    """How what speaks against a meeting looks; see docs/look.md."""

    BAD = "bad"
    WAIT = "wait"
    NEUTRAL = "neutral"


@dataclass(frozen=True)
class Scope:
    """The days that a board shows, and by what it is ordered; `site` is the key of the only one shown.

    `on`: the day that is looked at, whose cards stand as a list; `only`: which cards, see there; empty for all.
    """

    view: str = View.WEEK
    on: date = date.min
    rows: str = Rows.ROOM
    site: int | None = None
    only: str = ""

    @property
    def first(self) -> date:
        if self.view == View.MONTH:
            return self.on.replace(day=1)
        return self.on - timedelta(days=self.on.weekday()) if self.view == View.WEEK else self.on

    @property
    def last(self) -> date:
        if self.view == View.MONTH:
            return self.on.replace(day=monthrange(self.on.year, self.on.month)[1])
        return self.first + timedelta(days=6) if self.view == View.WEEK else self.on

    @property
    def previous(self) -> date:
        """The day to look at a day, a week or a month earlier: the same weekday, or the first of the month."""
        if self.view == View.MONTH:
            return (self.first - timedelta(days=1)).replace(day=1)
        return self.on - timedelta(days=7 if self.view == View.WEEK else 1)

    @property
    def following(self) -> date:
        if self.view == View.MONTH:
            return self.last + timedelta(days=1)
        return self.on + timedelta(days=7 if self.view == View.WEEK else 1)

    @property
    def day(self) -> "Scope":
        """The day that is looked at, alone."""
        return replace(self, view=View.DAY)

    @property
    def days(self) -> Iterator[date]:
        return (self.first + timedelta(days=count) for count in range((self.last - self.first).days + 1))

    @property
    def span(self) -> Span:
        return Span(midnight(self.first), midnight(self.last + timedelta(days=1)))


def row_key(rows: str, pk: int | None) -> str:
    """ "room-3"; of the row of what has none "room-0"."""
    return f"{rows}-{pk or 0}"


@dataclass(frozen=True)
class Row:
    """A room, a trainer or a site; `words` say what planners must know of it. Without a key: those that have none."""

    rows: str
    pk: int
    title: str
    words: str = ""

    @property
    def key(self) -> str:
        return row_key(self.rows, self.pk)


@dataclass(frozen=True)
class Flag:
    """Something against the meeting, as the form and the list of problems say it."""

    message: str
    tone: str


@dataclass(frozen=True)
class Prepared:
    """What waits for the next publication: a word for the card, sentences, and a day of that publication's month."""

    word: str
    sentences: tuple[str, ...]
    month: date

    @property
    def text(self) -> str:
        """ "Change prepared. Room: 201 → 202."."""
        sentences = [capfirst(self.word), *self.sentences]
        return " ".join(f"{sentence.rstrip('.')}." for sentence in sentences)


@dataclass(frozen=True)
class Card:
    """A meeting on the board; `number` of `meetings` in its session, and the session's version when it was drawn."""

    pk: int
    session_id: int
    version: int
    title: str
    state: str
    starts_at: datetime
    ends_at: datetime
    number: int
    meetings: int
    seats: int
    held: int = 0
    waiting: int = 0
    can_move: bool = False
    room_id: int | None = None
    room: str = ""
    site_id: int | None = None
    site: str = ""
    # By the trainer's key, in the order of names.
    trainers: tuple[tuple[int, str], ...] = ()
    flags: tuple[Flag, ...] = ()
    prepared: Prepared | None = None

    @property
    def span(self) -> Span:
        return Span(self.starts_at, self.ends_at)

    @property
    def state_word(self) -> str:
        return str(STATES[self.state][0])

    @property
    def lacks_room(self) -> bool:
        return self.room_id is None

    @property
    def lacks_trainer(self) -> bool:
        return not self.trainers

    @property
    def tone(self) -> str:
        """The worst of what speaks against it; empty when nothing does."""
        tones = {flag.tone for flag in self.flags}
        return next((tone for tone in (Tone.BAD, Tone.WAIT, Tone.NEUTRAL) if tone in tones), "")

    def row_keys(self, rows: str) -> list[str]:
        if rows == Rows.TRAINER:
            return [row_key(rows, pk) for pk, _name in self.trainers] or [row_key(rows, None)]
        return [row_key(rows, self.room_id if rows == Rows.ROOM else self.site_id)]


class Behind(StrEnum):
    """What a time of the background is, and so how it looks."""

    CLOSED = "closed"
    AWAY = "away"
    OFF = "off"
    TRAVEL = "travel"
    CHANGEOVER = "changeover"


@dataclass(frozen=True)
class Band:
    """A time in a row that the background shows."""

    row: str
    span: Span
    kind: str
    words: str


@dataclass(frozen=True)
class Unplanned:
    """The next meetings that wait for a room or a trainer, without flags, and how many `more` do."""

    cards: tuple[Card, ...]
    more: int = 0


@dataclass(frozen=True)
class Board:
    scope: Scope
    rows: tuple[Row, ...]
    cards: tuple[Card, ...]
    bands: tuple[Band, ...] = ()
    # The hours that a day of it shows, as numbers: 8 to 21.
    hours: tuple[int, int] = (8, 21)
