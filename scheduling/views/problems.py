"""Problems of a month: every session ahead that breaks a rule, lacks something, or was allowed to with a reason."""

from datetime import date

from django import forms
from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from centre.filters import ListFilters
from centre.listing import Listing
from centre.models import Policy
from people.requests import UserRequest
from scheduling.columns.problems import PROBLEM_COLUMNS
from scheduling.forms.sessions import midnight, months_around, next_month
from scheduling.models import Session, SessionQuerySet
from scheduling.problems import problems_of

ALLOWED = "allowed"


class ProblemFilters(ListFilters):
    more = gettext_lazy("Month")

    month = forms.ChoiceField(required=False)
    show = forms.ChoiceField(
        label=gettext_lazy("Show"),
        required=False,
        choices=[
            ("", gettext_lazy("what is open")),
            (ALLOWED, gettext_lazy("what was allowed with a reason too")),
        ],
    )

    def add_fields(self) -> None:
        months = [("", _("Coming")), *months_around(timezone.localdate())]
        self.fields["month"] = forms.ChoiceField(label=_("When"), required=False, choices=months)

    def apply(self, sessions: SessionQuerySet) -> SessionQuerySet:
        if month := self.chosen.get("month"):
            first = date.fromisoformat(f"{month}-01")
            return sessions.during(midnight(first), midnight(next_month(first)))
        return sessions.filter(ends_at__gte=timezone.now())


@login_required
@permission_required("scheduling.plan_session", raise_exception=True)
@require_safe
def problems(request: UserRequest) -> HttpResponseBase:
    filters = ProblemFilters(request.GET)
    sessions = filters.apply(Session.objects.with_course())
    found = problems_of(list(sessions), policy=Policy.objects.current())
    shown = {pk: row for pk, row in found.items() if row.is_open or filters.chosen.get("show") == ALLOWED}
    listing = Listing(
        request,
        Session.objects.filter(pk__in=shown),
        PROBLEM_COLUMNS,
        name=_("Problems"),
        rows=lambda page: [shown[session.pk] for session in page],
    )
    return listing.respond("scheduling/problem_list.html", {"filters": filters})
