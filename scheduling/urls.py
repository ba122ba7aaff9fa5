from django.urls import path

from scheduling.views import plans, sessions

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
]
