"""The production calendar: a year at a glance, its entries, one day."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from centre.http import require_form
from centre.listing import Listing
from centre.models import CalendarDay
from people.audit import last_changes, may_see_changes
from people.requests import UserRequest
from scheduling.columns.calendar import CALENDAR_COLUMNS, calendar_rows
from scheduling.forms.calendar import CalendarDayForm, CalendarFilters
from scheduling.views.previews import try_button, try_form
from scheduling.year import months_of, weekdays


@login_required
@permission_required("centre.view_calendarday", raise_exception=True)
@require_safe
def calendar(request: UserRequest) -> HttpResponseBase:
    filters = CalendarFilters(request.GET)
    name = _("Calendar of %(year)s") % {"year": filters.year_shown}
    days = filters.apply(CalendarDay.objects.order_by("on"))
    listing = Listing(request, days, CALENDAR_COLUMNS, name=name, rows=calendar_rows)
    context = {
        "filters": filters,
        "year": filters.year_shown,
        "months": months_of(filters.year_shown) if not listing.form else (),
        "weekdays": weekdays(),
        "may_add": request.user.has_perm("centre.add_calendarday"),
        "may_change": request.user.has_perm("centre.change_calendarday"),
    }
    return listing.respond("scheduling/calendar/calendar.html", context)


@login_required
@permission_required("centre.add_calendarday", raise_exception=True)
@require_form
def calendar_day_new(request: UserRequest) -> HttpResponse:
    return keep_day(request, CalendarDay(), _("New day of the calendar"))


@login_required
@permission_required("centre.change_calendarday", raise_exception=True)
@require_form
def calendar_day(request: UserRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(CalendarDay, pk=pk)
    return keep_day(request, found, _("Day of the calendar"))


def keep_day(request: UserRequest, entry: CalendarDay, title: str) -> HttpResponse:
    """The form; when sessions are touched, what becomes of them; then it is kept."""
    initial = {"on": request.GET.get("on", "")} if entry.pk is None else None
    form = CalendarDayForm(
        request.POST if request.method == "POST" else None, instance=entry, initial=initial
    )
    form.cancel_url = reverse("scheduling:calendar")
    context = {
        "form": form,
        "title": title,
        "entry": entry if entry.pk else None,
        "change": last_changes("centre.calendarday", [entry.pk]).get(entry.pk) if entry.pk else None,
        "sees_history": may_see_changes(request.user),
    }
    made = try_form(request, form, form.save)
    if made and made.is_done:
        messages.success(request, _("The day is in the calendar."))
        return redirect(f"{form.cancel_url}?year={entry.on.year}")
    return render(request, "scheduling/calendar/calendar_day.html", {**context, "trial": made})


@login_required
@permission_required("centre.delete_calendarday", raise_exception=True)
@require_POST
def calendar_day_removal(request: UserRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(CalendarDay, pk=pk)
    made = try_button(request, CalendarDay.objects.filter(pk=pk).delete)
    if not made.is_done:
        context = {
            "entry": found,
            "trial": made,
            "cancel_url": reverse("scheduling:calendar_day", args=[pk]),
        }
        return render(request, "scheduling/calendar/calendar_day_removal.html", context)
    messages.success(request, _("“%(name)s” is an ordinary day again.") % {"name": found.name})
    return redirect(f"{reverse('scheduling:calendar')}?year={found.on.year}")
