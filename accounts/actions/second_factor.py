"""Setting a second factor up, asking for it, and what is done when the phone is lost."""

from django.db import transaction
from django_otp.models import Device
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts.actions.access import end_sessions, record, refuse_without_right
from accounts.errors import NotWithoutFactor, OwnRights, WrongCode
from accounts.models import AccessEntry, BrowserSession
from accounts.second_factor import accepted_by, device_of, is_required, new_recovery_codes
from centre.actions import action
from centre.models import Policy
from people.models import Employee

What = AccessEntry.What


@action
def set_up_factor(
    person: Employee, key: str, code: str, *, session_key: str | None
) -> tuple[Device, list[str]]:
    """Confirm the app's key by its first code, in place of an earlier phone; return it and the recovery codes.

    The person's other sessions end: whoever sits there has to show the new factor too.

    Raises:
        WrongCode: the app does not have this key, or its clock is wrong.
    """
    person = Employee.objects.lock(person.pk)
    device = device_of(person, key)
    TOTPDevice.objects.filter(user=person).delete()
    device.save()
    if not device.verify_token("".join(code.split())):
        raise WrongCode
    codes = new_recovery_codes(person)
    BrowserSession.objects.filter(person=person).exclude(session_key=session_key).delete()
    record(person, What.FACTOR_SET_UP, by=person)
    return device, codes


def check_code(person: Employee, code: str) -> Device:
    """The device that accepts the code.

    A refusal must not undo what the device counted, so that it is raised after the transaction.

    Raises:
        WrongCode, TooManyCodes: as they say.
    """
    with transaction.atomic():
        device = accepted_by(person, code)
    if device is None:
        raise WrongCode
    return device


@action
def renew_recovery_codes(person: Employee) -> list[str]:
    """Ten new recovery codes; the old ones are worth nothing any more."""
    return new_recovery_codes(Employee.objects.lock(person.pk))


@action
def switch_factor_off(person: Employee) -> None:
    """Sign in by the password alone from now on.

    Raises:
        NotWithoutFactor: the policy wants it of this person.
    """
    person = Employee.objects.lock(person.pk)
    if is_required(person, Policy.objects.current()):
        raise NotWithoutFactor
    forget_devices(person)
    record(person, What.FACTOR_REMOVED, by=person)


@action
def reset_factor(person: Employee, *, by: Employee, reason: str) -> None:
    """Forget the person's phone and recovery codes, and end their sessions: for who lost both.

    Where the policy wants a factor, the next sign-in asks for a new one at once.

    Raises:
        OwnRights, NoRightAnyMore: as they say.
    """
    if by == person:
        raise OwnRights
    person = Employee.objects.lock(person.pk)
    refuse_without_right(by)
    forget_devices(person)
    end_sessions([person.pk])
    record(person, What.FACTOR_RESET, by=by, reason=reason)


def forget_devices(person: Employee) -> None:
    TOTPDevice.objects.filter(user=person).delete()
    StaticDevice.objects.filter(user=person).delete()
