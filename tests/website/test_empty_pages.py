"""Expectation 33: an empty page says what will be here and the next step; one emptied by filters offers them off."""

from html import unescape
from pathlib import Path
from re import DOTALL, findall, search, sub

import pytest
from django.test import Client
from django.urls import reverse

from accounts.roles import Role
from tests.factories import EmployeeFactory, OfficeFactory
from tests.rights import in_role, sign_in

pytestmark = pytest.mark.django_db

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"

HR, CENTRE, METHODIST, SYSTEM = Role.HR_ADMIN, Role.CENTRE_ADMIN, Role.METHODIST, Role.SYSTEM_ADMIN
# Who looks at an empty list, and the page of the next step; nothing where somebody else takes it, or time does.
FIRST_STEPS = [
    ("website:catalogue", METHODIST, "courses:course_new"),
    ("website:catalogue", CENTRE, ""),
    ("website:completions", CENTRE, "website:catalogue"),
    ("website:looks_at_me", CENTRE, ""),
    ("website:policy_history", SYSTEM, "website:policy_change"),
    ("website:policy_history", HR, ""),
    ("website:month_report", HR, "scheduling:session_list"),
    ("website:person_list", HR, "accounts:staff_import"),
    ("website:person_list", CENTRE, ""),
    ("website:office_list", HR, "accounts:staff_import"),
    ("website:office_list", SYSTEM, ""),
    ("website:team", HR, "accounts:staff_import"),
    ("accounts:invitations", HR, "accounts:staff_import"),
    ("accounts:staff_import", HR, ""),  # the form of the next step stands on the page
    ("accounts:synonyms", HR, "accounts:staff_import"),
    ("notifications:my_messages", HR, "website:catalogue"),
    ("notifications:message_list", SYSTEM, "accounts:invitations"),
    ("notifications:message_list", CENTRE, "scheduling:session_list"),
    ("courses:course_list", METHODIST, "courses:course_new"),
    ("courses:programme_list", METHODIST, "courses:programme_new"),
    ("courses:programme_list", CENTRE, ""),
    ("scheduling:session_list", HR, "scheduling:plan"),
    ("scheduling:plan", HR, "courses:course_new"),
    ("scheduling:plan", CENTRE, ""),
    ("scheduling:problems", HR, "scheduling:session_list"),
    ("scheduling:repair", HR, "scheduling:session_list"),
    ("scheduling:room_list", CENTRE, "scheduling:room_new"),
    ("scheduling:room_list", HR, ""),
    ("scheduling:trainer_list", CENTRE, "scheduling:trainer_new"),
    ("scheduling:trainer_list", HR, ""),
    ("scheduling:calendar", CENTRE, "scheduling:calendar_table"),
    ("scheduling:calendar", SYSTEM, ""),
    ("enrolment:timetable", HR, ""),  # the trainer is chosen above
]
# A filter that nothing fits, of each list that has filters.
IN_VAIN = [
    ("website:changes", SYSTEM, "who=щщщщ"),
    ("website:changes", HR, "person=1000000"),
    ("website:looks", SYSTEM, "until=2000-01-01"),
    ("website:person_list", HR, "q=щщщщ"),
    ("website:office_list", HR, "q=щщщщ"),
    ("website:team", HR, "q=щщщщ"),
    ("notifications:message_list", SYSTEM, "q=щщщщ"),
    ("courses:course_list", METHODIST, "q=щщщщ"),
    ("courses:programme_list", METHODIST, "trigger=HIRE"),
    ("scheduling:session_list", HR, "status=draft"),
    ("scheduling:problems", HR, "show=allowed"),
    ("scheduling:room_list", CENTRE, "seats=500"),
    ("scheduling:trainer_list", CENTRE, "state=away"),
    ("scheduling:calendar", CENTRE, "closed=on"),
]


def empty_part(response) -> tuple[list[str], list[str]]:
    """The sentences of the page's one empty state, and where its button leads."""
    assert response.status_code == 200
    html = response.content.decode()
    parts = findall(r'<div class="empty">(.*?)</div>', html, DOTALL)
    assert len(parts) == 1
    words = [
        " ".join(sub("<[^>]*>", "", one).split()) for one in findall(r"<p[^>]*>(.*?)</p>", parts[0], DOTALL)
    ]
    assert search(r'<p class="empty__title">\s*\S', parts[0])
    return words, [unescape(url) for url in findall(r'<a [^>]*href="([^"]*)"', parts[0])]


def address(route: str) -> str:
    return reverse(route, args=[OfficeFactory().pk] if route == "website:team" else [])


@pytest.mark.parametrize(("route", "role", "step"), FIRST_STEPS)
def test_33_an_empty_page_says_what_will_be_here_and_the_next_step(client: Client, route, role, step):
    reader = in_role(role)
    reader.set_password("чужой сад у реки")  # or the page of invitations would have the reader on it
    reader.save()

    (_title, *sentences), links = empty_part(sign_in(client, reader).get(address(route)))

    assert sentences and all(one.endswith(".") for one in sentences)
    assert links == ([reverse(step)] if step else [])


@pytest.mark.parametrize(("route", "role", "asked"), IN_VAIN)
def test_33_a_page_that_is_empty_because_of_its_filters_says_so_and_offers_them_off(
    client: Client, route, role, asked
):
    url = address(route)

    response = sign_in(client, in_role(role)).get(f"{url}?{asked}&sort=x")

    words, links = empty_part(response)
    assert words[0] == "С такими фильтрами ничего не нашлось"
    assert links == ["?sort=x"]


def test_33_every_list_of_staff_has_words_for_being_empty():
    lists = [path for path in TEMPLATES.rglob("*.html") if '"list_page.html"' in path.read_text()]

    assert lists
    assert [path.name for path in lists if "{% block empty %}" not in path.read_text()] == []


def test_33_somebody_new_finds_the_way_to_the_first_course(client: Client):
    words, links = empty_part(sign_in(client, EmployeeFactory()).get(reverse("website:home")))

    assert len(words) == 2
    assert links == [reverse("website:catalogue") + "?mine=1"]
