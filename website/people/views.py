"""The pages of people and offices: lists, a person, an office, its team, who decides there."""

from functools import partial

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.core.exceptions import PermissionDenied
from django.db.models import Count
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.offices import NotALeader, appoint_leaders
from audit.access import note_look
from centre.http import require_form
from centre.listing import Listing
from centre.models import Policy
from enrolment.office.month import office_month
from people.audit import may_see_changes
from people.models import Employee, Employment, Office
from people.requests import UserRequest
from records.obligations import mandatory_courses
from records.readiness import readiness_by_course, readiness_of
from website.people.access import leads, sees_team, visible_offices, visible_people
from website.people.columns import OFFICE_COLUMNS, PERSON_COLUMNS, TEAM_COLUMNS
from website.people.filters import AwayMonth, OfficeFilters, PersonFilters, TeamFilters
from website.people.forms import LeadersForm
from website.people.person import person_page
from website.people.rows import office_rows, person_rows, team_rows


@login_required
@permission_required("people.view_employee", raise_exception=True)
@require_safe
def person_list(request: UserRequest) -> HttpResponseBase:
    """When a search finds nobody, those who were probably meant."""
    filters = PersonFilters(request.GET)
    people = Employee.objects.order_by("name_key", "pk")

    def listed(filters: PersonFilters) -> Listing:
        return Listing(request, filters.apply(people), PERSON_COLUMNS, name=_("People"), rows=person_rows)

    listing, meant = listed(filters), None
    if "q" in filters.chosen and not listing.count:
        meant = Employee.objects.meant(filters.chosen["q"])
        if meant:
            listing = listed(PersonFilters({**request.GET.dict(), "q": meant}))
    return listing.respond("website/people/person_list.html", {"filters": filters, "meant": meant})


@login_required
@require_safe
def person(request: UserRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(visible_people(request.user), pk=pk)
    note_look(request, person_id=found.pk)
    context = {"shown": person_page(request.user, found), "sees_history": may_see_changes(request.user)}
    return render(request, "website/people/person.html", context)


@login_required
@require_safe
def office_list(request: UserRequest) -> HttpResponseBase:
    """All offices for staff; their own for heads and deputies, who come straight to it when it is the only one."""
    offices = visible_offices(request.user).select_related("head", "deputy")
    if not request.user.has_perm("people.view_office"):
        own = list(offices[:2])
        if not own:
            raise PermissionDenied
        if len(own) == 1:
            return office_page(request, own[0])
    filters = OfficeFilters(request.GET)
    listing = Listing(request, filters.apply(offices), OFFICE_COLUMNS, name=_("Offices"), rows=office_rows)
    return listing.respond("website/people/office_list.html", {"filters": filters})


@login_required
@require_safe
def office(request: UserRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(visible_offices(request.user).select_related("head", "deputy"), pk=pk)
    return office_page(request, found)


def office_page(request: UserRequest, found: Office) -> HttpResponse:
    today = timezone.localdate()
    jobs = Employment.objects.current().filter(is_main=True, office=found)
    posts = jobs.order_by("position__title").values_list("position__title").annotate(Count("pk"))
    return render(
        request,
        "website/people/office.html",
        {
            "office": found,
            "posts": list(posts),
            "people_count": sum(number for _title, number in posts),
            "readiness": readiness_of([found.pk], today)[found.pk],
            "courses": readiness_by_course(found.pk, today),
            "sees_people": request.user.has_perm("people.view_employee"),
            "sees_team": sees_team(request.user, found),
            "leads_office": leads(request.user, found),
            "may_appoint": request.user.has_perm("people.appoint_leaders"),
            "sees_history": may_see_changes(request.user),
        },
    )


@login_required
@permission_required("people.appoint_leaders", raise_exception=True)
@require_form
def office_leaders(request: UserRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Office.objects.select_related("head", "deputy"), pk=pk)
    form = LeadersForm(
        request.POST if request.method == "POST" else None, initial=LeadersForm.initial_of(found)
    )
    form.cancel_url = reverse("website:office", args=[pk])
    if request.method == "POST" and form.is_valid():
        chosen = form.cleaned_data
        try:
            appoint_leaders(
                found,
                head=chosen["head"],
                deputy=chosen["deputy"],
                by=request.user,
                reason=chosen["reason"],
            )
        except NotALeader as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Head and deputy are saved. They see the office from now on."))
            return redirect("website:office", pk)
    return render(request, "website/people/office_leaders.html", {"form": form, "office": found})


@login_required
@require_safe
def team(request: UserRequest, pk: int) -> HttpResponseBase:
    """Who of the office must do what, who did, what expires soon: to look at only (expectation 15)."""
    found = get_object_or_404(visible_offices(request.user), pk=pk)
    if not sees_team(request.user, found):
        raise PermissionDenied
    note_look(request)
    filters = TeamFilters(request.GET)
    filters.offer_courses([(course.code, course.title) for course in mandatory_courses()])
    jobs = filters.apply(
        Employment.objects.current()
        .filter(is_main=True, office=found)
        .select_related("employee", "position")
        .order_by("employee__name_key", "pk")
    )
    if asked := filters.obligation_asked:
        # An office is a few hundred people at most; what they owe is no column that the database could be asked.
        jobs = jobs.filter(pk__in=[row.job.pk for row in team_rows(list(jobs)) if row.owes(**asked)])
    name = _("Team: %(office)s") % {"office": found}
    sender = request.user if leads(request.user, found) else None
    listing = Listing(request, jobs, TEAM_COLUMNS, name=name, rows=partial(team_rows, sent_by=sender))
    return listing.respond("website/people/team.html", {"filters": filters, "office": found})


@login_required
@require_safe
def office_away(request: UserRequest, pk: int) -> HttpResponse:
    """Who of the office is away for training on which day of a month, who asks to be, and how many may (rule 16)."""
    found = get_object_or_404(visible_offices(request.user), pk=pk)
    if not sees_team(request.user, found):
        raise PermissionDenied
    note_look(request)
    form = AwayMonth(request.GET)
    policy = Policy.objects.current()
    days = office_month(found, form.first, form.last, policy=policy)
    ahead = [day for day in days if day.on >= timezone.localdate()]
    context = {
        "office": found,
        "form": form,
        "days": ahead or days,
        "over": days[: len(days) - len(ahead)] if ahead else [],
        "percent": policy.away_percent,
        "leads_office": leads(request.user, found),
    }
    return render(request, "website/people/office_away.html", context)
