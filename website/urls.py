from django.urls import path

from website import health, views
from website.audit import views as audit_views
from website.people import views as people
from website.policy import views as policy
from website.reports import views as reports
from website.state import views as state

app_name = "website"
urlpatterns = [
    path("", views.home, name="home"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("catalogue/", views.catalogue, name="catalogue"),
    path("catalogue/<slug:code>/", views.course, name="course"),
    path("catalogue/sessions/<int:pk>/", views.session, name="session"),
    path("completions/", views.completions, name="completions"),
    path("audit/", audit_views.changes, name="changes"),
    path("audit/looks/", audit_views.looks, name="looks"),
    path("account/looks/", audit_views.looks_at_me, name="looks_at_me"),
    path("help/", views.help_page, name="help"),
    path("first-steps/", views.first_steps, name="first_steps"),
    path("centre/", views.centre, name="centre"),
    path("state/", state.state, name="state"),
    path("reports/month/", reports.month, name="month_report"),
    path("reports/month/sessions/", reports.month_sessions, name="month_sessions"),
    path("policy/", policy.policy, name="policy"),
    path("policy/change/", policy.policy_change, name="policy_change"),
    path("policy/history/", policy.policy_history, name="policy_history"),
    path("people/", people.person_list, name="person_list"),
    path("people/<int:pk>/", people.person, name="person"),
    path("offices/", people.office_list, name="office_list"),
    path("offices/<int:pk>/", people.office, name="office"),
    path("offices/<int:pk>/team/", people.team, name="team"),
    path("offices/<int:pk>/away/", people.office_away, name="office_away"),
    path("offices/<int:pk>/leaders/", people.office_leaders, name="office_leaders"),
]
