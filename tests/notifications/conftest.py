import pytest

from notifications import kinds
from tests.notifications.note import register_note


@pytest.fixture(autouse=True)
def note_kind(monkeypatch):
    """The kind of the ledger's own tests; pages of later tests offer it to nobody."""
    monkeypatch.setattr(kinds, "_kinds", dict(kinds._kinds))
    register_note()
