"""The plan of a month's sessions as a sheet of paper to be approved and signed."""

from datetime import date

from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.dates import MONTHS
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from centre.listing import PRINTED_MAX
from people.requests import UserRequest
from scheduling.forms.sessions import SessionFilters, months_around
from scheduling.models import Session
from scheduling.overview import session_rows


@login_required
@permission_required("scheduling.plan_session", raise_exception=True)
@require_safe
def month_plan(request: UserRequest) -> HttpResponse:
    """What the list's filters find in the month, this one without a wish; of cancelled sessions only who asks."""
    asked, today = request.GET.copy(), timezone.localdate()
    if asked.get("month") not in dict(months_around(today)):
        asked["month"] = f"{today:%Y-%m}"
    filters = SessionFilters(asked)
    found = filters.apply(Session.objects.with_course())
    if "status" not in filters.chosen:
        found = found.exclude(status=Session.Status.CANCELLED)
    sessions = list(found.order_by("starts_at", "pk")[:PRINTED_MAX])
    first = date.fromisoformat(f"{asked['month']}-01")
    context = {
        "rows": session_rows(sessions),
        "month": asked["month"],
        "month_name": month_in_a_sentence(first),
        "filters": filters,
        "asked": asked.urlencode(),
    }
    return render(request, "scheduling/month_plan.html", context)


def month_in_a_sentence(first: date) -> str:
    """ "November 2026"; Russian writes months small."""
    name = str(MONTHS[first.month])
    return f"{name.lower() if get_language() == 'ru' else name} {first.year}"
