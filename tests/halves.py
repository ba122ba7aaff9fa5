"""Which tests are run beside each other on two servers (.ci/run), the private one and one that is there already.

What touches messages, the queue of tasks and the record of changes is asked on both. What finds on one server what it
finds on the other is asked once, so that both halves take about as long. `bin/test` alone runs everything.
"""

import pytest

HALVES = ("private", "servers")
# Pages, forms, files and plans, in a browser too.
PRIVATE_ALONE = (
    "tests/accounts/",
    "tests/browser/",
    "tests/centre/",
    "tests/courses/",
    "tests/learning/",
    "tests/people/",
    "tests/records/",
    "tests/scheduling/",
    "tests/trainingcenter/",
    "tests/website/",
    "tests/test_extra_fields.py",
    "tests/test_halves.py",
    "tests/test_promises.py",
    "tests/test_structure.py",
)
# These start a PostgreSQL of their own, whichever is there.
STARTS_ITS_OWN = (
    "tests/enrolment/test_rush.py",
    "tests/trainingcenter/test_embedded_postgres.py",
    "tests/trainingcenter/test_environment.py",
    "tests/trainingcenter/test_supervisor.py",
    "tests/trainingcenter/test_web_server.py",
)
# Walks through every address and the pages of those who have most; seats and queues, which a real installation keeps on
# such a server.
SERVERS_ALONE = (
    "tests/enrolment/",
    "tests/browser/test_every_page.py::test_pages_of[hr_admin",
    "tests/browser/test_every_page.py::test_pages_of[centre_admin",
    "tests/browser/test_every_page.py::test_pages_of[employee",
    "tests/browser/test_every_page.py::test_pages_of[head",
    "tests/browser/test_every_page.py::test_pages_of[trainer",
    "tests/browser/test_every_page.py::test_pages_of_the_administration[system_admin",
    "tests/test_access.py",
    "tests/test_headers.py",
    "tests/test_odd_requests.py",
)


def halves_of(item: pytest.Item) -> tuple[str, ...]:
    """One half or both, never none, and for what needs a broker the one that has it."""
    if item.get_closest_marker("broker") or item.nodeid.startswith(SERVERS_ALONE):
        return ("servers",)
    if item.nodeid.startswith(STARTS_ITS_OWN):
        return ("private",)
    # Real threads are asked on both, whatever pages they are about.
    if item.nodeid.startswith(PRIVATE_ALONE) and not item.get_closest_marker("threads"):
        return ("private",)
    return HALVES
