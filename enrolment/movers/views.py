"""What people have ahead that does not fit their job any more: for HR and the centre."""

from typing import Any

from django.contrib.auth.decorators import login_required, permission_required
from django.db.models import F
from django.http import HttpResponseBase
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from centre.functions import SortKey
from centre.listing import Column, Listing
from enrolment.columns import PEOPLE_COLUMNS, rows_with_work
from enrolment.movers.questions import not_fitting
from people.models import Employment
from people.requests import UserRequest


def why(row: Any) -> str:
    """Why it may not fit: the position, the leave, or both."""
    reasons = [_("the course is not meant for the position")] if row.is_outside else []
    if row.leave:
        reasons.append(str(Employment.Leave(row.leave).label))
    return capfirst("; ".join(reasons))


NAME, NUMBER, OFFICE, POSITION = PEOPLE_COLUMNS
MOVERS_COLUMNS = (
    Column("name", NAME.title, NAME.value, order=NAME.order, link=lambda row: row.get_absolute_url()),
    Column("number", NUMBER.title, NUMBER.value, keeps_line=True, is_extra=True),
    OFFICE,
    POSITION,
    Column(
        "course",
        gettext_lazy("Course"),
        lambda row: row.course.title,
        order=(SortKey("course__title").asc(), "session__starts_at"),
    ),
    Column(
        "starts",
        gettext_lazy("When"),
        lambda row: row.session.starts_at,
        order=(F("session__starts_at").asc(),),
    ),
    Column("seat", gettext_lazy("Seat"), lambda row: capfirst(str(row.get_seat_display()))),
    Column("why", gettext_lazy("What does not fit"), why),
)


@login_required
@permission_required("enrolment.view_enrolment", raise_exception=True)
@require_safe
def movers(request: UserRequest) -> HttpResponseBase:
    listing = Listing(
        request,
        not_fitting(timezone.now()).select_related("trainee", "course", "session"),
        MOVERS_COLUMNS,
        name=_("Training that does not fit"),
        order=("session__starts_at",),
        rows=rows_with_work,
    )
    return listing.respond("enrolment/movers.html")
