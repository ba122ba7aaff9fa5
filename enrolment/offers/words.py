"""Offers in words: what has become of one, how a queue is served, and who cannot be spared."""

from datetime import datetime

from django.utils.translation import gettext as _

from centre.models import Policy
from centre.templatetags.centre_text import short_name, when
from enrolment.conditions import DayAtOffice, day_words_of
from enrolment.models import Ending, Enrolment, Seat
from enrolment.offers.clock import Way, answer_until, way_to_seat
from notifications.words import full_moment
from people.models import Employee
from scheduling.models import Session


def over_words(enrolment: Enrolment) -> str:
    """To whom it was offered: what has happened instead, without a word about anybody else."""
    if enrolment.ended_because == Ending.DECLINED:
        return _("You have declined this seat.")
    if enrolment.ended_because == Ending.LAPSED:
        return _("There was no answer in time, and the seat was passed on.")
    if enrolment.ended_because == Ending.BY_CENTRE:
        return _("The training centre has cancelled the session or your enrolment: the offer has ended.")
    if not enrolment.is_live:
        return _("This enrolment has already ended.")
    if enrolment.seat == Seat.HELD:
        return _("The seat is yours already. If you cannot come, cancel the enrolment.")
    if enrolment.seat == Seat.OFFERED:
        return _("Another seat is offered to you by now: answer by the newer letter, or sign in.")
    if enrolment.seat == Seat.WAITING:
        return _("This offer has ended, and you wait in the queue.")
    return _("This offer has ended.")


def term_words(enrolment: Enrolment) -> str:
    """Until when the offer is to be answered: day, hour and zone."""
    return full_moment(enrolment.offer_until) if enrolment.offer_until else ""


def offer_words(enrolment: Enrolment) -> str:
    """What an offer means for whom it was made to, in two sentences."""
    if enrolment.session is not None and enrolment.session.has_begun:
        return _("The session has begun: the offer has ended.")
    return _(
        "A seat is kept for you until %(until)s. Accept it or decline it: without an answer it goes to the next."
    ) % {"until": when(enrolment.offer_until)}


def queue_promise(session: Session, policy: Policy, now: datetime, *, at_short_notice: bool) -> str:
    """What happens when a seat becomes free, and until when it must be confirmed then; to one who waits."""
    way = way_to_seat(session.starts_at, now, policy)
    if way is Way.OFFER:
        return _(
            "When a seat becomes free and it is your turn, we offer it to you and keep it: if one became free now, "
            "you would have to confirm it by %(until)s."
        ) % {"until": when(answer_until(now, session.starts_at, policy))}
    if way is Way.SHORT_NOTICE and at_short_notice:
        return _("When a seat becomes free and it is your turn, it is yours at once and we write to you.")
    if way is Way.SHORT_NOTICE:
        return _(
            "Less than %(hours)s h are left: a seat that becomes free goes at once to those who come "
            "at short notice too."
        ) % {"hours": policy.offer_above_hours}
    return _(
        "Less than %(hours)s h are left: the training centre alone gives seats now. "
        "Do not come without a letter from us."
    ) % {"hours": policy.short_notice_hours}


def how_given(session: Session, policy: Policy, now: datetime) -> str:
    """To staff: what becomes of a seat that is free at this moment; nothing after the start."""
    way = way_to_seat(session.starts_at, now, policy)
    if way is Way.OFFER:
        return _("A seat that is free now is offered to the next in the queue, until %(until)s.") % {
            "until": when(answer_until(now, session.starts_at, policy))
        }
    if way is Way.SHORT_NOTICE:
        return _(
            "Less than %(hours)s h are left: free seats are booked at once for those who wish it at short notice too. "
            "To others you give them by hand."
        ) % {"hours": policy.offer_above_hours}
    if way is Way.STAFF:
        return _("Less than %(hours)s h are left: free seats are given by hand only.") % {
            "hours": policy.short_notice_hours
        }
    return ""


def not_to_be_spared(trainee: Employee, day: DayAtOffice) -> str:
    """To staff: why the person must not get a seat without their head's word (rule 16)."""
    return _(
        "%(person)s cannot be spared on %(day)s: %(away)s of %(at_work)s people of the office are away for training. "
        "Their head has to allow it."
    ) % {
        "person": short_name(trainee),
        "day": day_words_of(day.on),
        "away": day.away,
        "at_work": day.at_work,
    }
