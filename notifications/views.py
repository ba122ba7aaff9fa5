"""The ledger's pages: staff look, stop and resend; everybody reads their own news."""

from typing import cast

from django.contrib import messages as flash
from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from audit.access import note_look
from centre.limits import count_use
from centre.listing import Listing
from notifications.actions import resend_message as resend
from notifications.actions import stop_message as stop
from notifications.columns import MESSAGE_COLUMNS, MY_MESSAGE_COLUMNS
from notifications.delivery import preview
from notifications.forms import MessageFilters
from notifications.models import Message
from people.requests import UserRequest


@login_required
@permission_required("notifications.view_message", raise_exception=True)
@require_safe
def message_list(request: HttpRequest) -> HttpResponseBase:
    filters = MessageFilters(request.GET)
    found = filters.apply(Message.objects.select_related("recipient").defer("body", "context"))
    listing = Listing(request, found, MESSAGE_COLUMNS, name=_("Messages"))
    return listing.respond("notifications/message_list.html", {"filters": filters})


@login_required
@permission_required("notifications.view_message", raise_exception=True)
@require_safe
def message(request: HttpRequest, pk: int) -> HttpResponse:
    """The text as it was sent; of a message that waits, the text as it would be sent now."""
    row = get_object_or_404(Message.objects.select_related("recipient"), pk=pk)
    note_look(request, person_id=row.recipient_id)
    letter = preview(row) if row.is_waiting else None
    return render(request, "notifications/message.html", {"row": row, "letter": letter})


@login_required
@permission_required(["notifications.view_message", "notifications.change_message"], raise_exception=True)
@require_POST
def stop_message(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(Message, pk=pk)
    if stop(row):
        flash.success(request, _("The message is stopped: it will not be sent."))
    else:
        flash.error(request, _("The message cannot be stopped any more: it was sent or withdrawn meanwhile."))
    return redirect("notifications:message", pk)


@login_required
@permission_required(["notifications.view_message", "notifications.change_message"], raise_exception=True)
@require_POST
def resend_message(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(Message, pk=pk)
    if row.state == Message.State.WITHDRAWN:
        flash.error(request, _("A withdrawn message is not sent: its news is not true any more."))
        return redirect("notifications:message", pk)
    count_use(request, "letter")
    again = resend(row)
    flash.success(request, _("The message will leave within a minute, with the facts of this moment."))
    return redirect("notifications:message", again.pk)


@login_required
@require_safe
def my_messages(request: HttpRequest) -> HttpResponseBase:
    """What the reader was told, the latest first, also when their mail server did not take it."""
    user = cast(UserRequest, request).user
    told = user.notices.told().order_by("-sent_at", "-send_after", "-pk")
    listing = Listing(request, told, MY_MESSAGE_COLUMNS, name=_("What we wrote to you"))
    return listing.respond("notifications/my_messages.html", {"page": listing.page})
