"""Whose training ahead does not fit their job any more: asked of the facts at the moment, and stored nowhere."""

from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q, Subquery

from courses.models import Course
from enrolment.models import Enrolment, EnrolmentQuerySet
from people.models import Employment

# A vacation or an illness of today says something about sessions that begin so soon, and little about later ones.
LEAVE_NEAR_DAYS = 14


def in_sessions_ahead(now: datetime) -> EnrolmentQuerySet:
    """Live, in a session that has not begun: a request, a place in the queue, an offer or a seat."""
    return Enrolment.objects.live().filter(session__starts_at__gt=now)


def outside_audience() -> Q:
    """The course is for other positions than the trainee's, and staff did not overlook it for them."""
    audience = Course.audience.through.objects.filter(course=OuterRef("course"))
    jobs = Employment.objects.current().filter(employee=OuterRef(OuterRef("trainee")))
    own = audience.filter(position__in=jobs.values("position"))
    return Q(Exists(audience)) & ~Q(Exists(own)) & ~Q(overlooked__contains="audience")


def on_leave() -> Subquery:
    jobs = Employment.objects.current().filter(is_main=True, employee=OuterRef("trainee"))
    return Subquery(jobs.order_by("-started_on").values("leave")[:1])


def not_fitting(now: datetime) -> EnrolmentQuerySet:
    """What staff may want to settle: outside of the audience (`is_outside`), or of somebody on `leave`."""
    found = in_sessions_ahead(now).annotate(leave=on_leave(), is_outside=Exists(outside_rows()))
    near = Q(session__starts_at__lte=now + timedelta(days=LEAVE_NEAR_DAYS)) & ~Q(leave="")
    return found.filter(
        Q(is_outside=True) | Q(leave=Employment.Leave.PARENTAL) | near & Q(leave__isnull=False)
    )


def outside_rows() -> EnrolmentQuerySet:
    return Enrolment.objects.filter(outside_audience(), pk=OuterRef("pk")).order_by()
