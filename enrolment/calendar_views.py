"""Calendars to take away: the file of one session, the subscription at a private address, and the page of one's own."""

import hashlib
import re
from datetime import datetime
from typing import NamedTuple

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone, translation
from django.utils.cache import get_conditional_response
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from centre.http import ASKED_ANEW
from enrolment.calendars import own_events, own_meetings
from notifications.calendars import CONTENT_TYPE, Sequenced, published
from notifications.invites import as_next_told, host, organiser, owner_of
from people.requests import UserRequest
from scheduling.addresses.actions import give_address, withdraw_address
from scheduling.addresses.links import address_of, subscribing
from scheduling.events import KEPT_FOR, events_of, events_of_room
from scheduling.models import Meeting, Room, Subscription


class Shown(NamedTuple):
    """A calendar as it is fetched: whose it is, its name, and its events."""

    owner: str
    name: str
    events: list[Sequenced]


@require_safe
def calendar(request: HttpRequest, token: str) -> HttpResponseBase:
    """The calendar at a private address, for programs that come every hour; unchanged, it is not sent again.

    Nobody signs in, nothing is kept of the visit, and an address that is dead looks like one that never was.
    """
    found = Subscription.objects.select_related("person")
    subscription = get_object_or_404(found, token=token)
    if subscription.person and not subscription.person.is_active:
        raise Http404
    now = timezone.now()
    with translation.override(language_of(subscription)):
        shown = shown_by(subscription, now)
    tag = tag_of(shown)
    response = get_conditional_response(request, etag=tag)
    if response is None:
        text = published(
            shown.events,
            owner=shown.owner,
            host=host(),
            organiser=organiser(),
            now=now,
            name=shown.name,
            zone=settings.TIME_ZONE,
        )
        response = HttpResponse(text, content_type=f"{CONTENT_TYPE}; charset=utf-8")
    response["ETag"] = tag
    response["Cache-Control"] = ASKED_ANEW
    response["Content-Disposition"] = 'inline; filename="calendar.ics"'
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response


def language_of(subscription: Subscription) -> str:
    """The person's own; a room speaks the centre's."""
    return subscription.person.language if subscription.person else settings.LANGUAGE_CODE


def shown_by(subscription: Subscription, now: datetime) -> Shown:
    """Two queries."""
    if person := subscription.person:
        return Shown(owner_of(person), _("My training"), as_next_told(person, own_events(person, now)))
    return shown_of_room(Room.objects.get(subscription=subscription), now)


def shown_of_room(room: Room, now: datetime) -> Shown:
    events = events_of_room(room, Meeting.objects.filter(ends_at__gt=now - KEPT_FOR))
    return Shown(f"room:{room.pk}", room.name, [Sequenced(event, event.revision) for event in events])


def tag_of(shown: Shown) -> str:
    """Weak, for the file says when it was written; changes with whatever a reader sees."""
    return f'W/"{hashlib.sha256(repr(shown).encode()).hexdigest()[:32]}"'


@login_required
@require_safe
def session_calendar(request: UserRequest, session_id: int) -> HttpResponse:
    """The reader's own meetings of the session as a file to open in their calendar."""
    own = events_of(own_meetings(request.user).filter(session=session_id), request.user)
    if not own:
        raise Http404
    text = published(
        as_next_told(request.user, own),
        owner=owner_of(request.user),
        host=host(),
        organiser=organiser(),
        now=timezone.now(),
    )
    name = re.sub(r"\W+", "-", f"{own[0].title} {timezone.localtime(own[0].starts_at):%d.%m.%Y}").strip("-")
    return HttpResponse(
        text,
        content_type=f"{CONTENT_TYPE}; charset=utf-8",
        headers={
            "Content-Disposition": content_disposition_header(as_attachment=True, filename=f"{name}.ics")
        },
    )


@login_required
@require_safe
def own_calendar(request: UserRequest) -> HttpResponse:
    """The private address of the reader's own calendar, and how to subscribe to it."""
    subscription = Subscription.objects.filter(person=request.user).first()
    address = address_of(subscription) if subscription else ""
    context = {"subscription": subscription, "address": address, "subscribing": subscribing(address)}
    return render(request, "enrolment/own_calendar.html", context)


@login_required
@require_POST
def own_calendar_address(request: UserRequest) -> HttpResponse:
    give_address(Subscription, request.user, by=request.user)
    messages.success(request, _("Your calendar has a new address. Subscribe to it in your calendar program."))
    return redirect("enrolment:own_calendar")


@login_required
@require_POST
def own_calendar_removal(request: UserRequest) -> HttpResponse:
    withdraw_address(Subscription, request.user, by=request.user)
    messages.success(request, _("The address is withdrawn: nobody sees anything there any more."))
    return redirect("enrolment:own_calendar")
