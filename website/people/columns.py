"""The columns of the lists of people, of offices and of a team."""

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from centre.functions import SortKey
from centre.listing import Column
from people.models import Employee
from records.obligations import ShownObligation
from website.people.rows import OfficeRow, PersonRow


def person_url(person: Employee) -> str:
    return reverse("website:person", args=[person.pk])


def leave_word(row: PersonRow) -> str:
    return capfirst(str(row.job.get_leave_display())) if row.job and row.job.leave else ""


def led(row: PersonRow) -> str:
    return "; ".join(
        (_("head: %(office)s") if office.head_id == row.person.pk else _("deputy: %(office)s"))
        % {"office": office}
        for office in row.leads
    )


PERSON_COLUMNS = (
    Column(
        "name",
        gettext_lazy("Name"),
        lambda row: row.person.full_name,
        order=("name_key",),
        link=lambda row: person_url(row.person),
    ),
    Column(
        "number",
        gettext_lazy("Personnel number"),
        lambda row: row.job.personnel_number if row.job else "",
        order=("main__personnel_number",),
        keeps_line=True,
    ),
    Column(
        "position",
        gettext_lazy("Position"),
        lambda row: row.job.position.title if row.job else "",
        order=(SortKey("main__position__title").asc(), "name_key"),
    ),
    Column(
        "office",
        gettext_lazy("Office"),
        lambda row: row.job.office.name if row.job else "",
        order=(SortKey("main__office__name").asc(), "name_key"),
    ),
    Column(
        "okrug",
        gettext_lazy("Okrug"),
        lambda row: row.job.office.okrug if row.job else "",
        order=("main__office__okrug", "name_key"),
        is_extra=True,
    ),
    Column("leave", gettext_lazy("Leave"), leave_word, order=("main__leave", "name_key")),
    Column(
        "pattern",
        gettext_lazy("Work pattern"),
        lambda row: row.job.work_pattern if row.job else "",
        order=("main__work_pattern", "name_key"),
        is_extra=True,
    ),
    Column(
        "since",
        gettext_lazy("Works since"),
        lambda row: row.job.started_on if row.job else None,
        order=("main__started_on", "name_key"),
        is_extra=True,
    ),
    Column("leads", gettext_lazy("Decides for"), led, is_extra=True),
    Column("email", gettext_lazy("E-mail"), lambda row: row.person.email, order=("email",), is_extra=True),
)


def percent(row: OfficeRow) -> str:
    return "" if row.readiness.percent is None else f"{row.readiness.percent} %"


OFFICE_COLUMNS = (
    Column(
        "name",
        gettext_lazy("Office"),
        lambda row: row.office.name,
        order=(SortKey("name").asc(),),
        link=lambda row: reverse("website:office", args=[row.office.pk]),
    ),
    Column(
        "code",
        gettext_lazy("Code"),
        lambda row: row.office.code,
        order=("code",),
        keeps_line=True,
        is_extra=True,
    ),
    Column(
        "kind",
        pgettext_lazy("office", "Kind"),
        lambda row: capfirst(str(row.office.get_kind_display())),
        order=("kind",),
        is_extra=True,
    ),
    Column("okrug", gettext_lazy("Okrug"), lambda row: row.office.okrug, order=("okrug",)),
    Column(
        "district",
        gettext_lazy("District"),
        lambda row: row.office.district,
        order=(SortKey("district").asc(),),
        is_extra=True,
    ),
    Column(
        "head",
        gettext_lazy("Head"),
        lambda row: row.office.head.short_name if row.office.head else "",
        order=("head__name_key",),
        template="website/people/_head_cell.html",
    ),
    Column(
        "deputy",
        gettext_lazy("Deputy"),
        lambda row: row.office.deputy.short_name if row.office.deputy else "",
        order=("deputy__name_key",),
    ),
    Column("people", gettext_lazy("People"), lambda row: row.people, is_number=True),
    Column("due", gettext_lazy("Courses owed"), lambda row: row.readiness.due, is_number=True, is_extra=True),
    Column("done", gettext_lazy("Done"), lambda row: row.readiness.done, is_number=True, is_extra=True),
    Column("missing", gettext_lazy("Not done"), lambda row: row.readiness.missing, is_number=True),
    Column("ready", gettext_lazy("Ready"), percent, is_number=True, keeps_line=True),
)


def titles(obligations: list[ShownObligation]) -> str:
    return "; ".join(one.obligation.course.title for one in obligations)


def titles_with_days(obligations: list[ShownObligation]) -> str:
    return "; ".join(
        _("%(course)s (until %(day)s)")
        % {"course": one.obligation.course.title, "day": date_format(one.obligation.due_on, "d.m.Y")}
        for one in obligations
    )


TEAM_COLUMNS = (
    Column(
        "name",
        gettext_lazy("Name"),
        lambda row: row.person.full_name,
        order=("employee__name_key",),
        link=lambda row: person_url(row.person),
    ),
    Column(
        "number",
        gettext_lazy("Personnel number"),
        lambda row: row.job.personnel_number,
        order=("personnel_number",),
        keeps_line=True,
        is_extra=True,
    ),
    Column(
        "position",
        gettext_lazy("Position"),
        lambda row: row.job.position.title,
        order=(SortKey("position__title").asc(), "employee__name_key"),
    ),
    Column(
        "owed",
        gettext_lazy("Must do"),
        lambda row: row.owed,
        is_number=True,
        template="website/people/_owed_cell.html",
    ),
    Column("done", gettext_lazy("Done"), lambda row: row.done, is_number=True),
    Column(
        "overdue",
        gettext_lazy("Overdue"),
        lambda row: titles_with_days(row.overdue),
        template="website/people/_overdue_cell.html",
    ),
    Column(
        "expiring",
        gettext_lazy("Expires soon"),
        lambda row: titles_with_days(row.expiring),
        template="website/people/_expiring_cell.html",
    ),
    Column(
        "planned",
        gettext_lazy("In the plan"),
        lambda row: titles(row.planned),
        template="website/people/_planned_cell.html",
    ),
)
