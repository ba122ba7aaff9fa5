"""A database that is away, as a test finds it: nobody listens, or somebody listens and says nothing."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connections


@contextmanager
def database_elsewhere(**address: str) -> Iterator[None]:
    """Whatever is asked meanwhile is asked there (HOST, PORT, NAME, …); the test's own connection waits."""
    default = connections["default"]
    other = default.copy()
    other.settings_dict |= address
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
        with database_elsewhere(**address_of(taken)):
            yield


@contextmanager
def silent_database() -> Iterator[None]:
    """It takes the connection and never answers, as a server does that was stopped in the middle."""
    with socket.create_server(("127.0.0.1", 0)) as server, database_elsewhere(**address_of(server)):
        yield


def address_of(door: socket.socket) -> dict[str, str]:
    host, port = door.getsockname()
    return {"HOST": host, "PORT": str(port)}
