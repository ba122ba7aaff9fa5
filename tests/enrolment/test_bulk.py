"""Many at once: what is foreseen for each, what became of it, and repeating (rule 18)."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from enrolment.actions import enrol
from enrolment.bulk.actions import order_application, settle
from enrolment.bulk.errors import BulkError, NobodyNamed, NotReady, TooManyNamed
from enrolment.bulk.forecast import LOADED_AT_ONCE, Terms
from enrolment.bulk.making import ListOfPeople, choose, look_again, make_run
from enrolment.bulk.tasks import forget_bulk_runs, work_on_bulk_runs
from enrolment.models import Approval, BulkRun, Enrolment, EnrolmentEntry, Seat
from notifications import kinds
from notifications.models import Message
from people.models import Employee
from scheduling.models import Booking
from tests.enrolment.bulk import applied, at_work, hr_admin, numbers, outcomes, pasted, reason_codes
from tests.factories import (
    CourseFactory,
    EmployeeFactory,
    EmploymentFactory,
    MandatorySessionFactory,
    OfficeFactory,
    PositionFactory,
    SessionFactory,
    ShiftFactory,
    in_days,
)

pytestmark = pytest.mark.django_db
Entry = EnrolmentEntry.Kind


# --- what is foreseen -----------------------------------------------------------------------------


def test_rule_18_seats_are_given_in_the_order_of_the_list_and_the_others_queue():
    session = SessionFactory(seats=2)
    people = at_work(3)

    run = pasted(session, people)

    assert outcomes(run) == ["seat", "seat", "queue"]
    assert run.counts == {"seat": 2, "queue": 1}
    assert not Enrolment.objects.exists()
    assert not Message.objects.exists()


def test_rule_18_nobody_gets_a_seat_past_those_who_wait():
    session = SessionFactory(seats=1)
    first, second, third = at_work(3)
    enrol(first, session)
    enrol(second, session)

    assert outcomes(pasted(session, [third])) == ["queue"]


def test_rule_18_who_is_in_the_session_is_there_already():
    session = SessionFactory()
    person = at_work(1)[0]
    enrol(person, session)

    assert outcomes(pasted(session, [person])) == ["already"]


def test_rule_18_a_person_named_twice_is_enrolled_once():
    session = SessionFactory()
    person = at_work(1)[0]

    run = pasted(session, [person, person])

    assert outcomes(run) == ["seat", "twice"]
    assert outcomes(applied(run)) == ["seat", "twice"]
    assert session.enrolments.count() == 1


def test_rule_18_not_found_is_said():
    run = pasted(SessionFactory(), "77777777")

    assert (outcomes(run), reason_codes(run)) == (["not_found"], ["unknown"])


def test_rule_18_who_left_is_said():
    person = at_work(1)[0]
    Employee.objects.filter(pk=person.pk).update(is_active=False)

    run = pasted(SessionFactory(), [person])

    assert (outcomes(run), reason_codes(run)) == (["left"], ["leaver"])


def test_rule_18_who_is_busy_is_said():
    session = SessionFactory()
    person = at_work(1)[0]
    enrol(person, SessionFactory(starts_at=session.starts_at))

    run = pasted(session, [person])

    assert (outcomes(run), reason_codes(run)) == (["busy"], ["clash"])


def test_rule_18_who_may_not_is_said_with_every_reason():
    course = CourseFactory()
    course.prerequisites.add(CourseFactory())
    course.audience.add(PositionFactory())
    person = at_work(1)[0]

    run = pasted(SessionFactory(course=course), [person])

    assert (outcomes(run), reason_codes(run)) == (["not_allowed"], ["audience", "prerequisites"])


def test_rule_18_who_is_enrolled_in_another_session_of_the_course_may_not():
    session = SessionFactory()
    person = at_work(1)[0]
    enrol(person, SessionFactory(course=session.course, starts_at=in_days(30)))

    run = pasted(session, [person])

    assert (outcomes(run), reason_codes(run)) == (["not_allowed"], ["enrolled"])


@pytest.mark.parametrize(("share", "outcome"), [("leave_out", "office"), ("ask", "asked"), ("enrol", "seat")])
def test_rule_18_the_office_stays_open_over_the_whole_list(share, outcome):
    """Of four who work one may be away (rule 16): the second of them counts the first."""
    session = SessionFactory()
    first, second, *_others = at_work(4, OfficeFactory())

    run = pasted(session, [first, second], terms=Terms(over_share=share))

    assert outcomes(run) == ["seat", outcome]
    assert "office" in reason_codes(run, 2)
    assert outcomes(applied(run)) == ["seat", outcome]


def test_rule_18_the_head_who_is_asked_decides_about_a_request():
    session = SessionFactory()
    first, second, *_others = at_work(4, OfficeFactory())

    applied(pasted(session, [first, second], terms=Terms(over_share="ask")))

    asked = session.enrolments.get(trainee=second)
    assert (asked.seat, asked.approval, asked.approval_until is not None) == (Seat.NONE, Approval.ASKED, True)


def test_rule_18_who_is_away_that_day_anyway_is_counted_once():
    session = SessionFactory()
    first, second, *_others = at_work(10, OfficeFactory())  # two may be away
    enrol(first, SessionFactory(starts_at=session.starts_at + timedelta(hours=5)))

    assert outcomes(pasted(session, [first, second])) == ["seat", "seat"]


def on_a_day_off():
    """Somebody whose two days off begin with the session's day."""
    first = timezone.localdate(in_days(14)) - timedelta(days=2)
    return EmploymentFactory(work_pattern="2/2", pattern_starts_on=first).employee


def test_rule_18_a_day_off_is_said_and_left_out_when_the_author_wants_it():
    session, person = SessionFactory(), on_a_day_off()

    assert reason_codes(pasted(session, [person])) == ["day_off"]
    assert outcomes(pasted(session, [person])) == ["seat"]
    assert outcomes(pasted(session, [person], terms=Terms(skips_days_off=True))) == ["day_off"]


def test_rule_18_the_most_urgent_come_first_when_the_author_wants_it():
    session = MandatorySessionFactory(seats=1)
    session.course.due_days = 5
    session.course.save()
    new, overdue = (
        ShiftFactory(started_on=timezone.localdate() + timedelta(days=days)).employee for days in (400, -90)
    )

    assert outcomes(pasted(session, [new, overdue])) == ["seat", "queue"]
    assert outcomes(pasted(session, [new, overdue], urgent_first=True)) == ["queue", "seat"]


def test_rule_18_what_is_foreseen_becomes_so():
    """Every outcome at once: the forecast and the seat agree."""
    session = SessionFactory(seats=3)
    office = OfficeFactory()
    people = [*at_work(2, office), *at_work(4), on_a_day_off()]
    enrol(people[3], session)
    enrol(people[4], SessionFactory(starts_at=session.starts_at))
    run = pasted(session, numbers([*people, people[0]]) + "\n77777777")
    foreseen = outcomes(run)

    assert foreseen == ["seat", "office", "seat", "already", "busy", "queue", "queue", "twice", "not_found"]
    assert outcomes(applied(run)) == foreseen
    assert [row.foreseen for row in run.rows.order_by("line")] == foreseen


def statements_for(session, people):
    text = numbers(people)
    author = hr_admin()
    with CaptureQueriesContext(
        connection,
    ) as captured:
        pasted(session, text, by=author)
    return len(captured)


def test_rule_18_looking_costs_the_same_for_few_and_many():
    session = SessionFactory(seats=5)
    people = at_work(40)

    assert statements_for(session, people[:3]) == statements_for(session, people)
    assert LOADED_AT_ONCE == 250


# --- carried out ----------------------------------------------------------------------------------


def test_rule_18_each_gets_seat_booking_story_and_letter_from_the_author():
    session = SessionFactory(seats=1)
    first, second = at_work(2)
    author = hr_admin()

    run = applied(pasted(session, [first, second], by=author))

    assert [(one.trainee, one.seat) for one in session.enrolments.order_by("pk")] == [
        (first, Seat.HELD),
        (second, Seat.WAITING),
    ]
    assert Booking.objects.attending().filter(person=first).count() == 1
    assert set(EnrolmentEntry.objects.values_list("kind", "by")) == {
        (Entry.SEAT_TAKEN, author.pk),
        (Entry.QUEUED, author.pk),
    }
    assert {
        (one.recipient, one.kind)
        for one in Message.objects.filter(kind__in=["seat_taken", "queued", "bulk_done"])
    } == {
        (first, "seat_taken"),
        (second, "queued"),
        (author, "bulk_done"),
    }
    assert (run.state, run.applied_by) == ("applied", author)


def test_rule_18_repeating_changes_nothing():
    session = SessionFactory(seats=1)
    people = at_work(2)
    run = applied(pasted(session, people))
    before = list(EnrolmentEntry.objects.values()), list(run.rows.values()), Message.objects.count()

    order_application(run, by=run.made_by)
    assert work_on_bulk_runs() == 0
    for row in run.rows.all():
        settle(row, by=run.made_by)

    assert (list(EnrolmentEntry.objects.values()), list(run.rows.values()), Message.objects.count()) == before
    again = pasted(session, people)
    assert outcomes(again) == ["already", "already"]
    assert outcomes(applied(again)) == ["already", "already"]
    assert session.enrolments.count() == 2


def test_rule_18_the_conditions_are_asked_again_when_it_is_carried_out():
    session = SessionFactory(seats=1)
    person, faster, busy = at_work(3)
    run = pasted(session, [person, busy])
    enrol(faster, session)
    enrol(busy, SessionFactory(starts_at=session.starts_at))

    applied(run)

    assert [(row.foreseen, row.outcome) for row in run.rows.order_by("line")] == [
        ("seat", "queue"),
        ("queue", "busy"),
    ]


def test_rule_18_a_worker_killed_in_the_middle_is_followed_by_another():
    """As after a kill: some rows are written, the others are not, and the run waits."""
    session = SessionFactory(seats=2)
    people = at_work(4)
    run = order_application(pasted(session, people), by=hr_admin())
    for row in run.rows.order_by("place")[:2]:
        settle(row, by=run.made_by)

    assert work_on_bulk_runs() == 1

    run.refresh_from_db()
    assert (run.state, outcomes(run)) == ("applied", ["seat", "seat", "queue", "queue"])
    assert [one.trainee for one in session.enrolments.order_by("requested_at")] == people
    assert Message.objects.filter(kind="bulk_done").count() == 1


def test_r25_a_person_at_whom_the_site_fails_stops_nobody():
    session = SessionFactory()
    first, second = at_work(2)
    run = pasted(session, [first, second])
    run.rows.filter(line=1).update(reasons=[{"code": "closed"}], outcome="seat")
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(
            "CREATE FUNCTION fails() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'disk'; END $$"
        )
        cursor.execute(
            f"CREATE TRIGGER fails BEFORE INSERT ON enrolment_enrolment FOR EACH ROW "
            f"WHEN (NEW.trainee_id = {first.pk}) EXECUTE FUNCTION fails()"
        )

    run = applied(run)

    assert (run.state, outcomes(run)) == ("applied", ["failed", "seat"])


def test_rule_18_the_author_reads_who_was_not_enrolled():
    applied(pasted(SessionFactory(), "Нетов Некто"))

    with translation.override("en"):
        letter = kinds.render(Message.objects.get(kind="bulk_done"))

    assert letter.title.startswith("The list is carried out")
    assert "Нетов Некто: Nobody with this number, e-mail or name is in the staff list." in letter.paragraphs


# --- choosing, sources ----------------------------------------------------------------------------


def test_rule_18_of_namesakes_one_is_chosen():
    one, other = (
        EmploymentFactory(employee__last_name="Ким", employee__first_name="Пак") for _number in "12"
    )
    run = pasted(SessionFactory(), "Ким Пак")
    assert (outcomes(run), reason_codes(run)) == (["two"], ["namesakes"])

    row = choose(run, 1, other.employee, by=run.made_by)

    assert (row.person, row.outcome) == (other.employee, "seat")
    with pytest.raises(BulkError):
        choose(run, 1, EmployeeFactory(), by=run.made_by)
    applied(run)
    with pytest.raises(NotReady):
        choose(run, 1, one.employee, by=run.made_by)


def test_rule_18_what_is_foreseen_is_asked_anew():
    session = SessionFactory(seats=1)
    person, faster = at_work(2)
    run = pasted(session, [person])
    enrol(faster, session)

    assert outcomes(look_again(run, by=run.made_by)) == ["queue"]


def made_of(target, *, source, **spec):
    return make_run(target, ListOfPeople(source, spec=spec), by=hr_admin())


def test_rule_18_offices_and_positions_are_sources():
    office, position = OfficeFactory(), PositionFactory()
    both = EmploymentFactory(office=office, position=position).employee
    of_office = EmploymentFactory(office=office).employee
    of_position = EmploymentFactory(position=position).employee
    gone = EmploymentFactory(
        office=office, position=position, ended_on=timezone.localdate() - timedelta(days=1)
    )
    session = SessionFactory()

    def people(**spec):
        return set(made_of(session, source="places", **spec).rows.values_list("person", flat=True))

    assert gone.pk
    assert people(offices=[office.pk]) == {both.pk, of_office.pk}
    assert people(positions=[position.pk]) == {both.pk, of_position.pk}
    assert people(offices=[office.pk], positions=[position.pk]) == {both.pk}
    with pytest.raises(NobodyNamed):
        people(offices=[OfficeFactory().pk])


def test_rule_18_another_session_is_a_source(begun):
    old = begun(people=2, seats=2)
    came, absent = [one.trainee for one in old.enrolments.order_by("pk")]
    waits = EmployeeFactory()
    Enrolment.objects.create(trainee=waits, session=old, course=old.course, seat=Seat.WAITING)
    old.meetings.get().marks.create(enrolment=old.enrolments.get(trainee=came), mark="present", minutes=60)
    session = SessionFactory(starts_at=timezone.now() + timedelta(days=30))

    def people(which):
        return set(
            made_of(session, source="session", session=old.pk, which=which).rows.values_list(
                "person", flat=True
            )
        )

    assert people("came") == {came.pk}
    assert people("not_came") == {absent.pk}
    assert people("queue") == {waits.pk}
    assert people("all") == {came.pk, absent.pk, waits.pk}


def test_rule_18_a_long_list_is_looked_through_in_the_background():
    session = SessionFactory(seats=1)
    people = at_work(2)
    run = pasted(session, numbers(people) + "\n" * 25_000)
    assert (run.state, run.rows.count()) == ("reading", 0)

    assert work_on_bulk_runs() == 1

    run.refresh_from_db()
    assert (run.state, outcomes(run), run.data) == ("ready", ["seat", "queue"], None)


def test_rule_18_what_cannot_be_read_in_the_background_says_so():
    run = pasted(SessionFactory(), "\n" * 25_000)

    work_on_bulk_runs()

    run.refresh_from_db()
    assert (run.state, run.data) == ("unreadable", None)
    assert run.trouble


@pytest.mark.parametrize(("text", "error"), [("", NobodyNamed), ("\n , ;\t", NobodyNamed)])
def test_rule_18_an_empty_list_is_refused(text, error):
    with pytest.raises(error):
        pasted(SessionFactory(), text)


def test_rule_18_too_long_a_list_is_refused(monkeypatch):
    monkeypatch.setattr("enrolment.bulk.reading.MOST_PEOPLE", 2)
    with pytest.raises(TooManyNamed):
        pasted(SessionFactory(), "1001\n1002\n1003")


def test_rule_18_a_list_that_nobody_carries_out_is_forgotten_after_a_month():
    old, young = (pasted(SessionFactory(), at_work(1)) for _number in "12")
    done = applied(pasted(SessionFactory(), at_work(1)))
    BulkRun.objects.filter(pk__in=[old.pk, done.pk]).update(made_at=timezone.now() - timedelta(days=31))

    assert forget_bulk_runs() == 1
    assert set(BulkRun.objects.all()) == {young, done}


def test_r18_two_thousand_people_in_one_run_with_a_bounded_cost_each():
    """No timing: what is counted are the statements of the look, and those of a place in a long queue."""
    session = SessionFactory(seats=1)
    office = OfficeFactory()
    first = timezone.localdate(in_days(14))
    base = EmploymentFactory.build(office=office)
    position = PositionFactory()
    people = Employee.objects.bulk_create(
        Employee(username=f"{number:08}", last_name="Толпа", first_name="Имя", password="!")
        for number in range(10_000, 12_000)
    )
    type(base).objects.bulk_create(
        type(base)(
            employee=person,
            personnel_number=person.username,
            office=office,
            position=position,
            started_on=timezone.localdate(),
            work_pattern="2/2",
            pattern_starts_on=first,
        )
        for person in people
    )
    author = hr_admin()
    with CaptureQueriesContext(connection) as captured:
        run = pasted(session, numbers_of(people), by=author)

    assert run.counts == {"seat": 1, "queue": 1999}
    assert len(captured) < 80
    order_application(run, by=author)
    costs = set()
    for row in run.rows.select_related("run").order_by("place")[:40]:
        with CaptureQueriesContext(connection) as captured:
            settle(row, by=author)
        costs.add(len(captured))
    assert max(costs) < 60


def numbers_of(people):
    return "\n".join(person.username for person in people)
