"""Self-paced courses: what a trainee has read, the test and its attempts."""

from typing import Self

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from courses.models import Course, Material
from enrolment.models import Enrolment


class ReadMaterial(models.Model):
    """A trainee read a material of a self-paced course; once read it stays read (rule 24)."""

    enrolment = models.ForeignKey(Enrolment, on_delete=models.CASCADE, related_name="read_materials")
    material = models.ForeignKey(Material, on_delete=models.PROTECT, related_name="+")
    read_at = models.DateTimeField(_("read at"), default=timezone.now)

    class Meta:
        verbose_name = _("material read")
        verbose_name_plural = _("materials read")
        constraints = [models.UniqueConstraint(fields=["enrolment", "material"], name="material_read_once")]

    def __str__(self) -> str:
        return f"{self.enrolment}: {self.material}"


class QuestionQuerySet(models.QuerySet["Question"]):
    def answerable(self) -> Self:
        """Questions that have a right answer to choose; an unfinished one is not asked."""
        return self.filter(Exists(Choice.objects.filter(question=OuterRef("pk"), is_right=True)))


class Question(models.Model):
    """A question of a self-paced course's test, with one right choice."""

    course = models.ForeignKey(
        Course, on_delete=models.CASCADE, related_name="questions", verbose_name=_("course")
    )
    number = models.PositiveSmallIntegerField(_("number"))
    text = models.TextField(_("question"))

    objects = QuestionQuerySet.as_manager()

    class Meta:
        verbose_name = _("question")
        verbose_name_plural = _("questions")
        ordering = ["course", "number"]
        constraints = [models.UniqueConstraint(fields=["course", "number"], name="question_number_once")]

    def __str__(self) -> str:
        return self.text


class Choice(models.Model):
    """One of a question's answers to choose from."""

    question = models.ForeignKey(
        Question, on_delete=models.CASCADE, related_name="choices", verbose_name=_("question")
    )
    number = models.PositiveSmallIntegerField(_("number"))
    text = models.CharField(_("answer"), max_length=400)
    is_right = models.BooleanField(_("right"), default=False)

    class Meta:
        verbose_name = _("answer")
        verbose_name_plural = _("answers")
        ordering = ["question", "number"]
        constraints = [
            models.UniqueConstraint(fields=["question", "number"], name="choice_number_once"),
            models.UniqueConstraint(fields=["question"], condition=Q(is_right=True), name="choice_one_right"),
        ]

    def __str__(self) -> str:
        return self.text


class Attempt(models.Model):
    """One finished attempt at the test: every answer is kept; a new attempt keeps the old (rule 24)."""

    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="attempts")
    finished_at = models.DateTimeField(_("finished at"), default=timezone.now)
    # Question's key → chosen choice's key, as they were at the time.
    answers = models.JSONField(_("answers"), default=dict)
    score = models.PositiveSmallIntegerField(_("score, percent"))

    class Meta:
        verbose_name = _("attempt")
        verbose_name_plural = _("attempts")
        ordering = ["finished_at", "pk"]
        constraints = [models.CheckConstraint(condition=Q(score__lte=100), name="attempt_score_is_percent")]

    def __str__(self) -> str:
        return f"{self.enrolment}: {self.score} %"
