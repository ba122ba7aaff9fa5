"""Sites and rooms: lists, a room, its closures."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from centre.http import require_form
from centre.listing import Listing
from centre.models import Site
from people.audit import may_see_changes
from people.requests import UserRequest
from scheduling.columns.rooms import ROOM_COLUMNS
from scheduling.forms.rooms import ClosureForm, ProposedClosure, RoomFilters, RoomForm, SiteForm
from scheduling.hurt import held_in, hurt_by_closures
from scheduling.models import Room, RoomClosure
from scheduling.room_rows import room_rows
from scheduling.rooms import change_room
from scheduling.views.previews import try_form

MEETINGS_SHOWN = 20


@login_required
@permission_required("scheduling.view_room", raise_exception=True)
@require_safe
def room_list(request: UserRequest) -> HttpResponseBase:
    filters = RoomFilters(request.GET)
    rooms = filters.apply(Room.objects.select_related("site").prefetch_related("equipment"))
    listing = Listing(
        request, rooms, ROOM_COLUMNS, name=_("Rooms"), rows=room_rows, order=("site__name", "name")
    )
    context = {
        "filters": filters,
        "may_add": request.user.has_perm("scheduling.add_room"),
        "sites": Site.objects.all(),
        "may_change_sites": request.user.has_perm("centre.change_site"),
    }
    return listing.respond("scheduling/rooms/room_list.html", context)


@login_required
@permission_required("scheduling.view_room", raise_exception=True)
@require_safe
def room(request: UserRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Room.objects.select_related("site"), pk=pk)
    now = timezone.now()
    context = {
        "room": found,
        "equipment": list(found.equipment.all()),
        "hurt": list(hurt_by_closures(found)),
        "meetings": list(held_in(found)[:MEETINGS_SHOWN]),
        "closures": list(found.closures.filter(ends_at__gt=now)),
        "past_closures": list(
            found.closures.filter(ends_at__lte=now).order_by("-starts_at")[:MEETINGS_SHOWN]
        ),
        "now": now,
        "sees_history": may_see_changes(request.user),
        "may_change": request.user.has_perm("scheduling.change_room"),
        "may_close": request.user.has_perm("scheduling.add_roomclosure"),
    }
    return render(request, "scheduling/rooms/room.html", context)


@login_required
@permission_required("scheduling.add_room", raise_exception=True)
@require_form
def room_new(request: UserRequest) -> HttpResponse:
    form = RoomForm(request.POST if request.method == "POST" else None)
    form.cancel_url = reverse("scheduling:room_list")
    if request.method == "POST" and form.is_valid():
        saved = form.save()
        messages.success(request, _("The room “%(room)s” can be planned.") % {"room": saved})
        return redirect("scheduling:room", saved.pk)
    return render(request, "scheduling/rooms/room_form.html", {"form": form, "room": None})


@login_required
@permission_required("scheduling.change_room", raise_exception=True)
@require_form
def room_edit(request: UserRequest, pk: int) -> HttpResponse:
    """What it does to planned sessions is shown first; fewer seats than people who hold one are refused."""
    found = get_object_or_404(Room.objects.select_related("site"), pk=pk)
    before = Room.objects.get(pk=pk)
    form = RoomForm(request.POST if request.method == "POST" else None, instance=found)
    form.cancel_url = reverse("scheduling:room", args=[pk])

    def change() -> None:
        details = {name: form.cleaned_data[name] for name in form.changed_data}
        change_room(before, details, by=request.user)

    made = try_form(request, form, change, refusals_at="capacity")
    if made and made.is_done:
        messages.success(request, _("The room is saved."))
        return redirect("scheduling:room", pk)
    context = {"form": form, "room": before, "trial": made}
    return render(request, "scheduling/rooms/room_form.html", context)


@login_required
@permission_required("scheduling.add_roomclosure", raise_exception=True)
@require_form
def closure_new(request: UserRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Room.objects.select_related("site"), pk=pk)
    return close_room(request, RoomClosure(room=found))


@login_required
@permission_required("scheduling.change_roomclosure", raise_exception=True)
@require_form
def closure(request: UserRequest, pk: int) -> HttpResponse:
    return close_room(request, get_object_or_404(RoomClosure.objects.select_related("room__site"), pk=pk))


def close_room(request: UserRequest, closure: RoomClosure) -> HttpResponse:
    """The form; when sessions stand in the way, what becomes of them; then it is recorded all the same (rule 7)."""
    form = ClosureForm(
        request.POST if request.method == "POST" else None,
        instance=closure,
        initial=ProposedClosure(request.GET).filled_in,
    )
    room_url = reverse("scheduling:room", args=[closure.room_id])
    form.cancel_url = room_url
    context: dict[str, Any] = {"form": form, "room": closure.room, "closure": closure if closure.pk else None}
    made = try_form(request, form, form.save)
    if made and made.is_done:
        messages.success(request, _("The closure is recorded."))
        # Who may plan goes on to the rooms that could serve instead.
        if made.consequences.harms and request.user.has_perm("scheduling.plan_session"):
            return redirect(f"{reverse('scheduling:repair')}?room={closure.room_id}")
        return redirect(room_url)
    return render(request, "scheduling/rooms/closure_form.html", {**context, "trial": made})


@login_required
@permission_required("scheduling.delete_roomclosure", raise_exception=True)
@require_POST
def closure_removal(request: UserRequest, pk: int) -> HttpResponse:
    """End a closure that lasts, or take back one that has not begun."""
    found = get_object_or_404(RoomClosure, pk=pk)
    now = timezone.now().replace(second=0, microsecond=0)
    if found.starts_at < now < found.ends_at:
        found.ends_at = now
        found.save(update_fields=["ends_at"])
        messages.success(request, _("The room is open again from now on."))
    elif found.starts_at >= now:
        found.delete()
        messages.success(request, _("The closure is taken back."))
    else:
        messages.error(request, _("The closure is over: it stays in the record."))
    return redirect("scheduling:room", found.room_id)


@login_required
@permission_required("centre.change_site", raise_exception=True)
@require_form
def site(request: UserRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Site, pk=pk)
    form = SiteForm(request.POST if request.method == "POST" else None, instance=found)
    # Who keeps the sites need not plan in the rooms; the address of the hub is further right.
    back = "scheduling:room_list" if request.user.has_perm("scheduling.plan_session") else "website:centre"
    form.cancel_url = reverse(back)
    made = try_form(request, form, form.save)
    if made and made.is_done:
        messages.success(request, _("The site is saved."))
        return redirect(back)
    return render(request, "scheduling/rooms/site_form.html", {"form": form, "site": found, "trial": made})
