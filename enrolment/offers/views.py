"""Answering an offer, signed in or by the link of the letter; the wish for short notice; a seat given by hand."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_POST, require_safe

from audit.access import note_look
from centre.errors import Refusal
from centre.http import require_form
from centre.templatetags.centre_text import when
from enrolment.links import for_its_reader_alone, keep_and_lead, without_referrer
from enrolment.models import Enrolment, Seat
from enrolment.offers import actions
from enrolment.offers.forms import AnswerForm, GiveSeatForm, ShortNoticeForm
from enrolment.offers.links import OfferLink, offer_of, read_token
from enrolment.offers.words import over_words, term_words
from enrolment.panels import panel_of, summary
from people.requests import UserRequest

# Where the token is between the link and the page.
LINK = "offer_link"
DECLINED = gettext_lazy("You have declined the seat: it goes to the next in the queue.")


@login_required
@require_form
def offer(request: UserRequest, pk: int) -> HttpResponse:
    """The reader's own offer with both answers; when it does not stand any more, what happened."""
    own = get_object_or_404(request.user.enrolments.select_related("course", "session__course"), pk=pk)
    if own.session is None:
        raise Http404
    form = AnswerForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        answer(request, own, accepts=form.cleaned_data["answer"] == "accept")
        if not request.htmx:
            return redirect(own)
        return render(request, "enrolment/_enrol_panel.html", {"panel": panel_of(request.user, own.session)})
    stands = own.is_live and own.seat == Seat.OFFERED
    return render(
        request,
        "enrolment/offers/offer.html",
        {
            "enrolment": own,
            "session": own.session,
            "over": "" if stands else over_words(own),
            "term": term_words(own),
        },
    )


def answer(request: UserRequest, enrolment: Enrolment, *, accepts: bool) -> None:
    try:
        if accepts:
            actions.accept_offer(enrolment, by=request.user)
            messages.success(request, _("Done: you have accepted the seat."))
        else:
            actions.decline_offer(enrolment, by=request.user)
            messages.success(request, DECLINED)
    except Refusal as error:
        messages.error(request, str(error))


@never_cache
@require_safe
@sensitive_variables("token")
def accept_by_link(request: HttpRequest, token: str) -> HttpResponse:
    """Accepting binds the person, who signs in for it; the link only leads there."""
    link = read_token(token)
    if link is None:
        raise Http404
    return without_referrer(redirect("enrolment:offer", link.enrolment_id))


@never_cache
@require_safe
@sensitive_variables("token")
def decline_by_link(request: HttpRequest, token: str) -> HttpResponse:
    """Uses nothing up: programs of mail servers open links too."""
    if read_token(token) is None:
        raise Http404
    return keep_and_lead(request, LINK, token, "enrolment:decline_offered")


@never_cache
@require_form
def decline_offered(request: HttpRequest) -> HttpResponse:
    """Declining without signing in: a page with one button, which alone decides; later what has become of it."""
    link = read_token(request.session.get(LINK, ""))
    found = Enrolment.objects.select_related("trainee", "course", "session__course")
    offered = found.filter(pk=link.enrolment_id, session__isnull=False).first() if link else None
    if link is None or offered is None:
        raise Http404
    error = ""
    if request.method == "POST":
        try:
            actions.decline_offer(offered, by=None, link=link, reason=_("by the link of the letter"))
        except Refusal as refusal:
            error = str(refusal)
        else:
            messages.success(request, DECLINED)
            return redirect("enrolment:decline_offered")
    response = render(
        request,
        "enrolment/offers/decline.html",
        {
            "enrolment": offered,
            "session": offered.session,
            "over": error or over_by_link(offered, link),
            "term": term_words(offered),
        },
    )
    return for_its_reader_alone(response)


def over_by_link(enrolment: Enrolment, link: OfferLink) -> str:
    """Empty while the link's own offer stands."""
    if link.offer_id != offer_of(enrolment):
        return _("This offer has ended.")
    stands = enrolment.is_live and enrolment.seat == Seat.OFFERED
    return "" if stands else over_words(enrolment)


@login_required
@require_POST
def short_notice(request: UserRequest, pk: int) -> HttpResponse:
    """Whether the reader comes at short notice too."""
    own = get_object_or_404(request.user.enrolments.select_related("course", "session__course"), pk=pk)
    if own.session is None:
        raise Http404
    try:
        changed = actions.wish_short_notice(own, wishes=ShortNoticeForm(request.POST).wishes, by=request.user)
    except Refusal as error:
        messages.error(request, str(error))
    else:
        messages.success(request, summary(changed) if changed.seat == Seat.HELD else _("Saved."))
    if not request.htmx:
        return redirect(own)
    return render(request, "enrolment/_enrol_panel.html", {"panel": panel_of(request.user, own.session)})


@login_required
@permission_required("scheduling.plan_session", raise_exception=True)
@require_form
def give_seat(request: UserRequest, pk: int) -> HttpResponse:
    """A seat by hand, to somebody who waits or to whom one is offered."""
    found = (
        Enrolment.objects.live().filter(session__isnull=False).select_related("trainee", "session__course")
    )
    enrolment = get_object_or_404(found, pk=pk)
    form = GiveSeatForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            given = actions.give_seat(enrolment, by=request.user, reason=form.cleaned_data["reason"])
        except Refusal as error:
            messages.error(request, str(error))
        else:
            words = _("%(person)s has a seat now: %(start)s. We write to them.")
            messages.success(
                request,
                words % {"person": given.trainee.short_name, "start": when(enrolment.session.starts_at)},  # type: ignore[union-attr]
            )
        return redirect("enrolment:queue", enrolment.session_id)
    note_look(request, person_id=enrolment.trainee_id, session_id=enrolment.session_id)
    can_get = enrolment.seat in {Seat.WAITING, Seat.OFFERED}
    return render(
        request,
        "enrolment/offers/give_seat.html",
        {"enrolment": enrolment, "form": form if can_get else None},
    )
