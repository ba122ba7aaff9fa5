"""The verbs of studying alone: read, acknowledge, sit the test. Starting is enrolment's."""

from django.utils.translation import gettext as _

from centre.actions import action
from courses.models import Course, Material
from enrolment.actions import finish_course
from enrolment.models import Enrolment
from learning.errors import LearningError, NeedsTest, NoTestYet, NotRead
from learning.models import Attempt, Question, ReadMaterial
from people.models import Employee

Answers = dict[int, int]
"""Question's key → chosen choice's key."""


@action
def mark_read(enrolment: Enrolment, material: Material) -> None:
    """Note that the material is read. What is read stays read, however often and late it is reported (rule 24)."""
    if enrolment.is_live:
        ReadMaterial.objects.bulk_create(
            [ReadMaterial(enrolment=enrolment, material=material)], ignore_conflicts=True
        )


@action
def acknowledge(enrolment: Enrolment) -> None:
    """Finish a course that ends with the trainee's own word "I have read and understood".

    A finished course stays as it is.

    Raises:
        NotRead: a material is not read yet.
        NeedsTest: the course ends with a test.
    """
    enrolment = lock_with_trainee(enrolment)
    if not enrolment.is_live:
        return
    if enrolment.course.is_scored:
        raise NeedsTest(_("This course ends with a test. Pass the test to finish it."))
    refuse_unread(enrolment)
    finish_course(enrolment)


@action
def sit_test(enrolment: Enrolment, answers: Answers) -> Attempt:
    """Keep the answers as an attempt with its score; a score that passes finishes the course.

    Every attempt is kept. A test sent again after the course is finished returns the attempt that finished it.

    Raises:
        NotRead: a material is not read yet (promise S4: the order of steps).
        NoTestYet: the test has no questions, or they were changed meanwhile.
    """
    enrolment = lock_with_trainee(enrolment)
    if not enrolment.is_live:
        if passed := enrolment.attempts.last():
            return passed
        raise LearningError(_("You are not taking this course now. Start it again from its page."))
    refuse_unread(enrolment)
    questions = test_questions(enrolment.course)
    if answers.keys() != {question.pk for question in questions}:
        raise NoTestYet(_("The test was changed meanwhile. Please answer its questions once more."))

    attempt = Attempt.objects.create(
        enrolment=enrolment,
        answers={str(question): choice for question, choice in answers.items()},
        score=score_of(questions, answers),
    )
    if attempt.score >= passing_score(enrolment.course):
        finish_course(enrolment, score=attempt.score)
    return attempt


def lock_with_trainee(enrolment: Enrolment) -> Enrolment:
    """The fresh enrolment, after its trainee is locked: two tabs of one person stand in a line."""
    Employee.objects.lock(enrolment.trainee_id)
    return Enrolment.objects.select_related("course", "trainee").get(pk=enrolment.pk)


def refuse_unread(enrolment: Enrolment) -> None:
    if not enrolment.course.materials.exists():
        raise NotRead(_("The materials of this course are being prepared. Please look in again later."))
    read = ReadMaterial.objects.filter(enrolment=enrolment).values("material")
    left = enrolment.course.materials.exclude(pk__in=read).first()
    if left:
        raise NotRead(_("Read all the materials first. The next one is “%(material)s”.") % {"material": left})


def test_questions(course: Course) -> list[Question]:
    """The questions of the course's test that can be answered, with their choices.

    Raises:
        NoTestYet: there is none.
    """
    questions = list(Question.objects.answerable().filter(course=course).prefetch_related("choices"))
    if not questions:
        raise NoTestYet(
            _("The test of this course is being prepared. We will open it here; your reading is kept.")
        )
    return questions


def score_of(questions: list[Question], answers: Answers) -> int:
    """Percent of right answers, rounded down: a score never passes by rounding."""
    return 100 * (len(questions) - len(wrongly_answered(questions, answers))) // len(questions)


def wrongly_answered(questions: list[Question], answers: Answers) -> list[Question]:
    return [
        question
        for question in questions
        if not any(
            choice.is_right and choice.pk == answers.get(question.pk) for choice in question.choices.all()
        )
    ]


def passing_score(course: Course) -> int:
    return course.passing_score if course.passing_score is not None else 100
