"""What the audit recorded, as plain values that tests compare."""

from audit.models import Change


def last_id() -> int:
    return Change.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


class Recorded:
    """Inside `with recorded() as changes` something happens; afterwards `changes.of(…)` tells what was recorded."""

    def __enter__(self) -> "Recorded":
        self.since = last_id()
        return self

    def __exit__(self, *error: object) -> None:
        self.changes = list(Change.objects.filter(pk__gt=self.since).order_by("pk"))

    def of(self, kind: str) -> list[Change]:
        return [change for change in self.changes if change.kind == kind]

    def only(self, kind: str) -> Change:
        (change,) = self.of(kind)
        return change


recorded = Recorded
