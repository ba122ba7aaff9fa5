"""The reader's own completions as a list: its columns (rule 23, expectation 26)."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from centre.functions import SortKey
from centre.listing import Column
from centre.templatetags.centre_text import percent
from records.models import Completion


def result_words(completion: Completion) -> str:
    """The score where there was one, else the minutes attended."""
    if completion.score is not None:
        return percent(completion.score)
    if completion.minutes_held:
        return _("%(attended)s of %(held)s min") % {
            "attended": completion.minutes_attended,
            "held": completion.minutes_held,
        }
    return _("completed")


COMPLETION_COLUMNS = (
    Column(
        "course",
        gettext_lazy("Course"),
        lambda completion: completion.course.title,
        order=(SortKey("course__title").asc(),),
        link=lambda completion: completion.course.get_absolute_url(),
    ),
    Column(
        "completed",
        gettext_lazy("Completed on"),
        lambda completion: completion.completed_on,
        order=("completed_on",),
        keeps_line=True,
    ),
    Column("result", gettext_lazy("Result"), result_words, keeps_line=True),
    Column(
        "validity",
        gettext_lazy("Validity"),
        lambda completion: completion.valid_until or _("without limit"),
        order=("valid_until",),
        template="website/_validity_cell.html",
    ),
)
