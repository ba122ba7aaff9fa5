import pytest
from django.conf import settings

from tests.factories import PASSWORD, EmployeeFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def maria():
    employee = EmployeeFactory()
    employee.set_password(PASSWORD)
    employee.save()
    return employee


def sign_in(client, employee):
    return client.post("/sign-in/", {"username": employee.username, "password": PASSWORD})


def test_a_switch_of_language_stays_for_letters_too(client, maria):
    client.force_login(maria)

    response = client.post("/language/", {"language": "en", "next": "/account/"}, follow=True)

    maria.refresh_from_db()
    assert maria.language == "en"
    assert response.redirect_chain == [("/account/", 302)]
    assert '<html lang="en">' in response.content.decode()
    assert "My account" in response.content.decode()


def test_signing_in_brings_the_language_of_the_person(client, maria):
    maria.language = "en"
    maria.save()

    sign_in(client, maria)

    assert client.cookies[settings.LANGUAGE_COOKIE_NAME].value == "en"
    assert "My account" in client.get("/account/").content.decode()


def test_a_language_chosen_before_signing_in_becomes_the_person_s(client, maria):
    client.post("/language/", {"language": "en", "next": "/sign-in/"})

    sign_in(client, maria)

    maria.refresh_from_db()
    assert maria.language == "en"


@pytest.mark.parametrize("language", ["de", "", "../ru", "e" * 5000])
def test_an_unknown_language_changes_nothing(client, maria, language):
    client.force_login(maria)

    response = client.post("/language/", {"language": language, "next": "/account/"})

    maria.refresh_from_db()
    assert (response.status_code, response.url, maria.language) == (302, "/account/", "ru")


def test_s11_the_language_switch_stays_on_this_site(client):
    response = client.post("/language/", {"language": "en", "next": "https://evil.example/"})

    assert response.url == "/"
