"""Deciding about one request by the link of a letter (expectation 17).

The link is the sign-in of its decider for this one decision: the letter went to their mailbox alone, the page shows
this request and nothing else, and the decision may be taken back. Who decides by a role instead of leading the office
signs in all the same, for a role is guarded by a second factor, and a mailbox is not.
"""

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_safe

from centre.errors import Refusal
from centre.http import require_form
from enrolment.approvals.actions import decide
from enrolment.approvals.deciders import awaiting, leads
from enrolment.approvals.forms import REASONS, VerdictForm
from enrolment.approvals.links import DecisionLink, mailbox_of, read_token
from enrolment.approvals.rows import requests_in
from enrolment.approvals.words import over_by_link
from enrolment.links import for_its_reader_alone, keep_and_lead
from enrolment.models import Enrolment
from people.models import Employee

# Where the token is between the link and the page.
LINK = "decision_link"


@never_cache
@require_safe
@sensitive_variables("token")
def decide_by_link(request: HttpRequest, token: str) -> HttpResponse:
    """Decides nothing and uses nothing up, whoever looks."""
    if read_token(token) is None:
        raise Http404
    return keep_and_lead(request, LINK, token, "enrolment:decide_one")


@never_cache
@require_form
def decide_one(request: HttpRequest) -> HttpResponse:
    """The one request with both answers, each of which decides; later what has become of it."""
    link = read_token(request.session.get(LINK, ""))
    asked = about(link) if link else None
    if link is None or asked is None:
        raise Http404
    decider, enrolment = asked
    is_theirs = leads(decider, enrolment)
    if not is_theirs:
        if not request.user.is_authenticated:
            return redirect_to_login(reverse("enrolment:decide_one"))
        if request.user.pk != decider.pk:
            raise Http404
    over = over_by_link(link, enrolment, decider)
    form = VerdictForm(request.POST if request.method == "POST" and not over else None)
    errors = []
    if form.is_valid():
        try:
            decide(
                enrolment,
                granted=form.is_granted,
                by=decider,
                reason=form.cleaned_data["why"] or _("by the link of the letter"),
                line=link.line_id,
                read=form.read.get(enrolment.pk),
            )
        except Refusal as refusal:
            errors = [str(refusal)]
            over = over_by_link(link, enrolment, decider)  # somebody was faster by a moment
        else:
            return redirect("enrolment:decide_one")
    waiting = [] if over else requests_in(awaiting(decider).filter(pk=enrolment.pk)).rows
    context = {
        "row": next(iter(waiting), None),
        "enrolment": enrolment,
        "decider": decider,
        "is_theirs": is_theirs,
        "over": over,
        "errors": errors or (form.sentences if form.is_bound else []),
        "reasons": REASONS,
    }
    return for_its_reader_alone(render(request, "enrolment/approvals/decide_one.html", context))


def about(link: DecisionLink) -> tuple[Employee, Enrolment] | None:
    """Who decides, and about what; None when the decider's letters go to another mailbox by now, or nowhere."""
    decider = Employee.objects.employed().filter(pk=link.decider_id).first()
    found = Enrolment.objects.filter(entries=link.line_id, session__isnull=False)
    enrolment = found.select_related("trainee", "course", "session__course").first()
    if decider is None or enrolment is None or mailbox_of(decider) != link.mailbox:
        return None
    return decider, enrolment
