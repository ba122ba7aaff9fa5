"""Keeping and removing one's own views of lists."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.saved_view_forms import SavedViewForm
from accounts.views.sign_in import own_page
from people.requests import UserRequest


@login_required
@require_POST
def saved_view_new(request: UserRequest) -> HttpResponse:
    form = SavedViewForm(request.user, request.POST)
    if not form.is_valid():
        for sentences in form.errors.values():
            for sentence in sentences:
                messages.error(request, str(sentence))
        return redirect(own_page(request, request.META.get("HTTP_REFERER")))
    view = form.keep()
    messages.success(request, _("The view “%(name)s” is kept above the list.") % {"name": view})
    return redirect(view)


@login_required
@require_POST
def saved_view_removal(request: UserRequest, pk: int) -> HttpResponse:
    view = get_object_or_404(request.user.saved_views, pk=pk)
    view.delete()
    messages.success(request, _("The view “%(name)s” is removed.") % {"name": view})
    return redirect(view.path)
