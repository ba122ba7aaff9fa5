"""What the database itself refuses, whoever writes: each constraint is broken, past the forms and the actions.

A constraint that is missing here fails a test.
"""

from datetime import date

import pytest
from django.apps import apps
from django.db import IntegrityError, transaction

from accounts.models import StaffImport, Synonym
from audit.models import AccessRecord
from centre.models import CalendarDay, Use
from courses.models import Programme, ProgrammeStep
from enrolment.actions import enrol, start_course
from enrolment.models import BulkRun, Enrolment, Interest
from learning.models import Choice, Question
from notifications.models import Message
from scheduling.models import Booking, PreparedChange, Subscription
from tests.factories import (
    CourseFactory,
    EmployeeFactory,
    EmploymentFactory,
    MaterialFactory,
    OfficeFactory,
    PolicyFactory,
    ReservationFactory,
    RoomFactory,
    SessionFactory,
    SiteFactory,
    TrainerFactory,
    TrainerQualificationFactory,
    in_days,
)
from tests.test_structure import ORDER

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 24)


# Together with its foreign key it keeps an enrolment's course the session's; by itself it cannot be broken.
TARGET_OF_A_KEY = "session_id_course"


def changed(row, **values):
    """Write past the model's own methods."""
    type(row).objects.filter(pk=row.pk).update(**values)


def twice(row, **values):
    """The same row once more, under another key."""
    row.pk = None
    for name, value in values.items():
        setattr(row, name, value)
    row.save(force_insert=True)


def wish():
    return Interest.objects.create(trainee=EmployeeFactory(), course=CourseFactory())


def assigned(**values):
    fields = {"trainer": TrainerFactory(), "asked_at": in_days(0), "answer_until": in_days(2)}
    return SessionFactory().assignments.create(**fields | values)


def prepared(**values):
    """A prepared move, or what the values make of it."""
    fields = {"kind": "move", "plan": {"meetings": []}, "starts_at": in_days(15), "session_version": 1}
    return PreparedChange.objects.create(session=SessionFactory(), **fields | values)


def leave(**values):
    fields = {"starts_on": TODAY, "ends_on": TODAY, "kind": "vacation"}
    return TrainerFactory().leave_requests.create(**fields | values)


def trouble(**values):
    fields = {"starts_on": TODAY, "ends_on": TODAY, "kind": "other", "words": "Пахнет дымом"}
    return TrainerFactory().trouble_reports.create(**fields | values)


def off_hours(**values):
    fields = {"weekday": 0, "begins_at": "10:00", "ends_at": "12:00", "starts_on": TODAY}
    return TrainerFactory().unavailabilities.create(**fields | values)


def bookings():
    """Those of a session of three hours, with somebody who attends."""
    session = SessionFactory(starts_at=in_days(14))
    enrol(EmployeeFactory(), session)
    return Booking.objects.filter(meeting__session=session)


def booked(**subject):
    """A booking of the subject an hour into that session, for a meeting elsewhere."""
    meeting = SessionFactory(starts_at=in_days(30)).meetings.get()
    Booking.objects.create(meeting=meeting, period=(in_days(14, 11), in_days(14, 12)), **subject)


def access_entry(**values):
    return EmployeeFactory().access_entries.create(**values)


def led_twice(person):
    """An office whose deputy is its head."""
    return OfficeFactory(head=person, deputy=person)


def seat(**values):
    session = SessionFactory()
    fields = {"trainee": EmployeeFactory(), "session": session, "course": session.course, "seat": "held"}
    return Enrolment.objects.create(**fields | values)


def mark(**values):
    enrolment = seat()
    fields = {"mark": "absent", "minutes": 0} | values
    return enrolment.marks.create(meeting=enrolment.session.meetings.get(), **fields)


def completion(**values):
    return EmployeeFactory().completions.create(course=CourseFactory(), completed_on=TODAY, **values)


def message(**values):
    fields = {"recipient": EmployeeFactory(), "kind": "note", "key": "1", "send_after": in_days(0)}
    return Message.objects.create(**fields | values)


def look(**values):
    fields = {"by_id": 1, "kind": "record", "page": "a", "person_id": 2, "session_id": 3, "hour": in_days(0)}
    return AccessRecord.objects.create(**fields | values)


def step(**values):
    programme = Programme.objects.create(code="P-1", title="Новичок", description="", trigger="HIRE")
    return ProgrammeStep.objects.create(programme=programme, number=1, course=CourseFactory(), **values)


def question():
    return Question.objects.create(course=CourseFactory(), number=1, text="Что верно?")


def choice(**values):
    return Choice.objects.create(question=question(), number=1, text="Это", **values)


def studies():
    return start_course(EmployeeFactory(), MaterialFactory().course)


def read():
    enrolment = studies()
    return enrolment.read_materials.create(material=enrolment.course.materials.get())


def synonym(**values):
    fields = {"kind": "office", "text": "МФЦ", "key": "мфц", "office": OfficeFactory()}
    return Synonym.objects.create(**fields | values)


def import_row():
    staff_import = StaffImport.objects.create(file_name="staff.csv")
    return staff_import.rows.create(line=1, kind="row", cells=[], outcome="skip", code="EMPTY_LINE")


def bulk_row(**values):
    run = BulkRun.objects.create(session=SessionFactory(), made_by=EmployeeFactory(), source="paste")
    return run.rows.create(**{"line": 1, "place": 1, "outcome": "not_found"} | values)


# Constraint → what breaks it, and it alone.
BREAKS = {
    "use_counted_once": [lambda: twice(Use.objects.create(key="search:1", since=in_days(0)))],
    "site_closes_after_it_opens": [lambda: SiteFactory(opens_at="20:00", closes_at="08:00")],
    "calendar_day_kind_known": [
        lambda: CalendarDay.objects.create(on=TODAY, kind="feast", name="Пир", status="decree")
    ],
    "calendar_day_moved_from_another": [
        lambda: CalendarDay.objects.create(
            on=TODAY, kind="holiday", name="Пир", status="decree", counterpart_on=date(2026, 11, 21)
        ),
        lambda: CalendarDay.objects.create(
            on=TODAY, kind="working_weekend", name="Пир", status="decree", counterpart_on=TODAY
        ),
    ],
    "access_record_once_an_hour": [
        lambda: twice(look()),
        lambda: twice(look(kind="people", session_id=None)),
    ],
    "policy_shares_are_percents": [
        lambda: PolicyFactory(attended_percent=0),
        lambda: PolicyFactory(attended_percent=101),
        lambda: PolicyFactory(leavers_percent=101),
        lambda: PolicyFactory(away_percent=101),
    ],
    "reservation_for_office_or_okrug": [
        lambda: ReservationFactory(okrug="ЦАО"),
        lambda: ReservationFactory(office=None),
    ],
    "reservation_within_what_was_asked": [
        lambda: ReservationFactory(asked=0, seats=0),
        lambda: ReservationFactory(asked=1, seats=2),
    ],
    "reservation_one_an_office": [lambda: twice(ReservationFactory())],
    "reservation_one_an_okrug": [lambda: twice(ReservationFactory(office=None, okrug="ЦАО"))],
    "policy_heads_have_a_day": [lambda: PolicyFactory(approval_days=0)],
    "policy_offers_can_be_answered": [
        lambda: PolicyFactory(offer_above_hours=23, short_notice_hours=24),
        lambda: PolicyFactory(offer_answer_hours=0),
        lambda: PolicyFactory(offer_hours_from="20:00", offer_hours_until="20:00"),
        lambda: PolicyFactory(clash_choice_hours=0),
    ],
    "policy_reminders_in_order": [
        lambda: PolicyFactory(first_reminder_hours=24, second_reminder_hours=24),
        lambda: PolicyFactory(second_reminder_hours=2, last_reminder_hours=3),
        lambda: PolicyFactory(last_reminder_hours=0),
    ],
    "policy_too_few_in_order": [
        lambda: PolicyFactory(too_few_first_days=5, too_few_second_days=5),
        lambda: PolicyFactory(too_few_second_days=3, too_few_last_days=3),
        lambda: PolicyFactory(too_few_last_days=0),
    ],
    "policy_leaves_room_to_teach": [
        lambda: PolicyFactory(academic_hours_a_day=0),
        lambda: PolicyFactory(academic_hours_a_day=25),
        lambda: PolicyFactory(optional_bookings_max=0),
    ],
    "access_entry_names_its_role": [
        lambda: access_entry(what="role_given"),
        lambda: access_entry(what="closed", role="hr_admin"),
    ],
    "saved_view_name_once": [
        lambda: twice(EmployeeFactory().saved_views.create(path="/staff/courses/", name="мои"))
    ],
    "staff_import_line_once": [lambda: twice(import_row())],
    "bulk_line_once": [lambda: twice(bulk_row())],
    "bulk_made_has_an_enrolment": [lambda: bulk_row(outcome="seat", settled_at=in_days(0))],
    "synonym_means_one_thing": [lambda: twice(synonym(), text="МФЦ!")],
    "synonym_has_a_meaning_of_its_kind": [
        lambda: synonym(office=None),
        lambda: synonym(kind="position"),
        lambda: synonym(status="работа"),
    ],
    "office_head_is_not_deputy": [lambda: led_twice(EmployeeFactory())],
    "employee_email_unique": [
        lambda: twice(EmployeeFactory(email="maria@mfc.example"), username="1", email="Maria@mfc.example")
    ],
    "employment_one_main_at_a_time": [lambda: EmploymentFactory(employee=EmploymentFactory().employee)],
    "employment_ends_after_start": [lambda: EmploymentFactory(ended_on=date(2024, 1, 14))],
    "employment_shift_has_first_day": [lambda: EmploymentFactory(work_pattern="2/2")],
    "message_state_known": [lambda: message(state="lost")],
    "course_taught_has_groups": [
        lambda: CourseFactory(group_max=None),
        lambda: CourseFactory(group_min=9, group_max=8),
        lambda: CourseFactory(delivery="self_paced"),
    ],
    "course_mandatory_has_due_days": [lambda: CourseFactory(is_mandatory=True)],
    "course_score_when_tested": [
        lambda: CourseFactory(result_kind="EXAM"),
        lambda: CourseFactory(result_kind="EXAM", passing_score=101),
        lambda: CourseFactory(passing_score=60),
    ],
    "course_format_known": [lambda: CourseFactory(format="SONG"), lambda: CourseFactory(delivery="by_post")],
    "course_code_stands_in_addresses": [lambda: CourseFactory(code="IP/1"), lambda: CourseFactory(code="ИП")],
    "course_meetings_can_be_planned": [lambda: CourseFactory(meetings=31)],
    "programme_code_stands_in_addresses": [
        lambda: changed(step().programme, code="PR/1"),
        lambda: changed(step().programme, code="ПР"),
    ],
    "material_number_once": [lambda: twice(MaterialFactory())],
    "programme_step_number_once": [lambda: twice(step(), course=CourseFactory())],
    "programme_course_once": [lambda: twice(step(), number=2)],
    "trainer_qualification_once": [lambda: twice(TrainerQualificationFactory())],
    "absence_ends_after_start": [
        lambda: TrainerFactory().absences.create(starts_on=TODAY, ends_on=date(2026, 11, 23))
    ],
    "leave_ends_after_start": [lambda: leave(ends_on=date(2026, 11, 23))],
    "leave_refused_with_reason": [
        lambda: leave(state="refused", decided_at=in_days(0)),
        lambda: leave(state="granted"),
        lambda: leave(decided_at=in_days(0)),
    ],
    "trouble_ends_after_start": [lambda: trouble(ends_on=date(2026, 11, 23))],
    "trouble_says_what_and_where": [
        lambda: trouble(kind="flood"),
        lambda: trouble(words=""),
        lambda: trouble(kind="late"),
        lambda: trouble(kind="equipment"),
        lambda: trouble(kind="illness", session=SessionFactory()),
    ],
    "trouble_answered_with_reason": [
        lambda: trouble(state="done"),
        lambda: trouble(state="nothing", answered_at=in_days(0)),
        lambda: trouble(answer="Починили"),
    ],
    "trouble_reported_once": [lambda: twice(trouble()), lambda: twice(trouble(kind="illness", words=""))],
    "unavailability_has_hours": [lambda: off_hours(ends_at="10:00"), lambda: off_hours(weekday=7)],
    "unavailability_ends_after_start": [lambda: off_hours(ends_on=date(2026, 11, 23))],
    "prepared_change_is_whole": [
        lambda: prepared(kind="other"),
        lambda: prepared(kind="move", plan=None),
        lambda: prepared(kind="move", starts_at=None),
        lambda: prepared(kind="cancel", reason="нужно"),
        lambda: prepared(kind="cancel", plan=None, starts_at=None, reason=""),
    ],
    "assignment_once": [lambda: twice(assigned())],
    "assignment_declined_with_reason": [
        lambda: assigned(state="declined", answered_at=in_days(0)),
        lambda: assigned(state="accepted"),
        lambda: assigned(why="нет"),
    ],
    "calendar_entry_once_a_person": [
        lambda: twice(EmployeeFactory().calendar_entries.create(key="meeting:1", subject="session:1"))
    ],
    "subscription_has_one_owner": [
        lambda: Subscription.objects.create(),
        lambda: Subscription.objects.create(person=EmployeeFactory(), room=RoomFactory()),
    ],
    "room_has_capacity": [lambda: RoomFactory(capacity=0)],
    "room_closure_ends_after_start": [
        lambda: RoomFactory().closures.create(starts_at=in_days(1), ends_at=in_days(1), reason="ремонт")
    ],
    "session_status_known": [lambda: changed(SessionFactory(), status="postponed")],
    "session_ends_after_start": [lambda: changed(SessionFactory(), ends_at=in_days(1))],
    "session_cancelled_with_reason": [lambda: changed(SessionFactory(), status="cancelled")],
    "waiver_once_a_finding": [lambda: twice(SessionFactory().waivers.create(key="a", reason="нужно"))],
    "waiver_has_a_reason": [lambda: SessionFactory().waivers.create(key="a", reason="")],
    "meeting_ends_after_start": [lambda: changed(SessionFactory().meetings.get(), ends_at=in_days(1))],
    "meeting_one_of_a_session_at_a_time": [
        lambda: twice(SessionFactory(starts_at=in_days(14)).meetings.get(), starts_at=in_days(14, 12))
    ],
    "booking_has_one_subject": [
        lambda: booked(),
        lambda: booked(room=RoomFactory(), person=EmployeeFactory(), role="teaches"),
        lambda: booked(room=RoomFactory(), role="teaches"),
        lambda: booked(person=EmployeeFactory()),
        lambda: booked(person=EmployeeFactory(), role="watches"),
    ],
    "booking_has_a_time": [
        lambda: changed(bookings().of_rooms().get(), period=(None, in_days(1))),
        lambda: changed(bookings().of_rooms().get(), period=(in_days(1), None)),
        lambda: changed(bookings().of_rooms().get(), period=(in_days(1), in_days(1))),
    ],
    # Rule 2: a room, who teaches and who attends are in one place at a time, whichever comes second.
    "booking_one_room_at_a_time": [lambda: booked(room=bookings().of_rooms().get().room)],
    "booking_one_person_at_a_time": [
        lambda: booked(person=bookings().teaching().get().person, role="teaches"),
        lambda: booked(person=bookings().teaching().get().person, role="attends"),
        lambda: booked(person=bookings().attending().get().person, role="teaches"),
        lambda: booked(person=bookings().attending().get().person, role="attends"),
    ],
    "completion_once_a_day": [lambda: twice(completion())],
    "completion_valid_after_completed": [lambda: completion(valid_until=date(2026, 11, 23))],
    "interest_one_live_per_course": [lambda: twice(wish())],
    "interest_ended_has_a_time": [lambda: changed(wish(), ended_because="withdrawn")],
    "interest_ending_known": [lambda: changed(wish(), ended_because="bored", ended_at=in_days(0))],
    "enrolment_one_live_per_course": [lambda: twice(seat(), seat="waiting")],
    "enrolment_legal_pair": [
        lambda: seat(seat="none"),
        lambda: seat(seat="given_up"),
        lambda: seat(approval="asked", approval_until=in_days(1)),
        lambda: seat(approval="refused"),
        lambda: seat(seat="waiting", approval="asked", approval_until=in_days(1)),
        lambda: seat(seat="offered", approval="expired", offer_until=in_days(1)),
        lambda: seat(seat="none", approval="granted"),
        lambda: seat(session=None),
        lambda: seat(session=None, seat="waiting"),
        lambda: seat(ended_because="finished", seat="given_up", ended_at=in_days(0)),
        lambda: seat(ended_because="no_show", seat="waiting", ended_at=in_days(0)),
        lambda: seat(ended_because="cancelled", ended_at=in_days(0)),
        lambda: seat(ended_because="by_centre", seat="waiting", ended_at=in_days(0)),
        lambda: seat(ended_because="forgotten", seat="given_up", ended_at=in_days(0)),
    ],
    "enrolment_ended_has_a_time": [
        lambda: seat(ended_because="finished"),
        lambda: seat(ended_at=in_days(0)),
    ],
    "enrolment_offer_has_a_term": [
        lambda: seat(seat="offered"),
        lambda: seat(offer_until=in_days(1)),
        lambda: seat(seat="waiting", offer_until=in_days(1)),
    ],
    "enrolment_asked_has_a_term": [
        lambda: seat(seat="none", approval="asked"),
        lambda: seat(approval_until=in_days(1)),
        lambda: seat(approval="granted", escalated_at=in_days(1)),
    ],
    "enrolment_score_is_percent": [lambda: seat(score=101)],
    "attendance_one_mark_per_meeting": [lambda: twice(mark())],
    "attendance_minutes_fit_the_mark": [
        lambda: mark(mark="present"),
        lambda: mark(mark="late"),
        lambda: mark(mark="left_early"),
        lambda: mark(mark="absent", minutes=1),
        lambda: mark(mark="excused", minutes=1),
        lambda: mark(mark="dreaming", minutes=90),
    ],
    "material_read_once": [lambda: twice(read())],
    "question_number_once": [lambda: twice(question())],
    "choice_number_once": [lambda: twice(choice())],
    "choice_one_right": [lambda: twice(choice(is_right=True), number=2)],
    "attempt_score_is_percent": [lambda: studies().attempts.create(score=101)],
    # The same news cannot be planned twice (rule 26).
    "message_planned_once": [lambda: twice(message())],
}
# A constraint that no model names: Django has no word for a key of two columns.
BEYOND_THE_MODELS = {
    # An enrolment's course is its session's course.
    "enrolment_course_is_the_sessions_course": [lambda: seat(course=CourseFactory())],
}
CASES = [(name, write) for name, writes in (BREAKS | BEYOND_THE_MODELS).items() for write in writes]


@pytest.mark.parametrize(("constraint", "write"), CASES, ids=[name for name, _write in CASES])
def test_the_database_refuses(constraint, write):
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        write()

    assert refused.value.__cause__.diag.constraint_name == constraint


def test_each_constraint_is_broken_once():
    named = {
        constraint.name
        for model in apps.get_models()
        if model._meta.app_label in ORDER
        for constraint in model._meta.constraints
    }

    assert named - {TARGET_OF_A_KEY} == set(BREAKS)


def test_rule_2_bookings_are_half_open_in_the_database_too():
    """A meeting may start at the minute another ends."""
    people = [booking.person for booking in bookings().exclude(person=None)]
    following = SessionFactory(starts_at=in_days(30)).meetings.get()

    for person in people:
        Booking.objects.create(
            meeting=following, person=person, role="attends", period=(in_days(14, 13), in_days(14, 14))
        )

    assert Booking.objects.filter(meeting=following, role="attends").count() == len(people) == 2
