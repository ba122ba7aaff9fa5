"""Inviting people to choose a password: by letter, all at once or one by one, or on paper."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.actions import passwords as actions
from accounts.columns import INVITATION_COLUMNS, with_work
from accounts.errors import AccountError
from accounts.forms.access import InvitedForm, PersonSearch
from centre.limits import count_use
from centre.listing import Listing
from centre.qr import qr_code
from people.models import Employee
from people.requests import UserRequest

# More names would make the notice longer than the list below it.
NAMES_TOLD = 10
may_invite = permission_required("accounts.invite_people", raise_exception=True)


@login_required
@may_invite
@require_safe
def invitations(request: UserRequest) -> HttpResponseBase:
    """Who has not chosen a password yet."""
    search = PersonSearch(request.GET)
    found = actions.without_password()
    if search.words:
        found = found.filter(pk__in=Employee.objects.by_name(search.words).order_by().values("pk"))
    listing = Listing(
        request,
        found,
        INVITATION_COLUMNS,
        name=_("People without a password"),
        order=("name_key",),
        rows=with_work,
    )
    context = {"search": search, "to_invite": actions.not_invited().count()}
    return listing.respond("accounts/invitations.html", context)


@login_required
@may_invite
@require_POST
def invite(request: UserRequest) -> HttpResponse:
    """Invite one person, named in the form, or without a name all who were not invited."""
    form = InvitedForm(request.POST)
    if not form.is_valid():
        return redirect("accounts:invitations")
    person = form.cleaned_data["person"]
    people = [person.pk] if person else [one.pk for one in actions.not_invited()]
    count_use(request, "letter")
    count = actions.invite(people, by=request.user)
    if count:
        words = ngettext(
            "%(count)s invitation leaves within a minute.", "%(count)s invitations leave one by one.", count
        )
        messages.success(request, words % {"count": count})
    else:
        messages.info(request, _("Nobody was invited: everybody meant has a password or no address."))
    if not person:
        tell_who_got_none(request)
    return redirect("accounts:invitations")


def tell_who_got_none(request: UserRequest) -> None:
    """Of an invitation to all: whom no letter can reach, by name."""
    unreached = actions.without_password().filter(email="").order_by("name_key", "pk")
    if not (count := unreached.count()):
        return
    names = ", ".join(person.short_name for person in unreached[:NAMES_TOLD])
    words = ngettext(
        "%(count)s person has no address and got no letter: %(names)s. Print a sheet with the link.",
        "%(count)s people have no address and got no letter: %(names)s. Print a sheet with the link for each.",
        count,
    )
    more = ", …" if count > NAMES_TOLD else ""
    messages.warning(request, words % {"count": count, "names": f"{names}{more}"})


@never_cache
@login_required
@may_invite
@require_POST
def invite_on_paper(request: UserRequest, pk: int) -> HttpResponse:
    """A sheet with a link for a person without an address. A second sheet does not end the first, its use does."""
    person = get_object_or_404(Employee, pk=pk)
    try:
        path, until = actions.invite_on_paper(person, by=request.user)
    except AccountError as error:
        messages.error(request, str(error))
        return redirect("accounts:invitations")
    address = f"{settings.SITE_URL}{path}"
    context = {"person": person, "address": address, "qr": qr_code(address), "until": until}
    return render(request, "accounts/invitation_sheet.html", context)
