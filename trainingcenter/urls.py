"""Every address of the site; each app's own stand in its urls.py."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("", include("website.urls")),
    path("", include("accounts.urls")),
    path("", include("notifications.urls")),
    path("", include("courses.urls")),
    path("", include("scheduling.urls")),
    path("", include("enrolment.urls")),
    path("", include("learning.urls")),
    path("admin/", admin.site.urls),
]
