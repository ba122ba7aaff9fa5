"""The sheet on screen and on paper: rules 20, 21 and 23, promises R17, S2, S5 and S15."""

import pytest

from enrolment.attendance import MarkWish, close_sheet, mark_all_present, mark_attendance
from enrolment.models import AttendanceMark, Mark, Seat
from records.models import Completion
from scheduling.models import Meeting, Session
from tests.enrolment.sheets import exam, marks, row, session_with, tap, text, url
from tests.factories import (
    CourseFactory,
    EmployeeFactory,
    EmploymentFactory,
    TrainerFactory,
    moscow,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("tuesday")]

# --- the sheet --------------------------------------------------------------------------------------


def test_rule_20_not_marked_is_shown_as_such(page, trainer):
    session = session_with(1, trainer)
    enrolment = session.enrolments.get()

    content = text(page.get(url("sheet", session)))

    assert f'name="p{enrolment.pk}-mark" value="" id="id_p{enrolment.pk}-mark_5" checked' in content
    assert "Отмечено 0 из 1" in content


def test_rule_20_before_it_opens_the_sheet_says_when(page, trainer):
    session = session_with(1, trainer, starts_at=moscow(2026, 11, 24, 11))

    response = page.get(url("sheet", session))

    assert "24 ноября 2026, 10:45" in text(response)
    assert "data-sheet" not in text(response)


def test_rule_20_all_present_in_one_tap_then_the_exceptions(page, trainer):
    session = session_with(3, trainer)
    meeting = session.meetings.get()
    first, second, third = session.enrolments.order_by("pk")
    everybody = row(first) | row(second) | row(third)

    page.post(url("sheet", session, meeting), everybody | {"all_present": "yes"})
    response = page.post(
        url("sheet", session, meeting),
        row(first, "present", seen="present:180")
        | row(second, "late", "150", seen="present:180")
        | row(third, "absent", seen="present:180"),
        follow=True,
    )

    assert marks(session) == [(first.pk, "present", 180), (second.pk, "late", 150), (third.pk, "absent", 0)]
    assert "Сохранено: 2 изменения." in text(response)


def test_expectation_27_all_present_tells_its_number_before_and_after(page, trainer):
    session = session_with(3, trainer)
    meeting = session.meetings.get()
    first, second, third = session.enrolments.order_by("pk")
    sheet, all_at_once = url("sheet", session, meeting), {"all_present": "yes"}

    before = page.get(sheet)
    page.post(sheet, row(first, "absent"))
    after_an_exception = page.get(sheet)
    done = page.post(
        sheet, row(first, "absent", seen="absent:0") | row(second) | row(third) | all_at_once, follow=True
    )
    again = page.post(sheet, all_at_once, follow=True)

    assert [one.context["unmarked"] for one in (before, after_an_exception, done)] == [3, 2, 0]
    assert "«Все на месте» отметит: <b data-unmarked>2</b>" in text(after_an_exception)
    assert [str(one) for one in done.context["messages"]] == ["Отмечены присутствующими: 2 человека."]
    assert [str(one) for one in again.context["messages"]] == [
        "У всех уже есть отметка, так что присутствующим никто не отмечен."
    ]


def test_rule_20_all_present_keeps_what_the_same_page_says_otherwise(page, trainer):
    session = session_with(2, trainer)
    first, second = session.enrolments.order_by("pk")

    page.post(url("sheet", session), row(first, "excused") | row(second) | {"all_present": "yes"})

    assert marks(session) == [(first.pk, "excused", 0), (second.pk, "present", 180)]


def test_rule_20_the_sheet_of_a_whole_hall_is_saved_without_a_script(page, trainer):
    """Two hundred people with scores are a thousand fields, at which Django refuses a form by itself."""
    session = session_with(201, trainer, course=exam(), seats=201)
    fields = {}
    for enrolment in session.enrolments.all():
        fields |= row(enrolment, "present", score="80", seen_score="")

    response = page.post(url("sheet", session), fields)

    assert (response.status_code, len(marks(session))) == (302, 201)
    assert session.enrolments.filter(score=80).count() == 201


def test_rule_20_missing_minutes_are_asked_for_at_the_row_and_the_rest_is_saved(page, trainer):
    session = session_with(2, trainer)
    first, second = session.enrolments.order_by("pk")

    response = page.post(url("sheet", session), row(first, "late") | row(second, "present"))

    assert response.status_code == 200
    assert "от 1 до 179" in text(response)
    assert marks(session) == [(second.pk, "present", 180)]


def test_r17_the_second_trainer_reads_who_was_quicker(page, trainer):
    session = session_with(2, trainer)
    meeting = session.meetings.get()
    first, second = session.enrolments.order_by("pk")
    other = EmployeeFactory(last_name="Петров", first_name="Пётр", middle_name="")
    mark_attendance(meeting, [MarkWish(first.pk, Mark.LATE, 95)], by=other)

    response = page.post(url("sheet", session, meeting), row(first, "absent") | row(second, "present"))

    assert marks(session) == [(first.pk, "late", 95), (second.pk, "present", 180)]
    assert "в 10:30 отметку уже поставили — «опоздание, 95 мин» (Петров П.)" in text(response)
    assert 'value="late:95"' in text(response)  # the next save knows what it overwrites


def test_a_single_tap_is_saved_and_answered_with_what_stands(page, trainer):
    session = session_with(2, trainer)
    first, second = session.enrolments.order_by("pk")

    response = tap(page, session, row(first, "left_early", "100"))

    assert response.json() == {
        "rows": {
            f"p{first.pk}": {
                "mark": "left_early",
                "minutes": 100,
                "seen": "left_early:100",
                "score": None,
                "problem": "",
                "is_saved": True,
            }
        },
        "count": "Отмечено 1 из 2",
    }
    assert marks(session) == [(first.pk, "left_early", 100)]
    assert not second.marks.exists()


def test_r17_a_tap_that_came_too_late_is_answered_with_the_conflict(page, trainer):
    session = session_with(1, trainer)
    enrolment = session.enrolments.get()
    mark_attendance(session.meetings.get(), [MarkWish(enrolment.pk, Mark.ABSENT)], by=EmployeeFactory())

    answer = tap(page, session, row(enrolment, "present")).json()["rows"][f"p{enrolment.pk}"]

    assert (answer["mark"], answer["seen"]) == ("absent", "absent:0")
    assert "«отсутствует»" in answer["problem"]


def test_a_tap_without_minutes_is_not_saved(page, trainer):
    session = session_with(1, trainer)
    enrolment = session.enrolments.get()

    answer = tap(page, session, row(enrolment, "late")).json()["rows"][f"p{enrolment.pk}"]

    assert (answer["is_saved"], marks(session)) == (False, [])
    assert "179" in answer["problem"]


@pytest.mark.parametrize(
    "fields",
    [
        {"seen": "rubbish"},
        {"seen": "present:x"},
        {"mark": "asleep"},
        {"minutes": "-5", "mark": "late"},
        {"minutes": "9" * 30},
    ],
)
def test_s15_odd_fields_are_refused_in_words(page, trainer, fields):
    session = session_with(1, trainer)
    enrolment = session.enrolments.get()
    sent = row(enrolment, "present") | {f"p{enrolment.pk}-{name}": value for name, value in fields.items()}

    response = page.post(url("sheet", session), sent)

    assert response.status_code == 200
    assert marks(session) == []


def test_s2_a_person_of_another_sheet_is_not_marked_here(page, trainer):
    session = session_with(1, trainer)
    stranger = session_with(1, TrainerFactory()).enrolments.get()

    page.post(url("sheet", session), row(stranger, "present"))

    assert not AttendanceMark.objects.exists()


def test_s2_a_meeting_of_another_session_is_not_marked_here(page, trainer):
    session = session_with(1, trainer)
    other = session_with(1, TrainerFactory())

    page.post(url("sheet", session, other.meetings.get()), row(session.enrolments.get(), "present"))

    assert [mark.meeting.session for mark in AttendanceMark.objects.all()] == [session]


def test_rule_20_each_meeting_has_its_own_tab(page, trainer):
    session = session_with(1, trainer)
    second = Meeting.objects.create(
        session=session, starts_at=moscow(2026, 11, 25, 10), ends_at=moscow(2026, 11, 25, 13)
    )

    content = text(page.get(url("sheet", session)))

    assert f"?meeting={session.meetings.earliest('starts_at').pk}" in content
    assert f"?meeting={second.pk}" in content


def test_rule_20_adding_a_walk_in_stays_at_the_meeting_of_the_sheet(page, trainer):
    session = session_with(1, trainer)
    yesterday = Meeting.objects.create(
        session=session, starts_at=moscow(2026, 11, 23, 10), ends_at=moscow(2026, 11, 23, 13)
    )
    there = session.enrolments.get().trainee

    found = text(page.get(url("sheet", session), {"find": there.last_name, "meeting": yesterday.pk}))
    response = page.post(url("add_to_sheet", session), {"person": there.pk, "meeting": yesterday.pk})

    assert found.count(f'name="meeting" value="{yesterday.pk}"') == 2  # of the search, and of who is found
    assert response.url == f"{url('sheet', session)}?meeting={yesterday.pk}"


def test_rule_23_scores_are_entered_on_the_sheet(page, trainer):
    session = session_with(1, trainer, course=CourseFactory(result_kind="EXAM", passing_score=70))
    enrolment = session.enrolments.get()

    page.post(url("sheet", session), row(enrolment, "present", score="85", seen_score=""))
    late_page = page.post(
        url("sheet", session), row(enrolment, "present", seen="present:180", score="40", seen_score="")
    )

    enrolment.refresh_from_db()
    assert enrolment.score == 85
    assert "85" in text(late_page)


def test_a_course_without_a_test_asks_for_no_score(page, trainer):
    session = session_with(1, trainer)

    assert "score" not in text(page.get(url("sheet", session)))


def test_rule_20_a_walk_in_is_found_and_added_in_place(page, trainer):
    session = session_with(0, trainer)
    person = EmploymentFactory(employee__last_name="Ёлкина", personnel_number="00123456").employee

    by_name = text(page.get(url("sheet", session), {"find": "елк"}))
    by_number = text(page.get(url("sheet", session), {"find": "00123456"}))
    response = page.post(url("add_to_sheet", session), {"person": person.pk}, follow=True)

    assert "Ёлкина" in by_name
    assert "00123456" in by_number
    assert session.enrolments.get().trainee == person
    assert "Теперь в ведомости: Ёлкина" in text(response)


def test_rule_20_who_is_on_the_sheet_already_is_not_said_to_be_unmarked(page, trainer):
    session = session_with(1, trainer)
    there = session.enrolments.get().trainee

    response = page.post(url("add_to_sheet", session), {"person": there.pk}, follow=True)

    assert [str(one) for one in response.context["messages"]] == [f"Уже в ведомости: {there.full_name}."]


def test_rule_10_a_walk_in_without_a_free_seat_is_told(page, trainer):
    session = session_with(1, trainer, seats=1)

    response = page.post(url("add_to_sheet", session), {"person": EmployeeFactory().pk}, follow=True)

    assert "Свободных мест нет" in text(response)
    assert session.enrolments.count() == 1


@pytest.mark.parametrize("person", ["", "x", "0", "999999999999999999999"])
def test_s15_an_odd_walk_in_is_refused_in_words(page, trainer, person):
    session = session_with(0, trainer)

    response = page.post(url("add_to_sheet", session), {"person": person}, follow=True)

    assert response.status_code == 200
    assert not session.enrolments.exists()


# --- closing ----------------------------------------------------------------------------------------


@pytest.fixture
def over(trainer):
    """A session of last week: one came, one did not, one waited."""
    return session_with(
        2, trainer, starts_at=moscow(2026, 11, 17, 10), waiting=1, course=CourseFactory(repeat_months=12)
    )


def test_rule_20_the_closing_page_names_who_is_not_marked(page, over):
    content = text(page.get(url("close_sheet", over)))

    assert "Без отметки 2 слушателя" in content
    response = page.post(url("close_sheet", over), follow=True)
    assert "Пока без отметки" in text(response)
    assert Session.objects.get(pk=over.pk).status == Session.Status.OPEN


def test_rule_23_the_closing_page_shows_what_will_happen_before_it_does(page, over, trainer):
    came, absent, _waiting = over.enrolments.order_by("pk")
    wishes = [MarkWish(came.pk, Mark.PRESENT), MarkWish(absent.pk, Mark.ABSENT)]
    mark_attendance(over.meetings.get(), wishes, by=trainer.employee)

    content = text(page.get(url("close_sheet", over)))

    for words in (
        "Курс пройдёт 1 слушатель",
        "17 ноября 2026, действует до 17 ноября 2027",
        "Не пройдёт 1 слушатель",
        "Ни одного занятия не посещено.",
        "1 человек так и не дождался места",
    ):
        assert words in content
    assert not Completion.objects.exists()

    page.post(url("close_sheet", over))

    assert Completion.objects.get().trainee == came.trainee
    assert Session.objects.get(pk=over.pk).status == Session.Status.CLOSED


def test_rule_21_a_closed_sheet_is_read_only_and_says_so(page, over, trainer):
    mark_all_present(over.meetings.get(), by=trainer.employee)
    close_sheet(over, by=trainer.employee)
    enrolment = over.enrolments.seated().first()

    shown = text(page.get(url("sheet", over)))
    refused = page.post(url("sheet", over), row(enrolment, "absent", seen="present:180"), follow=True)
    tapped = tap(page, over, row(enrolment, "absent", seen="present:180"))

    assert "Ведомость закрыта: Тихонова" in shown
    assert "data-sheet" not in shown
    assert "17 ноября 2027" in shown
    assert "Изменить её уже нельзя" in text(refused)
    assert tapped.status_code == 409
    assert "Изменить её уже нельзя" in tapped.json()["refusal"]
    assert set(AttendanceMark.objects.values_list("mark", flat=True)) == {"present"}


def test_s4_a_running_session_is_not_closed(page, trainer):
    session = session_with(1, trainer)
    mark_all_present(session.meetings.get(), by=trainer.employee)

    shown = text(page.get(url("close_sheet", session)))
    page.post(url("close_sheet", session))

    assert "24 ноября 2026, 13:00" in shown
    assert '<button type="submit" class="button">Закрыть ведомость' not in shown
    assert Session.objects.get(pk=session.pk).status == Session.Status.OPEN


# --- print ------------------------------------------------------------------------------------------


def test_the_printed_sheet_is_what_the_offices_know(page, trainer):
    session = session_with(2, trainer)
    mark_attendance(
        session.meetings.get(),
        [MarkWish(session.enrolments.order_by("pk").first().pk, Mark.LATE, 95)],
        by=trainer.employee,
    )

    content = text(page.get(url("print_sheet", session)))

    for words in (
        "Ведомость посещаемости",
        "ФИО",
        "Табельный номер",
        "Подпись",
        "24 ноября 2026",
        "опоздание, 95 мин",
    ):
        assert words in content
    for enrolment in session.enrolments.all():
        assert enrolment.trainee.main_employment.personnel_number in content
    assert '<td class="number">5</td>' in content  # two people and three empty rows


def test_expectation_28_an_order_sends_the_people_who_have_seats(page, trainer):
    session = session_with(2, trainer, waiting=1)
    course = session.course

    content = text(page.get(url("print_order", session)))

    for words in (
        "Приказ",
        "О направлении работников на обучение",
        course.title,
        course.code,
        "24 ноября 2026",
    ):
        assert words in content
    for enrolment in session.enrolments.all():
        work = enrolment.trainee.main_employment
        assert (work.personnel_number in content) == (enrolment.seat == Seat.HELD)
    assert work.position.title in content
