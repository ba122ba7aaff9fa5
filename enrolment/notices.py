"""Which messages the actions of enrolment plan; `enrolment.letters` says what they become.

Everything told to a trainee is about the enrolment ("enrolment:12"), so that one call withdraws what is still to
be told; its version is the session's, so that a move plans the reminders anew. Letters are made of the facts of
the moment they leave; the context keeps only what no row says any more, such as the time before a move.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from django.utils import timezone

from centre.models import Policy
from enrolment.models import Enrolment
from notifications.actions import PlannedMessage
from notifications.models import Message
from notifications.quiet_hours import reminder_time
from records.models import Completion
from scheduling.models import Session
from scheduling.notices import about as about_session

# Kinds of reminders, from the earliest. Of several that are due at once only the last is sent.
REMINDERS = ("reminder_first", "reminder_second", "reminder_last")
# What a move of the session makes untrue or plans anew; other news stays, for it is told with the new times.
NEWS_OF_A_MOVE = ("session_moved", "clash_after_move")
INVITATION = "course_needed"
OUTDATED_BY_A_MOVE = (*REMINDERS, *NEWS_OF_A_MOVE)


def about(enrolment_id: int) -> str:
    return f"enrolment:{enrolment_id}"


def moment_part(at: datetime) -> str:
    """Tells news apart that comes several times of one version of a session, as after a cancellation taken back."""
    return at.isoformat()


def seat_messages(
    enrolment: Enrolment,
    session: Session,
    *,
    kind: str,
    starts: Sequence[datetime],
    policy: Policy,
    now: datetime,
    context: dict[str, object],
) -> list[PlannedMessage]:
    """The news of a seat (`seat_taken`, `seat_given`, `merged`) and the reminders before the meetings, as one list."""
    news = PlannedMessage(
        kind,
        enrolment.trainee_id,
        about(enrolment.pk),
        version=session.version,
        context=context,
        part=moment_part(now),
    )
    return [news, *reminder_messages(enrolment, session, starts=starts, policy=policy, now=now)]


def reminder_messages(
    enrolment: Enrolment, session: Session, *, starts: Sequence[datetime], policy: Policy, now: datetime
) -> list[PlannedMessage]:
    """The reminders that still lie ahead: all three before the first meeting; before the first meeting of each
    later day the second and the last, for by then people know the course. The quiet hours are those of the
    trainee's own clocks; so many hours before are the same everywhere.

    A reminder that would come in the quiet hours waits for their end or, when that is too late, goes the
    evening before. Each is kept apart by the start it reminds of.
    """
    zone = timezone.get_default_timezone()
    own_zone = enrolment.trainee.own_zone or zone
    hours = (policy.first_reminder_hours, policy.second_reminder_hours, policy.last_reminder_hours)
    planned = []
    days_reminded: set[date] = set()
    for start in sorted(starts):
        day = start.astimezone(zone).date()
        if day in days_reminded:
            continue
        first = 1 if days_reminded else 0
        part = f"{start:%Y%m%dT%H%M}"
        context: dict[str, object] = {"starts_at": start.isoformat()}
        days_reminded.add(day)
        for kind, lead_hours in list(zip(REMINDERS, hours, strict=True))[first:]:
            at = reminder_time(start - timedelta(hours=lead_hours), policy, own_zone, deadline=start)
            if at > now:
                planned.append(
                    PlannedMessage(
                        kind,
                        enrolment.trainee_id,
                        about(enrolment.pk),
                        at,
                        version=session.version,
                        context=context,
                        part=part,
                    )
                )
    return planned


def forget_reminders(enrolment: Enrolment) -> None:
    """Of an earlier seat of the same enrolment, as far as they have not left: its own are planned anew, each once."""
    unsent = [Message.State.PLANNED, Message.State.WITHDRAWN]
    Message.objects.about(about(enrolment.pk)).filter(kind__in=REMINDERS, state__in=unsent).delete()


def given_up_messages(enrolment: Enrolment, session: Session) -> list[PlannedMessage]:
    """The news that the trainee gave the seat up, for their calendar; who never heard of the seat is told nothing."""
    return [
        PlannedMessage(
            "seat_given_up",
            enrolment.trainee_id,
            about(enrolment.pk),
            version=session.version,
            part=moment_part(enrolment.ended_at or timezone.now()),
        )
    ]


def queue_messages(enrolment: Enrolment, session: Session) -> list[PlannedMessage]:
    """The news of a place in the queue; which place, the letter says."""
    return [PlannedMessage("queued", enrolment.trainee_id, about(enrolment.pk), version=session.version)]


def cancelled_messages(enrolments: Iterable[Enrolment], reason: str) -> list[PlannedMessage]:
    """The news that the centre cancelled the session; the enrolments come with theirs."""
    return [
        PlannedMessage(
            "session_cancelled",
            one.trainee_id,
            about(one.pk),
            version=one.session.version if one.session else 1,
            context={"reason": reason},
        )
        for one in enrolments
    ]


def merged_messages(
    enrolments: Iterable[Enrolment], target: Session, context: dict[str, object]
) -> list[PlannedMessage]:
    """The news that the session was joined with the target, to those who wait there or whose request goes on there."""
    return [
        PlannedMessage("merged", one.trainee_id, about(one.pk), version=target.version, context=context)
        for one in enrolments
    ]


def clash_messages(enrolments: Iterable[Enrolment], source: Session, target: Session) -> list[PlannedMessage]:
    """The news that the enrolment ends, to those who are busy at the time of the other session."""
    return [
        PlannedMessage(
            "merge_clash",
            one.trainee_id,
            about(one.pk),
            version=source.version,
            context={"into": target.pk},
        )
        for one in enrolments
    ]


def invitation_messages(session: Session, people: Iterable[int]) -> list[PlannedMessage]:
    """Invitations to those who need the course: one a person and session, whatever its version."""
    return [PlannedMessage(INVITATION, person, about_session(session.pk)) for person in people]


def invited_to(session: Session) -> set[int]:
    """Keys of those who were invited to the session."""
    invitations = Message.objects.about(about_session(session.pk)).filter(kind=INVITATION)
    return set(invitations.values_list("recipient", flat=True))


def moved_messages(
    enrolments: Iterable[Enrolment], session: Session, *, old_starts_at: datetime, clashing: set[int]
) -> list[PlannedMessage]:
    """The news of another time or place, to each who holds a seat or waits; `clashing` are trainees' keys."""
    return [
        PlannedMessage(
            "clash_after_move" if one.trainee_id in clashing else "session_moved",
            one.trainee_id,
            about(one.pk),
            version=session.version,
            context={"old_starts_at": old_starts_at.isoformat()},
        )
        for one in enrolments
    ]


def completion_messages(completions: Iterable[Completion]) -> list[PlannedMessage]:
    """The news that a course was completed, and until when that is valid."""
    return [
        PlannedMessage("completion_recorded", one.trainee_id, f"completion:{one.pk}") for one in completions
    ]
