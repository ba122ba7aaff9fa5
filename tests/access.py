"""The table of rights: for each named route, who may open it with GET (promise S1).

A route that is missing here fails a test, so that a new page starts with a decision.
"""

from collections.abc import Iterator

from django.urls import URLPattern, URLResolver, get_resolver, reverse

from accounts.models import Synonym
from centre.models import CalendarDay
from courses.models import Programme
from enrolment.models import Reservation
from notifications.models import Message
from scheduling.models import RoomDoor, Subscription
from tests.browser.small_centre import Centre

EVERYBODY = "employee trainer head hr_admin centre_admin methodist system_admin"
PLANNERS = "hr_admin centre_admin"
TELLERS = "hr_admin centre_admin system_admin"
STAFF = "hr_admin centre_admin methodist system_admin"
COURSE_EDITORS = "hr_admin methodist"
OWNER = "employee"
INVITERS = "hr_admin system_admin"
ADMINS = "system_admin"
# Those who see people's enrolments, and the trainer of the session.
SEE_PEOPLE = "trainer hr_admin centre_admin"

# Route → who may open it with GET.
READ = {
    "website:home": EVERYBODY,
    "website:catalogue": EVERYBODY,
    "website:course": EVERYBODY,
    "website:session": EVERYBODY,
    "website:completions": EVERYBODY,
    "website:changes": "hr_admin centre_admin system_admin",
    "website:looks": "system_admin",
    "website:looks_at_me": EVERYBODY,
    "website:centre": STAFF,
    "website:first_steps": EVERYBODY,
    "website:policy": TELLERS,
    "website:state": ADMINS,
    "website:month_report": PLANNERS,
    "website:month_sessions": PLANNERS,
    "website:policy_history": TELLERS,
    "website:policy_change": "system_admin",
    "website:person_list": TELLERS,
    "website:person": f"head {TELLERS}",
    "website:office_list": f"head {TELLERS}",
    "website:office": f"head {TELLERS}",
    "website:team": f"head {PLANNERS}",
    "website:office_away": f"head {PLANNERS}",
    "website:office_leaders": "hr_admin system_admin",
    "accounts:account": EVERYBODY,
    "accounts:change_password": EVERYBODY,
    "accounts:own_sessions": EVERYBODY,
    "accounts:set_up_factor": EVERYBODY,
    "accounts:roles": ADMINS,
    "accounts:person_access": ADMINS,
    "accounts:give_role": ADMINS,
    "accounts:take_role": ADMINS,
    "accounts:close_account": ADMINS,
    "accounts:open_account": ADMINS,
    "accounts:sign_out_everywhere": ADMINS,
    "accounts:reset_factor": ADMINS,
    "accounts:view_as": ADMINS,
    "accounts:invitations": INVITERS,
    "accounts:staff_import": "hr_admin",
    "accounts:staff_import_preview": "hr_admin",
    "accounts:staff_import_row": "hr_admin",
    "accounts:staff_import_refused": "hr_admin",
    "accounts:staff_list_template": "hr_admin",
    "accounts:synonyms": "hr_admin",
    "notifications:my_messages": EVERYBODY,
    "notifications:message_list": TELLERS,
    "notifications:message": TELLERS,
    "courses:course_list": COURSE_EDITORS,
    "courses:course_new": COURSE_EDITORS,
    "courses:course_edit": COURSE_EDITORS,
    "courses:programme_list": "hr_admin centre_admin methodist",
    "courses:programme": "hr_admin centre_admin methodist",
    "courses:programme_new": COURSE_EDITORS,
    "courses:programme_edit": COURSE_EDITORS,
    "scheduling:session_list": PLANNERS,
    "scheduling:calendar": TELLERS,
    "scheduling:calendar_day_new": "centre_admin",
    "scheduling:calendar_table": "centre_admin",
    "scheduling:calendar_table_template": TELLERS,
    "scheduling:calendar_day": "centre_admin",
    "scheduling:room_list": PLANNERS,
    "scheduling:room": PLANNERS,
    "scheduling:room_new": "centre_admin",
    "scheduling:room_edit": "centre_admin",
    "scheduling:door_sheet": "centre_admin",
    "scheduling:room_calendar": "centre_admin",
    "scheduling:closure_new": "centre_admin",
    "scheduling:closure": "centre_admin",
    "scheduling:site": "centre_admin system_admin",
    "scheduling:trainer_list": PLANNERS,
    "scheduling:trainer": PLANNERS,
    "scheduling:workload": PLANNERS,
    "scheduling:leave_list": PLANNERS,
    "scheduling:leave_request": PLANNERS,
    "scheduling:leave_new": "trainer",
    "scheduling:trouble_new": "trainer",
    "scheduling:trouble_list": PLANNERS,
    "scheduling:trouble_report": PLANNERS,
    "scheduling:trouble_absence": PLANNERS,
    "scheduling:hours_new": "trainer centre_admin",
    "scheduling:hours": "trainer centre_admin",
    "scheduling:trainer_new": "centre_admin",
    "scheduling:trainer_edit": "centre_admin",
    "scheduling:qualification_new": "centre_admin",
    "scheduling:qualification": "centre_admin",
    "scheduling:absence_new": "centre_admin",
    "scheduling:absence": "centre_admin",
    "scheduling:month_plan": PLANNERS,
    "scheduling:plan": PLANNERS,
    "scheduling:slots": PLANNERS,
    "scheduling:groups": PLANNERS,
    "scheduling:copy": PLANNERS,
    "scheduling:problems": PLANNERS,
    "scheduling:board": PLANNERS,
    "scheduling:board_feed": PLANNERS,
    "scheduling:board_meeting": PLANNERS,
    "scheduling:board_allowed": PLANNERS,
    "scheduling:repair": PLANNERS,
    "scheduling:session": PLANNERS,
    "scheduling:replan": PLANNERS,
    "scheduling:publish": PLANNERS,
    "scheduling:publication": PLANNERS,
    "scheduling:prepare_cancellation": PLANNERS,
    "scheduling:confirm": PLANNERS,
    "scheduling:limit": PLANNERS,
    "scheduling:run_anyway": PLANNERS,
    "scheduling:cancel": PLANNERS,
    "enrolment:too_few": PLANNERS,
    "enrolment:merge": PLANNERS,
    "enrolment:merge_into": PLANNERS,
    "enrolment:invitations": PLANNERS,
    "enrolment:enrolment": f"{OWNER} head {PLANNERS}",
    "enrolment:cancel": OWNER,
    "enrolment:decisions": "head hr_admin",
    "enrolment:office_in_session": "head",
    "enrolment:quotas": PLANNERS,
    "enrolment:sessions_to_send_to": "head",
    "enrolment:send_people": "head",
    "enrolment:replace": "head hr_admin",
    "enrolment:desk": "trainer",
    "enrolment:own_calendar": EVERYBODY,
    "enrolment:session_calendar": f"{OWNER} trainer",
    "enrolment:timetable": f"trainer {PLANNERS}",
    "enrolment:people": SEE_PEOPLE,
    "enrolment:queue": PLANNERS,
    "enrolment:pin": PLANNERS,
    "enrolment:enrolment_story": PLANNERS,
    "enrolment:session_story": PLANNERS,
    "enrolment:sheet": SEE_PEOPLE,
    "enrolment:print_sheet": SEE_PEOPLE,
    "enrolment:print_order": SEE_PEOPLE,
    "enrolment:close_sheet": SEE_PEOPLE,
    "learning:study": OWNER,
    "learning:material": OWNER,
    "learning:test": OWNER,
}
# Of these, those that answer with a file or with data for a script, which no browser shows as a page.
FILES = {
    "scheduling:board_feed",
    "scheduling:board_allowed",
    "enrolment:session_calendar",
    "accounts:staff_import_refused",
    "accounts:staff_list_template",
    "scheduling:calendar_table_template",
}
# Routes that only change something: a GET is refused whoever asks (promise S5).
CHANGE = {
    "accounts:sign_out",
    "accounts:choose_language",
    "accounts:choose_theme",
    "accounts:end_session",
    "accounts:stay",
    "accounts:choose_time_zone",
    "accounts:invite",
    "accounts:invite_on_paper",
    "accounts:stop_viewing",
    "accounts:apply_staff_import",
    "accounts:answer_import_row",
    "accounts:answer_import_question",
    "accounts:undo_import",
    "accounts:synonym_removal",
    "accounts:saved_view_new",
    "accounts:saved_view_removal",
    "notifications:stop_message",
    "notifications:resend_message",
    "courses:course_archive",
    "scheduling:calendar_day_removal",
    "scheduling:calendar_table_application",
    "scheduling:closure_removal",
    "scheduling:door_address",
    "scheduling:door_removal",
    "scheduling:room_calendar_address",
    "scheduling:room_calendar_removal",
    "enrolment:own_calendar_address",
    "enrolment:own_calendar_removal",
    "scheduling:qualification_removal",
    "scheduling:absence_removal",
    "scheduling:assignment_answer",
    "scheduling:hours_removal",
    "scheduling:leave_withdrawal",
    "scheduling:undo",
    "scheduling:prepared_removal",
    "scheduling:board_undo",
    "enrolment:undo_decisions",
    "enrolment:release_seats",
    "enrolment:agree_to_day_off",
    "enrolment:enrol_in_session",
    "enrolment:add_to_sheet",
    "learning:start",
    "learning:read",
    "learning:finish",
}
# What somebody who has not signed in may open.
PUBLIC = {
    "accounts:sign_in",
    "accounts:forgot_password",
    "accounts:password_asked",
    "scheduling:room_door",
    "enrolment:calendar",
    "website:healthz",
    "website:help",
    "website:readyz",
}
# Steps that show something only to whom it was promised, and send everybody else on; whether they ask for a sign-in.
STEPS = {
    "accounts:password_link": False,
    "accounts:new_password": False,
    "accounts:second_factor_code": True,
    "accounts:recovery_codes": True,
    "accounts:switch_factor_off": True,
    "accounts:kept_form": True,
    "accounts:admin_door": True,
    "accounts:admin_password": False,
}
# Changes for which nobody has to be signed in.
CHANGE_WITHOUT_SIGN_IN = {"accounts:sign_out", "accounts:choose_language", "accounts:choose_theme"}
# Who may do what these routes do to something of the employee's, taught by the trainer.
CHANGERS = {
    "accounts:sign_out": EVERYBODY,
    "accounts:choose_language": EVERYBODY,
    "accounts:choose_theme": EVERYBODY,
    "accounts:end_session": EVERYBODY,
    "accounts:stay": EVERYBODY,
    "accounts:choose_time_zone": EVERYBODY,
    "accounts:saved_view_new": EVERYBODY,
    "accounts:saved_view_removal": "",  # its owner's alone, and none of these kept one
    "accounts:stop_viewing": EVERYBODY,
    "accounts:invite": INVITERS,
    "accounts:invite_on_paper": INVITERS,
    "accounts:apply_staff_import": "hr_admin",
    "accounts:answer_import_row": "hr_admin",
    "accounts:answer_import_question": "hr_admin",
    "accounts:undo_import": "hr_admin",
    "accounts:synonym_removal": "hr_admin",
    "scheduling:calendar_day_removal": "centre_admin",
    "scheduling:calendar_table_application": "centre_admin",
    "scheduling:closure_removal": "centre_admin",
    "scheduling:door_address": "centre_admin",
    "scheduling:door_removal": "centre_admin",
    "scheduling:room_calendar_address": "centre_admin",
    "scheduling:room_calendar_removal": "centre_admin",
    "enrolment:own_calendar_address": EVERYBODY,
    "enrolment:own_calendar_removal": EVERYBODY,
    "scheduling:qualification_removal": "centre_admin",
    "scheduling:absence_removal": "centre_admin",
    "scheduling:assignment_answer": "trainer",
    "scheduling:hours_removal": "trainer centre_admin",
    "scheduling:leave_withdrawal": "trainer",
    "scheduling:undo": PLANNERS,
    "scheduling:prepared_removal": PLANNERS,
    "scheduling:board_undo": PLANNERS,
    "notifications:stop_message": TELLERS,
    "notifications:resend_message": TELLERS,
    "courses:course_archive": COURSE_EDITORS,
    "enrolment:undo_decisions": "head hr_admin",
    "enrolment:release_seats": f"head {PLANNERS}",
    "enrolment:agree_to_day_off": OWNER,
    "enrolment:enrol_in_session": EVERYBODY,
    "enrolment:add_to_sheet": SEE_PEOPLE,
    "learning:start": EVERYBODY,
    "learning:read": OWNER,
    "learning:finish": OWNER,
}
WITHOUT_ARGUMENTS = {
    "enrolment:decisions",
    "enrolment:undo_decisions",
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
    arguments = {
        "website:course": [centre.courses["taught"].code],
        "website:session": [centre.sessions["open"].pk],
        "scheduling:calendar_day": [CalendarDay.objects.earliest("pk").pk],
        "scheduling:calendar_day_removal": [CalendarDay.objects.earliest("pk").pk],
        "scheduling:room": [centre.room.pk],
        "scheduling:room_edit": [centre.room.pk],
        "scheduling:closure_new": [centre.room.pk],
        "scheduling:door_sheet": [centre.room.pk],
        "scheduling:door_address": [centre.room.pk],
        "scheduling:door_removal": [centre.room.pk],
        "scheduling:room_calendar": [centre.room.pk],
        "scheduling:room_calendar_address": [centre.room.pk],
        "scheduling:room_calendar_removal": [centre.room.pk],
        "enrolment:calendar": [Subscription.objects.get_or_create(person=me)[0].token],
        "enrolment:session_calendar": [centre.sessions["webinar"].pk],
        "scheduling:room_door": [RoomDoor.objects.get_or_create(room=centre.room)[0].token],
        "scheduling:closure": [centre.online_room.closures.earliest("pk").pk],
        "scheduling:closure_removal": [centre.online_room.closures.earliest("pk").pk],
        "scheduling:site": [centre.room.site_id],
        "scheduling:trainer": [centre.trainer.pk],
        "scheduling:trainer_edit": [centre.trainer.pk],
        "scheduling:qualification_new": [centre.trainer.pk],
        "scheduling:qualification": [centre.trainer.qualifications.earliest("pk").pk],
        "scheduling:qualification_removal": [centre.trainer.qualifications.earliest("pk").pk],
        "scheduling:absence_new": [centre.trainer.pk],
        "scheduling:absence": [centre.trainer.absences.earliest("pk").pk],
        "scheduling:absence_removal": [centre.trainer.absences.earliest("pk").pk],
        "scheduling:board_meeting": [centre.sessions["open"].meetings.earliest("pk").pk],
        "scheduling:board_allowed": [centre.sessions["open"].meetings.earliest("pk").pk],
        "scheduling:leave_request": [centre.trainer.leave_requests.earliest("pk").pk],
        "scheduling:leave_withdrawal": [centre.trainer.leave_requests.earliest("pk").pk],
        "scheduling:trouble_report": [centre.trainer.trouble_reports.earliest("pk").pk],
        "scheduling:trouble_absence": [centre.trainer.trouble_reports.earliest("pk").pk],
        "scheduling:hours_new": [centre.trainer.pk],
        "scheduling:hours": [centre.trainer.unavailabilities.earliest("pk").pk],
        "scheduling:hours_removal": [centre.trainer.unavailabilities.earliest("pk").pk],
        "scheduling:assignment_answer": [centre.trainer.assignments.earliest("pk").pk],
        "scheduling:undo": [
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
        "accounts:staff_import_preview": [centre.staff_import.pk],
        "accounts:apply_staff_import": [centre.staff_import.pk],
        "accounts:staff_import_refused": [centre.staff_import.pk],
        "accounts:answer_import_question": [centre.staff_import.pk],
        "accounts:undo_import": [centre.staff_import.pk],
        "accounts:staff_import_row": [centre.staff_import.pk, 5],
        "accounts:answer_import_row": [centre.staff_import.pk, 5],
        "accounts:synonym_removal": [Synonym.objects.earliest("pk").pk],
        "accounts:saved_view_removal": [1],
        "courses:course_edit": [centre.courses["taught"].code],
        "courses:course_archive": [centre.courses["taught"].code],
        "courses:programme": [Programme.objects.earliest("pk").code],
        "courses:programme_edit": [Programme.objects.earliest("pk").code],
        "enrolment:enrol_in_session": [centre.sessions["open"].pk],
        "enrolment:merge": [centre.sessions["open"].pk],
        "enrolment:merge_into": [centre.sessions["open"].pk, centre.sessions["open"].pk],
        "enrolment:invitations": [centre.sessions["open"].pk],
        "enrolment:enrolment": [me.enrolments.live().get(session=centre.sessions["webinar"]).pk],
        "enrolment:pin": [me.enrolments.live().get(session=centre.sessions["webinar"]).pk],
        "enrolment:enrolment_story": [me.enrolments.live().get(session=centre.sessions["webinar"]).pk],
        "enrolment:replace": [me.enrolments.live().get(session=centre.sessions["webinar"]).pk],
        "enrolment:agree_to_day_off": [me.enrolments.live().get(session=centre.sessions["webinar"]).pk],
        "enrolment:release_seats": [kept_seats(centre).pk],
        "enrolment:cancel": [me.enrolments.live().get(session=centre.sessions["webinar"]).pk],
        "learning:material": [centre.courses["briefing"].code, 1],
        "learning:read": [centre.courses["briefing"].code, 1],
        "learning:test": [centre.courses["fire"].code],
        "learning:start": [centre.courses["briefing"].code],
        "learning:study": [centre.courses["briefing"].code],
        "learning:finish": [centre.courses["briefing"].code],
    }
    if route in arguments:
        return reverse(route, args=arguments[route])
    if route in ABOUT_A_PERSON:
        return reverse(route, args=[me.pk])
    for app, argument in {
        "notifications": Message.objects.earliest("pk").pk,
        "scheduling": centre.sessions["open"].pk,
        "enrolment": running.pk,
    }.items():
        if route.startswith(app) and route not in WITHOUT_ARGUMENTS:
            return reverse(route, args=[argument])
    return reverse(route)
