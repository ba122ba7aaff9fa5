"""The time zones that people choose from on their account's page."""

from datetime import datetime
from zoneinfo import ZoneInfo, available_timezones

from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

ZONES: dict[str, str | Promise] = {
    "Europe/Kaliningrad": _("Kaliningrad"),
    "Europe/Moscow": _("Moscow"),
    "Europe/Samara": _("Samara"),
    "Asia/Yekaterinburg": _("Yekaterinburg"),
    "Asia/Omsk": _("Omsk"),
    "Asia/Krasnoyarsk": _("Krasnoyarsk, Novosibirsk"),
    "Asia/Irkutsk": _("Irkutsk"),
    "Asia/Yakutsk": _("Yakutsk"),
    "Asia/Vladivostok": _("Vladivostok"),
    "Asia/Magadan": _("Magadan, Sakhalin"),
    "Asia/Kamchatka": _("Kamchatka"),
    "Asia/Yerevan": _("Yerevan"),
    "Asia/Almaty": _("Almaty, Tashkent"),
    # Their clocks change twice a year.
    "Europe/Berlin": _("Berlin, Paris, Belgrade"),
    "Europe/London": _("London"),
}
HOUR_SECONDS = 3600


def choices(now: datetime) -> list[tuple[str, str]]:
    """Each zone with what its clocks differ from the world's at this moment."""
    return [(name, f"{words} ({offset(name, now)})") for name, words in ZONES.items()]


def offset(name: str, now: datetime) -> str:
    """ "UTC+3"; the signs of a difference of half an hour are written out."""
    ahead = now.astimezone(ZoneInfo(name)).utcoffset()
    seconds = int(ahead.total_seconds()) if ahead else 0
    hours, rest = divmod(abs(seconds), HOUR_SECONDS)
    return f"UTC{'−' if seconds < 0 else '+'}{hours}" + (f":{rest // 60:02}" if rest else "")


def check_zone(name: str) -> None:
    """
    Raises:
        ValidationError: there is no such zone.
    """
    if name not in available_timezones():
        raise ValidationError(_("There is no such time zone. Write it as Europe/Moscow or Asia/Omsk."))
