"""The calendar of a room: where its private address is made, renewed and withdrawn."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from people.requests import UserRequest
from scheduling.addresses.actions import give_address, withdraw_address
from scheduling.addresses.links import address_of, subscribing
from scheduling.models import Room, Subscription


@login_required
@permission_required("scheduling.change_room", raise_exception=True)
@require_safe
def room_calendar(request: UserRequest, pk: int) -> HttpResponse:
    """The address at which programs read what is planned in the room, and how to subscribe to it."""
    room = get_object_or_404(Room, pk=pk)
    subscription = Subscription.objects.filter(room=room).select_related("made_by").first()
    address = address_of(subscription) if subscription else ""
    context = {
        "room": room,
        "subscription": subscription,
        "address": address,
        "subscribing": subscribing(address),
    }
    return render(request, "scheduling/rooms/calendar.html", context)


@login_required
@permission_required("scheduling.change_room", raise_exception=True)
@require_POST
def room_calendar_address(request: UserRequest, pk: int) -> HttpResponse:
    room = get_object_or_404(Room, pk=pk)
    give_address(Subscription, room, by=request.user)
    messages.success(request, _("The calendar of the room has a new address."))
    return redirect("scheduling:room_calendar", pk)


@login_required
@permission_required("scheduling.change_room", raise_exception=True)
@require_POST
def room_calendar_removal(request: UserRequest, pk: int) -> HttpResponse:
    room = get_object_or_404(Room, pk=pk)
    withdraw_address(Subscription, room, by=request.user)
    messages.success(request, _("The address is withdrawn: nobody sees anything there any more."))
    return redirect("scheduling:room_calendar", pk)
