from django.urls import path

from enrolment import attendance_views, calendar_views, desk, too_few_views, views
from enrolment.approvals import link_views
from enrolment.approvals import views as approvals_views
from enrolment.bulk import views as bulk_views
from enrolment.doors import views as doors_views
from enrolment.interest import views as interest_views
from enrolment.movers import views as movers_views
from enrolment.nominating import views as nominating_views
from enrolment.offers import views as offers_views
from enrolment.queue import views as queue_views
from enrolment.reservations import views as reservations_views

app_name = "enrolment"
urlpatterns = [
    path("sessions/<int:session_id>/enrolment/", views.enrol_in_session, name="enrol_in_session"),
    path("enrolments/<int:pk>/", views.enrolment, name="enrolment"),
    path("enrolments/<int:pk>/cancel/", views.cancel, name="cancel"),
    path("enrolments/<int:pk>/dates/", doors_views.dates, name="dates"),
    path("enrolments/<int:pk>/cancelling/", doors_views.cancel_for, name="cancel_for"),
    path("enrolments/<int:pk>/restoring/", doors_views.restore, name="restore"),
    path("enrolments/<int:pk>/choice/", doors_views.choose, name="choose"),
    path("sessions/<int:session_id>/people/new/", doors_views.enrol_somebody, name="enrol_somebody"),
    path("people/<int:pk>/enrolments/new/", doors_views.enrol_person, name="enrol_person"),
    path("enrolments/<int:pk>/offer/", offers_views.offer, name="offer"),
    path("enrolments/<int:pk>/short-notice/", offers_views.short_notice, name="short_notice"),
    path("enrolments/<int:pk>/seat/", offers_views.give_seat, name="give_seat"),
    path("offers/decline/", offers_views.decline_offered, name="decline_offered"),
    path("offers/<str:token>/accept/", offers_views.accept_by_link, name="accept_by_link"),
    path("offers/<str:token>/decline/", offers_views.decline_by_link, name="decline_by_link"),
    path("enrolments/<int:pk>/pin/", queue_views.pin, name="pin"),
    path("sessions/<int:session_id>/queue/", queue_views.queue, name="queue"),
    path("enrolments/<int:pk>/everything/", queue_views.enrolment_story, name="enrolment_story"),
    path("sessions/<int:session_id>/everything/", queue_views.session_story, name="session_story"),
    path("sessions/<int:session_id>/office/", reservations_views.office_in_session, name="office_in_session"),
    path("sessions/<int:session_id>/quotas/", reservations_views.quotas, name="quotas"),
    path("reservations/<int:pk>/release/", reservations_views.release_seats, name="release_seats"),
    path("sending/", nominating_views.sessions_to_send_to, name="sessions_to_send_to"),
    path("sessions/<int:session_id>/sending/", nominating_views.send_people, name="send_people"),
    path("enrolments/<int:pk>/replacement/", nominating_views.replace, name="replace"),
    path("enrolments/<int:pk>/day-off/", nominating_views.agree_to_day_off, name="agree_to_day_off"),
    path("planning/too-few/", too_few_views.too_few, name="too_few"),
    path("planning/<int:pk>/joining/", too_few_views.merge, name="merge"),
    path("planning/<int:pk>/joining/<int:target_pk>/", too_few_views.merge_into, name="merge_into"),
    path("planning/<int:pk>/invitations/", too_few_views.invitations, name="invitations"),
    path("sessions/<int:session_id>/calendar/", calendar_views.session_calendar, name="session_calendar"),
    path("calendars/<slug:token>/", calendar_views.calendar, name="calendar"),
    path("my-calendar/", calendar_views.own_calendar, name="own_calendar"),
    path("my-calendar/address/", calendar_views.own_calendar_address, name="own_calendar_address"),
    path("my-calendar/removal/", calendar_views.own_calendar_removal, name="own_calendar_removal"),
    path("decisions/", approvals_views.decisions, name="decisions"),
    path("decisions/letter/", link_views.decide_one, name="decide_one"),
    path("decisions/letter/<str:token>/", link_views.decide_by_link, name="decide_by_link"),
    path("decisions/dates/", approvals_views.refuse_date, name="refuse_date"),
    path("decisions/undone/", approvals_views.undo_decisions, name="undo_decisions"),
    path("courses/<slug:code>/wish/", interest_views.want, name="want_course"),
    path("wishes/<int:pk>/removal/", interest_views.drop, name="drop_interest"),
    path("planning/demand/", interest_views.demand_list, name="demand"),
    path("planning/movers/", movers_views.movers, name="movers"),
    path("many/", bulk_views.bulk_runs, name="bulk_runs"),
    path("sessions/<int:session_id>/many/", bulk_views.bulk_new, name="bulk_new"),
    path("many/<int:pk>/", bulk_views.bulk_run, name="bulk_run"),
    path("many/<int:pk>/application/", bulk_views.bulk_apply, name="bulk_apply"),
    path("many/<int:pk>/look/", bulk_views.bulk_look, name="bulk_look"),
    path("many/<int:pk>/undoing/", bulk_views.bulk_undo, name="bulk_undo"),
    path("many/<int:pk>/rows/<int:line>/", bulk_views.bulk_row, name="bulk_row"),
    path("desk/", desk.desk, name="desk"),
    path("timetable/", attendance_views.timetable, name="timetable"),
    path("sessions/<int:session_id>/people/", attendance_views.people, name="people"),
    path("sessions/<int:session_id>/sheet/", attendance_views.sheet, name="sheet"),
    path("sessions/<int:session_id>/sheet/people/", attendance_views.add_to_sheet, name="add_to_sheet"),
    path("sessions/<int:session_id>/sheet/print/", attendance_views.print_sheet, name="print_sheet"),
    path("sessions/<int:session_id>/order/", attendance_views.print_order, name="print_order"),
    path(
        "sessions/<int:session_id>/sheet/closing/", attendance_views.close_session_sheet, name="close_sheet"
    ),
]
