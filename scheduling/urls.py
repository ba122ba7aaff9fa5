from django.urls import path

from scheduling.views import calendar, plans, rooms, sessions, trainers

app_name = "scheduling"
urlpatterns = [
    path("planning/", sessions.session_list, name="session_list"),
    path("planning/new/", plans.plan, name="plan"),
    path("planning/<int:pk>/", sessions.session, name="session"),
    path("planning/<int:pk>/plan/", plans.replan, name="replan"),
    path("planning/<int:pk>/publication/", sessions.publish, name="publish"),
    path("planning/<int:pk>/confirmation/", sessions.confirm, name="confirm"),
    path("planning/<int:pk>/limit/", sessions.limit, name="limit"),
    path("planning/<int:pk>/cancellation/", sessions.cancel, name="cancel"),
    path("planning/<int:pk>/steps/<int:step_pk>/undo/", sessions.undo, name="undo"),
    path("calendar/", calendar.calendar, name="calendar"),
    path("calendar/new/", calendar.calendar_day_new, name="calendar_day_new"),
    path("calendar/<int:pk>/", calendar.calendar_day, name="calendar_day"),
    path("calendar/<int:pk>/removal/", calendar.calendar_day_removal, name="calendar_day_removal"),
    path("rooms/", rooms.room_list, name="room_list"),
    path("rooms/new/", rooms.room_new, name="room_new"),
    path("rooms/<int:pk>/", rooms.room, name="room"),
    path("rooms/<int:pk>/edit/", rooms.room_edit, name="room_edit"),
    path("rooms/<int:pk>/closures/new/", rooms.closure_new, name="closure_new"),
    path("closures/<int:pk>/", rooms.closure, name="closure"),
    path("closures/<int:pk>/removal/", rooms.closure_removal, name="closure_removal"),
    path("sites/<int:pk>/", rooms.site, name="site"),
    path("trainers/", trainers.trainer_list, name="trainer_list"),
    path("trainers/new/", trainers.trainer_new, name="trainer_new"),
    path("trainers/<int:pk>/", trainers.trainer, name="trainer"),
    path("trainers/<int:pk>/edit/", trainers.trainer_edit, name="trainer_edit"),
    path("trainers/<int:pk>/qualifications/new/", trainers.qualification_new, name="qualification_new"),
    path("qualifications/<int:pk>/", trainers.qualification, name="qualification"),
    path("qualifications/<int:pk>/removal/", trainers.qualification_removal, name="qualification_removal"),
    path("trainers/<int:pk>/absences/new/", trainers.absence_new, name="absence_new"),
    path("absences/<int:pk>/", trainers.absence, name="absence"),
    path("absences/<int:pk>/removal/", trainers.absence_removal, name="absence_removal"),
]
