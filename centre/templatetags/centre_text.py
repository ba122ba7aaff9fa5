"""How dates, hours, numbers, states and icons look on every page: ``{% load centre_text %}``."""

import re
from datetime import date, datetime, timedelta
from functools import cache
from typing import Protocol

from django import template
from django.forms import BaseForm
from django.template.defaultfilters import stringfilter
from django.templatetags.static import static
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, npgettext, pgettext

from centre.hyphens import with_soft_hyphens
from centre.quotes import with_inner_quotes
from centre.undoing import undo_of
from centre.zones import in_own_zone

register = template.Library()
register.filter(undo_of)

THIN_SPACE = "\u202f"  # narrow and never broken
NO_BREAK_SPACE = "\u00a0"
TWO_DOTS = re.compile(r"(?<!\.)\.\.(?!\.)")
# A day stays with its month.
DAY_AND_MONTH = f"j{NO_BREAK_SPACE}E"

# Each tone has its own icon, so that a state is never told by colour alone.
TONE_ICONS = {
    "good": "check-circle",
    "wait": "clock",
    "bad": "warning",
    "info": "info",
    "neutral": "minus-circle",
}


class Named(Protocol):
    @property
    def short_name(self) -> str: ...


@register.filter
def hidden_errors(form: BaseForm) -> list[str]:
    """What is wrong with fields that nobody sees, in sentences: that the page is incomplete, or the field's own words.

    Nobody can mend such a field, so that neither its name nor a link to it helps.
    """
    hidden = {field.name for field in form.hidden_fields()}
    found = [error for name, errors in form.errors.as_data().items() if name in hidden for error in errors]
    incomplete = _("The page was sent incomplete. Open it again, and enter once more what you changed.")
    sentences = [error.messages if error.code is None else [incomplete] for error in found]
    return list(dict.fromkeys(str(one) for several in sentences for one in several))


@register.filter
def day(value: date | datetime | None) -> str:
    """ "Tue, 24 November 2026" in the site's zone; the nearest days by name: "today, 24 November 2026"."""
    if value is None:
        return ""
    on = local_date(value)
    return f"{day_word(on)}, {date_format(on, f'{DAY_AND_MONTH} Y')}"


@register.filter
def when(value: datetime | None) -> str:
    """ "Tue, 24 November 2026, 10:00" in the site's zone."""
    if value is None:
        return ""
    return f"{day(value)}, {clock(value)}"


@register.filter
def clock(value: datetime | None) -> str:
    """ "10:00" in the site's zone."""
    return "" if value is None else timezone.localtime(value).strftime("%H:%M")


def own_time(starts_at: datetime, ends_at: datetime | None = None) -> str:
    """ ", your time 17:00–20:00" for a reader whose clocks differ, with the day where it is another; else nothing."""
    if not (own := in_own_zone(starts_at, *([ends_at] if ends_at else []))):
        return ""
    times = "–".join(f"{at:%H:%M}" for at in own)
    if own[0].date() != local_date(starts_at):
        times = f"{date_format(own[0].date(), DAY_AND_MONTH)}, {times}"
    return ", " + _("your time %(time)s") % {"time": times}


@register.filter("own_time")
def own_time_on_page(starts_at: datetime, ends_at: datetime | None = None) -> SafeString:
    """The same on a page: where the line is too short the words go to the next one together."""
    words = own_time(starts_at, ends_at)
    return (
        format_html(', <span class="own-time">{}</span>', words.removeprefix(", ")) if words else SafeString()
    )


@register.simple_tag
def meeting_time(starts_at: datetime, ends_at: datetime) -> SafeString:
    """ "Tue, 24 November, 10:00–13:00 (MSK)"; the year is told when it is not this one. Hours stay in one line.

    The reader's own time stands behind it where their clocks differ.
    """
    start, end, zone = local_date(starts_at), local_date(ends_at), zone_name(starts_at)
    if start == end:
        times = f"{clock(starts_at)}–{clock(ends_at)} ({zone})"
        own = own_time_on_page(starts_at, ends_at)
        return format_html('{}, <span class="nowrap">{}</span>{}', day_and_month(start), times, own)
    since, until = f"{day_and_month(start)}, {clock(starts_at)}", f"{day_and_month(end)}, {clock(ends_at)}"
    return format_html("{} – {} ({}){}", since, until, zone, own_time_on_page(starts_at))


@register.simple_tag
def days_between(first: date, last: date) -> str:
    """ "23–29 November 2026"; "30 November – 6 December 2026"; a single day once."""
    until = date_format(last, f"{DAY_AND_MONTH} Y")
    if first == last:
        return until
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day}–{until}"
    pattern = DAY_AND_MONTH if first.year == last.year else f"{DAY_AND_MONTH} Y"
    return f"{date_format(first, pattern)} – {until}"


@register.filter
def hours(count: int | float) -> str:
    """ "16 academic hours", an hour being 45 minutes."""
    if isinstance(count, int):
        words = ngettext("%(count)s academic hour", "%(count)s academic hours", count) % {
            "count": thin(count)
        }
    else:
        words = _("%(count)s of an academic hour") % {"count": number_format(count)}
    return words.replace(" ", NO_BREAK_SPACE)


@register.filter
def hours_in_short(count: int) -> str:
    """ "16 academic hours" in as few letters as the language has for it."""
    words = npgettext("short", "%(count)s academic hour", "%(count)s academic hours", count)
    return (words % {"count": thin(count)}).replace(" ", NO_BREAK_SPACE)


@register.filter
def percent(number: int) -> str:
    """ "80%"; Russian puts a space before the sign."""
    return _("%(number)s%%") % {"number": number}


@register.filter
def thin(number: int | None) -> str:
    """10500 as "10 500"; four digits stay together, as people write them."""
    if number is None:
        return ""
    return f"{number:,}".replace(",", THIN_SPACE) if abs(number) >= 10_000 else str(number)


@register.filter
def soft(text: str) -> str:
    """The text with soft hyphens in its longest words, for headings and narrow columns."""
    return with_soft_hyphens(text)


@register.filter
def without_edges(text: str) -> str:
    """Without white space around it, so that a cell in which nothing stands is empty."""
    return text.strip()


@register.filter
def short_name(person: Named | None) -> str:
    """ "Ivanova M. O.", never broken between the initials."""
    return "" if person is None else person.short_name.replace(" ", NO_BREAK_SPACE)


@register.filter(is_safe=True)
@stringfilter
def one_dot(text: str) -> str:
    """ "Done: Ivanova M. O.", though both the sentence and the name in it end in a dot."""
    return TWO_DOTS.sub(".", text)


@register.filter(is_safe=True)
@stringfilter
def inner_quotes(text: str) -> str:
    """A sentence as Russian print has it: «Course „Name“», where a title has quotes of its own."""
    return with_inner_quotes(text)


@register.simple_tag
@cache
def icon(name: str) -> SafeString:
    """An icon of static/icons.svg. It repeats what a word beside it says, so screen readers pass it by."""
    return format_html(
        '<svg class="icon" aria-hidden="true"><use href="{}#{}"></use></svg>', static("icons.svg"), name
    )


@register.simple_tag
def status(word: str, tone: str = "neutral", icon_name: str = "") -> SafeString:
    """A state as a word with an icon and a tone: good, wait, bad, info or neutral."""
    return format_html(
        '<span class="status status--{}">{}{}</span>',
        tone,
        icon(icon_name or TONE_ICONS[tone]),
        capfirst(word),
    )


def local_date(value: date | datetime) -> date:
    return timezone.localtime(value).date() if isinstance(value, datetime) else value


def day_word(on: date) -> str:
    """ "today", "tomorrow", "yesterday", else the short name of the weekday."""
    away = on - timezone.localdate()
    if away == timedelta(0):
        return _("today")
    if away == timedelta(days=1):
        return _("tomorrow")
    if away == timedelta(days=-1):
        return _("yesterday")
    return (
        pgettext("weekday", "Mon"),
        pgettext("weekday", "Tue"),
        pgettext("weekday", "Wed"),
        pgettext("weekday", "Thu"),
        pgettext("weekday", "Fri"),
        pgettext("weekday", "Sat"),
        pgettext("weekday", "Sun"),
    )[on.weekday()]


@register.filter
def day_and_month(value: date | datetime) -> str:
    """ "Tue, 24 November"; the year is told when it is not this one."""
    on = local_date(value)
    pattern = DAY_AND_MONTH if on.year == timezone.localdate().year else f"{DAY_AND_MONTH} Y"
    return f"{day_word(on)}, {date_format(on, pattern)}"


def zone_name(value: datetime) -> str:
    """The site's zone as people call it."""
    name = timezone.localtime(value).tzname() or ""
    return _("MSK") if name == "MSK" else f"UTC{name}" if name[:1] in "+-" else name
