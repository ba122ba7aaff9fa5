"""The two halves of .ci/run together are all tests."""

from pathlib import Path

import pytest

from tests.conftest import COLLECTED
from tests.halves import HALVES, PRIVATE_ALONE, SERVERS_ALONE, STARTS_ITS_OWN, halves_of

ROOT = Path(__file__).parent.parent


def test_each_test_is_asked_where_it_can_run(request: pytest.FixtureRequest):
    """Of all that were collected: a half that leaves a test out must not be the only one that asks it."""
    asked_nowhere = [
        item.nodeid
        for item in request.config.stash[COLLECTED]
        if not set(halves_of(item)) & ({"servers"} if item.get_closest_marker("broker") else set(HALVES))
    ]

    assert asked_nowhere == []


@pytest.mark.parametrize("place", [*PRIVATE_ALONE, *SERVERS_ALONE, *STARTS_ITS_OWN])
def test_what_is_asked_once_is_there(place):
    """A file that was renamed would be asked twice, and nobody would notice."""
    assert (ROOT / place.partition("::")[0]).exists()
