"""Links by which a person chooses a password: in a letter, or on paper where there is no address (promise S9).

A link is signed and kept nowhere. It names the person and the moment it was asked for, and dies with whatever it was
made for: a new password, a sign-in, another address.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.core import signing
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from people.models import Employee

INVITATION, RESET = "invitation", "reset"
# An invitation may lie over a weekend; a forgotten password is asked for by somebody who sits there now.
LIFETIMES = {INVITATION: timedelta(days=7), RESET: timedelta(hours=1)}
SALT = "accounts.password_link"


@dataclass(frozen=True)
class PasswordLink:
    person_id: int
    kind: str
    asked_at: datetime
    fingerprint: str

    @property
    def is_old(self) -> bool:
        return timezone.now() >= self.asked_at + LIFETIMES[self.kind]

    def opens(self, person: Employee | None) -> bool:
        """Whether the person, as they are now, may choose a password by it."""
        return (
            person is not None
            and person.is_active
            and not self.is_old
            and constant_time_compare(self.fingerprint, fingerprint(person))
        )


def make_token(person: Employee, kind: str, asked_at: datetime) -> str:
    values = [person.pk, kind, int(asked_at.timestamp()), fingerprint(person)]
    return signing.dumps(values, salt=SALT)


def read_token(token: str) -> PasswordLink | None:
    try:
        person_id, kind, asked_at, mark = signing.loads(token, salt=SALT)
    except signing.BadSignature:
        return None
    return PasswordLink(person_id, kind, datetime.fromtimestamp(asked_at, UTC), mark)


def path_of(person: Employee, kind: str, asked_at: datetime) -> str:
    return reverse("accounts:password_link", args=[make_token(person, kind, asked_at)])


def fingerprint(person: Employee) -> str:
    """What a link dies of when it changes."""
    facts = "|".join([str(person.pk), person.password, str(person.last_login), person.email])
    return salted_hmac(SALT, facts).hexdigest()[:32]
