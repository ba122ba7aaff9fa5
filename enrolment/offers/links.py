"""Links of the letter by which an offered seat is accepted or declined (rule 14).

A link carries the enrolment and the line of its story by which the seat was offered: it is good for this very offer,
also when its term has become shorter because the session was moved, and never for a later one. It dies with the answer.
"""

from dataclasses import dataclass

from django.urls import reverse

from enrolment.links import read_signed, sign
from enrolment.models import Enrolment, EnrolmentEntry

SALT = "enrolment.offer"


@dataclass(frozen=True)
class OfferLink:
    enrolment_id: int
    offer_id: int


def offer_of(enrolment: Enrolment) -> int:
    """The key of the line of the story by which a seat was offered the last time; 0 when none ever was."""
    offers = enrolment.entries.filter(kind=EnrolmentEntry.Kind.OFFERED).order_by("-pk")
    return offers.values_list("pk", flat=True).first() or 0


def make_token(enrolment: Enrolment) -> str:
    return sign([enrolment.pk, offer_of(enrolment)], SALT)


def read_token(token: str) -> OfferLink | None:
    """What the link is about; None when nobody here has made it."""
    values = read_signed(token, SALT)
    return OfferLink(*values) if values else None


def accept_path(enrolment: Enrolment) -> str:
    return reverse("enrolment:accept_by_link", args=[make_token(enrolment)])


def decline_path(enrolment: Enrolment) -> str:
    return reverse("enrolment:decline_by_link", args=[make_token(enrolment)])
