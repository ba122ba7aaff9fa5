"""Kinds of messages, and the letters they become. Apps on the right register theirs; here they are only words."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from centre.quotes import with_inner_quotes
from centre.zones import read_in
from notifications.calendars import Agenda
from notifications.models import Message
from people.models import Employee


@dataclass(frozen=True)
class Button:
    """A thing to do after reading: what it is called, and the page's path on this site."""

    label: str
    path: str
    # The address lets in whoever has it, as those of a letter that `is_secret` do.
    is_secret: bool = False

    @property
    def url(self) -> str:
        """The full address; the host comes from the settings, never from a request."""
        return f"{settings.SITE_URL}{self.path}"


@dataclass(frozen=True)
class Letter:
    """What a message says: a title, short paragraphs, one button, and the other answer where two are possible.

    `choices` stand before the button: of several things of which each has a page of its own, such as requests.
    `after` are paragraphs that follow them. A paragraph whose first line ends in a colon is a list under that heading.

    `deadline` is the moment after which the news is worth nothing, such as the session's start: because of it
    a letter may leave in the quiet hours. `is_secret`: the button's address lets in whoever has it, so that only
    the letter itself holds it, and neither the ledger nor the pages of staff do.
    """

    title: str
    paragraphs: tuple[str, ...]
    choices: tuple[Button, ...] = ()
    after: tuple[str, ...] = ()
    button: Button | None = None
    # The other of two answers; as secret as the button.
    other: Button | None = None
    deadline: datetime | None = None
    is_secret: bool = False
    # What the person's calendar is told with it.
    agenda: Agenda | None = None
    # Of the language that is active while the letter is written.
    footer: str = field(default_factory=lambda: default_footer())
    language: str = field(default_factory=lambda: translation.get_language() or "")

    def with_inner_quotes(self) -> "Letter":
        """The same with „“ where a title that stands in quotes has some of its own."""
        return replace(
            self,
            title=with_inner_quotes(self.title),
            paragraphs=tuple(map(with_inner_quotes, self.paragraphs)),
            after=tuple(map(with_inner_quotes, self.after)),
        )

    @property
    def subject(self) -> str:
        """The title in one line, whatever stands in the names it mentions: headers cannot be injected (S22)."""
        return " ".join(self.title.split())[:250]

    def as_text(self) -> str:
        return self._text(lambda button: button.url)

    def as_kept(self) -> str:
        """The text for the ledger."""
        hidden = _("(the address stands in the letter only)")
        return self._text(lambda button: hidden if self.is_secret or button.is_secret else button.url)

    def _text(self, address: Callable[[Button], str]) -> str:
        def lines_of(buttons: Iterable[Button | None]) -> list[str]:
            return [f"{button.label}:\n{address(button)}" for button in buttons if button]

        ways = lines_of([self.button, self.other])
        parts = [*self.paragraphs, *lines_of(self.choices), *self.after, *ways]
        return "\n\n".join([*parts, f"-- \n{self.footer}"])

    def as_html(self) -> str:
        return render_to_string("notifications/letter.html", {"letter": self})


def default_footer() -> str:
    return _("Training centre. This letter was sent automatically, please do not answer it.")


def hello(person: Employee) -> str:
    name = f"{person.first_name} {person.middle_name}".strip()
    return _("Hello, %(name)s!") % {"name": name}


# From the facts of this moment, in the language that is active; None: the news is not true any more.
Renderer = Callable[[Message], Letter | None]


@dataclass(frozen=True)
class Kind:
    name: str | Promise
    renderer: Renderer


_kinds: dict[str, Kind] = {}


def register(kind: str, renderer: Renderer, name: str | Promise = "") -> None:
    """Declare a kind: how its letters come to be, and what staff call it. Called in `AppConfig.ready()`."""
    _kinds[kind] = Kind(name or kind, renderer)


def choices() -> list[tuple[str, str | Promise]]:
    """Every kind with its name, in the order of declaration."""
    return [(kind, declared.name) for kind, declared in _kinds.items()]


def name_of(kind: str) -> str:
    """What staff call the kind; the bare word for a kind of an older version."""
    return str(_kinds[kind].name) if kind in _kinds else kind


def render(message: Message) -> Letter | None:
    """The message's letter in the language that is active, in the centre's time zone with the recipient's beside it.

    Raises:
        LookupError: nobody declared the kind.
    """
    if message.kind not in _kinds:
        raise LookupError(f"Nobody renders messages of the kind {message.kind!r}.")
    own_zone = message.recipient.own_zone
    with timezone.override(timezone.get_default_timezone()), read_in(lambda: own_zone):
        letter = _kinds[message.kind].renderer(message)
    return letter.with_inner_quotes() if letter else None
