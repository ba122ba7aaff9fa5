"""The two halves of .ci/run together are all tests."""

from pathlib import Path

import pytest

from tests.halves import HALVES, PRIVATE_ALONE, SERVERS_ALONE, STARTS_ITS_OWN, halves_of

ROOT = Path(__file__).parent.parent


def test_each_test_belongs_to_a_half(request: pytest.FixtureRequest):
    for item in request.session.items:
        assert set(halves_of(item)) & set(HALVES), item.nodeid


@pytest.mark.parametrize("place", [*PRIVATE_ALONE, *SERVERS_ALONE, *STARTS_ITS_OWN])
def test_what_is_asked_once_is_there(place):
    """A file that was renamed would be asked twice, and nobody would notice."""
    assert (ROOT / place.partition("::")[0]).exists()
