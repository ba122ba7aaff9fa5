import pytest
from django.template.loader import render_to_string
from django.test import Client
from django.utils import translation

from tests.factories import EmployeeFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("name", ["400.html", "500.html", "503.html"])
@pytest.mark.parametrize("language", ["ru", "en"])
def test_s24_pages_of_the_last_resort_need_nothing_and_speak_both_languages(
    name, language, django_assert_num_queries
):
    with translation.override(language), django_assert_num_queries(0):
        page = render_to_string(name)

    title = {"400.html": "Не удалось понять запрос", "500.html": "У нас что-то сломалось"}
    assert title.get(name, "Сайт ненадолго остановлен") in page
    assert "Training centre" not in page.split("<main")[0]  # the frame is in Russian, whoever came
    assert page.index('lang="ru"') < page.index('<div class="prose" lang="en">')


@pytest.mark.parametrize(
    ("language", "words"), [("ru", "Такой страницы нет"), ("en", "There is no such page")]
)
def test_s24_a_missing_page_speaks_the_reader_s_language_and_keeps_the_menu(client, language, words):
    client.force_login(EmployeeFactory())

    response = client.get("/no/such/page/", headers={"accept-language": language})

    assert response.status_code == 404
    assert words in response.content.decode()
    assert "site-nav" in response.content.decode()


def test_s24_a_stranger_is_not_offered_a_menu(client):
    response = client.get("/no/such/page/")

    assert response.status_code == 404
    assert "site-nav" not in response.content.decode()


def test_s24_an_expired_form_says_that_nothing_changed():
    response = Client(enforce_csrf_checks=True).post("/sign-in/", {"username": "1", "password": "2"})

    assert response.status_code == 403
    assert "Ничего не изменилось." in response.content.decode()


def test_s12_a_wrong_host_is_a_bad_request(client):
    response = client.get("/sign-in/", HTTP_HOST="evil.example")

    assert response.status_code == 400
    assert "Не удалось понять запрос" in response.content.decode()
