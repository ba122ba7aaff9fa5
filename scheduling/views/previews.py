"""A change of facts in two clicks, where sessions are touched: first what it does, then the deed (rule 6)."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.utils.translation import ngettext

from centre.errors import Refusal
from centre.previews import SHOWN, facts_before, is_row_sent
from people.requests import UserRequest
from scheduling.consequences import Trial, change_facts


def try_form(
    request: UserRequest, form: Any, change: Callable[[], Any], *, refusals_at: str | None = None
) -> Trial | None:
    """The change that a valid form asks for; None when the form is to be shown, with what was refused."""
    if not is_row_sent(request, form):
        return None
    facts = facts_before(form)
    try:
        made = change_facts(change, shown=request.POST.get(SHOWN, ""), facts=facts)
    except Refusal as refusal:
        form.add_error(refusals_at, str(refusal))
        return None
    if made.is_done:
        warn_of_problems(request, made)
    return made


def try_button(request: UserRequest, change: Callable[[], Any]) -> Trial:
    """The change that a button without fields asks for."""
    made = change_facts(change, shown=request.POST.get(SHOWN, ""))
    if made.is_done:
        warn_of_problems(request, made)
    return made


def warn_of_problems(request: UserRequest, made: Trial) -> None:
    """Say after the deed what is left to do."""
    count = made.consequences.harms
    if not count:
        return
    sentence = ngettext(
        "%(count)s session has new problems and is flagged until somebody mends it.",
        "%(count)s sessions have new problems and are flagged until somebody mends them.",
        count,
    )
    messages.warning(request, sentence % {"count": count})
