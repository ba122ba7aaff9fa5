"""The door of a room: what anybody with its address sees, and where the address is made, printed and withdrawn."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from centre.qr import qr_code
from people.requests import UserRequest
from scheduling.addresses.actions import give_address, withdraw_address
from scheduling.addresses.links import address_of
from scheduling.doors import day_of
from scheduling.models import Room, RoomDoor, RoomQuerySet


@require_safe
def room_door(request: HttpRequest, token: str) -> HttpResponse:
    """The day of the room, in its own hours; a script asks for the fragment alone, once a minute."""
    door = get_object_or_404(RoomDoor.objects.select_related("room__site"), token=token)
    template = "_door.html" if request.headers.get("HX-Request") == "true" else "door.html"
    with timezone.override(door.room.site.zone):
        context = {"door": door, "day": day_of(door.room)}
        response = render(request, f"scheduling/rooms/{template}", context)
    # The address is a key: it goes nowhere, and no search engine keeps it.
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response


def taught_in() -> RoomQuerySet:
    """Rooms with a door: those of webinars have none."""
    return Room.objects.filter(site__is_online=False).select_related("site")


@login_required
@permission_required("scheduling.change_room", raise_exception=True)
@require_safe
def door_sheet(request: UserRequest, pk: int) -> HttpResponse:
    """The address with its code, as a sheet of paper for the door."""
    room = get_object_or_404(taught_in(), pk=pk)
    door = RoomDoor.objects.filter(room=room).select_related("made_by").first()
    address = address_of(door) if door else ""
    context = {"room": room, "door": door, "address": address, "qr": qr_code(address) if door else ""}
    return render(request, "scheduling/rooms/door_sheet.html", context)


@login_required
@permission_required("scheduling.change_room", raise_exception=True)
@require_POST
def door_address(request: UserRequest, pk: int) -> HttpResponse:
    room = get_object_or_404(taught_in(), pk=pk)
    give_address(RoomDoor, room, by=request.user)
    messages.success(request, _("The door has a new address. Print its code, or open it on the tablet."))
    return redirect("scheduling:door_sheet", pk)


@login_required
@permission_required("scheduling.change_room", raise_exception=True)
@require_POST
def door_removal(request: UserRequest, pk: int) -> HttpResponse:
    room = get_object_or_404(taught_in(), pk=pk)
    withdraw_address(RoomDoor, room, by=request.user)
    messages.success(request, _("The address is withdrawn: nobody sees anything there any more."))
    return redirect("scheduling:door_sheet", pk)
