"""Studying alone: the order of steps, progress that never gets worse, and tests."""

import re

import pytest
from django.urls import reverse

from courses.models import Course
from enrolment.actions import cancel_enrolment, start_course
from enrolment.models import Ending
from learning.actions import acknowledge, mark_read, sit_test
from learning.errors import LearningError, NeedsTest, NoTestYet, NotRead
from learning.models import Attempt, Choice, Question, ReadMaterial
from learning.text import to_html
from records.models import Completion
from tests.costs import cost
from tests.factories import EmploymentFactory, MaterialFactory, SelfPacedCourseFactory


@pytest.fixture
def trainee(db):
    return EmploymentFactory().employee


def url(name, course, *args):
    return reverse(f"learning:{name}", args=[course.code, *args])


def briefing(materials=2, **fields):
    course = SelfPacedCourseFactory(**fields)
    for number in range(1, materials + 1):
        MaterialFactory(course=course, number=number, title=f"Урок {number}", minutes=10)
    return course


def quiz(questions=2, materials=1, passing_score=80):
    """A course whose right answer is always the first."""
    course = briefing(materials, result_kind=Course.ResultKind.TEST, passing_score=passing_score)
    for number in range(1, questions + 1):
        question = Question.objects.create(course=course, number=number, text=f"Вопрос {number}?")
        for place in (1, 2):
            Choice.objects.create(question=question, number=place, text=f"Ответ {place}", is_right=place == 1)
    return course


def answers(course, *places):
    """The chosen places, question by question."""
    return {
        question.pk: question.choices.get(number=place).pk
        for question, place in zip(course.questions.all(), places, strict=True)
    }


def sent(course, *places):
    return {f"question_{question}": choice for question, choice in answers(course, *places).items()}


def studying(trainee, course, *, read=True):
    enrolment = start_course(trainee, course)
    if read:
        for material in course.materials.all():
            mark_read(enrolment, material)
    return enrolment


# --- starting and reading -------------------------------------------------------------------------


def test_starting_leads_to_the_materials(client, trainee):
    course = briefing()
    client.force_login(trainee)

    response = client.post(url("start", course), follow=True)

    assert response.redirect_chain == [(url("study", course), 302)]
    assert [material.title for material in response.context["materials"]] == ["Урок 1", "Урок 2"]


def test_r6_starting_twice_is_one_enrolment(client, trainee):
    course = briefing()
    client.force_login(trainee)

    for _time in range(2):
        client.post(url("start", course))

    assert trainee.enrolments.count() == 1


def test_a_course_without_materials_is_not_started(client, trainee):
    course = SelfPacedCourseFactory()
    client.force_login(trainee)

    response = client.post(url("start", course), follow=True, headers={"accept-language": "en"})

    assert "The materials of this course are being prepared" in response.content.decode()
    assert not trainee.enrolments.exists()


def test_reading_leads_to_the_next_material_and_back_to_the_course(client, trainee):
    course = briefing()
    studying(trainee, course, read=False)
    client.force_login(trainee)

    assert client.post(url("read", course, 1)).url == url("material", course, 2)
    assert client.post(url("read", course, 2)).url == url("study", course)


def test_the_course_goes_on_where_it_was_stopped(client, trainee):
    course = briefing(materials=3)
    mark_read(studying(trainee, course, read=False), course.materials.get(number=1))
    client.force_login(trainee)

    response = client.get(url("study", course), headers={"accept-language": "en"})

    assert response.context["next_material"].number == 2
    assert "1 of 3 read, about 20 minutes left" in response.content.decode()


def test_rule_24_what_is_read_stays_read_however_often_it_is_reported(client, trainee):
    course = briefing()
    enrolment = studying(trainee, course, read=False)
    client.force_login(trainee)

    client.post(url("read", course, 1))
    first = ReadMaterial.objects.get()
    client.post(url("read", course, 1))

    assert list(enrolment.read_materials.values_list("pk", "read_at")) == [(first.pk, first.read_at)]


@pytest.mark.parametrize("number", [99, 2_000_000_000_000])
def test_s15_an_unknown_material_leads_back_or_is_not_found(client, trainee, number):
    course = briefing()
    studying(trainee, course)
    client.force_login(trainee)

    assert client.get(url("material", course, number)).url == url("study", course)
    assert client.post(url("read", course, number)).status_code == 404


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        '<img src="x" onerror="alert(1)">',
        "[link](javascript:alert(1))",
        '<a href="https://a.example" onclick="alert(1)">a</a>',
        '<svg onload="alert(1)"></svg>',
        "<style>body{display:none}</style>",
        '<iframe src="https://evil.example"></iframe>',
    ],
)
def test_s14_materials_bring_no_scripts(client, trainee, text):
    course = briefing(materials=0)
    MaterialFactory(course=course, number=1, text=f"Текст.\n\n{text}")
    studying(trainee, course)
    client.force_login(trainee)

    article = (
        client.get(url("material", course, 1)).content.decode().split("<article", 1)[1].split("</article")[0]
    )

    for forbidden in ("<script", "onerror", "onclick", "onload", "javascript:", "<style", "<iframe", "<img"):
        assert forbidden not in article


def test_markdown_becomes_html_below_the_pages_heading():
    assert to_html("# Раздел\n\n- один\n- **два**") == (
        "<h2>Раздел</h2>\n<ul>\n<li>один</li>\n<li><strong>два</strong></li>\n</ul>"
    )


def test_headings_begin_at_the_second_level_however_they_were_written():
    assert to_html("### Раздел\n\n#### Часть") == "<h2>Раздел</h2>\n<h3>Часть</h3>"


def test_the_last_material_leads_back_to_the_course(client, trainee):
    course = briefing()
    studying(trainee, course)
    last = course.materials.last()
    client.force_login(trainee)

    page = client.get(url("material", course, last.number)).content.decode()

    assert re.search(rf'<a class="button"\s+href="{url("study", course)}">', page)


# --- finishing with one's own word ----------------------------------------------------------------


def test_rule_23_a_briefing_is_finished_by_acknowledging_it(client, trainee):
    course = briefing(repeat_months=12)
    studying(trainee, course)
    client.force_login(trainee)

    response = client.post(url("finish", course), follow=True, headers={"accept-language": "en"})

    completion = Completion.objects.get(trainee=trainee, course=course)
    assert completion.valid_until is not None
    assert trainee.enrolments.get().ended_because == Ending.FINISHED
    assert "The course is finished" in response.content.decode()


def test_r6_acknowledging_twice_is_one_completion(trainee):
    enrolment = studying(trainee, briefing())

    acknowledge(enrolment)
    acknowledge(enrolment)

    assert Completion.objects.filter(trainee=trainee).count() == 1


def test_s4_nothing_is_finished_before_everything_is_read(client, trainee):
    course = briefing()
    enrolment = studying(trainee, course, read=False)
    mark_read(enrolment, course.materials.get(number=1))
    client.force_login(trainee)

    response = client.post(url("finish", course), follow=True, headers={"accept-language": "en"})

    assert "The next one is “Урок 2”" in response.content.decode()
    assert not Completion.objects.exists()


def test_s4_a_word_is_not_enough_where_a_test_is_asked(trainee):
    enrolment = studying(trainee, quiz())

    with pytest.raises(NeedsTest):
        acknowledge(enrolment)


# --- the test -------------------------------------------------------------------------------------


def test_rule_23_a_passed_test_completes_the_course_with_its_score(client, trainee):
    course = quiz(questions=5)
    studying(trainee, course)
    client.force_login(trainee)

    client.post(url("test", course), sent(course, 1, 1, 1, 1, 2))

    assert Completion.objects.get(trainee=trainee).score == 80
    assert trainee.enrolments.get().score == 80


def test_a_failed_attempt_is_kept_and_names_what_to_read_again(client, trainee):
    course = quiz()
    studying(trainee, course)
    client.force_login(trainee)

    response = client.post(
        url("test", course), sent(course, 1, 2), follow=True, headers={"accept-language": "en"}
    )

    shown = response.content.decode()
    assert "Last attempt: 50% of the answers are right, 80% are needed." in shown
    assert [question.text for question in response.context["to_repeat"]] == ["Вопрос 2?"]
    assert "Ответ" not in shown
    assert not Completion.objects.exists()


def test_rule_24_a_new_attempt_keeps_the_old(trainee):
    course = quiz()
    enrolment = studying(trainee, course)

    sit_test(enrolment, answers(course, 2, 2))
    sit_test(enrolment, answers(course, 1, 1))

    assert list(enrolment.attempts.values_list("score", flat=True)) == [0, 100]


def test_rule_24_a_late_worse_report_changes_nothing(trainee):
    course = quiz()
    enrolment = studying(trainee, course)
    passed = sit_test(enrolment, answers(course, 1, 1))

    assert sit_test(enrolment, answers(course, 2, 2)) == passed
    assert Completion.objects.get(trainee=trainee).score == 100
    assert Attempt.objects.count() == 1


def test_a_score_does_not_pass_by_rounding(trainee):
    course = quiz(questions=3, passing_score=67)
    enrolment = studying(trainee, course)

    assert sit_test(enrolment, answers(course, 1, 1, 2)).score == 66
    assert not Completion.objects.exists()


def test_s4_the_test_opens_when_all_is_read(client, trainee):
    course = quiz()
    enrolment = studying(trainee, course, read=False)
    client.force_login(trainee)

    assert client.get(url("test", course)).url == url("study", course)
    client.post(url("test", course), sent(course, 1, 1))
    with pytest.raises(NotRead):
        sit_test(enrolment, answers(course, 1, 1))
    assert not Attempt.objects.exists()


def test_s4_a_test_without_questions_is_being_prepared(client, trainee):
    course = quiz(questions=0)
    enrolment = studying(trainee, course)
    client.force_login(trainee)

    response = client.get(url("test", course), follow=True, headers={"accept-language": "en"})

    assert "The test of this course is being prepared" in response.content.decode()
    with pytest.raises(NoTestYet):
        sit_test(enrolment, {})


def test_an_unanswered_question_is_named_and_the_answers_stay(client, trainee):
    course = quiz()
    studying(trainee, course)
    client.force_login(trainee)
    first, _second = sent(course, 1, 1).items()

    response = client.post(url("test", course), dict([first]), headers={"accept-language": "en"})

    shown = response.content.decode()
    assert response.status_code == 200
    assert 'class="error-summary"' in shown
    assert "Answer question 2." in shown
    assert response.context["form"][first[0]].value() == str(first[1])
    assert not Attempt.objects.exists()


def test_s3_a_foreign_answer_is_refused(client, trainee):
    course, other = quiz(), quiz()
    studying(trainee, course)
    client.force_login(trainee)
    fields = list(sent(course, 1, 1))
    foreign = dict(zip(fields, answers(other, 1, 1).values(), strict=True))

    response = client.post(url("test", course), foreign)

    assert set(response.context["form"].errors) == set(fields)


def test_a_cancelled_course_takes_no_test(trainee):
    course = quiz()
    enrolment = studying(trainee, course)
    cancel_enrolment(enrolment, by=trainee)

    with pytest.raises(LearningError):
        sit_test(enrolment, answers(course, 1, 1))


# --- rights ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["study", "test"])
def test_s1_nobody_sees_anothers_study(client, trainee, name):
    course = quiz()
    studying(EmploymentFactory().employee, course)
    client.force_login(trainee)

    assert client.get(url(name, course)).status_code == 404
    assert client.get(url("material", course, 1)).status_code == 404


@pytest.mark.parametrize("name", ["start", "finish"])
def test_s5_nothing_changes_by_get(client, trainee, name):
    course = briefing()
    studying(trainee, course)
    client.force_login(trainee)

    assert client.get(url(name, course)).status_code == 405
    assert client.get(url("read", course, 1)).status_code == 405


def test_s1_reading_and_finishing_concern_ones_own_course(client, trainee):
    course = briefing()
    studying(EmploymentFactory().employee, course)
    client.force_login(trainee)

    assert client.post(url("read", course, 1)).status_code == 404
    assert client.post(url("finish", course)).status_code == 404


@pytest.mark.rows_of("learning:study")
@pytest.mark.parametrize("rows", [1, 3, 300])
def test_the_study_page_costs_the_same_for_any_number_of_rows(
    client, trainee, rows, django_assert_num_queries
):
    course = quiz(questions=rows, materials=rows)
    enrolment = studying(trainee, course, read=False)
    sit = dict.fromkeys(course.questions.values_list("pk", flat=True), 0)
    Attempt.objects.create(enrolment=enrolment, answers=sit, score=0)
    client.force_login(trainee)

    # Session and user; enrolment, materials, attempt, questions, choices; the menu's trainer.
    with django_assert_num_queries(2 + 6):
        client.get(url("study", course))


@pytest.mark.rows_of("learning:test", "learning:material")
def test_a_material_and_the_test_cost_the_same_for_any_number_of_rows(client, trainee):
    client.force_login(trainee)
    costs = []
    for rows in (1, 3, 300):
        course = quiz(questions=rows, materials=rows)
        enrolment = studying(trainee, course, read=False)
        ReadMaterial.objects.bulk_create(
            ReadMaterial(enrolment=enrolment, material=material) for material in course.materials.all()
        )
        costs.append((cost(client, url("material", course, 1)), cost(client, url("test", course))))

    assert costs == [costs[0]] * 3
