"""The second factor: codes of an app on the phone and, when it is lost, recovery codes (promise S10).

django-otp keeps the devices, counts wrong codes and refuses a code that was used. What stands in the database of a
recovery code is its digest: who reads the table cannot sign in with it.
"""

import base64
import hashlib
import math
import secrets
from enum import StrEnum
from typing import Any

from django.contrib.sessions.backends.base import SessionBase
from django.utils import timezone
from django_otp import DEVICE_ID_SESSION_KEY
from django_otp.models import Device
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts.errors import TooManyCodes
from accounts.roles import FACTOR_ROLES
from centre.models import Policy
from people.models import Employee

RECOVERY_CODES = 10
# 80 bits, so that a plain digest is as good as a slow one.
RECOVERY_CODE_BYTES = 10
KEY_IN_SESSION = "second_factor_key"


class Step(StrEnum):
    """What is asked of somebody who gave the right password."""

    NONE = ""
    CODE = "code"
    SET_UP = "set_up"


def next_step(person: Employee, policy: Policy) -> Step:
    if phone_of(person):
        return Step.CODE
    return Step.SET_UP if is_required(person, policy) else Step.NONE


def is_required(person: Employee, policy: Policy) -> bool:
    """Whether the policy wants a second factor of the person, because of a role."""
    if not policy.second_factor or not (person.is_staff or person.is_superuser):
        return False
    return person.is_superuser or person.groups.filter(name__in=FACTOR_ROLES).exists()


def is_verified(session: SessionBase) -> bool:
    """Resetting a factor ends the person's sessions, so that the session's word is enough."""
    return DEVICE_ID_SESSION_KEY in session


def phone_of(person: Employee) -> TOTPDevice | None:
    return TOTPDevice.objects.filter(user=person, confirmed=True).first()


def codes_left(person: Employee) -> int:
    return StaticToken.objects.filter(device__user=person).count()


# --- setting up -----------------------------------------------------------------------------------


def new_key(session: SessionBase) -> str:
    """The key that the person is about to put into their app: the same until it is confirmed or given up."""
    if KEY_IN_SESSION not in session:
        session[KEY_IN_SESSION] = secrets.token_hex(20)
    return str(session[KEY_IN_SESSION])


def device_of(person: Employee, key: str) -> TOTPDevice:
    return TOTPDevice(user=person, name="phone", key=key)


def key_in_words(key: str) -> str:
    """As apps want it typed, in groups of four."""
    text = base64.b32encode(bytes.fromhex(key)).decode()
    return " ".join(text[at : at + 4] for at in range(0, len(text), 4))


def new_recovery_codes(person: Employee) -> list[str]:
    """Replace the person's recovery codes; return the new ones, which are shown once and never again."""
    codes = [
        base64.b32encode(secrets.token_bytes(RECOVERY_CODE_BYTES)).decode() for _one in range(RECOVERY_CODES)
    ]
    StaticDevice.objects.filter(user=person).delete()
    device = StaticDevice.objects.create(user=person, name="recovery codes")
    StaticToken.objects.bulk_create(StaticToken(device=device, token=digest(code)) for code in codes)
    return ["-".join(code[at : at + 4] for at in range(0, len(code), 4)) for code in codes]


def digest(code: str) -> str:
    """Sixteen characters, as many as django-otp keeps."""
    bare = "".join(letter for letter in code.upper() if letter.isalnum())
    return hashlib.sha256(bare.encode()).hexdigest()[:16]


# --- asking ---------------------------------------------------------------------------------------


def accepted_by(person: Employee, code: str) -> Device | None:
    """The device that accepts the code: the app's six figures, or a recovery code, which is used up.

    Call it in a transaction: the devices are locked, so that two requests cannot use the same code.

    Raises:
        TooManyCodes: after wrong ones, for ever longer.
    """
    bare = "".join(code.split()).replace("-", "")
    is_number = bare.isdigit() and bare.isascii() and len(bare) <= 8
    model: Any = TOTPDevice if is_number else StaticDevice
    device = model.objects.select_for_update().filter(user=person, confirmed=True).first()
    if device is None:
        return None
    is_allowed, why_not = device.verify_is_allowed()
    if not is_allowed:
        wait = why_not["locked_until"] - timezone.now()
        raise TooManyCodes(max(1, math.ceil(wait.total_seconds())))
    return device if device.verify_token(bare if is_number else digest(bare)) else None
