"""The trainer's pages: timetable, people of a session, attendance sheet, its print and its closing."""

from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from audit.access import note_look
from centre.errors import Refusal
from centre.http import require_form
from centre.listing import Listing
from centre.models import Policy
from enrolment.approvals.needs import DECIDE
from enrolment.attendance import (
    Saved,
    close_sheet,
    closed_words,
    demand_of,
    mark_all_present,
    mark_attendance,
    results_of,
    set_scores,
    sheet_opens_at,
)
from enrolment.attendance_forms import (
    MarkForm,
    MeetingForm,
    TimetableForm,
    WalkInForm,
    WalkInSearchForm,
)
from enrolment.columns import PEOPLE_COLUMNS, rows_with_work
from enrolment.desk import questions_to
from enrolment.doors.overlooking import EXCEED
from enrolment.doors.walk_ins import add_walk_in
from enrolment.models import Ending, Seat
from enrolment.sheets import (
    NOT_CLOSED,
    by_name,
    next_lesson_at,
    rooms_of,
    sessions_for,
    sheet_rows,
    sheets_to_close,
    trainers_of,
    week_of_lessons,
    whole_sheet,
    with_work,
)
from people.models import Employee
from people.requests import UserRequest
from records.models import Completion
from records.validity import valid_until
from scheduling.models import Meeting, Session

SEE_PEOPLE = "enrolment.view_enrolment"
MARK = "enrolment.change_attendancemark"
EMPTY_PRINTED_ROWS = 3


@login_required
@require_safe
def timetable(request: UserRequest) -> HttpResponse:
    """A week of somebody's meetings: one's own, and for planners any trainer's."""
    form = TimetableForm(request.GET)
    form.is_valid()
    monday = form.cleaned_data.get("week") or monday_of(timezone.localdate())
    person = whose_timetable(request.user, form)
    plans = request.user.has_perm("scheduling.plan_session")
    days = week_of_lessons(person, monday, drafts=plans) if person else []
    today = timezone.localdate()
    is_this_week = monday == monday_of(today)
    # Who opens the page in the middle of a week looks for today.
    earlier = [day for day in days if is_this_week and day.on < today]
    days = days[len(earlier) :]
    return render(
        request,
        "enrolment/timetable.html",
        {
            "filter_form": form if plans else None,
            "person": person,
            "is_own": person == request.user,
            "days": days,
            "earlier_days": earlier,
            "monday": monday,
            "sunday": monday + timedelta(days=6),
            "is_this_week": is_this_week,
            "previous_week": week_code(monday - timedelta(days=7)),
            "next_week": week_code(monday + timedelta(days=7)),
            "next_lesson": next_lesson(person) if person and not days else None,
            "to_close": list(sheets_to_close(person)) if person else [],
            "desk_url": reverse("enrolment:desk") if person == request.user else "",
            "questions": questions_to(request.user) if person == request.user else 0,
        },
    )


@login_required
@require_safe
def people(request: UserRequest, session_id: int) -> HttpResponseBase:
    """Who holds a seat, also as a file, and who waits: their order lives too short for one."""
    session = get_session(request, session_id, SEE_PEOPLE)
    facts = facts_of(session)
    listing = Listing(
        request,
        by_name(session.enrolments.seated()).select_related("trainee"),
        PEOPLE_COLUMNS,
        name=_("People of session %(number)s") % {"number": session.pk},
        rows=rows_with_work,
    )
    return listing.respond(
        "enrolment/people.html",
        {
            **facts,
            "trouble_url": trouble_url(facts["meetings"]) if request.user in facts["trainers"] else "",
            "seated": with_work(by_name(session.enrolments.seated())),
            "offered": with_work(by_name(session.enrolments.live().filter(seat=Seat.OFFERED))),
            "waiting": with_work(session.enrolments.promotable()) if session.status in NOT_CLOSED else [],
            "may_mark": sessions_for(request.user, MARK).filter(pk=session.pk).exists(),
            "may_replace": session.is_open_for_enrolment and request.user.has_perm(DECIDE),
        },
    )


@login_required
@require_form
def sheet(request: UserRequest, session_id: int) -> HttpResponse:
    """The sheet of one meeting. A whole page is saved by its button; a script sends each tap and gets JSON."""
    session = get_session(request, session_id, MARK)
    meetings = list(session.meetings.order_by("starts_at"))
    if request.method != "POST" and session.status == Session.Status.CLOSED:
        return show_closed_sheet(request, session, meetings)
    meeting = chosen_meeting(request, session, meetings)
    if request.method != "POST":
        return show_sheet(request, session, meetings, mark_forms(session, meeting))

    sent = [form for form in mark_forms(session, meeting, request) if form.was_sent()]
    wants_json = request.get_preferred_type(["text/html", "application/json"]) == "application/json"
    try:
        saved = save_sheet(request.user, session, meeting, sent)
        present = mark_all_present(meeting, by=request.user) if "all_present" in request.POST else None
    except Refusal as refusal:
        if wants_json:
            return JsonResponse({"refusal": str(refusal)}, status=409)
        messages.error(request, str(refusal))
        return redirect(sheet_address(session, meeting))
    problems = {conflict.enrolment_id: conflict.message for conflict in saved.conflicts}
    wrong = {form.row.enrolment.pk: form for form in sent if not form.is_valid()}
    forms = mark_forms(session, meeting)
    if wants_json:
        return JsonResponse(saved_rows(forms, sent, wrong, problems))
    if present is not None:
        tell_all_present(request, present)
    if not problems and not wrong:
        if saved.changed or present is None:
            tell_saved(request, saved.changed)
        return redirect(sheet_address(session, meeting))
    forms = [wrong.get(form.row.enrolment.pk, form) for form in forms]
    return show_sheet(request, session, meetings, forms, problems)


@login_required
@require_POST
def add_to_sheet(request: UserRequest, session_id: int) -> HttpResponse:
    """Adds who walked in (rule 20)."""
    session = get_session(request, session_id, MARK)
    form = WalkInForm(request.POST)
    chosen = MeetingForm(request.POST, session)
    meeting = chosen.cleaned_data["meeting"] if chosen.is_valid() else None
    address = sheet_address(session, meeting) if meeting else reverse("enrolment:sheet", args=[session.pk])
    if not form.is_valid():
        messages.error(request, _("Choose a person from the list."))
        return redirect(address)
    person = form.cleaned_data["person"]
    was_there = session.enrolments.seated().filter(trainee=person).exists()
    try:
        add_walk_in(session, person, by=request.user, despite=form.cleaned_data["despite"])
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        words = (
            _("%(person)s is on the sheet already.")
            if was_there
            else _("%(person)s is on the sheet, not marked yet.")
        )
        messages.success(request, words % {"person": person.full_name})
    return redirect(address)


@login_required
@require_form
def close_session_sheet(request: UserRequest, session_id: int) -> HttpResponse:
    """What closing will do, and the closing."""
    session = get_session(request, session_id, MARK)
    if session.status == Session.Status.CLOSED:
        return redirect("enrolment:sheet", session.pk)
    if request.method == "POST":
        try:
            close_sheet(session, by=request.user)
        except Refusal as refusal:
            messages.error(request, str(refusal))
            return redirect("enrolment:close_sheet", session.pk)
        messages.success(request, _("The sheet is closed, the results are recorded."))
        return redirect("enrolment:sheet", session.pk)
    demand = demand_of(session, Policy.objects.current())
    enrolments = with_work(by_name(session.enrolments.live()))
    outcomes = results_of(session, enrolments, demand)
    last = session.meetings.latest("starts_at")
    completed_on = timezone.localdate(last.starts_at)
    results = [(one.enrolment, one.result) for one in outcomes if one.result]
    return render(
        request,
        "enrolment/sheet_close.html",
        {
            "session": session,
            "demand": demand,
            "completed_on": completed_on,
            "valid_until": valid_until(completed_on, session.course.repeat_months),
            "finished": [one for one in results if one[1].ending == Ending.FINISHED],
            "not_completed": [
                (enrolment, result.reason(demand))
                for enrolment, result in results
                if result.ending != Ending.FINISHED
            ],
            "not_marked": [one.enrolment for one in outcomes if one.result is None],
            "waiting": len(enrolments) - len(outcomes),
        },
    )


@login_required
@require_safe
def print_sheet(request: UserRequest, session_id: int) -> HttpResponse:
    session = get_session(request, session_id, MARK)
    facts = facts_of(session)
    return render(
        request,
        "enrolment/print_sheet.html",
        {
            **facts,
            "people": whole_sheet(session, facts["meetings"]),
            "empty_rows": range(EMPTY_PRINTED_ROWS),
            "is_closed": session.status == Session.Status.CLOSED,
        },
    )


@login_required
@require_safe
def print_order(request: UserRequest, session_id: int) -> HttpResponse:
    """The office's order that sends people to the session (expectation 28), to be numbered and signed on paper."""
    session = get_session(request, session_id, SEE_PEOPLE)
    return render(
        request,
        "enrolment/print_order.html",
        {
            **facts_of(session),
            "people": with_work(by_name(session.enrolments.seated())),
        },
    )


# --- what the views share ---------------------------------------------------------------------------


def get_session(request: UserRequest, session_id: int, permission: str) -> Session:
    """The session, when the reader may see its people; that they are looked at is recorded."""
    sessions = sessions_for(request.user, permission).with_course()
    session = get_object_or_404(sessions, pk=session_id)
    if request.method == "GET":
        note_look(request, session_id=session.pk)
    return session


def facts_of(session: Session) -> dict[str, Any]:
    """What stands above the people of a session: when, where and with whom."""
    return {
        "session": session,
        "meetings": list(session.meetings.order_by("starts_at")),
        "rooms": rooms_of(session),
        "trainers": trainers_of(session),
    }


def whose_timetable(user: Employee, form: TimetableForm) -> Employee | None:
    """Whose timetable the user may see: the chosen trainer's, else their own; None when a planner has to choose."""
    plans = user.has_perm("scheduling.plan_session")
    if chosen := form.cleaned_data.get("trainer"):
        if plans or chosen.employee_id == user.pk:
            return chosen.employee
        raise PermissionDenied
    if hasattr(user, "trainer"):
        return user
    if plans:
        return None
    raise PermissionDenied


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


def week_code(monday: date) -> str:
    year, week, _weekday = monday.isocalendar()
    return f"{year}-W{week:02}"


def next_lesson(person: Employee) -> dict[str, object] | None:
    """The next meeting's time and its week, for who looks at an empty one."""
    at = next_lesson_at(person)
    return {"at": at, "week": week_code(monday_of(timezone.localdate(at)))} if at else None


def teaches(reader: Employee, meeting: Meeting) -> bool:
    return meeting.bookings.teaching().filter(person=reader).exists()


def trouble_url(meetings: list[Meeting]) -> str:
    """Where trouble with the first of these meetings that is not over is reported; empty when all are."""
    ahead = next((meeting for meeting in meetings if meeting.ends_at > timezone.now()), None)
    return f"{reverse('scheduling:trouble_new')}?meeting={ahead.pk}" if ahead else ""


def chosen_meeting(request: HttpRequest, session: Session, meetings: list[Meeting]) -> Meeting:
    """The meeting that the address names, else the latest whose sheet is open, else the first."""
    form = MeetingForm(request.GET, session)
    if form.is_valid() and form.cleaned_data["meeting"]:
        return form.cleaned_data["meeting"]
    policy, now = Policy.objects.current(), timezone.now()
    opened = [meeting for meeting in meetings if sheet_opens_at(meeting, policy) <= now]
    return opened[-1] if opened else meetings[0]


def sheet_address(session: Session, meeting: Meeting) -> str:
    return f"{reverse('enrolment:sheet', args=[session.pk])}?meeting={meeting.pk}"


def mark_forms(session: Session, meeting: Meeting, request: HttpRequest | None = None) -> list[MarkForm]:
    """A form for each person, filled from the request when there is one; scores stand on the last meeting's sheet."""
    scored = session.course.is_scored and meeting.ends_at == session.ends_at
    data = request.POST if request else None
    return [MarkForm(row, meeting, data, scored=scored) for row in sheet_rows(session, meeting)]


def save_sheet(by: Employee, session: Session, meeting: Meeting, sent: list[MarkForm]) -> Saved:
    """Save what is valid among the rows sent; how many changed, and whose change came too late."""
    valid = [form for form in sent if form.is_valid()]
    marks = mark_attendance(meeting, [form.mark_wish() for form in valid], by=by)
    scores = [form.score_wish() for form in valid if form.scored]
    if not scores:
        return marks
    scored = set_scores(session, scores, by=by)
    return Saved(marks.changed + scored.changed, [*marks.conflicts, *scored.conflicts])


def tell_saved(request: HttpRequest, changed: int) -> None:
    if changed:
        words = ngettext("Saved: %(count)s change.", "Saved: %(count)s changes.", changed)
        messages.success(request, words % {"count": changed})
    else:
        messages.info(request, _("Nothing was changed, so nothing had to be saved."))


def tell_all_present(request: HttpRequest, count: int) -> None:
    """How many the one tap has marked; who had a mark keeps it (expectation 27)."""
    if count:
        words = ngettext("%(count)s person is marked present.", "%(count)s people are marked present.", count)
        messages.success(request, words % {"count": count})
    else:
        messages.info(request, _("Everybody had a mark already, so nobody was marked present."))


def saved_rows(
    forms: list[MarkForm], sent: list[MarkForm], wrong: dict[int, MarkForm], problems: dict[int, str]
) -> dict[str, object]:
    """The answer to the script: what stands now for each row sent, and what went wrong with it."""
    rows = {}
    asked = {form.prefix for form in sent}
    for form in forms:
        if form.prefix not in asked:
            continue
        pk = form.row.enrolment.pk
        rows[form.prefix] = {
            **{name: form.initial[name] for name in ("mark", "minutes", "seen")},
            "score": form.initial["score"] if form.scored else None,
            "problem": problems.get(pk) or (wrong[pk].problem() if pk in wrong else ""),
            "is_saved": pk not in wrong,
        }
    return {"rows": rows, "count": count_words(forms)}


def count_words(forms: list[MarkForm]) -> str:
    """ "20 of 25 marked"."""
    marked = sum(1 for form in forms if form.row.mark)
    return ngettext(
        "%(marked)s of %(count)s person marked", "%(marked)s of %(count)s people marked", len(forms)
    ) % {"marked": marked, "count": len(forms)}


def show_sheet(
    request: UserRequest,
    session: Session,
    meetings: list[Meeting],
    forms: list[MarkForm],
    problems: dict[int, str] | None = None,
) -> HttpResponse:
    meeting = forms[0].meeting if forms else chosen_meeting(request, session, meetings)
    policy = Policy.objects.current()
    opens_at = sheet_opens_at(meeting, policy)
    search = WalkInSearchForm(request.GET)
    problems = problems or {}
    return render(
        request,
        "enrolment/sheet.html",
        {
            "session": session,
            "meetings": meetings,
            "meeting": meeting,
            "rooms": rooms_of(session),
            "rows": [
                {
                    "form": form,
                    "person": form.row.enrolment.trainee,
                    "row": form.row,
                    "problem": problems.get(form.row.enrolment.pk, "") or form.problem(),
                }
                for form in forms
            ],
            "count": count_words(forms),
            "unmarked": sum(1 for form in forms if not form.row.mark),
            "is_open": opens_at <= timezone.now(),
            "opens_at": opens_at,
            "can_close": session.is_over,
            "search": search,
            "found": search.people(),
            "exceeds": request.user.has_perm(EXCEED) and len(forms) >= session.seats,
            "address": sheet_address(session, meeting),
            "trouble_url": trouble_url([meeting]) if teaches(request.user, meeting) else "",
        },
    )


def show_closed_sheet(request: UserRequest, session: Session, meetings: list[Meeting]) -> HttpResponse:
    completions = Completion.objects.filter(session=session)
    valid = {completion.trainee_id: completion for completion in completions}
    return render(
        request,
        "enrolment/sheet_closed.html",
        {
            "session": session,
            "meetings": meetings,
            "rooms": rooms_of(session),
            "closed": closed_words(session),
            "people": [
                (person, valid.get(person.enrolment.trainee_id)) for person in whole_sheet(session, meetings)
            ],
        },
    )
