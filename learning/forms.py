"""The test of a self-paced course as a form: one question, one choice."""

from collections.abc import Sequence
from typing import Any

from crispy_forms.layout import Layout, LayoutObject
from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from centre.forms import CentreForm
from learning.actions import Answers
from learning.models import Question


class TestForm(CentreForm, forms.Form):
    """A field `question_<key>` for each question; after is_valid() `answers` is what was chosen."""

    button_label = gettext_lazy("Send the answers")
    errors_say_where = True  # the number of the question; its whole text would fill the summary
    __test__ = False  # no test of pytest

    def __init__(self, questions: Sequence[Question], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for position, question in enumerate(questions, start=1):
            sentence = _("Answer question %(number)s.") % {"number": position}
            self.fields[f"question_{question.pk}"] = forms.TypedChoiceField(
                label=f"{position}. {question.text}",
                choices=[(choice.pk, choice.text) for choice in question.choices.all()],
                coerce=int,
                widget=forms.RadioSelect,
                error_messages={"required": sentence, "invalid_choice": sentence},
            )

    def required_legend(self) -> LayoutObject:
        return Layout()  # all of them are, and the page says so

    @property
    def answers(self) -> Answers:
        return {int(name.removeprefix("question_")): choice for name, choice in self.cleaned_data.items()}
