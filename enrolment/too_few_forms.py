"""What planners choose and fill in about sessions with too few people."""

from crispy_forms.layout import Layout
from django import forms
from django.utils.translation import gettext_lazy

from centre.filters import ListFilters
from scheduling.forms.sessions import StepForm

ALL = "all"
INVITED_MAX = 200


class TooFewFilters(ListFilters):
    more = gettext_lazy("What was decided")

    show = forms.ChoiceField(
        label=gettext_lazy("Show"),
        required=False,
        choices=[
            ("", gettext_lazy("what wants a decision")),
            (ALL, gettext_lazy("what was decided too")),
        ],
    )


class MergeForm(StepForm):
    """`expected` is the fingerprint of what the planner reads above the button."""

    expected = forms.CharField(widget=forms.HiddenInput, max_length=64)
    button_label = gettext_lazy("Join the sessions")
    cancel_label = gettext_lazy("Choose another session")
    button_class = "button button--danger"

    def arranged(self) -> Layout:
        return Layout("expected")


class InviteForm(StepForm):
    count = forms.IntegerField(
        label=gettext_lazy("How many to invite"),
        min_value=1,
        max_value=INVITED_MAX,
        help_text=gettext_lazy("Those for whom it presses most come first."),
    )
    button_label = gettext_lazy("Invite")
    is_rehearsed_on_demand = True
