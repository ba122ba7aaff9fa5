from django.urls import path

from courses import views

app_name = "courses"
urlpatterns = [
    path("staff/courses/", views.course_list, name="course_list"),
    path("staff/new-course/", views.course_new, name="course_new"),
    path("staff/courses/<slug:code>/", views.course_edit, name="course_edit"),
    path("staff/courses/<slug:code>/archive/", views.course_archive, name="course_archive"),
]
