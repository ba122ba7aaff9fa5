"""Who takes which seat, and who came: enrolments, their log, and the marks of attendance."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import F, Q, Subquery
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from audit.triggers import audited
from centre.functions import ClockTimestamp
from courses.models import Course
from enrolment.bulk.models import BulkRow, BulkRun
from enrolment.interest.models import Interest
from enrolment.queue.order import Rank, Standing, queue_order, rank
from people.models import Employee
from scheduling.models import Meeting, Session

__all__ = [
    "APPROVAL_SETTLED",
    "ENDED_FIELDS",
    "LEGAL_PAIRS",
    "SEATS_TAKEN",
    "SEAT_USED",
    "Approval",
    "AttendanceMark",
    "BulkRow",
    "BulkRun",
    "Ending",
    "Enrolment",
    "EnrolmentEntry",
    "EnrolmentQuerySet",
    "Interest",
    "Mark",
    "Seat",
]


class Seat(models.TextChoices):
    NONE = "none", _("no seat")
    WAITING = "waiting", _("waiting")
    OFFERED = "offered", _("offered")
    HELD = "held", _("held")
    GIVEN_UP = "given_up", _("given up")


class Approval(models.TextChoices):
    NOT_NEEDED = "not_needed", _("not needed")
    ASKED = "asked", _("asked")
    GRANTED = "granted", _("granted")
    REFUSED = "refused", _("refused")
    EXPIRED = "expired", _("expired")


class Ending(models.TextChoices):
    """How an enrolment ended; a live one has none."""

    LIVE = "", _("live")
    CANCELLED = "cancelled", _("cancelled by the trainee")
    CANCELLED_LATE = "cancelled_late", _("cancelled late by the trainee")
    BY_CENTRE = "by_centre", _("cancelled by the centre")
    NOT_REACHED = "not_reached", _("the session began before a seat was free")
    DISMISSED = "dismissed", _("left the organisation")
    FINISHED = "finished", _("finished")
    NOT_COMPLETED = "not_completed", _("not completed")
    NO_SHOW = "no_show", _("did not come")
    REFUSED = "refused", _("refused by the head")
    DECLINED = "declined", _("declined the offered seat")
    LAPSED = "lapsed", _("did not answer the offer in time")
    REPLACED = "replaced", _("replaced by somebody else")


APPROVAL_SETTLED = (Approval.NOT_NEEDED, Approval.GRANTED)
SEATS_TAKEN = (Seat.HELD, Seat.OFFERED)
# Endings of people who had their seat when the session took place; they keep it, and its bookings.
SEAT_USED = (Ending.FINISHED, Ending.NOT_COMPLETED, Ending.NO_SHOW)

# What `Enrolment.end` writes.
ENDED_FIELDS = (
    "seat",
    "approval",
    "ended_because",
    "ended_at",
    "clash_since",
    "offer_until",
    "approval_until",
    "escalated_at",
)


def codes(choices: Iterable[models.TextChoices]) -> list[str]:
    return sorted(choice.value for choice in choices)


LEGAL_PAIRS = (
    # somebody is asked: no seat yet
    Q(ended_because="", seat=Seat.NONE, approval=Approval.ASKED)
    # live, or ended after the session took place or the self-paced course was finished
    | Q(ended_because__one_of=["", *codes(SEAT_USED)], approval__one_of=codes(APPROVAL_SETTLED))
    & (
        Q(session__isnull=False, seat=Seat.HELD)
        | Q(session__isnull=True, seat=Seat.NONE)  # self-paced: no seat is needed
        | Q(session__isnull=False, seat__one_of=codes([Seat.WAITING, Seat.OFFERED]), ended_because="")
    )
    # ended before
    | Q(
        ended_because__one_of=codes(set(Ending) - {Ending.LIVE, *SEAT_USED}),
        seat__one_of=codes([Seat.NONE, Seat.GIVEN_UP]),
        approval__one_of=codes(Approval),
    )
)


class EnrolmentQuerySet(models.QuerySet["Enrolment"]):
    def live(self) -> Self:
        return self.filter(ended_because=Ending.LIVE)

    def ahead(self, now: datetime) -> Self:
        """Live, and not to be ended by a sheet: in a session yet to begin, waiting, or self-paced."""
        return self.live().filter(
            Q(session__isnull=True) | Q(session__starts_at__gt=now) | Q(seat=Seat.WAITING)
        )

    def clashing(self, now: datetime) -> Self:
        """Live seats that a move brought into a clash, in sessions that are not over."""
        return self.live().filter(clash_since__isnull=False, session__ends_at__gt=now)

    def visible_to(self, reader: Employee) -> Self:
        """The reader's own, and those of the people whose head or deputy the reader is."""
        return self.filter(Q(trainee=reader) | Q(trainee__in=Employee.objects.led_by(reader)))

    def holding(self) -> Self:
        """Those who take a seat: held or offered, also after the sheet is closed."""
        return self.filter(seat__in=SEATS_TAKEN)

    def seated(self) -> Self:
        """Those who hold their seat, or held it to the end: the rows of the attendance sheet."""
        return self.filter(seat=Seat.HELD)

    def in_queue(self) -> Self:
        """Waiting with nothing left to approve, in no order."""
        return self.filter(
            ended_because=Ending.LIVE, seat=Seat.WAITING, approval__in=APPROVAL_SETTLED
        ).order_by()

    def promotable(self, now: datetime | None = None) -> Self:
        """Waiting with nothing left to approve, in the order in which seats are given at that moment (rule 13)."""
        return self.in_queue().order_by(*queue_order(now))


class Enrolment(models.Model):
    """A trainee's enrolment in a session, or in a self-paced course (then there is no session).

    Two facts, not one status: `seat` and `approval`; `ended_because` says how it ended. The table of legal
    pairs is a constraint. `requested_at` comes from the database's clock after the session's lock and stays; a change
    to another date is a new request. With `pinned_at` and `due_on` it makes the person's place in the queue
    (enrolment/queue/order.py).
    """

    trainee = models.ForeignKey(
        Employee,
        on_delete=models.PROTECT,
        related_name="enrolments",
        db_index=False,  # enrolment_by_trainee begins with it
        verbose_name=_("trainee"),
    )
    course = models.ForeignKey(
        Course, on_delete=models.PROTECT, related_name="enrolments", verbose_name=_("course")
    )
    session = models.ForeignKey(
        Session,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="enrolments",
        db_index=False,  # enrolment_by_session begins with it
        db_constraint=False,  # enrolment_course_is_the_sessions_course asks for the session and its course at once
        verbose_name=_("session"),
    )
    seat = models.CharField(_("seat"), max_length=10, choices=Seat.choices)
    approval = models.CharField(
        _("approval"), max_length=10, choices=Approval.choices, default=Approval.NOT_NEEDED
    )
    requested_at = models.DateTimeField(_("requested at"), db_default=ClockTimestamp())
    ended_because = models.CharField(
        _("ended"), max_length=20, choices=Ending.choices, blank=True, default=Ending.LIVE
    )
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    # The last day to be in time with a mandatory course; none for an optional one. It ranks the queue (rule 13).
    due_on = models.DateField(_("due on"), null=True, blank=True)
    pinned_at = models.DateTimeField(_("put first in the queue"), null=True, blank=True)
    # Also when the session begins so soon that nobody would be asked any more (rule 14).
    at_short_notice = models.BooleanField(_("at short notice too"), default=False, db_default=False)
    # Codes of the conditions that staff overlook for this person, with spaces between: the queue does too (rule 11).
    overlooked = models.CharField(
        _("conditions overlooked"), max_length=200, blank=True, default="", db_default=""
    )
    # A seat beyond the limit, given by staff with a reason (rule 10).
    exceeds = models.BooleanField(_("beyond the limit"), default=False, db_default=False)
    offer_until = models.DateTimeField(_("offer holds until"), null=True, blank=True)
    # When the head's silence becomes HR's question, and when it did (rule 12).
    approval_until = models.DateTimeField(_("decision until"), null=True, blank=True)
    escalated_at = models.DateTimeField(_("escalated"), null=True, blank=True)
    # The session lies on a day off of the trainee, who agreed to it (rule 16).
    consented_at = models.DateTimeField(_("agreed to a day off"), null=True, blank=True)
    # The session was moved onto another booking of the trainee: the seat is kept without bookings until they choose.
    clash_since = models.DateTimeField(_("clashes since"), null=True, blank=True)
    # Percent, of the test or exam; entered by the trainer on the sheet, or by the test of a self-paced course.
    score = models.PositiveSmallIntegerField(_("score, percent"), null=True, blank=True)

    objects = EnrolmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("enrolment")
        verbose_name_plural = _("enrolments")
        permissions = [
            ("decide_requests", "Can decide on requests for seats in place of a head"),
            ("override_conditions", "Can enrol somebody in spite of a condition"),
            ("exceed_seats", "Can give seats beyond the limit of a session"),
            ("reserve_seats", "Can keep seats of a session for an office or an okrug"),
            ("enrol_many", "Can enrol many people at once"),
        ]
        triggers = audited(person="{row}.trainee_id", session="{row}.session_id")
        ordering = ["-requested_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["trainee", "course"],
                condition=Q(ended_because=""),
                name="enrolment_one_live_per_course",
            ),
            models.CheckConstraint(condition=LEGAL_PAIRS, name="enrolment_legal_pair"),
            models.CheckConstraint(
                condition=Q(ended_because="", ended_at__isnull=True)
                | (~Q(ended_because="") & Q(ended_at__isnull=False)),
                name="enrolment_ended_has_a_time",
            ),
            models.CheckConstraint(
                condition=Q(score__isnull=True) | Q(score__lte=100), name="enrolment_score_is_percent"
            ),
            models.CheckConstraint(
                condition=Q(seat=Seat.OFFERED, offer_until__isnull=False)
                | (~Q(seat=Seat.OFFERED) & Q(offer_until__isnull=True)),
                name="enrolment_offer_has_a_term",
            ),
            models.CheckConstraint(
                condition=Q(approval=Approval.ASKED, ended_because=Ending.LIVE, approval_until__isnull=False)
                | (~Q(approval=Approval.ASKED) & Q(approval_until__isnull=True, escalated_at__isnull=True)),
                name="enrolment_asked_has_a_term",
            ),
        ]
        indexes = [
            models.Index(fields=["session", "seat"], name="enrolment_by_session"),
            models.Index(fields=["trainee", "course"], name="enrolment_by_trainee"),
            models.Index(
                fields=["session", "requested_at"],
                condition=Q(ended_because="", seat="waiting"),
                name="enrolment_queue",
            ),
            # What time alone decides is looked for every minute.
            models.Index(
                fields=["offer_until"], condition=Q(offer_until__isnull=False), name="enrolment_offer_ends"
            ),
            models.Index(
                fields=["approval_until"],
                condition=Q(approval_until__isnull=False),
                name="enrolment_asked_until",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.trainee}: {self.course}"

    def get_absolute_url(self) -> str:
        return reverse("enrolment:enrolment", args=[self.pk])

    @property
    def is_live(self) -> bool:
        return self.ended_because == Ending.LIVE

    def end(self, ending: Ending, at: datetime) -> None:
        """Say how it ended; the caller saves (`ENDED_FIELDS`). A seat that was not used is given up.

        What nobody decided is no longer asked, and no offer stands any more.
        """
        self.ended_because, self.ended_at = ending, at
        if ending not in SEAT_USED:
            self.clash_since = None  # who came in spite of it keeps the flag: a seat without bookings
            if self.session_id is not None:
                self.seat = Seat.GIVEN_UP
        if self.approval == Approval.ASKED:
            self.approval = Approval.EXPIRED
        self.offer_until = self.approval_until = self.escalated_at = None

    @property
    def overlooks(self) -> frozenset[str]:
        """Codes of the conditions that staff overlook for it."""
        return frozenset(self.overlooked.split())

    @property
    def decide_by(self) -> datetime | None:
        """Of a request until when a decision helps: its term, or the start of the session when that comes first."""
        if self.approval_until is None or self.session is None:
            return self.approval_until
        return min(self.approval_until, self.session.starts_at)

    @property
    def place_in_queue(self) -> int:
        """The person's place among those who wait, from 1; one query."""
        return self.standing.place

    @property
    def standing(self) -> Standing:
        """Where the person stands in the queue of the session, and who of which rank is ahead; one query."""
        own = Enrolment.objects.filter(pk=self.pk).order_by().annotate(rank=rank())
        earlier = Q(requested_at__lt=self.requested_at) | Q(requested_at=self.requested_at, pk__lt=self.pk)
        queue = Enrolment.objects.in_queue().filter(session=self.session_id)
        queue = queue.annotate(rank=rank(), own_rank=Subquery(own.values("rank")))
        ahead = queue.filter(Q(rank__lt=F("own_rank")) | Q(earlier, rank=F("own_rank")))
        ranks = list(ahead.values_list("rank", "own_rank"))
        # Of somebody whom nobody precedes the rank makes no difference.
        own_rank = ranks[0][1] if ranks else Rank.BY_TIME
        return Standing(Rank(own_rank), Counter(Rank(one) for one, _own in ranks))


class EnrolmentEntry(models.Model):
    """One line of an enrolment's story, for people: what happened, when, by whom and why. Append-only.

    State is never rebuilt from it.
    """

    class Kind(models.TextChoices):
        SEAT_TAKEN = "seat_taken", _("seat taken")
        QUEUED = "queued", _("joined the queue")
        PROMOTED = "promoted", _("seat given from the queue")
        SKIPPED = "skipped", _("passed over in the queue")
        STARTED = "started", _("course started")
        CANCELLED = "cancelled", pgettext_lazy("enrolment", "cancelled")
        CLASH = "clash", _("clashes after the session was moved")
        # Nobody chose in time between two sessions of one hour: HR is asked (rule 6).
        CLASH_UNANSWERED = "clash_unanswered", _("did not choose in time")
        CLASH_OVER = "clash_over", _("the clash is over")
        MOVED = "moved", _("session moved")
        # Its session was joined with another one: the seat, the place in the queue, or the end of both.
        MERGED = "merged", _("moved to another session")
        MERGE_QUEUED = "merge_queued", _("waits in another session")
        MERGE_CLASH = "merge_clash", _("busy at the time of the other session")
        ENDED = "ended", _("ended")
        ASKED = "asked", _("the head was asked")
        HEAD_TOLD = "head_told", _("the head was told of the new date")
        GRANTED = "granted", _("allowed")
        REFUSED = "refused", _("refused")
        ESCALATED = "escalated", _("HR was asked too")
        NOT_DECIDED = "not_decided", _("the session began without a decision")
        DECISION_UNDONE = "decision_undone", _("decision taken back")
        OFFERED = "offered", _("seat offered")
        ACCEPTED = "accepted", _("offer accepted")
        DECLINED = "declined", _("offer declined")
        LAPSED = "lapsed", _("offer not answered in time")
        PINNED = "pinned", _("put first in the queue")
        UNPINNED = "unpinned", _("no longer first in the queue")
        NOMINATED = "nominated", _("sent by the head")
        OVERRIDDEN = "overridden", _("allowed by staff despite a condition")
        EXCEEDED = "exceeded", _("seat given beyond the limit")
        CONSENTED = "consented", _("agreed to a day off")
        TRANSFERRED = "transferred", _("changed to another date")
        REPLACED = "replaced", _("replaced by somebody else")
        REPLACES = "replaces", _("comes instead of somebody else")
        RESTORED = "restored", _("cancellation taken back")
        DUE_CHANGED = "due_changed", _("the term of the mandatory course changed")

    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="entries")
    at = models.DateTimeField(_("when"), default=timezone.now)
    kind = models.CharField(_("what"), max_length=20, choices=Kind.choices)
    by = models.ForeignKey(
        Employee, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("who")
    )
    reason = models.CharField(_("why"), max_length=300, blank=True)
    # The enrolment's own as it was then, so that the order of a queue can be told afterwards (rule 13).
    due_on = models.DateField(_("due on"), null=True, blank=True)

    class Meta:
        verbose_name = _("entry of an enrolment")
        verbose_name_plural = _("entries of enrolments")
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.enrolment_id}: {self.kind}"


class Mark(models.TextChoices):
    PRESENT = "present", _("present")
    LATE = "late", _("late")
    LEFT_EARLY = "left_early", _("left early")
    EXCUSED = "excused", _("excused")
    ABSENT = "absent", _("absent")


class AttendanceMark(models.Model):
    """A trainee's attendance of one meeting, with the minutes attended. "Not marked" is the row's absence (rule 20)."""

    enrolment = models.ForeignKey(
        Enrolment, on_delete=models.PROTECT, related_name="marks", verbose_name=_("enrolment")
    )
    meeting = models.ForeignKey(
        Meeting, on_delete=models.PROTECT, related_name="marks", verbose_name=_("meeting")
    )
    mark = models.CharField(_("mark"), max_length=10, choices=Mark.choices)
    minutes = models.PositiveSmallIntegerField(_("minutes attended"))
    marked_at = models.DateTimeField(_("marked at"), default=timezone.now)
    marked_by = models.ForeignKey(
        Employee,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("marked by"),
    )

    class Meta:
        verbose_name = _("attendance mark")
        verbose_name_plural = _("attendance marks")
        triggers = audited(
            person="(SELECT trainee_id FROM enrolment_enrolment WHERE id = {row}.enrolment_id)",
            session="(SELECT session_id FROM enrolment_enrolment WHERE id = {row}.enrolment_id)",
            left_out=("marked_at",),
        )
        constraints = [
            models.UniqueConstraint(fields=["enrolment", "meeting"], name="attendance_one_mark_per_meeting"),
            models.CheckConstraint(
                condition=Q(mark__in=["present", "late", "left_early"], minutes__gte=1)
                | Q(mark__in=["excused", "absent"], minutes=0),
                name="attendance_minutes_fit_the_mark",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.enrolment}: {self.mark}"


from enrolment.reservations.models import Reservation as Reservation  # noqa: E402  a table of this app
