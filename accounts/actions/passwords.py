"""Inviting people, forgotten passwords, choosing a new one."""

from collections.abc import Collection
from datetime import datetime, timedelta

from axes.utils import reset as forget_failures
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions.access import end_sessions, record
from accounts.backends import employee_known_as
from accounts.errors import CannotBeInvited, LinkIsDead
from accounts.models import AccessEntry, BrowserSession, PasswordRequest
from accounts.password_links import INVITATION, LIFETIMES, RESET, PasswordLink, path_of
from accounts.tasks import nudge_on_commit
from centre.actions import action
from notifications.actions import PlannedMessage, plan_messages, withdraw_messages
from notifications.models import Message
from people.models import Employee

# Letters to one person, and requests from one address (an office has one for all), in an hour.
LETTERS_AN_HOUR = 3
REQUESTS_AN_HOUR = 30
HOUR = timedelta(hours=1)


def without_password() -> QuerySet[Employee]:
    """Who has not chosen a password yet, with the moment of their last invitation (None: never invited)."""
    invitations = Message.objects.filter(kind="invitation", recipient=OuterRef("pk")).exclude(
        state=Message.State.WITHDRAWN
    )
    latest = invitations.order_by("-planned_at").values("planned_at")[:1]
    return (
        Employee.objects.employed()
        .filter(password__startswith=UNUSABLE_PASSWORD_PREFIX)
        .annotate(invited_at=Subquery(latest))
    )


def not_invited() -> QuerySet[Employee]:
    """Whom "invite all" means: with an address, and no invitation or one that has run out."""
    never, ran_out = Q(invited_at=None), Q(invited_at__lte=timezone.now() - LIFETIMES[INVITATION])
    return without_password().exclude(email="").filter(never | ran_out)


@action
def invite(people: Collection[int], *, by: Employee) -> int:
    """Plan a letter with a link to each who has an address and no password; return how many.

    An invitation that still waits is replaced; pressing twice sends one.
    """
    earlier = Message.objects.filter(kind="invitation", recipient=OuterRef("pk")).order_by()
    count = earlier.values("recipient").annotate(n=Count("pk")).values("n")
    invited = list(
        without_password()
        .filter(pk__in=people)
        .exclude(email="")
        .annotate(earlier=Coalesce(Subquery(count), 0))
        .order_by("pk")
        .select_for_update(no_key=True, of=("self",))
    )
    withdraw_messages([f"invitation:{person.pk}" for person in invited])
    plan_messages(
        PlannedMessage("invitation", person.pk, f"invitation:{person.pk}", version=person.earlier + 1)
        for person in invited
    )
    AccessEntry.objects.bulk_create(
        AccessEntry(person=person, what=AccessEntry.What.INVITED, by=by) for person in invited
    )
    return len(invited)


@action
def invite_on_paper(person: Employee, *, by: Employee) -> tuple[str, datetime]:
    """The path of a link for a person without an address, to be printed and handed over, and until when it works.

    Raises:
        CannotBeInvited: letters reach the person, or their rights are too many for a piece of paper.
    """
    person = Employee.objects.lock(person.pk)
    if person.email or person.is_staff or person.is_superuser or not person.is_active:
        raise CannotBeInvited(
            _("A printed link is for open accounts without an e-mail address and without a role.")
        )
    now = timezone.now()
    record(person, AccessEntry.What.INVITED, by=by, reason=_("link on paper"))
    return path_of(person, INVITATION, now), now + LIFETIMES[INVITATION]


@action
def ask_for_password(name: str, address: str | None) -> None:
    """Note that somebody forgot the password of this name. Costs the same whoever it is, also nobody."""
    PasswordRequest.objects.create(name=name, address=address)
    nudge_on_commit()


def is_asked_too_often(address: str | None) -> bool:
    asked = PasswordRequest.objects.since(timezone.now() - HOUR).filter(address=address)
    return asked.count() >= REQUESTS_AN_HOUR


@action
def answer_request(request: PasswordRequest) -> None:
    """Write to whom the name means, when they have an address and were not written to three times this hour."""
    now = timezone.now()
    person = employee_known_as(request.name)
    if person and person.is_active and person.email:
        recent = PasswordRequest.objects.since(now - HOUR).filter(person=person).count()
        if recent < LETTERS_AN_HOUR:
            request.person = person
            about = f"password:{request.pk}"
            context: dict[str, object] = {"asked_at": request.asked_at.isoformat()}
            plan_messages([PlannedMessage("password_reset", person.pk, about, context=context)])
    request.answered_at = now
    request.save(update_fields=["person", "answered_at"])


@action
def choose_password(link: PasswordLink, password: str) -> Employee:
    """Set the password by a link, which works once; the person's sessions end everywhere.

    Raises:
        LinkIsDead: used, too old, or not true any more.
    """
    person = Employee.objects.filter(pk=link.person_id).select_for_update(no_key=True).first()
    if person is None or not link.opens(person):
        raise LinkIsDead
    write_password(person, password)
    end_sessions([person.pk])
    if link.kind == RESET:
        tell_of_new_password(person)
    return person


@action
def change_password(person: Employee, password: str, *, session_key: str | None) -> Employee:
    """The person's own change; every session but this one ends."""
    person = Employee.objects.lock(person.pk)
    write_password(person, password)
    BrowserSession.objects.filter(person=person).exclude(session_key=session_key).delete()
    tell_of_new_password(person)
    return person


def write_password(person: Employee, password: str) -> None:
    """Wrong tries before do not keep out who has just proved who they are."""
    person.set_password(password)
    person.save(update_fields=["password"])
    forget_failures(username=person.username)


def tell_of_new_password(person: Employee) -> None:
    stamp = f"{timezone.now():%Y%m%d%H%M%S}"
    plan_messages([PlannedMessage("password_changed", person.pk, f"person:{person.pk}", part=stamp)])
