"""Every address of the site; each app's own stand in its urls.py."""

from django.contrib import admin
from django.urls import include, path
from django.utils.translation import gettext_lazy as _

admin.site.site_header = admin.site.site_title = _("Training centre")
admin.site.index_title = _("Reference data")

handler400 = "trainingcenter.error_pages.bad_request"
handler500 = "trainingcenter.error_pages.server_error"
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
