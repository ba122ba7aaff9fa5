"""The verbs of the attendance sheet: mark, score, close (rules 20, 21 and 23); walk-ins: enrolment/doors/walk_ins.py.

Each locks the session first, so that a sheet closes between two marks and never in the middle of one.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Self

from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from centre.actions import action
from centre.models import Policy
from enrolment.errors import EnrolmentError, InvalidMinutes, NotMarked, SheetClosed, TooEarly
from enrolment.models import ENDED_FIELDS, AttendanceMark, Ending, Enrolment, EnrolmentEntry, Mark, Seat
from enrolment.notices import about, completion_messages
from enrolment.results import Demand, MarkedMeeting, Result, result_of
from notifications.actions import noting, plan_messages, withdraw_messages
from people.models import Employee
from records.actions import Finished, record_completions
from scheduling.actions import take_step
from scheduling.life import CLOSE
from scheduling.models import Meeting, Session, SessionStep

WITH_MINUTES = (Mark.LATE, Mark.LEFT_EARLY)
NAMES_IN_A_SENTENCE = 5


@dataclass(frozen=True, slots=True)
class Standing:
    """What stands on the sheet for one person and meeting; without a mark, "not marked" (rule 20)."""

    mark: str = ""
    minutes: int = 0

    @classmethod
    def of(cls, row: AttendanceMark | None) -> Self:
        return cls() if row is None else cls(row.mark, row.minutes)

    @classmethod
    def parse(cls, text: str) -> Self:
        """What `str` made of it, as a page keeps it in a hidden field.

        Raises:
            ValueError: nobody's page writes this.
        """
        if not text:
            return cls()
        mark, minutes = text.split(":")
        return cls(Mark(mark).value, int(minutes))

    def __str__(self) -> str:
        return f"{self.mark}:{self.minutes}" if self.mark else ""

    @property
    def words(self) -> str:
        """ "late, 95 min"."""
        if not self.mark:
            return _("not marked")
        label = str(Mark(self.mark).label)
        if self.mark in WITH_MINUTES:
            return _("%(mark)s, %(minutes)s min") % {"mark": label, "minutes": self.minutes}
        return label


@dataclass(frozen=True, slots=True)
class MarkWish:
    """What shall stand for a person (no mark: not marked), and what stood there when the trainer looked."""

    enrolment_id: int
    mark: str = ""
    minutes: int | None = None
    seen: Standing = Standing()


@dataclass(frozen=True, slots=True)
class ScoreWish:
    """The score that a person shall have, and the one that stood there when the trainer looked."""

    enrolment_id: int
    score: int | None
    seen: int | None = None


@dataclass(frozen=True, slots=True)
class Conflict:
    """A wish that was not fulfilled because somebody else had been quicker, in a sentence."""

    enrolment_id: int
    message: str


@dataclass(frozen=True, slots=True)
class Saved:
    """What became of the wishes: how many changed something, and which were refused."""

    changed: int
    conflicts: list[Conflict]


@action
def mark_attendance(meeting: Meeting, wishes: Iterable[MarkWish], *, by: Employee) -> Saved:
    """Write the marks of one meeting; a mark that somebody else changed meanwhile stays as it is (promise R17).

    What the trainer did not touch is left alone, even when it is out of date on their page. The other wishes
    are fulfilled beside a conflict.

    Raises:
        SheetClosed: the sheet was closed.
        TooEarly: the sheet is not open yet.
        InvalidMinutes: who came late or left early needs minutes, fewer than the meeting has.
    """
    session = lock_open_sheet(meeting)
    meeting = session.meetings.get(pk=meeting.pk)
    wishes = list(wishes)
    people = {
        enrolment.pk: enrolment
        for enrolment in session.enrolments.seated()
        .filter(pk__in=[wish.enrolment_id for wish in wishes])
        .select_related("trainee")
    }
    rows = {
        row.enrolment_id: row
        for row in meeting.marks.filter(enrolment__in=people).select_related("marked_by")
    }
    written, erased, conflicts = [], [], []
    for wish in wishes:
        wanted = Standing(wish.mark, minutes_of(wish.mark, wish.minutes, meeting))
        row = rows.get(wish.enrolment_id)
        current = Standing.of(row)
        if wanted in (wish.seen, current):
            continue
        if wish.enrolment_id not in people:
            conflicts.append(Conflict(wish.enrolment_id, _("This person holds no seat here any more.")))
        elif current != wish.seen:
            person = people[wish.enrolment_id].trainee
            conflicts.append(Conflict(wish.enrolment_id, overtaken(person, row, current)))
        elif not wanted.mark:
            erased.append(wish.enrolment_id)
        else:
            written.append(
                AttendanceMark(
                    enrolment_id=wish.enrolment_id,
                    meeting=meeting,
                    mark=wanted.mark,
                    minutes=wanted.minutes,
                    marked_by=by,
                )
            )
    write_marks(written)
    if erased:
        meeting.marks.filter(enrolment__in=erased).delete()
    return Saved(len(written) + len(erased), conflicts)


@action
def mark_all_present(meeting: Meeting, *, by: Employee) -> int:
    """Mark everybody present who has no mark yet, and return how many; exceptions made before stay.

    Raises:
        SheetClosed, TooEarly: as in `mark_attendance`.
    """
    session = lock_open_sheet(meeting)
    meeting = session.meetings.get(pk=meeting.pk)
    unmarked = session.enrolments.seated().exclude(pk__in=meeting.marks.values("enrolment"))
    marks = [
        AttendanceMark(
            enrolment=enrolment, meeting=meeting, mark=Mark.PRESENT, minutes=meeting.minutes, marked_by=by
        )
        for enrolment in unmarked
    ]
    write_marks(marks)
    return len(marks)


@action
def set_scores(session: Session, wishes: Iterable[ScoreWish], *, by: Employee) -> Saved:
    """Write the scores of the test or exam; one that somebody else changed meanwhile stays as it is.

    Raises:
        SheetClosed: the sheet was closed.
        EnrolmentError: the course has no test or exam.
    """
    session = Session.objects.with_course().lock(session.pk)
    refuse_closed(session)
    if not session.course.is_scored:
        raise EnrolmentError(_("This course has no test or exam, so there is no score to enter."))
    wishes = list(wishes)
    people = {
        enrolment.pk: enrolment
        for enrolment in session.enrolments.seated()
        .filter(pk__in=[wish.enrolment_id for wish in wishes])
        .select_related("trainee")
    }
    changed, conflicts = [], []
    for wish in wishes:
        enrolment = people.get(wish.enrolment_id)
        if enrolment is None or wish.score in (wish.seen, enrolment.score):
            continue
        if enrolment.score != wish.seen:
            words = {"person": enrolment.trainee.short_name, "score": percent(enrolment.score)}
            message = _("%(person)s: somebody else entered the score %(score)s meanwhile; it stays.")
            conflicts.append(Conflict(enrolment.pk, message % words))
        else:
            enrolment.score = wish.score
            changed.append(enrolment)
    Enrolment.objects.bulk_update(changed, ["score"], batch_size=500)
    return Saved(len(changed), conflicts)


@action
def close_sheet(session: Session, *, by: Employee) -> Session:
    """Close the sheet: each enrolment ends with its result, completions are recorded, people are told.

    Who still waits was not reached. Closing again changes nothing.

    Raises:
        TooEarly: the last meeting has not ended.
        NotMarked: somebody is not marked; the sentence names them.
        EnrolmentError: the session does not take place.
    """
    session = Session.objects.with_course().lock(session.pk)
    if session.status == Session.Status.CLOSED:
        return session
    enrolments = list(session.enrolments.live().select_related("trainee").order_by("trainee__name_key", "pk"))
    Employee.objects.lock_all(enrolment.trainee_id for enrolment in enrolments)
    demand = demand_of(session, Policy.objects.current())
    results = results_of(session, enrolments, demand)
    refuse_closing(session, [one.enrolment.trainee for one in results if one.result is None])

    now = timezone.now()
    reasons = {one.enrolment.pk: one.result.reason(demand) for one in results if one.result}
    endings = {one.enrolment.pk: one.result.ending for one in results if one.result}
    for enrolment in enrolments:
        enrolment.end(endings.get(enrolment.pk, Ending.NOT_REACHED), now)
    Enrolment.objects.bulk_update(enrolments, ENDED_FIELDS, batch_size=500)
    EnrolmentEntry.objects.bulk_create(
        EnrolmentEntry(
            enrolment=enrolment,
            kind=EnrolmentEntry.Kind.ENDED,
            by=by,
            reason=reasons.get(enrolment.pk, "")[:300],
        )
        for enrolment in enrolments
    )
    finished = [
        Finished(
            one.enrolment.trainee_id,
            minutes_attended=one.result.minutes_attended,
            minutes_held=one.result.minutes_held,
            score=one.result.score,
        )
        for one in results
        if one.result and one.result.ending == Ending.FINISHED
    ]
    completions = record_completions(session.course, finished, on=last_day(session), session=session)
    withdraw_messages(about(enrolment.pk) for enrolment in enrolments)
    step = take_step(session, CLOSE, by)
    with noting(step.cause):
        plan_messages(completion_messages(completions))
    return session


# --- what the verbs, and the page before the last of them, share ------------------------------------


@dataclass(frozen=True, slots=True)
class Outcome:
    """A seated trainee's result; none while a meeting is not marked."""

    enrolment: Enrolment
    result: Result | None


def results_of(session: Session, enrolments: Iterable[Enrolment], demand: Demand) -> list[Outcome]:
    """What closing the sheet now would make of each of the enrolments that holds a seat; two statements."""
    meetings = list(session.meetings.order_by("starts_at"))
    marks: dict[int, dict[int, AttendanceMark]] = {}
    for row in AttendanceMark.objects.filter(meeting__in=meetings):
        marks.setdefault(row.enrolment_id, {})[row.meeting_id] = row
    return [
        Outcome(enrolment, marked_result(meetings, marks.get(enrolment.pk, {}), enrolment, demand))
        for enrolment in enrolments
        if enrolment.seat == Seat.HELD
    ]


def marked_result(
    meetings: Sequence[Meeting], marks: dict[int, AttendanceMark], enrolment: Enrolment, demand: Demand
) -> Result | None:
    if any(meeting.pk not in marks for meeting in meetings):
        return None
    attended = [
        MarkedMeeting(meeting.minutes, Mark(marks[meeting.pk].mark), marks[meeting.pk].minutes)
        for meeting in meetings
    ]
    return result_of(attended, enrolment.score, demand)


def demand_of(session: Session, policy: Policy) -> Demand:
    course = session.course
    return Demand(policy.attended_percent, course.passing_score if course.is_scored else None)


def last_day(session: Session) -> date:
    """The day of the last meeting by Moscow's calendar: completions are dated with it."""
    last = session.meetings.latest("starts_at")
    return timezone.localdate(last.starts_at, timezone=timezone.get_default_timezone())


def sheet_opens_at(meeting: Meeting, policy: Policy) -> datetime:
    return meeting.starts_at - timedelta(minutes=policy.sheet_opens_minutes)


def lock_open_sheet(meeting: Meeting) -> Session:
    """The meeting's session, locked, when its sheet may be written.

    Raises:
        SheetClosed, TooEarly, EnrolmentError: it may not, in words.
    """
    session = Session.objects.with_course().lock(meeting.session_id)
    refuse_closed(session)
    meeting = session.meetings.get(pk=meeting.pk)  # it may have been moved meanwhile
    opens_at = sheet_opens_at(meeting, Policy.objects.current())
    if timezone.now() < opens_at:
        raise TooEarly(
            _("The sheet opens on %(day)s at %(time)s.")
            % {
                "day": formats.date_format(timezone.localtime(opens_at), "SHORT_DATE_FORMAT"),
                "time": formats.time_format(timezone.localtime(opens_at), "H:i"),
            }
        )
    return session


def refuse_closed(session: Session) -> None:
    if session.status == Session.Status.CLOSED:
        raise SheetClosed(closed_words(session))
    if session.status not in {Session.Status.OPEN, Session.Status.CONFIRMED}:
        raise EnrolmentError(_("This session does not take place, so it has no sheet."))


def closed_words(session: Session) -> str:
    """Why a closed sheet does not change, and by whom it was closed (rule 21)."""
    step = session.steps.filter(kind=SessionStep.Kind.CLOSED).select_related("by").last()
    if step is None or step.by is None:
        return _(
            "The sheet is closed and does not change any more. If a mark is wrong, tell the training centre."
        )
    return _(
        "%(who)s closed the sheet on %(day)s. It does not change any more. "
        "If a mark is wrong, tell the training centre."
    ) % {
        "who": step.by.short_name,
        "day": formats.date_format(timezone.localtime(step.at), "SHORT_DATETIME_FORMAT"),
    }


def refuse_closing(session: Session, not_marked: Sequence[Employee]) -> None:
    if session.status not in {Session.Status.OPEN, Session.Status.CONFIRMED}:
        raise EnrolmentError(_("This session does not take place, so it has no sheet."))
    if not session.is_over:
        raise TooEarly(_("The sheet can be closed when the last meeting is over."))
    if not_marked:
        names = ", ".join(person.short_name for person in not_marked[:NAMES_IN_A_SENTENCE])
        more = len(not_marked) - NAMES_IN_A_SENTENCE
        if more > 0:
            names = ngettext(
                "%(names)s and %(count)s more person", "%(names)s and %(count)s more people", more
            ) % {"names": names, "count": more}
        raise NotMarked(
            _("Not marked yet: %(names)s. Mark everybody for each meeting, then close the sheet.")
            % {"names": names}
        )


def minutes_of(mark: str, minutes: int | None, meeting: Meeting) -> int:
    """The minutes that a mark stands for; who came late or left early attended some, but not all.

    Raises:
        InvalidMinutes: with the range, in words.
    """
    if mark == Mark.PRESENT:
        return meeting.minutes
    if mark not in WITH_MINUTES:
        return 0
    if minutes is None or not 0 < minutes < meeting.minutes:
        raise InvalidMinutes(
            _("Enter the minutes attended, from 1 to %(most)s.") % {"most": meeting.minutes - 1}
        )
    return minutes


def overtaken(person: Employee, row: AttendanceMark | None, current: Standing) -> str:
    """The sentence about a mark that somebody else changed since the page was opened."""
    words = {"person": person.short_name, "mark": current.words}
    if row is None:
        return _("%(person)s: somebody else took the mark away meanwhile. Yours was not saved.") % words
    words["time"] = formats.time_format(timezone.localtime(row.marked_at), "H:i")
    if row.marked_by is None:
        return _("%(person)s: the mark became “%(mark)s” at %(time)s. Yours was not saved.") % words
    words["who"] = row.marked_by.short_name
    return _("%(person)s: %(who)s changed the mark to “%(mark)s” at %(time)s. Yours was not saved.") % words


def write_marks(marks: Sequence[AttendanceMark]) -> None:
    AttendanceMark.objects.bulk_create(
        marks,
        update_conflicts=True,
        unique_fields=["enrolment", "meeting"],
        update_fields=["mark", "minutes", "marked_at", "marked_by"],
    )


def percent(score: int | None) -> str:
    return _("none") if score is None else f"{score} %"
