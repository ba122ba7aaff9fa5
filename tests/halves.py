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
    "tests/scheduling/",
    "tests/trainingcenter/",
    "tests/website/",
)
# These start a PostgreSQL of their own, whichever is there.
STARTS_ITS_OWN = (
    "tests/enrolment/test_rush.py",
    "tests/trainingcenter/test_embedded_postgres.py",
    "tests/trainingcenter/test_environment.py",
    "tests/trainingcenter/test_supervisor.py",
    "tests/trainingcenter/test_web_server.py",
)
# Walks through every address and page; seats and queues, which a real installation keeps on such a server.
SERVERS_ALONE = (
    "tests/enrolment/",
    "tests/browser/test_every_page.py::test_pages_of[",
    "tests/test_access.py",
    "tests/test_headers.py",
    "tests/test_odd_requests.py",
)
# Whatever pages they are about: these show what a broker, or real threads, may do.
NEEDED_ON_SERVERS = ("broker", "threads")


def halves_of(item: pytest.Item) -> tuple[str, ...]:
    """One half or both, never none."""
    if item.nodeid.startswith(STARTS_ITS_OWN):
        return ("private",)
    if item.nodeid.startswith(SERVERS_ALONE):
        return ("servers",)
    if item.nodeid.startswith(PRIVATE_ALONE):
        needs_both = any(item.get_closest_marker(marker) for marker in NEEDED_ON_SERVERS)
        return HALVES if needs_both else ("private",)
    return HALVES
