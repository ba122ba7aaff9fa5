"""The table of rights: for each named route, who may open it with GET (promise S1).

A route that is missing here fails a test, so that a new page starts with a decision.
"""

from django.urls import reverse

from centre.models import CalendarDay
from courses.models import Programme
from notifications.models import Message
from tests.browser.small_centre import Centre

EVERYBODY = "employee trainer head hr_admin centre_admin methodist system_admin"
PLANNERS = "hr_admin centre_admin"
TELLERS = "hr_admin centre_admin system_admin"
STAFF = "hr_admin centre_admin methodist system_admin"
COURSE_EDITORS = "hr_admin methodist"
OWNER = "employee"
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
    "website:policy": TELLERS,
    "website:policy_history": TELLERS,
    "website:policy_change": "system_admin",
    "website:person_list": TELLERS,
    "website:person": f"head {TELLERS}",
    "website:office_list": f"head {TELLERS}",
    "website:office": f"head {TELLERS}",
    "website:team": f"head {PLANNERS}",
    "website:office_leaders": "hr_admin system_admin",
    "accounts:account": EVERYBODY,
    "accounts:change_password": EVERYBODY,
    "accounts:staff_import": "hr_admin",
    "accounts:staff_import_preview": "hr_admin",
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
    "scheduling:calendar_day": "centre_admin",
    "scheduling:room_list": PLANNERS,
    "scheduling:room": PLANNERS,
    "scheduling:room_new": "centre_admin",
    "scheduling:room_edit": "centre_admin",
    "scheduling:closure_new": "centre_admin",
    "scheduling:closure": "centre_admin",
    "scheduling:site": "centre_admin system_admin",
    "scheduling:trainer_list": PLANNERS,
    "scheduling:trainer": PLANNERS,
    "scheduling:trainer_new": "centre_admin",
    "scheduling:trainer_edit": "centre_admin",
    "scheduling:qualification_new": "centre_admin",
    "scheduling:qualification": "centre_admin",
    "scheduling:absence_new": "centre_admin",
    "scheduling:absence": "centre_admin",
    "scheduling:plan": PLANNERS,
    "scheduling:session": PLANNERS,
    "scheduling:replan": PLANNERS,
    "scheduling:publish": PLANNERS,
    "scheduling:confirm": PLANNERS,
    "scheduling:limit": PLANNERS,
    "scheduling:cancel": PLANNERS,
    "enrolment:enrolment": f"{OWNER} {PLANNERS}",
    "enrolment:cancel": OWNER,
    "enrolment:timetable": f"trainer {PLANNERS}",
    "enrolment:people": SEE_PEOPLE,
    "enrolment:sheet": SEE_PEOPLE,
    "enrolment:print_sheet": SEE_PEOPLE,
    "enrolment:close_sheet": SEE_PEOPLE,
    "learning:study": OWNER,
    "learning:material": OWNER,
    "learning:test": OWNER,
}
# Routes that only change something: a GET is refused whoever asks (promise S5).
CHANGE = {
    "accounts:sign_out",
    "accounts:choose_language",
    "accounts:apply_staff_import",
    "accounts:saved_view_new",
    "accounts:saved_view_removal",
    "notifications:stop_message",
    "notifications:resend_message",
    "courses:course_archive",
    "scheduling:calendar_day_removal",
    "scheduling:closure_removal",
    "scheduling:qualification_removal",
    "scheduling:absence_removal",
    "enrolment:enrol_in_session",
    "enrolment:add_to_sheet",
    "learning:start",
    "learning:read",
    "learning:finish",
}
# What somebody who has not signed in may open.
PUBLIC = {"accounts:sign_in"}
# Changes for which nobody has to be signed in.
CHANGE_WITHOUT_SIGN_IN = {"accounts:sign_out", "accounts:choose_language"}
# Who may do what these routes do to something of the employee's, taught by the trainer.
CHANGERS = {
    "accounts:sign_out": EVERYBODY,
    "accounts:choose_language": EVERYBODY,
    "accounts:apply_staff_import": "hr_admin",
    "accounts:saved_view_new": EVERYBODY,
    "accounts:saved_view_removal": "",  # nobody's but its owner's
    "scheduling:calendar_day_removal": "centre_admin",
    "scheduling:closure_removal": "centre_admin",
    "scheduling:qualification_removal": "centre_admin",
    "scheduling:absence_removal": "centre_admin",
    "notifications:stop_message": TELLERS,
    "notifications:resend_message": TELLERS,
    "courses:course_archive": COURSE_EDITORS,
    "enrolment:enrol_in_session": EVERYBODY,
    "enrolment:add_to_sheet": SEE_PEOPLE,
    "learning:start": EVERYBODY,
    "learning:read": OWNER,
    "learning:finish": OWNER,
}
WITHOUT_ARGUMENTS = {
    "notifications:message_list",
    "notifications:my_messages",
    "scheduling:session_list",
    "scheduling:plan",
    "scheduling:calendar",
    "scheduling:calendar_day_new",
    "scheduling:room_list",
    "scheduling:room_new",
    "scheduling:trainer_list",
    "scheduling:trainer_new",
    "enrolment:timetable",
}


def address(route: str, centre: Centre) -> str:
    """An address of the route about something of the employee's, taught by the trainer."""
    me, running = centre.employee, centre.sessions["to_close"]
    arguments = {
        "website:course": [centre.courses["taught"].code],
        "website:session": [centre.sessions["open"].pk],
        "scheduling:calendar_day": [CalendarDay.objects.get().pk],
        "scheduling:calendar_day_removal": [CalendarDay.objects.get().pk],
        "scheduling:room": [centre.room.pk],
        "scheduling:room_edit": [centre.room.pk],
        "scheduling:closure_new": [centre.room.pk],
        "scheduling:closure": [centre.online_room.closures.get().pk],
        "scheduling:closure_removal": [centre.online_room.closures.get().pk],
        "scheduling:site": [centre.room.site_id],
        "scheduling:trainer": [centre.trainer.pk],
        "scheduling:trainer_edit": [centre.trainer.pk],
        "scheduling:qualification_new": [centre.trainer.pk],
        "scheduling:qualification": [centre.trainer.qualifications.get().pk],
        "scheduling:qualification_removal": [centre.trainer.qualifications.get().pk],
        "scheduling:absence_new": [centre.trainer.pk],
        "scheduling:absence": [centre.trainer.absences.get().pk],
        "scheduling:absence_removal": [centre.trainer.absences.get().pk],
        "website:person": [me.pk],
        "website:office": [centre.office.pk],
        "website:team": [centre.office.pk],
        "website:office_leaders": [centre.office.pk],
        "accounts:staff_import_preview": [centre.staff_import.pk],
        "accounts:apply_staff_import": [centre.staff_import.pk],
        "accounts:saved_view_removal": [1],
        "courses:course_edit": [centre.courses["taught"].code],
        "courses:course_archive": [centre.courses["taught"].code],
        "courses:programme": [Programme.objects.get().code],
        "courses:programme_edit": [Programme.objects.get().code],
        "enrolment:enrol_in_session": [centre.sessions["open"].pk],
        "enrolment:enrolment": [me.enrolments.live().get(session=centre.sessions["webinar"]).pk],
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
    for app, argument in {
        "notifications": Message.objects.earliest("pk").pk,
        "scheduling": centre.sessions["open"].pk,
        "enrolment": running.pk,
    }.items():
        if route.startswith(app) and route not in WITHOUT_ARGUMENTS:
            return reverse(route, args=[argument])
    return reverse(route)
