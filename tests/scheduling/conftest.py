"""Who plans, for the tests of planners' pages."""

import pytest

from tests.rights import planner, sign_in


@pytest.fixture
def hr(client):
    return sign_in(client, planner())
