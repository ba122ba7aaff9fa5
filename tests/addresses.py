"""The named routes of the site, and an address of each in the small centre."""

from collections.abc import Iterator

from django.urls import URLPattern, URLResolver, get_resolver, reverse

from accounts.models import Synonym
from centre.models import CalendarDay
from courses.models import Programme
from enrolment.models import Reservation
from notifications.models import Message
from scheduling.models import RoomDoor, Subscription
from tests.browser.small_centre import Centre

WITHOUT_ARGUMENTS = {
    "enrolment:decline_offered",
    "enrolment:decide_one",
    "enrolment:bulk_runs",
    "enrolment:decisions",
    "enrolment:undo_decisions",
    "enrolment:refuse_date",
    "enrolment:sessions_to_send_to",
    "notifications:message_list",
    "notifications:my_messages",
    "scheduling:session_list",
    "scheduling:month_plan",
    "scheduling:plan",
    "scheduling:slots",
    "scheduling:groups",
    "scheduling:publication",
    "scheduling:problems",
    "scheduling:board",
    "scheduling:board_feed",
    "scheduling:board_undo",
    "scheduling:repair",
    "scheduling:calendar",
    "scheduling:calendar_day_new",
    "scheduling:calendar_table",
    "scheduling:calendar_table_application",
    "scheduling:calendar_table_template",
    "scheduling:room_list",
    "scheduling:room_new",
    "scheduling:trainer_list",
    "scheduling:trainer_new",
    "scheduling:workload",
    "scheduling:leave_list",
    "scheduling:leave_new",
    "scheduling:trouble_list",
    "scheduling:trouble_new",
    "enrolment:desk",
    "enrolment:own_calendar",
    "enrolment:own_calendar_address",
    "enrolment:own_calendar_removal",
    "enrolment:timetable",
    "enrolment:too_few",
    "enrolment:demand",
    "enrolment:movers",
}


def routes(patterns=None, namespace: str = "") -> Iterator[str]:
    """The named routes of the site; the administration pages have their own rights and tests in Django."""
    for pattern in patterns or get_resolver().url_patterns:
        if isinstance(pattern, URLResolver):
            if pattern.namespace != "admin":
                inside = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
                yield from routes(pattern.url_patterns, inside)
        elif isinstance(pattern, URLPattern):
            yield f"{namespace}{pattern.name}"


ROUTES = sorted(set(routes()))
ABOUT_A_PERSON = {
    "accounts:person_access",
    "accounts:give_role",
    "accounts:close_account",
    "accounts:open_account",
    "accounts:sign_out_everywhere",
    "accounts:reset_factor",
    "accounts:view_as",
    "accounts:invite_on_paper",
}


def kept_seats(centre: Centre) -> Reservation:
    """Seats that the head has kept in the open session, all of them filled: nobody has one fewer."""
    filled = {"seats": 0, "asked": 1, "made_by": centre.head}
    kept, _is_new = Reservation.objects.get_or_create(
        session=centre.sessions["open"], office=centre.office, defaults=filled
    )
    return kept


def address(route: str, centre: Centre) -> str:
    """An address of the route about something of the employee's, taught by the trainer."""
    me, running = centre.employee, centre.sessions["to_close"]
    # A function where the database is asked, for most addresses need nothing of it.
    arguments = {
        "website:course": [centre.courses["taught"].code],
        "website:session": [centre.sessions["open"].pk],
        "scheduling:calendar_day": lambda: [CalendarDay.objects.earliest("pk").pk],
        "scheduling:calendar_day_removal": lambda: [CalendarDay.objects.earliest("pk").pk],
        "enrolment:want_course": [centre.courses["taught"].code],
        "enrolment:drop_interest": lambda: [me.interests.earliest("pk").pk],
        "scheduling:room": [centre.room.pk],
        "scheduling:room_edit": [centre.room.pk],
        "scheduling:closure_new": [centre.room.pk],
        "scheduling:door_sheet": [centre.room.pk],
        "scheduling:door_address": [centre.room.pk],
        "scheduling:door_removal": [centre.room.pk],
        "scheduling:room_calendar": [centre.room.pk],
        "scheduling:room_calendar_address": [centre.room.pk],
        "scheduling:room_calendar_removal": [centre.room.pk],
        "enrolment:calendar": lambda: [Subscription.objects.get_or_create(person=me)[0].token],
        "enrolment:session_calendar": [centre.sessions["webinar"].pk],
        "scheduling:room_door": lambda: [RoomDoor.objects.get_or_create(room=centre.room)[0].token],
        "scheduling:closure": lambda: [centre.online_room.closures.earliest("pk").pk],
        "scheduling:closure_removal": lambda: [centre.online_room.closures.earliest("pk").pk],
        "scheduling:site": [centre.room.site_id],
        "scheduling:trainer": [centre.trainer.pk],
        "scheduling:trainer_edit": [centre.trainer.pk],
        "scheduling:qualification_new": [centre.trainer.pk],
        "scheduling:qualification": lambda: [centre.trainer.qualifications.earliest("pk").pk],
        "scheduling:qualification_removal": lambda: [centre.trainer.qualifications.earliest("pk").pk],
        "scheduling:absence_new": [centre.trainer.pk],
        "scheduling:absence": lambda: [centre.trainer.absences.earliest("pk").pk],
        "scheduling:absence_removal": lambda: [centre.trainer.absences.earliest("pk").pk],
        "scheduling:board_meeting": [centre.sessions["open"].meetings.earliest("pk").pk],
        "scheduling:board_allowed": [centre.sessions["open"].meetings.earliest("pk").pk],
        "scheduling:leave_request": lambda: [centre.trainer.leave_requests.earliest("pk").pk],
        "scheduling:leave_withdrawal": lambda: [centre.trainer.leave_requests.earliest("pk").pk],
        "scheduling:trouble_report": lambda: [centre.trainer.trouble_reports.earliest("pk").pk],
        "scheduling:trouble_absence": lambda: [centre.trainer.trouble_reports.earliest("pk").pk],
        "scheduling:hours_new": [centre.trainer.pk],
        "scheduling:hours": lambda: [centre.trainer.unavailabilities.earliest("pk").pk],
        "scheduling:hours_removal": lambda: [centre.trainer.unavailabilities.earliest("pk").pk],
        "scheduling:assignment_answer": lambda: [centre.trainer.assignments.earliest("pk").pk],
        "scheduling:undo": lambda: [
            centre.sessions["open"].pk,
            centre.sessions["open"].steps.earliest("pk").pk,
        ],
        "website:person": [me.pk],
        "website:office": [centre.office.pk],
        "website:team": [centre.office.pk],
        "website:office_away": [centre.office.pk],
        "website:office_leaders": [centre.office.pk],
        "accounts:take_role": [centre.hr_admin.pk, "hr_admin"],
        "accounts:password_link": ["made-up"],
        "enrolment:accept_by_link": ["made-up"],
        "enrolment:decline_by_link": ["made-up"],
        "enrolment:decide_by_link": ["made-up"],
        "accounts:staff_import_preview": [centre.staff_import.pk],
        "accounts:apply_staff_import": [centre.staff_import.pk],
        "accounts:staff_import_refused": [centre.staff_import.pk],
        "accounts:staff_import_ends": [centre.staff_import.pk],
        "accounts:answer_import_question": [centre.staff_import.pk],
        "accounts:undo_import": [centre.staff_import.pk],
        "accounts:staff_import_row": [centre.staff_import.pk, 5],
        "accounts:answer_import_row": [centre.staff_import.pk, 5],
        "accounts:synonym_removal": lambda: [Synonym.objects.earliest("pk").pk],
        "accounts:saved_view_removal": [1],
        "courses:course_edit": [centre.courses["taught"].code],
        "courses:course_archive": [centre.courses["taught"].code],
        "courses:programme": lambda: [Programme.objects.earliest("pk").code],
        "courses:programme_edit": lambda: [Programme.objects.earliest("pk").code],
        "enrolment:enrol_in_session": [centre.sessions["open"].pk],
        "enrolment:bulk_new": [centre.sessions["open"].pk],
        "enrolment:bulk_run": [centre.bulk_run.pk],
        "enrolment:bulk_apply": [centre.bulk_run.pk],
        "enrolment:bulk_look": [centre.bulk_run.pk],
        "enrolment:bulk_undo": [centre.bulk_run.pk],
        "enrolment:bulk_row": [centre.bulk_run.pk, 1],
        "enrolment:merge": [centre.sessions["open"].pk],
        "enrolment:merge_into": [centre.sessions["open"].pk, centre.sessions["open"].pk],
        "enrolment:invitations": [centre.sessions["open"].pk],
        **dict.fromkeys(
            [
                "enrolment:enrolment",
                "enrolment:dates",
                "enrolment:restore",
                "enrolment:choose",
                "enrolment:give_seat",
                "enrolment:offer",
                "enrolment:short_notice",
                "enrolment:pin",
                "enrolment:enrolment_story",
                "enrolment:replace",
                "enrolment:agree_to_day_off",
                "enrolment:cancel",
                "enrolment:cancel_for",
            ],
            lambda: [me.enrolments.live().get(session=centre.sessions["webinar"]).pk],
        ),
        "enrolment:release_seats": lambda: [kept_seats(centre).pk],
        "enrolment:enrol_somebody": lambda: [centre.sessions["open"].pk],
        "enrolment:enrol_person": lambda: [me.pk],
        "learning:material": [centre.courses["briefing"].code, 1],
        "learning:read": [centre.courses["briefing"].code, 1],
        "learning:test": [centre.courses["fire"].code],
        "learning:start": [centre.courses["briefing"].code],
        "learning:study": [centre.courses["briefing"].code],
        "learning:finish": [centre.courses["briefing"].code],
    }
    if route in arguments:
        values = arguments[route]
        return reverse(route, args=values() if callable(values) else values)
    if route in ABOUT_A_PERSON:
        return reverse(route, args=[me.pk])
    for app, argument in {
        "notifications": lambda: Message.objects.earliest("pk").pk,
        "scheduling": lambda: centre.sessions["open"].pk,
        "enrolment": lambda: running.pk,
    }.items():
        if route.startswith(app) and route not in WITHOUT_ARGUMENTS:
            return reverse(route, args=[argument()])
    return reverse(route)
