"""Wanting a course, wanting it no more, and what time and other changes make of wishes."""

from functools import reduce
from operator import or_

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from centre.actions import action
from centre.models import Policy, Site
from centre.templatetags.centre_text import when
from courses.models import Course
from enrolment.actions.enrolling import refuse_leaver
from enrolment.conditions import Unmet, unmet
from enrolment.errors import AlreadyEnrolled, EnrolmentError, NotEligible
from enrolment.interest.ending import end_wishes, enrolled
from enrolment.interest.models import Interest
from enrolment.interest.notices import ended_messages
from enrolment.interest.offering import offer_dates
from enrolment.models import Enrolment
from enrolment.situations import situations, unmet_for_course
from notifications.actions import plan_messages
from people.models import Employee, Employment
from records.models import Completion
from scheduling.models import Booking, Session

Ending = Interest.Ending


@action
def want_course(trainee: Employee, course: Course, *, site: Site | None = None) -> Interest:
    """Write down that the trainee wants the course when there is a date that they could choose.

    Asking again returns the same wish, with the site of now and the time of before. Prerequisites are said but stop
    nobody: there is time until the date. Nothing is promised by it.

    Raises:
        EnrolmentError: the course has no dates at all, is archived, or a date with a free seat suits already.
        AlreadyEnrolled: the trainee is enrolled in it, or was offered a seat.
        NotEligible: it is for other positions, or was completed and is valid.
    """
    trainee = Employee.objects.lock(trainee.pk)
    refuse_leaver(trainee)
    if course.is_self_paced:
        raise EnrolmentError(_("This course begins at once, whenever you like: no date is needed."))
    if course.is_archived:
        raise EnrolmentError(_("The course is not in the catalogue any more."))
    if trainee.enrolments.live().filter(course=course).exists():
        raise AlreadyEnrolled(_("You are already enrolled in this course."))
    if failed := obstacles(trainee, course):
        raise NotEligible(failed)
    if date := takeable(trainee, course, site):
        raise EnrolmentError(
            _("Seats are free already: choose the date of %(start)s.") % {"start": when(date.starts_at)}
        )
    wish = Interest.objects.live().filter(trainee=trainee, course=course).first()
    if wish is None:
        wish = Interest.objects.create(trainee=trainee, course=course, site=site)
    elif wish.site_id != (site.pk if site else None):
        wish.site = site
        wish.save(update_fields=["site"])
    return wish


@action
def drop_interest(interest: Interest) -> Interest:
    """Take the wish back. Again it changes nothing."""
    Employee.objects.lock(interest.trainee_id)
    end_wishes(Interest.objects.live().filter(pk=interest.pk), Ending.WITHDRAWN)
    interest.refresh_from_db()
    return interest


@action
def offer_dates_of(session: Session) -> list[Enrolment]:
    """Tell who wants the course of the session, and offer its free seats; see `offering.offer_dates`."""
    session = Session.objects.with_course().lock(session.pk)
    return offer_dates([session])


@action
def end_wishes_without_reason() -> int:
    """End the wishes that nothing stands behind any more, and return how many; doing it again changes nothing.

    Who cannot know it themselves is told: the course was archived, or is not for the person's new position.
    """
    ended, conditions = 0, reasons()
    senseless = Interest.objects.live().filter(reduce(or_, conditions.values())).order_by()
    # Of all reasons together: a second round of locks would break their order.
    people = Employee.objects.lock_all(senseless.values_list("trainee", flat=True))
    if not people:
        return ended
    for ending, condition in conditions.items():
        rows = end_wishes(
            Interest.objects.live().filter(condition, trainee__in=people).order_by("pk"), ending
        )
        if ending in TOLD:
            plan_messages(ended_messages(rows))
        ended += len(rows)
    return ended


# --- how ------------------------------------------------------------------------------------------


def obstacles(trainee: Employee, course: Course) -> list[Unmet]:
    """What makes a wish for the course senseless, whatever the date."""
    return [failed for failed in unmet_for_course(trainee, course) if failed.code != "prerequisites"]


def missing_before(trainee: Employee, course: Course) -> Unmet | None:
    """What the trainee has to complete before a date, which is said when they wish."""
    failed = unmet_for_course(trainee, course)
    return next((one for one in failed if one.code == "prerequisites"), None)


def takeable(trainee: Employee, course: Course, site: Site | None) -> Session | None:
    """The first date that the trainee could take at once: nobody waits for its free seat, and nothing is against it."""
    sessions = Session.objects.with_course().upcoming().filter(course=course)
    if site is not None:
        there = Booking.objects.of_rooms().filter(meeting__session=OuterRef("pk"), room__site=site)
        sessions = sessions.filter(Exists(there))
    found = list(sessions.order_by("starts_at", "pk"))
    state = situations(trainee, found, policy=Policy.objects.current()) if found else {}
    for session in found:
        one = state[session.pk]
        if one.has_free_seat and not one.waiting and not unmet(one):
            return session
    return None


def completed() -> Exists:
    """After the wish."""
    return Exists(
        Completion.objects.filter(
            trainee=OuterRef("trainee"), course=OuterRef("course"), completed_on__gt=OuterRef("since__date")
        )
    )


def in_audience() -> Q:
    audience = Course.audience.through.objects.filter(course=OuterRef("course"))
    positions = Employment.objects.current().filter(employee=OuterRef(OuterRef("trainee")))
    return ~Exists(audience) | Exists(audience.filter(position__in=positions.values("position")))


def reasons() -> dict[Interest.Ending, Q]:
    return {
        Ending.LEFT: Q(trainee__is_active=False),
        Ending.ENROLLED: Q(enrolled()),
        Ending.COMPLETED: Q(completed()),
        Ending.ARCHIVED: Q(course__is_archived=True),
        Ending.AUDIENCE: ~in_audience(),
    }


TOLD = (Ending.ARCHIVED, Ending.AUDIENCE)
