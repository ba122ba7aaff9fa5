"""The pages about wishes: the course, the own list, and the demand that planners see."""

import pytest
from django.urls import reverse
from django.utils import timezone

from enrolment.actions import enrol
from enrolment.interest.actions import want_course
from enrolment.models import Interest, Seat
from enrolment.reservations.actions import reserve_seats
from notifications.kinds import render
from notifications.models import Message
from scheduling.actions import publish_session
from scheduling.models import Session
from scheduling.rehearsal import rehearse
from tests.costs import cost
from tests.enrolment.approvals import hr_admin, led_office, member
from tests.enrolment.interests import draft, mandatory_course, opened, wanting
from tests.factories import (
    CourseFactory,
    EmployeeFactory,
    EmploymentFactory,
    RoomFactory,
    SessionFactory,
    SiteFactory,
)
from website.waiting import waiting_for

pytestmark = pytest.mark.django_db
WANT, DROP = "Хочу на этот курс", "Больше не хочу"


@pytest.fixture
def reader(client):
    person = EmployeeFactory()
    client.force_login(person)
    return person


@pytest.fixture
def planner(client):
    person = hr_admin()
    client.force_login(person)
    return person


def page(client, course):
    return client.get(course.get_absolute_url()).content.decode()


def test_a_course_without_a_date_offers_a_wish_and_then_says_it_is_kept(client, reader):
    course, site = CourseFactory(), SiteFactory(name="Мытная")

    assert WANT in page(client, course)
    form = client.get(reverse("enrolment:want_course", args=[course.code])).content.decode()
    assert "Мытная" in form
    response = client.post(
        reverse("enrolment:want_course", args=[course.code]), {"site": site.pk}, follow=True
    )

    assert Interest.objects.get().site == site
    assert DROP in response.content.decode()
    assert WANT not in response.content.decode()


def test_a_wish_says_its_site_which_may_be_changed_to_any(client, reader):
    course, site = CourseFactory(), SiteFactory(name="Мытная")
    want_course(reader, course, site=site)
    address = reverse("enrolment:want_course", args=[course.code])

    assert "Только на площадке: Мытная." in page(client, course)
    form = client.get(address).content.decode()
    assert "<h1>Изменить площадку</h1>" in " ".join(form.split()).replace("> ", ">").replace(" <", "<")
    assert ">любая</option>" in form
    assert WANT not in form
    response = client.post(address, {"site": ""}, follow=True)

    assert Interest.objects.get().site is None
    assert "Площадка изменена." in response.content.decode()
    assert "На любой площадке." in response.content.decode()


def test_a_date_with_a_free_seat_is_taken_and_a_full_one_may_be_wished_past(client, reader):
    session = SessionFactory(seats=1)

    assert WANT not in page(client, session.course)
    enrol(EmployeeFactory(), session)
    assert WANT in page(client, session.course)
    enrol(reader, session)
    assert WANT not in page(client, session.course)


def test_what_has_to_be_completed_before_is_said(client, reader):
    course = CourseFactory()
    course.prerequisites.add(CourseFactory(title="Введение"))

    assert "Введение" in client.get(reverse("enrolment:want_course", args=[course.code])).content.decode()
    assert WANT in page(client, course)


def test_the_own_page_lists_wishes_and_lets_them_go(client, reader):
    wish = want_course(reader, CourseFactory(title="Ораторское мастерство"))
    home = reverse("website:home")

    assert "Ораторское мастерство" in client.get(home).content.decode()
    client.post(reverse("enrolment:drop_interest", args=[wish.pk]), follow=True)

    wish.refresh_from_db()
    assert wish.ended_because == Interest.Ending.WITHDRAWN
    assert "Ораторское мастерство" not in client.get(home).content.decode()


def test_s2_nobody_lets_somebody_elses_wish_go(client, reader):
    (wish,) = wanting(CourseFactory())

    assert client.post(reverse("enrolment:drop_interest", args=[wish.pk])).status_code == 404


def test_pages_of_wishes_are_in_english_too(client, reader):
    reader.language = "en"
    reader.save()
    course = CourseFactory()
    client.post(reverse("accounts:choose_language"), {"language": "en"})

    assert "I want this course" in page(client, course)


# --- demand ---------------------------------------------------------------------------------------


def row(response, course):
    return next(
        line.head.row for line in response.context["listing"].lines if line.head.row.first.course == course
    )


def test_demand_counts_people_by_course_and_site(client, planner):
    site = SiteFactory(name="Мытная")
    course = mandatory_course(title="Регламент")
    overdue = EmploymentFactory(started_on=timezone.localdate().replace(year=2024)).employee
    want_course(overdue, course)
    wanting(course, 2)
    want_course(EmployeeFactory(), course, site=site)
    wanting(CourseFactory(title="Другой"))
    draft(course, seats=7)

    response = client.get(reverse("enrolment:demand"))

    rows = [line.head.row for line in response.context["listing"].lines]
    assert [(one.first.course.title, one.site_words, one.wanted) for one in rows] == [
        ("Регламент", "любая площадка", 3),
        ("Регламент", "Мытная", 1),
        ("Другой", "любая площадка", 1),
    ]
    assert (rows[0].overdue, rows[0].owing) == (1, 1)
    assert (rows[0].ahead.next_date, rows[0].ahead.draft_seats) == (None, 7)
    assert f"{reverse('scheduling:plan')}?course={course.code}" in response.content.decode()
    assert "Нет даты" in response.content.decode()


def test_demand_of_a_site_counts_what_is_planned_there(client, planner):
    here, there = SiteFactory(), SiteFactory()
    session = SessionFactory(seats=3, room=RoomFactory(site=here))
    enrol(EmployeeFactory(), session)
    want_course(EmployeeFactory(), session.course, site=there)

    found = row(client.get(reverse("enrolment:demand")), session.course)

    assert (found.ahead.next_date, found.ahead.free_seats) == (None, 0)
    assert client.get(reverse("enrolment:demand") + "?show=without_date").context["listing"].lines == []


def test_who_has_an_offer_or_a_seat_is_no_demand(client, planner):
    (wish,) = wanting(mandatory_course())
    opened(wish.course)

    assert client.get(reverse("enrolment:demand")).context["listing"].lines == []


def test_demand_has_files_of_what_it_shows(client, planner):
    wanting(CourseFactory(title="Регламент"), 2)

    text = client.get(reverse("enrolment:demand") + "?form=csv").getvalue().decode("utf-8-sig")

    assert "Регламент" in text


@pytest.mark.rows_of("enrolment:demand")
def test_demand_costs_the_same_for_any_number_of_rows(client, planner):
    costs = []
    for more in (1, 2, 27):
        for _number in range(more):
            wanting(mandatory_course(), 2)
        costs.append(cost(client, reverse("enrolment:demand")))

    assert costs == [costs[0]] * 3


@pytest.mark.rows_of("enrolment:want_course")
def test_wanting_a_course_costs_the_same_for_any_number_of_sites(client, reader):
    course, costs = CourseFactory(), []
    for more in (1, 2, 297):
        SiteFactory.create_batch(more)
        costs.append(cost(client, reverse("enrolment:want_course", args=[course.code])))

    assert costs == [costs[0]] * 3


@pytest.mark.rows_of("website:home", "website:course")
def test_the_own_pages_cost_the_same_for_any_number_of_wishes(client, reader):
    costs = []
    for more in (1, 2, 297):
        for course in CourseFactory.create_batch(more):
            want_course(reader, course)
        costs.append((cost(client, reverse("website:home")), cost(client, course.get_absolute_url())))

    assert costs == [costs[0]] * 3


def test_courses_that_are_wanted_and_have_no_date_wait_for_the_planners(planner):
    wanting(CourseFactory(), 3)
    dated = SessionFactory(seats=1)
    enrol(EmployeeFactory(), dated)
    wanting(dated.course)

    (waiting,) = [one for one in waiting_for(planner) if "demand" in one.url]

    assert waiting.count == 1


def test_rule_1_the_preview_of_a_publication_says_who_is_told_and_who_gets_a_seat(planner):
    course = mandatory_course()
    first, second = wanting(course, 2)
    session = draft(course, seats=1)

    seen = rehearse(lambda: publish_session(session, by=planner), [session])

    assert {effect.person for effect in seen.effects} == {first.trainee.short_name}
    told = {news.kind: news.recipients for news in seen.news}
    assert told["wished_date_opened"] == (second.trainee.short_name,)
    assert not session.enrolments.exists()


# --- letters --------------------------------------------------------------------------------------


def letter(kind="wished_date_opened"):
    return render(Message.objects.filter(kind=kind).latest("pk"))


def test_the_letter_names_the_dates_and_the_day_of_the_wish():
    person = member(led_office())
    wish = want_course(person, CourseFactory(title="Ораторское мастерство"))
    opened(wish.course, seats=5)

    text = "\n".join(letter().paragraphs)

    assert "Ораторское мастерство" in letter().title
    assert "мест: 5" in text or "5 мест" in text
    assert "руководител" in text


def test_rule_17_the_letter_counts_no_seats_that_are_kept_for_others():
    course, office = CourseFactory(), led_office()
    wanting(course)
    reserve_seats(opened(course, seats=5), office, 4, by=office.head)

    assert "свободно 1 место" in "\n".join(letter().paragraphs)


def test_the_letter_is_not_sent_when_the_person_has_enrolled_or_no_date_is_left():
    (wish,) = wanting(CourseFactory())
    session = opened(wish.course)
    assert letter() is not None
    Session.objects.filter(pk=session.pk).update(status=Session.Status.DRAFT)
    assert letter() is None
    Session.objects.filter(pk=session.pk).update(status=Session.Status.OPEN)
    enrol(wish.trainee, session)
    message = Message.objects.get(kind="wished_date_opened")
    assert (render(message), message.state) == (None, Message.State.WITHDRAWN)
    assert session.enrolments.get().seat == Seat.HELD
