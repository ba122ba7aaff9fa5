"""A database that is away, as a test finds it: nobody listens, or somebody listens and says nothing."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connections


@contextmanager
def database_elsewhere(host: str, port: int) -> Iterator[None]:
    """Whatever is asked meanwhile is asked there; the test's own connection waits."""
    default = connections["default"]
    other = default.copy()
    other.settings_dict |= {"HOST": host, "PORT": str(port)}
    connections["default"] = other
    try:
        yield
    finally:
        other.close()
        connections["default"] = default


@contextmanager
def database_away() -> Iterator[None]:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # and nobody listens
        with database_elsewhere(*taken.getsockname()):
            yield


@contextmanager
def silent_database() -> Iterator[None]:
    """It takes the connection and never answers, as a server does that was stopped in the middle."""
    with socket.create_server(("127.0.0.1", 0)) as server, database_elsewhere(*server.getsockname()):
        yield
