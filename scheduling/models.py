"""Time and place: rooms, sessions, their meetings, and the bookings that keep everything from being in two places."""

from datetime import datetime, timedelta
from typing import Self

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import Deferrable, F, Func, Q
from django.db.models.lookups import Contains
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from audit.triggers import audited
from centre.functions import CentreDay, SortKey, fold, one_element_range
from centre.locks import LockingQuerySet
from centre.models import Site
from centre.prepared import Given
from centre.words import words_of
from courses.models import Course, Equipment
from people.models import Employee

ACADEMIC_HOUR = timedelta(minutes=45)


class RoomQuerySet(LockingQuerySet["Room"]):
    def in_use(self) -> Self:
        return self.filter(is_active=True)

    def named(self, text: str) -> Self:
        """Rooms whose name or code has each word; ё and case are ignored."""
        found = self
        for word in words_of(text):
            found = found.filter(Q(Contains(fold("name"), word)) | Q(code__icontains=word))
        return found


class Room(models.Model):
    """A room of a site, or an online room of webinars."""

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="rooms", verbose_name=_("site"))
    code = models.CharField(_("code"), max_length=20, unique=True)
    name = models.CharField(_("name"), max_length=100)
    capacity = models.PositiveSmallIntegerField(_("capacity"), help_text=_("Trainees, without the trainer."))
    equipment = models.ManyToManyField(
        Equipment, blank=True, related_name="rooms", verbose_name=_("equipment")
    )
    is_step_free = models.BooleanField(_("reachable without steps"), default=True)
    is_active = models.BooleanField(_("in use"), default=True)
    note = models.CharField(_("note"), max_length=300, blank=True)

    objects = RoomQuerySet.as_manager()

    class Meta:
        verbose_name = _("room")
        verbose_name_plural = _("rooms")
        triggers = audited()
        ordering = ["site", SortKey("name")]
        constraints = [models.CheckConstraint(condition=Q(capacity__gte=1), name="room_has_capacity")]

    def __str__(self) -> str:
        return self.name


class RoomEquipment(Room.equipment.through):  # type: ignore[name-defined]
    """A piece of equipment that a room got or lost."""

    class Meta:
        proxy = True
        default_permissions = ()
        verbose_name = _("equipment of a room")
        verbose_name_plural = _("equipment of rooms")
        triggers = audited()


class RoomClosure(models.Model):
    """Time during which a room cannot be used; recorded even when meetings stand in the way (rule 7)."""

    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="closures", verbose_name=_("room"))
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("to"))
    reason = models.CharField(_("reason"), max_length=200)

    class Meta:
        verbose_name = _("closure of a room")
        verbose_name_plural = _("closures of rooms")
        triggers = audited()
        ordering = ["starts_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="room_closure_ends_after_start"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.room}: {self.reason}"


class SessionQuerySet(LockingQuerySet["Session"]):
    def with_course(self) -> Self:
        """With the courses, but for their long texts, which no page of a session shows."""
        long_texts = ("course__description", "course__search_russian", "course__search_simple")
        return self.select_related("course").defer(*long_texts)

    def published(self) -> Self:
        """What everybody may see: not drafts."""
        return self.exclude(status=Session.Status.DRAFT)

    def takes_place(self) -> Self:
        """Published and not cancelled."""
        return self.filter(status__in=[Session.Status.OPEN, Session.Status.CONFIRMED, Session.Status.CLOSED])

    def during(self, starts_at: datetime, ends_at: datetime) -> Self:
        """Sessions of which a part lies in the half-open time."""
        return self.filter(starts_at__lt=ends_at, ends_at__gt=starts_at)

    def at_site(self, site: Site) -> Self:
        rooms = Booking.objects.filter(room__site=site)
        return self.filter(pk__in=rooms.values("meeting__session"))

    def taught_by(self, person: Employee) -> Self:
        return self.filter(pk__in=Booking.objects.teaching().filter(person=person).values("meeting__session"))

    def of_courses(self, words: str) -> Self:
        """Sessions of courses that the words find."""
        return self.filter(course__in=Course.objects.search(words).order_by().values("pk"))

    def upcoming(self, now: datetime | Given | None = None) -> Self:
        """Open for enrolment as far as status and clock go: open or confirmed, not yet begun."""
        return self.filter(
            status__in=[Session.Status.OPEN, Session.Status.CONFIRMED], starts_at__gt=now or timezone.now()
        )

    def beginning_soon(self, now: datetime, *, days: int) -> Self:
        """Upcoming, and begins within so many days of the calendar: who watches for too few people (rule 8)."""
        return self.upcoming(now).filter(starts_at__date__lte=timezone.localdate(now) + timedelta(days=days))


class Session(models.Model):
    """One dated offering of a course, with its own seats.

    `seats` is the capacity in force: the least of the course's largest group, the rooms' capacities and the
    session's own `limit`; it and `starts_at`, `ends_at` are written by scheduling.actions only. `version`
    grows with every change, so that the second of two planners is told instead of overwriting. Whether a
    session runs or is over follows from the clock.
    """

    class Status(models.TextChoices):
        DRAFT = "draft", _("draft")
        OPEN = "open", _("open for enrolment")
        CONFIRMED = "confirmed", _("confirmed")
        CLOSED = "closed", _("sheet closed")
        CANCELLED = "cancelled", _("cancelled")

    course = models.ForeignKey(
        Course,
        on_delete=models.PROTECT,
        related_name="sessions",
        db_index=False,  # session_by_course begins with it
        verbose_name=_("course"),
    )
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.DRAFT)
    limit = models.PositiveSmallIntegerField(_("own limit of seats"), null=True, blank=True)
    seats = models.PositiveSmallIntegerField(_("seats"))
    starts_at = models.DateTimeField(_("starts at"))
    ends_at = models.DateTimeField(_("ends at"))
    needs_step_free = models.BooleanField(_("step-free access needed"), default=False)
    online_link = models.URLField(_("link of the webinar"), max_length=300, blank=True)
    note = models.CharField(_("note for trainees"), max_length=300, blank=True)
    cancelled_because = models.CharField(_("reason of cancellation"), max_length=300, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = SessionQuerySet.as_manager()

    class Meta:
        verbose_name = _("session")
        verbose_name_plural = _("sessions")
        triggers = audited(session="{row}.id", left_out=("version",))
        ordering = ["starts_at", "pk"]
        permissions = [("plan_session", "Can plan, publish and cancel sessions")]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=["draft", "open", "confirmed", "closed", "cancelled"]),
                name="session_status_known",
            ),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="session_ends_after_start"),
            models.CheckConstraint(
                condition=~Q(status="cancelled") | ~Q(cancelled_because=""),
                name="session_cancelled_with_reason",
            ),
            # The target of enrolment's composite foreign key: an enrolment's course is its session's course.
            models.UniqueConstraint(fields=["id", "course"], name="session_id_course"),
        ]
        indexes = [models.Index(fields=["course", "starts_at"], name="session_by_course")]

    def __str__(self) -> str:
        return f"{self.course.title} ({timezone.localtime(self.starts_at):%d.%m.%Y})"

    def get_absolute_url(self) -> str:
        return reverse("website:session", args=[self.pk])

    @property
    def has_begun(self) -> bool:
        return self.starts_at <= timezone.now()

    @property
    def is_over(self) -> bool:
        return self.ends_at <= timezone.now()

    @property
    def is_open_for_enrolment(self) -> bool:
        return self.status in {self.Status.OPEN, self.Status.CONFIRMED} and not self.has_begun

    @property
    def is_cancelled(self) -> bool:
        return self.status == self.Status.CANCELLED

    @property
    def can_change(self) -> bool:
        """Whether times, places and seats may still be changed."""
        return not self.is_cancelled and not self.has_begun

    @property
    def can_move(self) -> bool:
        """Whether meetings that have not begun may still be changed."""
        return self.status not in {self.Status.CANCELLED, self.Status.CLOSED} and not self.is_over

    @property
    def can_cancel(self) -> bool:
        return self.can_move

    @property
    def state(self) -> str:
        """The status as the clock completes it: also "running" and "finished" (rule 1)."""
        if self.status in {self.Status.OPEN, self.Status.CONFIRMED} and self.has_begun:
            return "finished" if self.is_over else "running"
        return self.status


class SessionStep(models.Model):
    """One step in a session's life: who, when, what and why. Append-only.

    The messages that it caused are those of the ledger with its `cause`.

    A step that changed the plan keeps it as it was and as it became (`plans.SessionPlan.as_json`): planners read what
    changed, and may take the last one back. Steps of several sessions that were one operation share its number.
    """

    class Kind(models.TextChoices):
        PLANNED = "planned", _("planned")
        PUBLISHED = "published", _("published")
        CONFIRMED = "confirmed", _("confirmed")
        LIMITED = "limited", _("limit changed")
        MOVED = "moved", _("moved")
        EDITED = "edited", _("edited")
        CANCELLED = "cancelled", _("cancelled")
        RUN_ANYWAY = "run_anyway", _("takes place with few people too")
        JOINED = "joined", _("joined with another session")
        INVITED = "invited", _("people invited")
        PREPARED = "prepared", _("change prepared for the next publication")
        DROPPED = "dropped", _("prepared change dropped")
        CLOSED = "closed", _("sheet closed")
        UNDONE = "undone", _("last change taken back")

    session = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="steps")
    at = models.DateTimeField(_("when"), default=timezone.now)
    kind = models.CharField(_("what"), max_length=10, choices=Kind.choices)
    by = models.ForeignKey(
        Employee,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="session_steps",
        verbose_name=_("who"),
    )
    reason = models.CharField(_("why"), max_length=300, blank=True)
    # The session's after the step.
    version = models.PositiveIntegerField(null=True, blank=True)
    before = models.JSONField(null=True, blank=True)
    after = models.JSONField(null=True, blank=True)
    operation = models.UUIDField(null=True, blank=True)

    class Meta:
        verbose_name = _("step of a session")
        verbose_name_plural = _("steps of sessions")
        ordering = ["at", "pk"]
        indexes = [
            models.Index(
                fields=["operation"], condition=Q(operation__isnull=False), name="session_step_of_operation"
            )
        ]

    def __str__(self) -> str:
        return f"{self.session_id}: {self.kind}"

    @property
    def cause(self) -> str:
        """The words under which the ledger keeps the messages of this step (rule 1)."""
        return f"step:{self.pk}"


class Waiver(models.Model):
    """A soft limit that a planner broke with a written reason (rule 3); it stays flagged as long as it is broken.

    `key` is the finding's (`checks.Finding.key`): the same limit, the same trainer, the same day.
    """

    session = models.ForeignKey(
        Session, on_delete=models.CASCADE, related_name="waivers", verbose_name=_("session")
    )
    key = models.CharField(_("finding"), max_length=120)
    reason = models.CharField(_("why"), max_length=300)
    by = models.ForeignKey(
        Employee, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("who")
    )
    at = models.DateTimeField(_("when"), default=timezone.now)

    class Meta:
        verbose_name = _("waiver of a limit")
        verbose_name_plural = _("waivers of limits")
        triggers = audited(session="{row}.session_id")
        constraints = [
            models.UniqueConstraint(fields=["session", "key"], name="waiver_once_a_finding"),
            models.CheckConstraint(condition=~Q(reason=""), name="waiver_has_a_reason"),
        ]

    def __str__(self) -> str:
        return self.reason


class Meeting(models.Model):
    """One sitting of a session. Its room and trainers are its bookings."""

    session = models.ForeignKey(
        Session, on_delete=models.CASCADE, related_name="meetings", verbose_name=_("session")
    )
    starts_at = models.DateTimeField(_("starts at"))
    ends_at = models.DateTimeField(_("ends at"))

    class Meta:
        verbose_name = _("meeting")
        verbose_name_plural = _("meetings")
        triggers = audited(session="{row}.session_id")
        ordering = ["starts_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")),
                name="meeting_ends_after_start",
                violation_error_message=_("A meeting must end after it starts."),
            ),
            ExclusionConstraint(
                name="meeting_one_of_a_session_at_a_time",
                expressions=[
                    (one_element_range("session"), RangeOperators.OVERLAPS),
                    (
                        Func(
                            F("starts_at"),
                            F("ends_at"),
                            function="tstzrange",
                            output_field=DateTimeRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                deferrable=Deferrable.IMMEDIATE,
                violation_error_message=_("Two meetings of the session overlap."),
            ),
        ]
        indexes = [models.Index(fields=["starts_at"], name="meeting_by_start")]

    def __str__(self) -> str:
        return date_format(timezone.localtime(self.starts_at), "DATETIME_FORMAT")

    @property
    def has_begun(self) -> bool:
        return self.starts_at <= timezone.now()

    @property
    def minutes(self) -> int:
        return int((self.ends_at - self.starts_at).total_seconds() // 60)


def one_booking_at_a_time(field: str) -> ExclusionConstraint:
    """No two bookings of the same room or person overlap; ends may touch (rule 2)."""
    return ExclusionConstraint(
        name=f"booking_one_{field}_at_a_time",
        expressions=[
            (one_element_range(field), RangeOperators.OVERLAPS),
            ("period", RangeOperators.OVERLAPS),
        ],
        condition=Q(**{f"{field}__isnull": False}),
        deferrable=Deferrable.IMMEDIATE,  # so that two meetings may swap rooms in one transaction
    )


class BookingQuerySet(models.QuerySet["Booking"]):
    def overlapping(self, starts_at: datetime, ends_at: datetime) -> Self:
        """Bookings that share a moment with the half-open time."""
        return self.filter(period__overlap=(starts_at, ends_at))

    def of_rooms(self) -> Self:
        return self.filter(room__isnull=False)

    def teaching(self) -> Self:
        return self.filter(role=Booking.Role.TEACHES)

    def attending(self) -> Self:
        return self.filter(role=Booking.Role.ATTENDS)


class Booking(models.Model):
    """A planned meeting's claim on the time of one room or one person, who teaches or attends.

    The one idea to understand: a calendar of a room, a trainer or a trainee is its bookings, and two exclusion
    constraints make a second claim impossible for every caller for ever. The meeting's time is repeated here on
    purpose; scheduling.actions writes the times, enrolment's seat operation the trainees.
    """

    class Role(models.TextChoices):
        TEACHES = "teaches", _("teaches")
        ATTENDS = "attends", _("attends")

    meeting = models.ForeignKey(
        Meeting, on_delete=models.CASCADE, related_name="bookings", verbose_name=_("meeting")
    )
    room = models.ForeignKey(
        Room,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="bookings",
        db_index=False,  # booking_by_room, without the many that have none
        verbose_name=_("room"),
    )
    person = models.ForeignKey(
        Employee,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="bookings",
        db_index=False,  # booking_by_end begins with it
        verbose_name=_("person"),
    )
    role = models.CharField(_("role"), max_length=8, choices=Role.choices, blank=True)
    # Half-open: a meeting may start at the minute another ends. A room's period includes the changeover.
    period = DateTimeRangeField(_("period"))

    objects = BookingQuerySet.as_manager()

    class Meta:
        verbose_name = _("booking")
        verbose_name_plural = _("bookings")
        # Who attends follows from the seat, whose record tells it; the time from the meeting's.
        triggers = audited(
            person="{row}.person_id",
            session="(SELECT session_id FROM scheduling_meeting WHERE id = {row}.meeting_id)",
            left_out=("period",),
            only="{row}.role <> 'attends'",
        )
        constraints = [
            models.CheckConstraint(
                condition=Q(room__isnull=False, person__isnull=True, role="")
                | Q(room__isnull=True, person__isnull=False, role__one_of=["teaches", "attends"]),
                name="booking_has_one_subject",
            ),
            models.CheckConstraint(
                condition=Q(period__isempty=False, period__lower_inf=False, period__upper_inf=False),
                name="booking_has_a_time",
            ),
            one_booking_at_a_time("room"),
            one_booking_at_a_time("person"),
        ]
        indexes = [
            # A meeting has twenty people and one room, which every page asks for.
            models.Index(fields=["meeting"], condition=Q(room__isnull=False), name="booking_rooms"),
            models.Index(fields=["room"], condition=Q(room__isnull=False), name="booking_by_room"),
            # Who is away for training on a day, of whom a seat asks for the office (rule 16).
            models.Index(
                CentreDay("period__startswith"),
                condition=Q(role="attends"),
                name="booking_attends_on_day",
            ),
            # Of a person what is not over: over the years that is the least.
            models.Index(
                "person", "period__endswith", condition=Q(person__isnull=False), name="booking_by_end"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.room or self.person}: {self.meeting}"


from scheduling.addresses.models import RoomDoor as RoomDoor  # noqa: E402  tables of this app
from scheduling.addresses.models import Subscription as Subscription  # noqa: E402
from scheduling.addresses.models import new_token as new_token  # noqa: E402  for migrations
from scheduling.assignments.models import Assignment as Assignment  # noqa: E402
from scheduling.publication.models import PreparedChange as PreparedChange  # noqa: E402
from scheduling.trouble.models import TroubleReport as TroubleReport  # noqa: E402
