"""The columns of the audit's lists."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from centre.listing import Column

CHANGE_COLUMNS = (
    Column("when", _("When"), lambda told: told.change.at, order=("at",)),
    Column(
        "what",
        pgettext_lazy("record of changes", "Change"),
        lambda told: told.what,
        template="website/audit/_what_cell.html",
        speaks=True,
    ),
    Column("who", _("Who"), lambda told: told.who),
    Column("whom", _("For whom"), lambda told: told.whom, keeps_line=True),
    Column("why", _("Why"), lambda told: told.change.reason),
    Column(
        "before",
        _("Before"),
        lambda told: "; ".join(f"{one.name}: {one.before}" for one in told.differences if one.before),
        is_extra=True,
    ),
    Column(
        "after",
        _("After"),
        lambda told: "; ".join(f"{one.name}: {one.after}" for one in told.differences if one.after),
        is_extra=True,
    ),
    Column("session", _("Session"), lambda told: told.session, is_extra=True),
    Column("where", _("Request or task"), lambda told: told.change.source, is_extra=True),
    Column("address", _("Network address"), lambda told: told.change.address or "", is_extra=True),
)

# What a person reads about themselves: whose record it was they know, and a stranger's network address is not theirs.
LOOK_AT_ME_COLUMNS = (
    Column("when", _("When"), lambda seen: seen.record.at, order=("at",)),
    Column("who", _("Who"), lambda seen: seen.who),
    Column("page", _("What was seen"), lambda seen: seen.page),
)

ACCESS_COLUMNS = (
    Column("when", _("When"), lambda seen: seen.record.at, order=("at",)),
    Column("who", _("Who"), lambda seen: seen.who, keeps_line=True),
    Column("kind", _("What was seen"), lambda seen: str(seen.record.get_kind_display())),
    Column("whom", _("Whose"), lambda seen: seen.whom, keeps_line=True),
    Column("page", _("Page or list"), lambda seen: seen.page),
    Column("filters", _("Narrowed by"), lambda seen: seen.record.filters),
    Column("rows", _("Rows"), lambda seen: seen.record.rows, order=("rows",), is_number=True),
    Column("address", _("Network address"), lambda seen: seen.record.address or "", is_extra=True),
)
