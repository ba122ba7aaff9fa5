"""The request of somebody who has signed in, as views type it."""

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from people.models import Employee


class UserRequest(HttpRequest):
    """What a view behind `login_required` gets: its user is an employee, and htmx's headers are read."""

    user: Employee
    htmx: HtmxDetails
