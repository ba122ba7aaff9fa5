"""The connection to PostgreSQL, on which words travel together: each journey costs a seat a twentieth of its time.

- BEGIN travels with the first statement of a transaction, and one that says nothing is never begun.
- What needs no answer is held back and travels with what is said next, at the latest COMMIT (`held_back`): rows that an
  action writes last cost no journey.

Everything else is as psycopg2 does it, which alone knows BEGIN and COMMIT as journeys of their own. Django gets it
by `connection_factory` and `cursor_factory` (settings.py) and is not aware of it: who reads `autocommit` reads what
they have set, though psycopg2 itself stays out of all transactions.

A cursor that stays on the server is WITH HOLD therefore, for which PostgreSQL locks no rows (SELECT FOR UPDATE).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from psycopg2 import InternalError, ProgrammingError, errors, extensions
from psycopg2.extensions import TRANSACTION_STATUS_IDLE as IDLE

BEGIN, COMMIT, ROLLBACK = b"BEGIN", b"COMMIT", b"ROLLBACK"
TO_A_SAVEPOINT = "ROLLBACK TO "
# How PostgreSQL refuses a plan whose answer has other types meanwhile, or one that it does not know any more.
REFUSED_PLANS = (errors.FeatureNotSupported, errors.InvalidSqlStatementName)


class Connection(extensions.connection):
    """A connection that says BEGIN only with the first statement, and with COMMIT what was held back."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        extensions.connection.autocommit.__set__(self, True)
        self.is_free = True
        # What is to be said before anything else, ready to be sent.
        self.held: list[bytes] = []
        self.holds = False
        # By plan the name under which PostgreSQL knows it (centre/prepared.py).
        self.plans: dict[Any, str] = {}

    @property
    def autocommit(self) -> bool:
        return self.is_free

    @autocommit.setter
    def autocommit(self, value: bool) -> None:
        if value != self.is_free and (self.held or self.get_transaction_status() != IDLE):
            raise ProgrammingError("autocommit cannot be set inside a transaction")
        self.is_free = value

    def cursor(self, name: Any = None, *args: Any, **kwargs: Any) -> Any:
        if name is not None:
            kwargs["withhold"] = True
        return super().cursor(name, *args, **kwargs)

    def ahead(self) -> list[bytes]:
        """What has to be said in front of the next statement."""
        begins = not self.is_free and self.get_transaction_status() == IDLE
        words, self.held = [*([BEGIN] if begins else []), *self.held], []
        return words

    def commit(self) -> None:
        """End the transaction, if it was begun, with what was held back.

        Raises:
            InternalError: PostgreSQL has taken the transaction back, for an earlier statement of it had failed.
        """
        if self.held or self.get_transaction_status() != IDLE:
            said = self.end(*self.ahead(), COMMIT)
            if said != COMMIT.decode():
                raise InternalError(f"A transaction that was to be committed ended with {said}.")

    def rollback(self) -> None:
        self.held = []
        if self.get_transaction_status() != IDLE:
            self.end(ROLLBACK)

    def end(self, *words: bytes) -> str | None:
        with super().cursor(cursor_factory=extensions.cursor) as cursor:
            try:
                cursor.execute(b"; ".join(words))
            except REFUSED_PLANS:
                self.plans.clear()
                raise
            return cursor.statusmessage


class Cursor(extensions.cursor):
    """A cursor of `Connection`."""

    connection: Connection
    # What was to be executed, where that is not what was sent.
    own: bytes | None = None

    @property
    def query(self) -> bytes | None:
        return self.own or super().query

    def execute(self, query: Any, vars: Any = None) -> None:
        connection, self.own = self.connection, None
        if self.name is not None:
            self.begin()
        elif connection.holds:
            self.own = self.mogrify(query, vars)
            connection.held.append(self.own)
            return
        else:
            if connection.held and isinstance(query, str) and query.startswith(TO_A_SAVEPOINT):
                connection.held = []  # it was said after the savepoint, for SAVEPOINT would have taken it along
            if ahead := connection.ahead():
                self.own = self.mogrify(query, vars)
                query, vars = b"; ".join([*ahead, self.own]), None
        try:
            super().execute(query, vars)
        except REFUSED_PLANS:
            connection.plans.clear()  # any of those that travelled together: all are made anew
            raise

    def executemany(self, query: Any, vars_list: Any) -> None:
        self.begin()
        super().executemany(query, vars_list)

    def callproc(self, procname: Any, parameters: Any = ()) -> None:
        self.begin()
        super().callproc(procname, parameters)

    def copy_expert(self, *args: Any, **kwargs: Any) -> None:
        self.begin()
        super().copy_expert(*args, **kwargs)

    def copy_from(self, *args: Any, **kwargs: Any) -> None:
        self.begin()
        super().copy_from(*args, **kwargs)

    def copy_to(self, *args: Any, **kwargs: Any) -> None:
        self.begin()
        super().copy_to(*args, **kwargs)

    def begin(self) -> None:
        """For what takes no statement in front of it."""
        if ahead := self.connection.ahead():
            self.connection.end(*ahead)


@contextmanager
def held_back(connection: Connection) -> Iterator[None]:
    """Hold back what is executed in the block until something else is said in the transaction, at the latest COMMIT.

    It has no answer, and an error comes where it is sent. What a rollback overtakes is never sent.
    """
    connection.holds = True
    try:
        yield
    finally:
        connection.holds = False
