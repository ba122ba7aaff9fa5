"""Plugin of pytest: the tests get a private throw-away PostgreSQL unless DATABASE_URL names a server.

It is named in addopts (``-p tests.database``) and is no conftest: pytest-django imports the settings, which
need the address, before any conftest is read. Workers of pytest-xdist inherit the controller's server.
"""

import os
from pathlib import Path

import pytest

from trainingcenter.embedded_postgres import Cluster

ROOT = Path(__file__).resolve().parent.parent

# A developer's .env must not decide what the tests see.
os.environ["ENV_FILE"] = os.devnull

_cluster: Cluster | None = None
if not os.environ.get("DATABASE_URL"):
    _cluster = Cluster(ROOT / "var" / "test-postgres", throwaway=True).hold()
    os.environ["DATABASE_URL"] = _cluster.url("trainingcenter")


def pytest_unconfigure(config: pytest.Config) -> None:
    if _cluster is not None:
        _cluster.release()
