"""Views of lists that a reader keeps (expectation 26)."""

import pytest
from django.urls import reverse

from accounts.models import SavedView
from accounts.saved_view_forms import VIEWS_OF_A_LIST
from tests.factories import CourseFactory, EmployeeFactory
from tests.rights import planner, sign_in

pytestmark = pytest.mark.django_db

LIST = "/staff/courses/"
NEW = reverse("accounts:saved_view_new")
VIEW = {"path": LIST, "query": "shelf=archive&sort=-title&columns=code&page=3&form=csv", "name": "Архив"}


@pytest.fixture
def hr(client):
    return sign_in(client, planner())


def test_a_view_keeps_filters_order_and_columns_and_stands_above_its_list(hr):
    CourseFactory(title="Старый курс", is_archived=True)

    answer = hr.post(NEW, VIEW, follow=True)

    assert answer.redirect_chain == [(f"{LIST}?shelf=archive&sort=-title&columns=code", 302)]
    page = answer.content.decode()
    assert "Старый курс" in page
    assert 'columns=code" aria-current="page">Архив</a>' in page
    assert "Архив</a>" not in hr.get(reverse("scheduling:session_list")).content.decode()


def test_the_same_name_means_the_new_address(hr):
    hr.post(NEW, VIEW)
    hr.post(NEW, VIEW | {"query": "q=речь"})

    assert list(SavedView.objects.values_list("name", "query")) == [("Архив", "q=%D1%80%D0%B5%D1%87%D1%8C")]


def test_s1_a_view_belongs_to_its_owner(hr):
    other = SavedView.objects.create(owner=EmployeeFactory(), path=LIST, name="Чужой")

    assert "Чужой" not in hr.get(LIST).content.decode()
    assert hr.post(reverse("accounts:saved_view_removal", args=[other.pk])).status_code == 404
    assert SavedView.objects.exists()


def test_a_view_is_removed(hr):
    hr.post(NEW, VIEW)

    answer = hr.post(reverse("accounts:saved_view_removal", args=[SavedView.objects.get().pk]))

    assert answer.url == LIST
    assert not SavedView.objects.exists()


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"name": " "}, "Дайте виду имя."),
        ({"path": "//evil.example/"}, "Этот список сохранить нельзя."),
        ({"path": "https://evil.example/"}, "Этот список сохранить нельзя."),
        ({"path": "/nowhere/"}, "Этот список сохранить нельзя."),
    ],
)
def test_s11_a_view_without_a_name_or_a_page_of_ours_is_refused(hr, change, sentence):
    page = hr.post(NEW, VIEW | change, headers={"referer": LIST}, follow=True).content.decode()

    assert sentence in page
    assert not SavedView.objects.exists()


def test_nobody_keeps_views_without_end(hr):
    for number in range(VIEWS_OF_A_LIST):
        hr.post(NEW, VIEW | {"name": f"Вид {number}"})

    page = hr.post(NEW, VIEW, headers={"referer": LIST}, follow=True).content.decode()

    assert "20 видов" in page
    assert SavedView.objects.count() == VIEWS_OF_A_LIST
