"""All verbs of a seat and of a queue in random order while time passes, and after each what must hold (rules 10 to 17).

`test_queue_model` says beforehand what each of a few verbs brings about. Here no model says it: whatever happened, the
rows, the bookings, the log, the messages and the free seats must agree with each other.
"""

from collections import Counter
from datetime import timedelta

import pytest
from django.utils import timezone
from time_machine import travel

from centre.models import Policy
from enrolment.bulk.models import BulkRow, BulkRun, RowOutcome
from enrolment.conditions import unmet
from enrolment.interest.models import Interest
from enrolment.invariants import booking_faults
from enrolment.models import Approval, Ending, Enrolment, Seat
from enrolment.notices import REMINDERS, about, reminder_messages
from enrolment.offers.clock import Way, way_to_seat
from enrolment.queue.log import Line, load, queue_then
from enrolment.reservations.using import Kept, released_at
from enrolment.situations import situations
from notifications.models import Message
from scheduling.headcounts import headcount
from scheduling.models import Session
from tests.enrolment.verbs import SEEN, Sequence, head_of
from tests.factories import moscow

pytestmark = pytest.mark.django_db

STEPS = 100
# Of a message that is still to be sent: it says that somebody has a seat, a place or an offer.
TELLS_OF_A_SEAT = {*REMINDERS, "seat_taken", "seat_given", "seat_offered", "queued", "nominated"}
# What may have told of a seat that is held.
TOLD = {"seat_taken", "seat_given", "request_granted", "transferred", "restored", "nominated", "merged"}
# The one message about a joining says what became of the seat.
TOLD_OF_AN_OFFER = {"seat_offered", "merged"}
# What is about somebody's enrolment and told to their head.
FOR_HEADS = {"late_cancellation", "request_urgent"}


def faults_of(sequence):
    yield from booking_faults()
    yield from faults_of_messages()
    yield from faults_of_reminders()
    yield from faults_of_wishes()
    yield from faults_of_runs()
    for row in Enrolment.objects.live().filter(session__status=Session.Status.CANCELLED):
        yield f"{row.pk} is live in a session that was called off"
    now = timezone.now()
    policy = Policy.objects.current(now)
    for session in sequence.running():
        taken = session.enrolments.holding().filter(exceeds=False).count()
        if taken > session.seats:
            yield f"{session.pk}: {taken} on {session.seats} seats"
        yield from faults_of_kept_seats(session, policy, now)
        yield from idle_seats(session, policy, now)
        yield from faults_of_log(session, policy, now)
        yield from needless_marks(session)


def needless_marks(session):
    """Somebody is said to sit beyond the limit while a seat within it is free, and kept for nobody."""
    if not session.is_open_for_enrolment:
        return
    people = headcount(session)
    beyond = session.enrolments.holding().filter(exceeds=True).count()
    if beyond and people.held - beyond + people.reserved < session.seats:
        yield f"{session.pk}: {beyond} of {people.held} sit beyond {session.seats} seats"


def faults_of_wishes():
    """Who is offered a seat of a course that they want has it with the time of their wish; else the wish is over."""
    for wish in Interest.objects.live():
        for row in Enrolment.objects.live().filter(trainee=wish.trainee_id, course=wish.course_id):
            if row.seat != Seat.OFFERED:
                yield f"{row.trainee_id} still wants course {row.course_id}, and is {row.seat} in it"
            elif row.requested_at != wish.since:
                yield f"{row.pk} is offered a seat as of {row.requested_at}, and wanted it at {wish.since}"


def restored_since(row):
    return row.enrolment.entries.filter(kind="restored", at__gte=row.undone_at).exists()


def faults_of_runs():
    """A list is carried out and undone without a mistake and to the end; what is undone has ended."""
    for row in BulkRow.objects.made().filter(run__state=BulkRun.State.UNDONE, undone_at=None, not_undone=[]):
        yield f"row {row.pk} of run {row.run_id} was left out when it was undone"
    for row in BulkRow.objects.select_related("enrolment"):
        if row.outcome == RowOutcome.FAILED or {"code": "mistake"} in row.not_undone:
            yield f"row {row.pk} of run {row.run_id} failed"
        if row.undone_at and row.enrolment.is_live and not restored_since(row):
            yield f"{row.enrolment_id} is live, and was undone"


def faults_of_kept_seats(session, policy, now):
    """Kept seats are those that were asked for and have no name yet; the clock alone ends them."""
    for one in session.reservations.standing():
        if not 0 <= one.seats <= one.asked:
            yield f"{session.pk} keeps {one.seats} of {one.asked} seats for {one.whom}"
    if released_at(session, policy) <= now:
        kept = Kept.of(session, session.enrolments.values_list("trainee", flat=True), policy=policy, now=now)
        if kept.seats:
            yield f"{session.pk} keeps seats longer than it may"


def idle_seats(session, policy, now):
    """A seat is free, and somebody waits who may have it by now."""
    way = way_to_seat(session.starts_at, now, policy)
    if way in {Way.STAFF, Way.NONE} or not session.is_open_for_enrolment:
        return
    free = session.seats - session.enrolments.holding().count()
    if free <= 0:
        return
    waiting = list(session.enrolments.promotable(now).filter(trainee__is_active=True))
    kept = Kept.of(session, [one.trainee_id for one in waiting], policy=policy, now=now)
    for one in waiting:
        if way is Way.SHORT_NOTICE and not one.at_short_notice:
            continue
        if kept.leaves_a_seat(free, one.trainee_id):
            situation = situations(one.trainee, [session], policy=policy, now=now)[session.pk]
            if not unmet(situation) and (one.approval == Approval.GRANTED or not situation.days_over):
                yield f"{session.pk}: {free} free while {one.pk} waits"


def faults_of_log(session, policy, now):
    stories = load(session)
    by_log = [story.enrolment_id for story in queue_then(stories, Line(2**62, now, ""))]
    by_rows = [one.pk for one in session.enrolments.promotable(now)]
    if by_log != by_rows:
        yield f"{session.pk}: the log tells {by_log}, the rows {by_rows}"
    offered_late = session.starts_at - timedelta(hours=policy.offer_above_hours)
    for story in stories:
        for line in story.lines:
            if line.kind not in {"promoted", "offered"}:
                continue
            if line.at >= session.starts_at:
                yield f"{story.enrolment_id} got a seat after the start"
            if line.kind == "offered" and line.at >= offered_late:
                yield f"{story.enrolment_id} was offered a seat at short notice"
            # Nobody got a seat from the queue past somebody of whom the log does not say why; staff said why.
            for other in [] if line.by else queue_then(stories, line):
                if other.enrolment_id == story.enrolment_id:
                    break
                if other.passed_over(line) is None:
                    yield f"{story.enrolment_id} got a seat past {other.enrolment_id}"


def faults_of_messages():
    """Who is told what: of one's own enrolment, of nothing that is over, and of everything that one has."""
    rows = {about(one.pk): one for one in Enrolment.objects.all()}
    told = Counter()
    for message in Message.objects.exclude(state=Message.State.WITHDRAWN):
        row = rows.get(message.subject)
        if row is None:
            continue
        told[message.subject, message.kind] += 1
        whose = head_of(row.trainee).pk if message.kind in FOR_HEADS else row.trainee_id
        if message.recipient_id != whose:
            yield f"{message.kind} about {row.pk} goes to {message.recipient_id}"
        is_planned = message.state == Message.State.PLANNED
        if message.kind in REMINDERS and row.ended_because == Ending.REFUSED:
            continue  # of a grant that was taken back: they stay for another one, and do not leave without a seat
        if is_planned and not row.is_live and message.kind in TELLS_OF_A_SEAT:
            yield f"{message.kind} is planned about {row.pk}, which ended"
        if is_planned and message.kind == "seat_offered" and row.seat != Seat.OFFERED:
            yield f"an offer is planned to be told to {row.pk}, who is {row.seat}"
    for subject, row in rows.items():
        kinds = {kind for key, kind in told if key == subject}
        if row.is_live and row.seat == Seat.OFFERED and not kinds & TOLD_OF_AN_OFFER:
            yield f"{row.pk} is not told of the offer"
        if row.is_live and row.seat == Seat.HELD and not kinds & TOLD:
            yield f"{row.pk} is not told of the seat, but {kinds}"


def faults_of_reminders():
    """Who holds a seat is reminded of each meeting as often as the policy says, whatever became of the seat before."""
    now = timezone.now()
    policy = Policy.objects.current(now)
    held = Enrolment.objects.live().filter(seat=Seat.HELD, clash_since=None, session__starts_at__gt=now)
    for row in held.select_related("session", "trainee"):
        starts = row.session.meetings.values_list("starts_at", flat=True)
        wanted = reminder_messages(row, row.session, starts=starts, policy=policy, now=now)
        planned = Message.objects.filter(subject=about(row.pk), kind__in=REMINDERS, send_after__gt=now)
        kept = planned.exclude(state=Message.State.WITHDRAWN)
        # A change of the session that is no news to its people leaves them with the reminders of the version before.
        if Counter((one.kind, one.part) for one in wanted) != Counter(
            (one.kind, one.key.rpartition("/")[2]) for one in kept
        ):
            yield f"{row.pk} is reminded by {[one.key for one in kept]}"


@pytest.mark.parametrize("seed", range(5))
def test_rule_10_and_12_to_17_hold_for_every_verb_in_any_order(seed):
    with travel(moscow(2026, 3, 2, 10), tick=False) as clock:
        sequence = Sequence(seed, clock)
        done = []
        for _step in range(STEPS):
            done.append(sequence.do())
            faults = list(faults_of(sequence))
            assert not faults, f"seed {seed}: {' '.join(done)}: {'; '.join(faults)}\n{sequence.story()}"


def test_rule_10_every_verb_was_done():
    """After all sequences, for a verb that never goes through proves nothing."""
    if not SEEN:
        pytest.skip("no sequence ran in this process")
    verbs = {name for name, count in SEEN.items() if count}
    assert {verb for verb in verbs if "refused" not in verb} >= {
        "enrols", "asks", "is_decided", "is_undone", "accepts", "declines", "wishes", "is_given", "is_pinned",
        "is_unpinned", "owes", "cancels", "limits", "changes_date", "takes_back", "restores", "is_let_in", "is_sent",
        "keeps", "gives_back", "is_replaced", "leaves", "is_called_off", "time_passes",
        "wants", "wants_no_more", "opens_date", "joins", "is_listed", "is_unlisted", "stays_at_home", "does_not_answer",
        "is_kept_beyond", "walks_in",
    }, SEEN  # fmt: skip
