"""Light or dark: what the reader chose in this browser, or nothing when the system decides."""

from django.conf import settings
from django.db.models import TextChoices
from django.http import HttpRequest
from django.utils.translation import pgettext_lazy

THEME_COOKIE = "__Host-theme" if settings.IS_PRODUCTION else "theme"


class Theme(TextChoices):
    """In the order of the switch. `SYSTEM` is kept nowhere: it is the absence of a choice."""

    SYSTEM = "system", pgettext_lazy("theme", "as in the system")
    LIGHT = "light", pgettext_lazy("theme", "light")
    DARK = "dark", pgettext_lazy("theme", "dark")


def chosen_theme(request: HttpRequest) -> Theme:
    """Read on the server, so that the page comes in its colours and nothing flashes."""
    wish = request.COOKIES.get(THEME_COOKIE)
    return Theme(wish) if wish in (Theme.LIGHT, Theme.DARK) else Theme.SYSTEM
