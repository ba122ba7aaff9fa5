import pytest

from tests.notifications.note import register_note


@pytest.fixture(autouse=True)
def note_kind():
    register_note()
