"""Programmes: list, page, steps in an order that can be followed."""

import pytest
from django.urls import reverse

from accounts.roles import Role
from courses.models import Programme
from courses.programmes import PlannedStep, WrongSteps, keep_steps
from tests.factories import CourseFactory, PositionFactory
from tests.rights import in_role, planner, sign_in

pytestmark = pytest.mark.django_db

LIST, NEW = reverse("courses:programme_list"), reverse("courses:programme_new")
PROGRAMME = {"code": "PR-01", "title": "Первый месяц", "description": "Для новичков.", "trigger": "HIRE"}


@pytest.fixture
def hr(client):
    return sign_in(client, planner())


def programme(code="PR-01", *courses, **fields):
    made = Programme.objects.create(**{**PROGRAMME, "code": code} | fields)
    for number, course in enumerate(courses, start=1):
        made.steps.create(number=number, course=course)
    return made


def rows(*steps):
    """What the browser sends: pairs of a place and a course, all required but those with a minus."""
    sent = {"steps-TOTAL_FORMS": len(steps), "steps-INITIAL_FORMS": 0}
    for index, (number, course) in enumerate(steps):
        sent |= {f"steps-{index}-number": number, f"steps-{index}-course": course.pk if course else ""}
        if course:
            sent[f"steps-{index}-is_required"] = "on"
    return sent


def edit(made):
    return reverse("courses:programme_edit", args=[made.code])


def steps_of(made):
    return list(made.steps.order_by("number").values_list("number", "course__code", "is_required"))


def test_programmes_are_filtered_by_the_address(hr):
    course = CourseFactory()
    first = programme("PR-01", course, title="Ёлочный путь")
    second = programme("PR-02", title="Аттестация", trigger="PERIOD")

    def listed(**query):
        return [line.head.row for line in hr.get(LIST, query).context["listing"].lines]

    assert listed() == [second, first]
    assert (
        listed(q="елочный")
        == listed(q="pr-01")
        == listed(course=course.pk)
        == listed(trigger="HIRE")
        == [first]
    )
    assert listed(trigger="?", course="x") == [second, first]


@pytest.mark.rows_of("courses:programme_list")
@pytest.mark.parametrize("number", [1, 3, 300])
def test_the_list_costs_the_same_for_any_number_of_programmes(hr, number, django_assert_num_queries):
    course, position = CourseFactory(), PositionFactory()
    for index in range(number):
        programme(f"PR-{index}", course).audience.add(position)
    hr.get(LIST)

    # Session, user, parts; courses of the filter; count, page, audience, steps, their courses; own views.
    with django_assert_num_queries(10):
        response = hr.get(LIST)

    assert len(response.context["listing"].lines) == min(number, 50)


def test_a_programme_is_made_with_its_steps_in_the_order_of_their_places(hr):
    first, second, third = (CourseFactory(code=code) for code in ("A", "B", "C"))
    sent = PROGRAMME | rows((20, second), (10, first), ("", None), ("", third))
    del sent["steps-3-is_required"]

    answer = hr.post(NEW, sent)

    made = Programme.objects.get()
    assert answer.url == reverse("courses:programme", args=["PR-01"])
    assert steps_of(made) == [(1, "A", True), (2, "B", True), (3, "C", False)]
    page = hr.get(answer.url).content.decode()
    assert page.index(first.title) < page.index(third.title)


def test_steps_are_changed_and_the_code_stays(hr):
    first, second = CourseFactory(code="A"), CourseFactory(code="B", is_archived=True)
    made = programme("PR-01", first, second)

    form = hr.get(edit(made)).context["steps"]
    hr.post(edit(made), PROGRAMME | {"code": "PR-99"} | rows((2, first), (1, second)))

    assert [row["course"].value() for row in form][:2] == [first.pk, second.pk]
    assert steps_of(Programme.objects.get(code="PR-01")) == [(1, "B", True), (2, "A", True)]


def test_an_order_that_nobody_could_follow_is_refused_with_a_sentence(hr):
    before, after = CourseFactory(title="Азбука"), CourseFactory(title="Грамматика")
    after.prerequisites.add(before)
    made = programme("PR-01", before)

    wrong = hr.post(edit(made), PROGRAMME | rows((1, after), (2, before)))
    twice = hr.post(edit(made), PROGRAMME | rows((1, before), (2, before)))

    assert wrong.context["steps"].non_form_errors() == [
        "«Азбука» нужно пройти до курса «Грамматика»: поставьте его раньше."
    ]
    assert twice.context["steps"].non_form_errors() == ["Курс «Азбука» стоит дважды. Оставьте один раз."]
    assert [row["course"].value() for row in wrong.context["steps"]][:2] == [f"{after.pk}", f"{before.pk}"]
    assert [course for _number, course, _required in steps_of(made)] == [before.code]
    with pytest.raises(WrongSteps):
        keep_steps(made, [PlannedStep(after, True), PlannedStep(before, True)])


def test_what_is_odd_is_refused_and_nothing_half_kept(hr):
    course = CourseFactory()
    many = {"steps-TOTAL_FORMS": 9000, "steps-INITIAL_FORMS": 0}

    assert hr.post(NEW, PROGRAMME | {"title": ""} | rows((1, course))).context["form"].errors
    assert hr.post(NEW, PROGRAMME | {"code": "ПР"} | rows((1, course))).context["form"].errors
    assert hr.post(NEW, PROGRAMME | rows((0, course))).context["steps"].errors
    assert hr.post(NEW, PROGRAMME).status_code == hr.post(NEW, PROGRAMME | many).status_code == 200
    assert not Programme.objects.exists()


def test_a_course_says_where_it_leads(hr):
    course, later = CourseFactory(title="Азбука"), CourseFactory(title="Грамматика")
    later.prerequisites.add(course)
    programme("PR-01", course)

    page = hr.get(reverse("courses:course_edit", args=[course.code])).content.decode()

    assert "Куда он ведёт" in page
    assert "Первый месяц" in page


def test_the_administrator_of_the_centre_only_looks(client):
    sign_in(client, in_role(Role.CENTRE_ADMIN))
    made = programme("PR-01")

    assert client.get(reverse("courses:programme", args=["PR-01"])).status_code == 200
    assert NEW not in client.get(LIST).content.decode()
    assert [client.post(address, PROGRAMME).status_code for address in (NEW, edit(made))] == [403, 403]
