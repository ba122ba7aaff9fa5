"""What the centre offers: courses, their materials, programmes, and what a course asks of rooms and trainers."""

from typing import Self

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import GeneratedField, Q
from django.db.models.lookups import Contains
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from audit.triggers import audited
from centre.functions import SortKey, fold
from centre.words import corrected, words_of
from courses import signals
from courses.search import in_title, matching
from people.models import Position

CODE_IN_ADDRESSES = r"^[-a-zA-Z0-9_]+$"
CODE_SAID = _("Use Latin letters, digits and hyphens: the code stands in addresses.")
# The form of planning has three fields for each.
MEETINGS_MAX = 30
MEETINGS_SAID = _("A session has 30 meetings at most. Divide the course into several ones.")


class Qualification(models.Model):
    """What a trainer must hold to teach a course; confirmed again after `valid_months` (none: never)."""

    code = models.CharField(_("code"), max_length=30, unique=True)
    title = models.CharField(_("title"), max_length=150)
    valid_months = models.PositiveSmallIntegerField(_("confirmed again after, months"), null=True, blank=True)

    class Meta:
        verbose_name = _("qualification")
        verbose_name_plural = _("qualifications")
        ordering = [SortKey("title")]

    def __str__(self) -> str:
        return self.title


class Equipment(models.Model):
    """What a room has and a course may need."""

    code = models.CharField(_("code"), max_length=30, unique=True)
    title = models.CharField(_("title"), max_length=100)

    class Meta:
        verbose_name = _("equipment")
        verbose_name_plural = _("equipment")
        ordering = [SortKey("title")]

    def __str__(self) -> str:
        return self.title


class CourseQuerySet(models.QuerySet["Course"]):
    def offered(self) -> Self:
        """In the catalogue: not archived."""
        return self.filter(is_archived=False)

    def for_position(self, position_id: int | models.Subquery | None) -> Self:
        """Courses whose audience the position belongs to; an empty audience is everybody."""
        return self.filter(
            ~models.Exists(Course.audience.through.objects.filter(course=models.OuterRef("pk")))
            | models.Exists(
                Course.audience.through.objects.filter(course=models.OuterRef("pk"), position=position_id)
            )
        )

    def search(self, words: str) -> Self:
        """Courses with every word in title, description or code: word forms, first letters, ё as е.

        Those whose title says it come first.
        """
        says_it = models.Case(models.When(in_title(words), then=0), default=1)
        return self.filter(matching(words)).order_by(says_it, SortKey("title"), "pk")

    def meant(self, words: str) -> str | None:
        """What was probably meant by words that find nothing: slips and the wrong keyboard layout are forgiven."""
        return corrected(words, self.order_by().values_list("title", flat=True))


class Course(models.Model):
    """An entry of the catalogue, taught in sessions or, when self-paced, studied alone.

    Hours are academic hours of 45 minutes for the whole course. `repeat_months` is how long a completion
    is valid; empty means for ever.
    """

    class Block(models.TextChoices):
        SERVICE_PROVISION = "SERVICE_PROVISION", _("Provision of services")
        SERVICE_ORIENTATION = "SERVICE_ORIENTATION", _("Service orientation")
        MANDATORY = "MANDATORY", _("Mandatory training")

    class Topic(models.TextChoices):
        SERVICE = "SERVICE", _("Service standards")
        CONFLICT = "CONFLICT", _("Conflicts")
        ACCESSIBILITY = "ACCESSIBILITY", _("Accessibility")
        COMMUNICATION = "COMMUNICATION", _("Communication")
        WELLBEING = "WELLBEING", _("Wellbeing")
        TEAM = "TEAM", _("Team")
        LEADERSHIP = "LEADERSHIP", _("Leadership")
        MENTORING = "MENTORING", _("Mentoring")
        QUALITY = "QUALITY", _("Quality")
        REGULATION = "REGULATION", _("Regulation")
        SYSTEMS = "SYSTEMS", _("Information systems")
        DIGITAL = "DIGITAL", _("Digital services")
        REG = "REG", _("Passports and registration")
        REALTY = "REALTY", _("Real estate")
        HOUSING = "HOUSING", _("Housing")
        SOCIAL = "SOCIAL", _("Social support")
        CIVIL = "CIVIL", _("Civil status")
        TAX = "TAX", _("Taxes and business")
        CITY = "CITY", _("City services")
        LIFE_SITUATIONS = "LIFE_SITUATIONS", _("Life situations")
        SAFETY = "SAFETY", _("Safety at work")
        SECURITY = "SECURITY", _("Information security")
        ETHICS = "ETHICS", _("Ethics")

    class Format(models.TextChoices):
        TRAINING = "TRAINING", _("Training")
        SEMINAR = "SEMINAR", _("Seminar")
        ROUND_TABLE = "ROUND_TABLE", _("Round table")
        WEBINAR = "WEBINAR", _("Webinar")
        DISTANCE = "DISTANCE", _("Distance course")

    class Delivery(models.TextChoices):
        IN_PERSON = "in_person", _("In person")
        ONLINE_LIVE = "online_live", _("Online, live")
        SELF_PACED = "self_paced", _("Self-paced")

    class ResultKind(models.TextChoices):
        ATTENDANCE = "ATTENDANCE", _("by attendance")
        TEST = "TEST", _("by a test")
        EXAM = "EXAM", _("by an exam before a commission")
        INSTRUCTION = "INSTRUCTION", _("by a briefing with acknowledgement")

    class DocumentKind(models.TextChoices):
        CERTIFICATE = "CERTIFICATE", _("certificate")
        PROTOCOL = "PROTOCOL", _("protocol of the knowledge check")
        JOURNAL = "JOURNAL", _("journal of briefings")
        NONE = "NONE", _("none")

    code = models.CharField(_("code"), max_length=20, unique=True)
    title = models.CharField(_("title"), max_length=200)
    description = models.TextField(_("description"))
    block = models.CharField(_("block"), max_length=20, choices=Block.choices)
    topic = models.CharField(_("topic"), max_length=20, choices=Topic.choices)
    format = models.CharField(_("format"), max_length=12, choices=Format.choices)
    delivery = models.CharField(_("delivery"), max_length=12, choices=Delivery.choices)
    academic_hours = models.PositiveSmallIntegerField(_("academic hours"))
    meetings = models.PositiveSmallIntegerField(
        _("meetings of a session"),
        null=True,
        blank=True,
        validators=[MaxValueValidator(MEETINGS_MAX, MEETINGS_SAID)],
    )
    group_min = models.PositiveSmallIntegerField(_("smallest group"), null=True, blank=True)
    group_max = models.PositiveSmallIntegerField(_("largest group"), null=True, blank=True)
    audience = models.ManyToManyField(
        Position,
        blank=True,
        related_name="courses",
        verbose_name=_("audience"),
        help_text=_("Nobody chosen means everybody."),
    )
    prerequisites = models.ManyToManyField(
        "self", symmetrical=False, blank=True, related_name="required_for", verbose_name=_("prerequisites")
    )
    qualifications = models.ManyToManyField(
        Qualification,
        blank=True,
        related_name="courses",
        verbose_name=_("qualifications of the trainers together"),
    )
    equipment = models.ManyToManyField(
        Equipment, blank=True, related_name="courses", verbose_name=_("equipment of the room")
    )
    repeat_months = models.PositiveSmallIntegerField(_("valid for, months"), null=True, blank=True)
    is_mandatory = models.BooleanField(_("mandatory for its audience"), default=False)
    due_days = models.PositiveSmallIntegerField(_("due within, days"), null=True, blank=True)
    result_kind = models.CharField(
        _("completed"), max_length=12, choices=ResultKind.choices, default=ResultKind.ATTENDANCE
    )
    passing_score = models.PositiveSmallIntegerField(_("passing score, percent"), null=True, blank=True)
    document_kind = models.CharField(
        _("document"), max_length=12, choices=DocumentKind.choices, default=DocumentKind.NONE
    )
    is_archived = models.BooleanField(_("archived"), default=False)
    # Two vectors joined by OR: the stemmer finds word forms, the plain one keeps prefixes steady while one types.
    search_russian = GeneratedField(
        expression=SearchVector(fold("title"), fold("description"), "code", config="russian"),
        output_field=SearchVectorField(),
        db_persist=True,
    )
    search_simple = GeneratedField(
        expression=SearchVector(fold("title"), fold("description"), "code", config="simple"),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    objects = CourseQuerySet.as_manager()

    class Meta:
        verbose_name = _("course")
        verbose_name_plural = _("courses")
        triggers = audited(left_out=("search_russian", "search_simple"))
        ordering = [SortKey("title"), "pk"]
        indexes = [
            GinIndex(fields=["search_russian"], name="course_search_russian"),
            GinIndex(fields=["search_simple"], name="course_search_simple"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    delivery="self_paced",
                    meetings__isnull=True,
                    group_min__isnull=True,
                    group_max__isnull=True,
                )
                # A comparison with NULL refuses nothing: that something is there must be said.
                | Q(
                    ~Q(delivery="self_paced"),
                    meetings__isnull=False,
                    group_min__isnull=False,
                    group_max__isnull=False,
                    meetings__gte=1,
                    group_min__gte=1,
                    group_max__gte=models.F("group_min"),
                ),
                name="course_taught_has_groups",
                violation_error_message=_(
                    "A taught course needs the number of meetings and the smallest and largest group; "
                    "a self-paced one has none of them."
                ),
            ),
            models.CheckConstraint(
                condition=Q(is_mandatory=False) | Q(due_days__isnull=False),
                name="course_mandatory_has_due_days",
                violation_error_message=_("Say within how many days a mandatory course is due."),
            ),
            models.CheckConstraint(
                condition=Q(
                    result_kind__in=["TEST", "EXAM"],
                    passing_score__isnull=False,
                    passing_score__range=(1, 100),
                )
                | Q(result_kind__in=["ATTENDANCE", "INSTRUCTION"], passing_score__isnull=True),
                name="course_score_when_tested",
                violation_error_message=_(
                    "A course with a test or an exam needs a passing score from 1 to 100 percent."
                ),
            ),
            models.CheckConstraint(
                condition=Q(format__in=["TRAINING", "SEMINAR", "ROUND_TABLE", "WEBINAR", "DISTANCE"])
                & Q(delivery__in=["in_person", "online_live", "self_paced"]),
                name="course_format_known",
            ),
            models.CheckConstraint(
                condition=Q(code__regex=CODE_IN_ADDRESSES),
                name="course_code_stands_in_addresses",
                violation_error_message=CODE_SAID,
            ),
            models.CheckConstraint(
                condition=Q(meetings__isnull=True) | Q(meetings__lte=MEETINGS_MAX),
                name="course_meetings_can_be_planned",
                violation_error_message=MEETINGS_SAID,
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("website:course", args=[self.code])

    def clean(self) -> None:
        """What was planned or begun in one way cannot go on in another: whoever knows of it says so."""
        known = type(self).objects.filter(pk=self.pk).values_list("delivery", flat=True).first()
        if known is None or known == self.delivery:
            return
        answers = signals.changing_delivery.send(Course, course=self)
        if said := [sentence for _receiver, sentence in answers if sentence]:
            raise ValidationError({"delivery": said})

    @property
    def is_self_paced(self) -> bool:
        return self.delivery == self.Delivery.SELF_PACED

    @property
    def is_online(self) -> bool:
        return self.delivery == self.Delivery.ONLINE_LIVE

    @property
    def way(self) -> str:
        return way_of_teaching(self.format, self.delivery)

    @property
    def is_scored(self) -> bool:
        """Whether attendance alone is not enough: a test or an exam must be passed too (rule 23)."""
        return self.result_kind in {self.ResultKind.TEST, self.ResultKind.EXAM}


def way_of_teaching(form: str, delivery: str) -> str:
    """ "Training, in person"; a webinar and a distance course say by their name how they are taught."""
    plain = {
        (Course.Format.WEBINAR, Course.Delivery.ONLINE_LIVE),
        (Course.Format.DISTANCE, Course.Delivery.SELF_PACED),
    }
    said = str(Course.Format(form).label)
    return said if (form, delivery) in plain else f"{said}, {str(Course.Delivery(delivery).label).lower()}"


class CourseAudience(Course.audience.through):  # type: ignore[name-defined]
    """A position that a course is meant for."""

    class Meta:
        proxy = True
        default_permissions = ()
        verbose_name = _("audience of a course")
        verbose_name_plural = _("audiences of courses")
        triggers = audited()


class CoursePrerequisite(Course.prerequisites.through):  # type: ignore[name-defined]
    """A course to be completed before another."""

    class Meta:
        proxy = True
        default_permissions = ()
        verbose_name = _("prerequisite of a course")
        verbose_name_plural = _("prerequisites of courses")
        triggers = audited()


class CourseQualification(Course.qualifications.through):  # type: ignore[name-defined]
    """A qualification that a course asks of its trainers."""

    class Meta:
        proxy = True
        default_permissions = ()
        verbose_name = _("qualification for a course")
        verbose_name_plural = _("qualifications for courses")
        triggers = audited()


class CourseEquipment(Course.equipment.through):  # type: ignore[name-defined]
    """A piece of equipment that a course asks of its room."""

    class Meta:
        proxy = True
        default_permissions = ()
        verbose_name = _("equipment for a course")
        verbose_name_plural = _("equipment for courses")
        triggers = audited()


class Material(models.Model):
    """A lesson of a self-paced course, in Markdown, with its usual reading time."""

    course = models.ForeignKey(
        Course, on_delete=models.CASCADE, related_name="materials", verbose_name=_("course")
    )
    number = models.PositiveSmallIntegerField(_("number"))
    title = models.CharField(_("title"), max_length=200)
    text = models.TextField(_("text"))
    minutes = models.PositiveSmallIntegerField(_("minutes"), default=10)

    class Meta:
        verbose_name = _("material")
        verbose_name_plural = _("materials")
        ordering = ["course", "number"]
        constraints = [models.UniqueConstraint(fields=["course", "number"], name="material_number_once")]

    def __str__(self) -> str:
        return self.title


class ProgrammeQuerySet(models.QuerySet["Programme"]):
    def named(self, text: str) -> Self:
        """Programmes whose title or code has each word; ё and case are ignored."""
        found = self
        for word in words_of(text):
            found = found.filter(Q(Contains(fold("title"), word)) | Q(code__icontains=word))
        return found


class Programme(models.Model):
    """A route through several courses, such as the first month of a newcomer."""

    class Trigger(models.TextChoices):
        HIRE = "HIRE", _("on hiring")
        APPOINT = "APPOINT", _("on appointment to the position")
        ASSIGN = "ASSIGN", _("assigned by the head or the centre")
        SELF = "SELF", _("own wish with approval")
        NOMINATE = "NOMINATE", _("nominated")
        PERIOD = "PERIOD", _("by calendar")

    code = models.CharField(_("code"), max_length=20, unique=True)
    title = models.CharField(_("title"), max_length=200)
    description = models.TextField(_("description"))
    audience = models.ManyToManyField(
        Position, blank=True, related_name="programmes", verbose_name=_("audience")
    )
    trigger = models.CharField(_("begins"), max_length=10, choices=Trigger.choices)
    deadline_days = models.PositiveSmallIntegerField(_("deadline, days"), null=True, blank=True)
    repeat_months = models.PositiveSmallIntegerField(_("repeated after, months"), null=True, blank=True)
    courses = models.ManyToManyField(Course, through="ProgrammeStep", related_name="programmes")

    objects = ProgrammeQuerySet.as_manager()

    class Meta:
        verbose_name = _("programme")
        verbose_name_plural = _("programmes")
        triggers = audited()
        ordering = [SortKey("title")]
        constraints = [
            models.CheckConstraint(
                condition=Q(code__regex=CODE_IN_ADDRESSES),
                name="programme_code_stands_in_addresses",
                violation_error_message=CODE_SAID,
            ),
        ]

    def __str__(self) -> str:
        return self.title


class ProgrammeAudience(Programme.audience.through):  # type: ignore[name-defined]
    """A position that a programme is meant for."""

    class Meta:
        proxy = True
        default_permissions = ()
        verbose_name = _("audience of a programme")
        verbose_name_plural = _("audiences of programmes")
        triggers = audited()


class ProgrammeStep(models.Model):
    """One course of a programme, in its order."""

    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="steps")
    number = models.PositiveSmallIntegerField(_("number"))
    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="steps")
    is_required = models.BooleanField(_("required"), default=True)

    class Meta:
        verbose_name = _("step of a programme")
        verbose_name_plural = _("steps of programmes")
        triggers = audited()
        ordering = ["programme", "number"]
        constraints = [
            models.UniqueConstraint(fields=["programme", "number"], name="programme_step_number_once"),
            models.UniqueConstraint(fields=["programme", "course"], name="programme_course_once"),
        ]

    def __str__(self) -> str:
        return f"{self.number}. {self.course}"
