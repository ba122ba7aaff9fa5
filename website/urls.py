from django.urls import path

from website import views

app_name = "website"
urlpatterns = [
    path("", views.home, name="home"),
    path("catalogue/", views.catalogue, name="catalogue"),
    path("catalogue/<slug:code>/", views.course, name="course"),
    path("catalogue/sessions/<int:pk>/", views.session, name="session"),
    path("completions/", views.completions, name="completions"),
]
