from django.urls import path

from courses import programme_views, views

app_name = "courses"
urlpatterns = [
    path("staff/courses/", views.course_list, name="course_list"),
    path("staff/new-course/", views.course_new, name="course_new"),
    path("staff/courses/<slug:code>/", views.course_edit, name="course_edit"),
    path("staff/courses/<slug:code>/archive/", views.course_archive, name="course_archive"),
    path("staff/programmes/", programme_views.programme_list, name="programme_list"),
    path("staff/new-programme/", programme_views.programme_new, name="programme_new"),
    path("staff/programmes/<slug:code>/", programme_views.programme, name="programme"),
    path("staff/programmes/<slug:code>/edit/", programme_views.programme_edit, name="programme_edit"),
]
