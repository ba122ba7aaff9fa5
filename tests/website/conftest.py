import pytest

from tests.factories import ShiftFactory


@pytest.fixture
def reader(db):
    """An employee with a position, at work on the day of an ordinary session."""
    return ShiftFactory(employee__first_name="Мария").employee


@pytest.fixture
def page(client, reader, settings):
    """Signed in as the reader: the text of a page, in English, so that sources and tests read alike."""
    settings.LANGUAGE_CODE = "en"
    client.force_login(reader)

    def read(url, **data):
        response = client.get(url, data, headers={"accept-language": "en"})
        assert response.status_code == 200, url
        return " ".join(response.content.decode().split())

    return read
