"""Who works in the service offices: employees, their employments, offices and positions. Models only."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import ClassVar, Self
from zoneinfo import ZoneInfo

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchQuery, SearchVector
from django.db import models
from django.db.models import F, GeneratedField, Q, Value
from django.db.models.functions import Collate, Concat, Lower
from django.db.models.lookups import Contains
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from audit.triggers import audited
from centre.functions import SortKey, fold
from centre.locks import LockingQuerySet
from centre.prepared import Given
from centre.words import WORDS_AT_MOST, corrected, words_of
from people.time_zones import check_zone


class Position(models.Model):
    """A job title of the staff list; audiences of courses are sets of positions."""

    class Group(models.TextChoices):
        HALL = "HALL", _("hall")
        WINDOW = "WINDOW", _("service windows")
        BACK = "BACK", _("back office")
        LINE_MANAGEMENT = "LINE_MANAGEMENT", _("line management")
        MANAGEMENT = "MANAGEMENT", _("management")
        HQ = "HQ", _("headquarters")
        TRAINING = "TRAINING", _("training centre")

    code = models.CharField(_("code"), max_length=30, unique=True)
    title = models.CharField(_("title"), max_length=120, unique=True)
    group = models.CharField(_("group"), max_length=20, choices=Group.choices)
    description = models.TextField(_("description"), blank=True)

    class Meta:
        verbose_name = _("position")
        verbose_name_plural = _("positions")
        ordering = [SortKey("title")]

    def __str__(self) -> str:
        return self.title


# For whom a change of an office is: its new head or deputy, or the one who was, when either changes.
WHO_DECIDES = (
    "CASE WHEN {row}.head_id IS DISTINCT FROM {old}.head_id THEN coalesce({row}.head_id, {old}.head_id)"
    " WHEN {row}.deputy_id IS DISTINCT FROM {old}.deputy_id THEN coalesce({row}.deputy_id, {old}.deputy_id) END"
)


class OfficeQuerySet(models.QuerySet["Office"]):
    def led_by(self, person: "Employee") -> Self:
        """Offices of which the person is head or deputy."""
        return self.filter(Q(head=person) | Q(deputy=person))

    def named(self, text: str) -> Self:
        """Offices whose name, district or code has each word; ё and case are ignored."""
        found = self
        for word in words_of(text):
            found = found.filter(
                Q(Contains(fold("name"), word))
                | Q(Contains(fold("district"), word))
                | Q(code__icontains=word)
            )
        return found


class Office(models.Model):
    """A service office, or an inner unit such as headquarters; its head and deputy decide about its people."""

    class Kind(models.TextChoices):
        DISTRICT = "district", _("district office")
        FLAGSHIP = "flagship", _("flagship office")
        PALACE = "palace", _("palace of public services")
        HEADQUARTERS = "headquarters", _("headquarters")
        TRAINING_CENTRE = "training_centre", _("training centre")

    code = models.CharField(_("code"), max_length=40, unique=True)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind.choices)
    name = models.CharField(_("name"), max_length=150, unique=True)
    district = models.CharField(_("district"), max_length=80, blank=True)
    okrug = models.CharField(_("okrug"), max_length=20, blank=True)
    opens_at = models.TimeField(_("opens at"), null=True, blank=True)
    closes_at = models.TimeField(_("closes at"), null=True, blank=True)
    head = models.ForeignKey(
        "Employee",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="headed_offices",
        verbose_name=_("head"),
    )
    deputy = models.ForeignKey(
        "Employee",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="deputised_offices",
        verbose_name=_("deputy"),
    )

    objects = OfficeQuerySet.as_manager()

    class Meta:
        verbose_name = _("office")
        verbose_name_plural = _("offices")
        ordering = [SortKey("name")]
        permissions = [("appoint_leaders", "Can say who is head and deputy of an office")]
        constraints = [
            models.CheckConstraint(
                condition=Q(head__isnull=True) | Q(deputy__isnull=True) | ~Q(head=F("deputy")),
                name="office_head_is_not_deputy",
            ),
        ]
        triggers = audited(person=WHO_DECIDES)

    def __str__(self) -> str:
        return self.name


# Parts of a name, as the index of the same words holds them.
NAME_WORDS = SearchVector("name_key", config="simple")
# A correction compares with so many different parts of names at most.
VOCABULARY_MAX = 100_000


def begun_by(words: list[str]) -> Q:
    """The condition that each word begins a part of the name; built of word tokens, never of the reader's signs."""
    condition = Q()
    for word in words:
        condition &= Q(name_words=SearchQuery(f"'{word}':*", config="simple", search_type="raw"))
    return condition


class EmployeeQuerySet(LockingQuerySet["Employee"]):
    def employed(self) -> Self:
        """Who may use the system: an account in force."""
        return self.filter(is_active=True)

    def by_name(self, text: str) -> Self:
        """People each of whose words begins a part of the name, in any order, or whose personnel number begins so.

        ё and case are ignored, and zeros before a number may be left out. Text without a word finds nobody.
        """
        found = self if words_of(text) else self.none()
        for typed in text.split()[:WORDS_AT_MOST]:
            by_words = Employee.objects.alias(name_words=NAME_WORDS).filter(begun_by(words_of(typed)))
            if any(letter.isdigit() for letter in typed):
                numbered = Employment.objects.numbered(typed).order_by().values("employee")
                found = found.filter(pk__in=by_words.order_by().values("pk").union(numbered))
            else:
                found = found.alias(name_words=NAME_WORDS).filter(begun_by(words_of(typed)))
        return found

    def meant(self, text: str) -> str | None:
        """What was probably meant by a name that finds nobody: slips and the wrong keyboard layout are forgiven."""
        if any(letter.isdigit() for letter in text):
            return None  # a personnel number has no near words
        parts = [
            self.order_by().values_list(part, flat=True)
            for part in ("last_name", "first_name", "middle_name")
        ]
        return corrected(text, parts[0].union(*parts[1:])[:VOCABULARY_MAX])

    def led_by(self, person: "Employee") -> Self:
        """The people of the offices of which the person is head or deputy."""
        jobs = Employment.objects.current().filter(office__in=Office.objects.led_by(person))
        return self.filter(pk__in=jobs.values("employee"))


class EmployeeManager(BaseUserManager.from_queryset(EmployeeQuerySet)):  # type: ignore[misc]
    def create_user(self, username: str, password: str | None = None, **fields: object) -> "Employee":
        employee = self.model(username=username, **fields)
        employee.set_password(password)
        employee.save(using=self._db)
        return employee

    def create_superuser(self, username: str, password: str | None = None, **fields: object) -> "Employee":
        return self.create_user(username, password, is_staff=True, is_superuser=True, **fields)


def short_name(last_name: str, first_name: str, middle_name: str) -> str:
    """Family name and initials, as lists and letters say it."""
    initials = " ".join(f"{part[0]}." for part in (first_name, middle_name) if part)
    return f"{last_name} {initials}".strip()


class Employee(AbstractBaseUser, PermissionsMixin):
    """A human being with an account. What they work as, and where, stands in their employments."""

    class Language(models.TextChoices):
        RUSSIAN = "ru", _("Russian")
        ENGLISH = "en", _("English")

    username = models.CharField(
        _("account name"),
        max_length=60,
        unique=True,
        help_text=_("The first personnel number; never changes."),
    )
    last_name = models.CharField(_("last name"), max_length=80)
    first_name = models.CharField(_("first name"), max_length=80)
    middle_name = models.CharField(_("middle name"), max_length=80, blank=True)
    email = models.EmailField(_("e-mail"), max_length=200, blank=True)
    language = models.CharField(
        _("language"), max_length=2, choices=Language.choices, default=Language.RUSSIAN
    )
    time_zone = models.CharField(
        _("time zone"),
        max_length=40,
        blank=True,
        default="",
        db_default="",  # the code of before, which knows no zones, still writes people during an update
        validators=[check_zone],
        help_text=_("Empty: that of the training centre."),
    )
    is_active = models.BooleanField(_("active"), default=True)
    is_staff = models.BooleanField(_("may open the administration pages"), default=False)
    # Compares and sorts names without ё/е and case (rule 28, rule 30).
    name_key = GeneratedField(
        expression=Collate(
            fold(
                Concat(
                    "last_name",
                    Value(" "),
                    "first_name",
                    Value(" "),
                    "middle_name",
                    output_field=models.TextField(),
                )
            ),
            "C",
        ),
        output_field=models.CharField(max_length=250, db_collation="C"),
        db_persist=True,
    )

    objects = EmployeeManager()

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["last_name", "first_name"]

    class Meta:
        verbose_name = _("employee")
        verbose_name_plural = _("employees")
        ordering = ["name_key", "pk"]
        permissions = [("import_staff", "Can import the staff list")]
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                condition=~Q(email=""),
                name="employee_email_unique",
                violation_error_message=_("Another employee already has this e-mail."),
            ),
        ]
        indexes = [
            models.Index(fields=["name_key"], name="employee_by_name"),
            GinIndex(NAME_WORDS, name="employee_name_words"),
        ]
        triggers = audited(person="{row}.id", left_out=("last_login", "name_key"), hidden=("password",))

    def __str__(self) -> str:
        return self.full_name

    @property
    def full_name(self) -> str:
        return " ".join(part for part in (self.last_name, self.first_name, self.middle_name) if part)

    @property
    def short_name(self) -> str:
        return short_name(self.last_name, self.first_name, self.middle_name)

    @property
    def own_zone(self) -> ZoneInfo | None:
        """The person's own time zone; None when it is the centre's."""
        return ZoneInfo(self.time_zone) if self.time_zone else None

    def get_full_name(self) -> str:
        return self.full_name

    def get_short_name(self) -> str:
        return self.first_name or self.last_name

    @cached_property
    def main_employment(self) -> "Employment | None":
        """The main employment in force, with its office and position; None for an account without one."""
        return self.employments.current().filter(is_main=True).select_related("office", "position").first()


class Membership(Employee.groups.through):  # type: ignore[name-defined]
    """An employee's role: one given or taken away (rule 29)."""

    class Meta:
        proxy = True
        default_permissions = ()
        verbose_name = _("role of an employee")
        verbose_name_plural = _("roles of employees")
        triggers = audited(person="{row}.employee_id")


# A personnel number with its zeros is mostly this long at most.
NUMBER_LENGTH_MAX = 12


def with_zeros(typed: str) -> list[str]:
    """What a personnel number may have been before its leading zeros were left out."""
    return [typed.zfill(length) for length in range(len(typed) + 1, NUMBER_LENGTH_MAX + 1)]


def works_on(work_pattern: str, starts_on: date | None, day: date) -> bool:
    """Whether somebody with the pattern works on the day; `starts_on` is the first working day of 2/2 (rule 3)."""
    if work_pattern == "5/2" or starts_on is None:
        return day.weekday() < 5
    return (day - starts_on) // timedelta(days=1) % 4 < 2


class EmploymentQuerySet(models.QuerySet["Employment"]):
    def current(self, on: date | Given | None = None) -> Self:
        """Employments in force on that day, today if none is named."""
        return self.filter(Q(ended_on__isnull=True) | Q(ended_on__gte=on or timezone.localdate()))

    def numbered(self, typed: str) -> Self:
        """Employments whose personnel number begins so, or is so when its leading zeros are left out."""
        return self.filter(
            Q(personnel_number__startswith=typed)
            | Q(personnel_number__startswith=typed.upper())
            | Q(personnel_number__in=with_zeros(typed))
        )

    def numbered_exactly(self, typed: str) -> Self:
        """Employments whose personnel number is this; leading zeros may be left out."""
        return self.filter(personnel_number__in=[typed, typed.upper(), *with_zeros(typed)])


class Employment(models.Model):
    """One job of an employee, under a personnel number. One main employment at a time.

    The shift calendar of a person follows from `work_pattern` and, for 2/2, its first working day.
    """

    class WorkPattern(models.TextChoices):
        FIVE_TWO = "5/2", _("five days a week")
        TWO_TWO = "2/2", _("two days on, two days off")

    class Leave(models.TextChoices):
        NONE = "", _("at work")
        VACATION = "vacation", _("on vacation")
        PARENTAL = "parental", _("on parental leave")
        SICK = "sick", _("ill")

    employee = models.ForeignKey(
        Employee, on_delete=models.PROTECT, related_name="employments", verbose_name=_("employee")
    )
    # Text, for leading zeros are part of it (rule 28).
    personnel_number = models.CharField(_("personnel number"), max_length=30, unique=True)
    office = models.ForeignKey(
        Office, on_delete=models.PROTECT, related_name="employments", verbose_name=_("office")
    )
    position = models.ForeignKey(
        Position, on_delete=models.PROTECT, related_name="employments", verbose_name=_("position")
    )
    is_main = models.BooleanField(_("main"), default=True)
    work_pattern = models.CharField(
        _("work pattern"), max_length=3, choices=WorkPattern.choices, default=WorkPattern.FIVE_TWO
    )
    pattern_starts_on = models.DateField(_("first working day of the pattern"), null=True, blank=True)
    started_on = models.DateField(_("since"))
    ended_on = models.DateField(_("until"), null=True, blank=True)
    leave = models.CharField(_("leave"), max_length=10, choices=Leave.choices, blank=True, default=Leave.NONE)

    objects = EmploymentQuerySet.as_manager()

    class Meta:
        verbose_name = _("employment")
        verbose_name_plural = _("employments")
        ordering = ["employee", "-is_main", "started_on"]
        constraints = [
            models.UniqueConstraint(
                fields=["employee"],
                condition=Q(is_main=True, ended_on__isnull=True),
                name="employment_one_main_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(ended_on__isnull=True) | Q(ended_on__gte=F("started_on")),
                name="employment_ends_after_start",
            ),
            models.CheckConstraint(
                condition=Q(work_pattern="5/2") | Q(work_pattern="2/2", pattern_starts_on__isnull=False),
                name="employment_shift_has_first_day",
            ),
        ]
        indexes = [
            # Who of an office is at work, for each seat (rule 16): answered without the rows themselves.
            models.Index(
                fields=["office"],
                include=["id", "employee", "work_pattern", "pattern_starts_on", "ended_on"],
                condition=Q(is_main=True, leave=""),
                name="employment_at_work",
            ),
        ]
        triggers = audited(person="{row}.employee_id")

    def __str__(self) -> str:
        return f"{self.personnel_number} {self.position}"

    @property
    def is_in_force(self) -> bool:
        return self.ended_on is None or self.ended_on >= timezone.localdate()

    def works_on(self, day: date) -> bool:
        """Whether the pattern has the person at work on that day; leave and the law's calendar are not asked."""
        return works_on(self.work_pattern, self.pattern_starts_on, day)


def add_work(people: Iterable[Employee]) -> None:
    """Let each person know their main employment, in one query for all."""
    people = list(people)
    employments = (
        Employment.objects.current()
        .filter(is_main=True, employee__in=people)
        .select_related("office", "position")
    )
    of = {employment.employee_id: employment for employment in employments}
    for person in people:
        person.main_employment = of.get(person.pk)
