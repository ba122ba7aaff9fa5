"""What somebody begins with, for each part they have here: short lists whose steps tick themselves by what is done.

A step is done when the facts say so, whoever did it: nothing is ticked by hand and nothing is stored, so that the
lists are as true on the first day of an installation as on that of a new colleague (expectation 33).
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import Group
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts.models import AccessEntry, StaffImport
from accounts.roles import Role
from centre.heartbeats import BACKUP, RESTORE_TEST
from centre.models import CalendarDay, Heartbeat, Policy
from courses.models import Course, Material, Programme
from enrolment.models import Enrolment
from notifications.models import Message
from people.models import Employee, Employment, Membership, Office
from records.models import Completion
from scheduling.models import Assignment, Booking, Room, RoomDoor, Session, Subscription
from trainers.models import Trainer, TrainerQualification
from website.parts import parts_of

PERSON = OuterRef("pk")


@dataclass(frozen=True)
class FirstStep:
    """One thing to do first: where it is done, and the fact about the person (`PERSON`) that says it is done."""

    title: str | Promise
    words: str | Promise
    route: str
    fact: Callable[[], Any]


@dataclass(frozen=True)
class Journey:
    """The first steps of one part that somebody has here."""

    key: str
    title: str | Promise
    steps: tuple[FirstStep, ...]


@dataclass(frozen=True)
class ShownStep:
    title: str | Promise
    words: str | Promise
    url: str
    is_done: bool


@dataclass(frozen=True)
class ShownJourney:
    """A journey as its traveller sees it."""

    key: str
    title: str | Promise
    steps: Sequence[ShownStep]

    @property
    def done(self) -> int:
        return sum(step.is_done for step in self.steps)

    @property
    def is_over(self) -> bool:
        return self.done == len(self.steps)

    @property
    def next_step(self) -> ShownStep | None:
        return next((step for step in self.steps if not step.is_done), None)


def any_of(rows: "QuerySet[Any]") -> Callable[[], Any]:
    return lambda: Exists(rows)


def none_of(rows: "QuerySet[Any]") -> Callable[[], Any]:
    return lambda: ~Exists(rows)


def people_of_my_offices() -> "QuerySet[Employment]":
    """The jobs of those whom the person leads; the day is asked when the page is, not when the process began."""
    led = Office.objects.filter(Q(head=OuterRef(PERSON)) | Q(deputy=OuterRef(PERSON)))
    return (
        Employment.objects.current()
        .filter(office__in=led.values("pk"), is_main=True)
        .exclude(employee=PERSON)
    )


def all_have_signed_in() -> Any:
    return ~Exists(people_of_my_offices().filter(employee__last_login=None))


def all_have_begun() -> Any:
    """Each of my people has done something mandatory, or is enrolled in it."""
    done = Completion.objects.filter(course__is_mandatory=True, trainee=OuterRef("employee"))
    enrolled = Enrolment.objects.live().filter(course__is_mandatory=True, trainee=OuterRef("employee"))
    return ~Exists(people_of_my_offices().exclude(Q(Exists(done)) | Q(Exists(enrolled))))


def all_hold_a_qualification() -> Any:
    held = TrainerQualification.objects.valid_on(timezone.localdate()).filter(trainer=OuterRef("pk"))
    return Exists(Trainer.objects.active()) & ~Exists(Trainer.objects.active().exclude(Exists(held)))


def year_has_its_days() -> Any:
    return Exists(CalendarDay.objects.filter(on__year=timezone.localdate().year))


def roles_are_given() -> Any:
    """Each role has somebody, and the system administrators are two."""
    held = Membership.objects.filter(employee__is_active=True)
    given = Q(*(Exists(held.filter(group__name=role)) for role in Role))
    others = held.filter(group__name=Role.SYSTEM_ADMIN).exclude(employee=PERSON)
    return Q(given, Exists(others))


HR_ADMIN = Journey(
    "hr_admin",
    _("HR admin: from a staff list to the first month"),
    (
        FirstStep(
            _("Load the staff list"),
            _(
                "The list of the payroll system makes people, offices and positions. Errors are mended on the page."
            ),
            "accounts:staff_import",
            any_of(StaffImport.objects.filter(state=StaffImport.State.APPLIED)),
        ),
        FirstStep(
            _("Invite people"),
            _("A letter lets each person choose a password; a sheet of paper for who has no e-mail."),
            "accounts:invitations",
            any_of(AccessEntry.objects.filter(what=AccessEntry.What.INVITED)),
        ),
        FirstStep(
            _("Name the heads of all offices"),
            _("They see their people’s training. The list says which offices have no head yet."),
            "website:office_list",
            none_of(Office.objects.filter(head=None)),
        ),
        FirstStep(
            _("Plan a session"),
            _("Course, days, rooms and trainers in three steps. It is a draft that only planners see."),
            "scheduling:plan",
            any_of(Session.objects.all()),
        ),
        FirstStep(
            _("Publish the month"),
            _("You read what is new and who hears of it, and then one click opens all drafts for enrolment."),
            "scheduling:publication",
            any_of(Session.objects.published()),
        ),
    ),
)
CENTRE_ADMIN = Journey(
    "centre_admin",
    _("Administrator of the centre: where and by whom is taught"),
    (
        FirstStep(
            _("Enter the rooms"),
            _("Seats, equipment and step-free access: by these the plan is checked."),
            "scheduling:room_list",
            any_of(Room.objects.in_use()),
        ),
        FirstStep(
            _("Load this year’s calendar"),
            _("Holidays, moved days and days on which the centre is closed, from one table."),
            "scheduling:calendar_table",
            year_has_its_days,
        ),
        FirstStep(
            _("Say what each trainer may teach"),
            _("Every trainer needs a qualification that is valid today, or nobody can be planned."),
            "scheduling:trainer_list",
            all_hold_a_qualification,
        ),
        FirstStep(
            _("Hang a code at the door of a room"),
            _("Whoever scans it reads what takes place there today; a tablet shows it by itself."),
            "scheduling:room_list",
            any_of(RoomDoor.objects.all()),
        ),
    ),
)
METHODIST = Journey(
    "methodist",
    _("Methodist: what is taught"),
    (
        FirstStep(
            _("Write the first course"),
            _("Who it is for, how long it takes, what trainers and rooms need for it."),
            "courses:course_new",
            any_of(Course.objects.offered()),
        ),
        FirstStep(
            _("Name what is mandatory"),
            _("A mandatory course has a term, and each person it is for finds it under “My training”."),
            "courses:course_list",
            any_of(Course.objects.offered().filter(is_mandatory=True)),
        ),
        FirstStep(
            _("Give a self-paced course its materials"),
            _("Without materials a self-paced course cannot be begun, and says so."),
            "courses:course_list",
            any_of(Material.objects.all()),
        ),
        FirstStep(
            _("Put courses into a programme"),
            _("The route of a newcomer, or of a position: what comes first and what by when."),
            "courses:programme_new",
            any_of(Programme.objects.all()),
        ),
    ),
)
SYSTEM_ADMIN = Journey(
    "system_admin",
    _("System administrator: an installation that one may rely on"),
    (
        FirstStep(
            _("Secure your own account"),
            _("A second factor on your phone, and the recovery codes printed and locked away."),
            "accounts:set_up_factor",
            any_of(TOTPDevice.objects.filter(user=PERSON, confirmed=True)),
        ),
        FirstStep(
            _("Give the roles"),
            _("Somebody for each role, and a second system administrator for the day on which you are away."),
            "accounts:roles",
            roles_are_given,
        ),
        FirstStep(
            _("Confirm the policy"),
            _(
                "Each number by which the centre works stands there with what it means. Save what differs with you."
            ),
            "website:policy",
            any_of(Policy.objects.all()),
        ),
        FirstStep(
            _("See a letter leave"),
            _("The page of the state says whether the mail server takes letters, and what to do if not."),
            "website:state",
            any_of(Message.objects.filter(state=Message.State.SENT)),
        ),
        FirstStep(
            _("Let a backup report"),
            _("The state names the last one. A centre’s record that is kept once only is not kept."),
            "website:state",
            any_of(Heartbeat.objects.filter(name=BACKUP, at__isnull=False)),
        ),
        FirstStep(
            _("Restore it once"),
            _("A backup that nobody has restored is a hope. The restore test reports itself too."),
            "website:state",
            any_of(Heartbeat.objects.filter(name=RESTORE_TEST, at__isnull=False)),
        ),
    ),
)
TRAINER = Journey(
    "trainer",
    _("Trainer: your sessions"),
    (
        FirstStep(
            _("Answer a request to teach"),
            _("A published session asks you: take it, or say why you cannot."),
            "enrolment:desk",
            any_of(Assignment.objects.filter(trainer__employee=PERSON).exclude(state=Assignment.State.ASKED)),
        ),
        FirstStep(
            _("Put your timetable into your own calendar"),
            _("Once subscribed, moves and cancellations arrive by themselves."),
            "enrolment:own_calendar",
            any_of(Subscription.objects.filter(person=PERSON)),
        ),
        FirstStep(
            _("Close your first attendance sheet"),
            _("“All present”, then the exceptions; closing it makes the completions."),
            "enrolment:timetable",
            any_of(
                Booking.objects.teaching().filter(
                    person=PERSON, meeting__session__status=Session.Status.CLOSED
                )
            ),
        ),
    ),
)
HEAD = Journey(
    "head",
    _("Head of an office: your people"),
    (
        FirstStep(
            _("Have a deputy named"),
            _("Your deputy sees what you see while you are away. HR enters the name."),
            "website:office_list",
            lambda: ~Exists(Office.objects.filter(head=PERSON, deputy=None)),
        ),
        FirstStep(
            _("See that everybody can sign in"),
            _(
                "Who has never signed in needs an invitation: by letter, or on paper from the training centre."
            ),
            "website:office_list",
            all_have_signed_in,
        ),
        FirstStep(
            _("See that everybody has begun"),
            _("“Team” names each person with what is mandatory: done, planned, or not begun yet."),
            "website:office_list",
            all_have_begun,
        ),
    ),
)
LEARNER = Journey(
    "learner",
    _("Your own training"),
    (
        FirstStep(
            _("Take your first seat"),
            _("Choose a course and a date. “My training” says what your position asks for."),
            "website:catalogue",
            any_of(Enrolment.objects.filter(trainee=PERSON)),
        ),
        FirstStep(
            _("Put your training into your own calendar"),
            _("Subscribe once; moves and cancellations then arrive by themselves."),
            "enrolment:own_calendar",
            any_of(Subscription.objects.filter(person=PERSON)),
        ),
        FirstStep(
            _("Complete your first course"),
            _("What you have passed, and until when it is valid, stands under “Completions”."),
            "website:completions",
            any_of(Completion.objects.filter(trainee=PERSON)),
        ),
    ),
)
OF_ROLES = {
    Role.HR_ADMIN: HR_ADMIN,
    Role.CENTRE_ADMIN: CENTRE_ADMIN,
    Role.METHODIST: METHODIST,
    Role.SYSTEM_ADMIN: SYSTEM_ADMIN,
}


def journeys_of(person: Employee) -> Iterator[Journey]:
    """The journeys of the person's parts, what is done for others before what is done for oneself."""
    held = set(Group.objects.filter(user=person).values_list("name", flat=True))
    if person.is_superuser and not held:
        held = {Role.SYSTEM_ADMIN}
    yield from (journey for role, journey in OF_ROLES.items() if role in held)
    parts = parts_of(person)
    if parts.teaches:
        yield TRAINER
    if parts.leads:
        yield HEAD
    yield LEARNER


def shown_journeys(person: Employee, journeys: Sequence[Journey]) -> list[ShownJourney]:
    """The journeys with what is done of them, in one statement for all."""
    facts = [step.fact() for journey in journeys for step in journey.steps]
    marks = iter(Employee.objects.filter(pk=person.pk).values_list(*facts).get() if facts else ())
    return [
        ShownJourney(
            journey.key,
            journey.title,
            [ShownStep(step.title, step.words, reverse(step.route), next(marks)) for step in journey.steps],
        )
        for journey in journeys
    ]


def first_steps_of_staff(person: Employee) -> list[ShownJourney]:
    """The journeys of the person's roles that are not over yet: for the page that leads to all their pages."""
    of_roles = [journey for journey in journeys_of(person) if journey in OF_ROLES.values()]
    return [shown for shown in shown_journeys(person, of_roles) if not shown.is_over]


def is_newcomer(person: Employee) -> bool:
    """Whether the person has never been enrolled and never completed anything."""
    [shown] = shown_journeys(person, [LEARNER])
    return not (shown.steps[0].is_done or shown.steps[-1].is_done)
