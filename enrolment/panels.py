"""What one session offers one person: a seat, a place in the queue, what they have already, or why not."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from centre.models import Policy
from centre.templatetags.centre_text import when
from enrolment.approvals.needs import needs_approval
from enrolment.conditions import Situation, Unmet, unmet
from enrolment.doors.clashes import Choice, choice_of
from enrolment.models import Enrolment, Seat
from enrolment.offers.words import offer_words, queue_promise
from enrolment.office.asking import whose_wish_it_was_not
from enrolment.office.words import (
    days_off_words,
    share_is_gone,
    their_days_off_words,
    too_many_away,
)
from enrolment.queue.order import Standing
from enrolment.queue.words import ahead_words
from enrolment.situations import situations
from people.models import Employee
from scheduling.models import Session

if TYPE_CHECKING:
    from enrolment.doors.checks import Check


@dataclass(frozen=True)
class Panel:
    """The state of one person before one session, and with it the one button that fits."""

    session: Session
    situation: Situation
    # Live, and in this very session; None otherwise.
    enrolment: Enrolment | None
    # Whether the reader's own request would wait for somebody's decision (rule 12).
    needs_approval: bool = False

    @cached_property
    def obstacle(self) -> Unmet | None:
        """The first condition that is not met, with the way out."""
        if self.enrolment:
            return None
        return next(iter(unmet(self.situation)), None)

    @property
    def state(self) -> str:
        """Which of the fragments in templates/enrolment/panel says how the reader stands."""
        if self.has_seat:
            return "seat"
        if self.is_offered:
            return "offered"
        if self.waits:
            return "queue_over" if self.session.has_begun else "queue"
        if self.is_asked:
            return "asked"
        return "obstacle" if self.obstacle else "free"

    @property
    def template(self) -> str:
        return f"enrolment/panel/_{self.state}.html"

    @property
    def tone(self) -> str:
        if self.waits or self.is_asked or self.is_offered:
            return "wait"
        return "accent" if self.has_seat or (self.state == "free" and self.seat_is_free) else ""

    @property
    def has_seat(self) -> bool:
        return self.enrolment is not None and self.enrolment.seat == Seat.HELD

    @property
    def is_offered(self) -> bool:
        return self.enrolment is not None and self.enrolment.seat == Seat.OFFERED

    @property
    def waits(self) -> bool:
        return self.enrolment is not None and self.enrolment.seat == Seat.WAITING

    @property
    def is_asked(self) -> bool:
        """The request awaits a decision: no seat, and no place in the queue either."""
        return self.enrolment is not None and self.enrolment.seat == Seat.NONE

    @property
    def asked_words(self) -> str:
        return asked_words(self.enrolment) if self.enrolment else ""

    @property
    def offer_words(self) -> str:
        return offer_words(self.enrolment) if self.enrolment else ""

    @property
    def promise_words(self) -> str:
        """What happens when a seat becomes free, to one who waits or is about to (UX 3)."""
        wishes = self.enrolment is not None and self.enrolment.at_short_notice
        situation = self.situation
        return queue_promise(self.session, situation.policy, situation.now, at_short_notice=wishes)

    @cached_property
    def standing(self) -> Standing | None:
        return self.enrolment.standing if self.enrolment else None

    @property
    def place(self) -> int:
        return self.standing.place if self.standing else 0

    @property
    def ahead_words(self) -> str:
        return ahead_words(self.standing) if self.standing else ""

    @property
    def checks(self) -> "list[Check]":
        """Every condition, met or not (rule 11)."""
        from enrolment.doors.checks import checks_of

        return checks_of(self.situation)

    @cached_property
    def choice(self) -> Choice | None:
        """What there is to choose since a move brought the seat into a clash (rule 6)."""
        return choice_of(self.enrolment, self.situation.policy) if self.enrolment else None

    @property
    def may_change_date(self) -> bool:
        """The reader's own door to another date; shortly before the start staff help."""
        return self.enrolment is not None and self.cancels_freely

    @property
    def day_off_words(self) -> str:
        return days_off_words(self.situation.days_off)

    @cached_property
    def day_off_question(self) -> str:
        """What the reader has to answer about a day off on which they were sent; empty when there is nothing."""
        days_off = self.situation.days_off
        if not days_off or self.enrolment is None or self.enrolment.consented_at or self.session.has_begun:
            return ""
        asks = whose_wish_it_was_not(self.enrolment.entries.all())
        return f"{days_off_words(days_off)} {asks}" if asks else ""

    @property
    def away_words(self) -> str:
        """Why the head is asked: too many of the office would be away (rule 16)."""
        return too_many_away(self.situation.days_over[0])

    @property
    def their_day_off_words(self) -> str:
        """The same for staff, about the trainee."""
        return their_days_off_words([day.on for day in self.situation.days_off])

    @property
    def their_away_words(self) -> str:
        return share_is_gone(self.situation.days_over[0])

    @property
    def seat_is_free(self) -> bool:
        """A newcomer gets a seat at once: one is free, and nobody waits for it (rule 13)."""
        return self.situation.has_free_seat and not self.situation.waiting

    @property
    def seats_words(self) -> str:
        return seats_words(self.session.seats, self.situation.seats_gone, self.situation.waiting)

    @property
    def cancel_until(self) -> datetime:
        """Until then cancelling is a click; later it needs a reason (rule 15)."""
        return self.session.starts_at - timedelta(hours=self.situation.policy.cancel_lead_hours)

    @property
    def cancels_freely(self) -> bool:
        return self.waits or self.is_asked or self.is_offered or self.cancel_until > self.situation.now


def panel_of(trainee: Employee, session: Session) -> Panel:
    """The panel as it is now; six statements at most."""
    situation = situations(trainee, [session], policy=Policy.objects.current())[session.pk]
    enrolment = None
    if situation.live_enrolment_id and not situation.live_enrolment_elsewhere:
        enrolment = Enrolment.objects.get(pk=situation.live_enrolment_id)
    needed = enrolment is None and needs_approval(situation, trainee)
    return Panel(session=session, situation=situation, enrolment=enrolment, needs_approval=needed)


def seats_words(seats: int, taken: int, waiting: int) -> str:
    """ "3 seats left", or the queue and its length. While somebody waits no seat is free for a newcomer."""
    free = max(0, seats - taken)
    if free and not waiting:
        return ngettext("%(count)s seat left", "%(count)s seats left", free) % {"count": free}
    if waiting:
        return ngettext("no seats, %(count)s in the queue", "no seats, %(count)s in the queue", waiting) % {
            "count": waiting
        }
    return _("no seats, queue open")


def summary(enrolment: Enrolment) -> str:
    """What an enrolment means for its trainee now, in a sentence or two."""
    if not enrolment.is_live:
        return str(enrolment.get_ended_because_display())
    if enrolment.session is None:
        return _("You are taking this course. Study whenever it suits you.")
    if enrolment.seat == Seat.WAITING and enrolment.session.has_begun:
        return _("The session began before it was your turn. Leave its queue to choose another date.")
    if enrolment.seat == Seat.NONE:
        return asked_words(enrolment)
    if enrolment.seat == Seat.OFFERED:
        return offer_words(enrolment)
    if enrolment.session.is_over:
        return _("The session is over. Your completion appears when the trainer closes the sheet.")
    if enrolment.seat == Seat.WAITING:
        standing = enrolment.standing
        words = _(
            "All seats are taken. Your place in the queue is %(place)s: when it is your turn, we will write to you."
        ) % {"place": standing.place}
        return f"{words} {ahead_words(standing)}"
    if enrolment.clash_since:
        return _("The session was moved to a time when you are busy. Keep the seat or cancel it.")
    return _("The seat is yours. We look forward to seeing you: %(start)s.") % {
        "start": when(enrolment.session.starts_at)
    }


def asked_words(enrolment: Enrolment) -> str:
    """What a request means that nobody has decided about yet."""
    if enrolment.session is not None and enrolment.session.has_begun:
        return _("The session has begun, and nobody had decided about your request.")
    if enrolment.escalated_at:
        return _("Nobody has answered in time, and HR was asked too. We write to you about the decision.")
    return _(
        "Your request waits for a decision, which is due by %(until)s. No seat is kept until then; "
        "once it is allowed, the time of your request counts. We write to you."
    ) % {"until": when(enrolment.decide_by)}
