from django.urls import path

from website import views
from website.audit import views as audit_views

app_name = "website"
urlpatterns = [
    path("", views.home, name="home"),
    path("catalogue/", views.catalogue, name="catalogue"),
    path("catalogue/<slug:code>/", views.course, name="course"),
    path("catalogue/sessions/<int:pk>/", views.session, name="session"),
    path("completions/", views.completions, name="completions"),
    path("audit/", audit_views.changes, name="changes"),
    path("audit/looks/", audit_views.looks, name="looks"),
    path("account/looks/", audit_views.looks_at_me, name="looks_at_me"),
]
