"""Courses without sessions: begun at once, finished by reading and passing."""

from django.utils import timezone
from django.utils.translation import gettext as _

from centre.actions import action
from courses.models import Course
from enrolment.actions.enrolling import refuse_leaver
from enrolment.errors import EnrolmentError, NotEligible
from enrolment.models import Ending, Enrolment, EnrolmentEntry, Seat
from enrolment.notices import completion_messages
from enrolment.seats import note
from enrolment.situations import unmet_for_course
from notifications.actions import plan_messages
from people.models import Employee
from records.actions import Finished, record_completions
from records.models import Completion

Entry = EnrolmentEntry.Kind


@action
def start_course(trainee: Employee, course: Course) -> Enrolment:
    """Enrol the trainee in a self-paced course, which starts at once. Asking again returns the same enrolment.

    Raises:
        EnrolmentError: the course is taught in sessions, is archived, or has no materials yet.
        NotEligible: the audience, a prerequisite or a valid completion stands in the way.
    """
    if not course.is_self_paced:
        raise EnrolmentError(_("This course is taught in sessions: choose a date."))
    if course.is_archived or not course.materials.exists():
        raise EnrolmentError(_("The materials of this course are being prepared. Come back later."))
    trainee = Employee.objects.lock(trainee.pk)
    if live := trainee.enrolments.live().filter(course=course).first():
        return live
    refuse_leaver(trainee)
    if failed := unmet_for_course(trainee, course):
        raise NotEligible(failed)
    enrolment = Enrolment.objects.create(trainee=trainee, course=course, seat=Seat.NONE)
    note(enrolment, Entry.STARTED, trainee)
    return enrolment


@action
def finish_course(enrolment: Enrolment, *, score: int | None = None) -> Completion:
    """Finish a self-paced course: the enrolment ends and its completion is recorded.

    Finishing again returns the completion there is.

    Raises:
        EnrolmentError: the enrolment was cancelled, or the score is below the course's passing score.
    """
    trainee = Employee.objects.lock(enrolment.trainee_id)
    enrolment = Enrolment.objects.select_related("course").get(pk=enrolment.pk)
    course = enrolment.course
    if enrolment.session_id is not None:
        raise EnrolmentError(_("This course is taught in sessions: its trainer closes the sheet."))
    if not enrolment.is_live and enrolment.ended_because != Ending.FINISHED:
        raise EnrolmentError(_("This enrolment was cancelled. Start the course anew."))
    if course.is_scored and (score is None or score < (course.passing_score or 0)):
        raise EnrolmentError(
            _("The course is passed from %(passing)s%% on. Try the test again.")
            % {"passing": course.passing_score}
        )
    if enrolment.is_live:
        enrolment.ended_because = Ending.FINISHED
        enrolment.ended_at = timezone.now()
        enrolment.score = score
        enrolment.save()
        note(enrolment, Entry.ENDED, trainee)
    on = timezone.localdate(enrolment.ended_at)
    (completion,) = record_completions(course, [Finished(trainee.pk, score=enrolment.score)], on=on)
    plan_messages(completion_messages([completion]))
    return completion
