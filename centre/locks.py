"""Row locks, always in the order of keys (docs/architecture.md): sessions, persons, rooms, days of offices."""

from collections.abc import Iterable
from typing import Self, TypeVar

from django.db import models

M = TypeVar("M", bound=models.Model)


class LockingQuerySet(models.QuerySet[M]):
    """A QuerySet that locks rows for the rest of the transaction, without blocking foreign keys to them."""

    def lock(self, pk: int) -> M:
        """The fresh row, locked.

        Raises:
            DoesNotExist: the row is gone.
        """
        return self.locked().get(pk=pk)

    def lock_all(self, pks: Iterable[int]) -> dict[int, M]:
        """The fresh rows by key, locked in the order of their keys, so that two callers never deadlock."""
        rows = self.locked_in_order().filter(pk__in=set(pks))
        return {row.pk: row for row in rows}

    def locked_in_order(self) -> Self:
        return self.order_by("pk").locked()

    def locked(self) -> Self:
        return self.select_for_update(no_key=True, of=("self",))
