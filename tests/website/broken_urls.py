"""The site's addresses and one whose view has a fault, for tests of error pages."""

from django.http import HttpRequest, HttpResponse
from django.urls import path

from trainingcenter import urls

handler400, handler500 = urls.handler400, urls.handler500


def broken(request: HttpRequest) -> HttpResponse:
    raise ValueError("the key of the safe is 4711")


urlpatterns = [*urls.urlpatterns, path("broken/", broken, name="broken")]
