"""The triggers that keep the record: what was written, in the transaction that wrote it, whoever wrote and however.

A model says `triggers = audited(…)` in its Meta; migrations install them (django-pgtrigger). They run once a statement,
not once a row, so that a thousand rows written together cost one more statement inside the database. Where only some
rows count they run once for each of these instead, and the others cost nothing.
"""

import pgtrigger
from django.db.models import Model
from pgtrigger.core import Operation

EVERY_CHANGE = pgtrigger.Update | pgtrigger.Delete | pgtrigger.Truncate
INTO = (
    "INSERT INTO audit_change (at, verb, kind, object_id, person_id, session_id, before, after,"
    " by_id, source, address, reason)"
)
CONTEXT = "c.by_id, c.source, c.address, c.reason"


class Recorded(pgtrigger.Trigger):
    """Records each row that a statement inserts, updates or deletes.

    `person` and `session` are SQL for whom and which session the row concerns, with `{row}` for the row and `{old}`
    for what it was before an update. Columns `left_out` are not recorded; of `hidden` ones only that they changed.
    `only` is SQL: which rows count.
    """

    level = pgtrigger.Statement
    when = pgtrigger.After

    def __init__(
        self,
        operation: Operation,
        *,
        person: str,
        session: str,
        left_out: tuple[str, ...],
        hidden: tuple[str, ...],
        only: str,
    ) -> None:
        tables = {
            pgtrigger.Insert: pgtrigger.Referencing(new="new_rows"),
            pgtrigger.Update: pgtrigger.Referencing(old="old_rows", new="new_rows"),
            pgtrigger.Delete: pgtrigger.Referencing(old="old_rows"),
        }
        name = f"audit_{str(operation).lower()}"
        if only:
            rows = [
                row for row, at in (("OLD", pgtrigger.Insert), ("NEW", pgtrigger.Delete)) if operation != at
            ]
            counts = pgtrigger.Condition(" OR ".join(only.format(row=row) for row in rows))
            super().__init__(name=name, operation=operation, level=pgtrigger.Row, condition=counts)
        else:
            super().__init__(name=name, operation=operation, referencing=tables[operation])
        self.person, self.session, self.only = person, session, only
        self.left_out, self.hidden = left_out, hidden

    def get_func(self, model: type[Model]) -> str:  # type: ignore[override]
        kind = model._meta.label_lower
        left_out, hidden = names(self.left_out), names(self.hidden)
        old_rows, new_rows = ("(SELECT OLD.*)", "(SELECT NEW.*)") if self.only else ("old_rows", "new_rows")
        match self.operation:
            case pgtrigger.Insert:
                verb, row = "created", "n"
                values = f"NULL, jsonb_strip_nulls(to_jsonb(n) - {left_out} - {hidden})"
                rows = f"{new_rows} n, audit_context() c WHERE true"
            case pgtrigger.Delete:
                verb, row = "deleted", "o"
                values = f"jsonb_strip_nulls(to_jsonb(o) - {left_out} - {hidden}), NULL"
                rows = f"{old_rows} o, audit_context() c WHERE true"
            case _:
                verb, row = "changed", "n"
                values = "d.before, d.after"
                rows = (
                    f"{old_rows} o JOIN {new_rows} n ON n.id = o.id CROSS JOIN LATERAL"
                    f" audit_difference(to_jsonb(o) - {left_out}, to_jsonb(n) - {left_out}, {hidden}) d,"
                    " audit_context() c WHERE o.* IS DISTINCT FROM n.* AND d.before IS NOT NULL"
                )
        none = f"(NULL::{model._meta.db_table})"
        old = "o" if self.operation == pgtrigger.Update else none
        subject = f"{row}.id, {self.person}, {self.session}".format(row=row, old=old)
        selected = f"clock_timestamp(), '{verb}', '{kind}', {subject}, {values}, {CONTEXT}"
        return " ".join([INTO, "SELECT", selected, "FROM", rows]) + "; RETURN NULL;"


def names(columns: tuple[str, ...]) -> str:
    return "'{" + ",".join(columns) + "}'::text[]"


def audited(
    *,
    person: str = "NULL::bigint",
    session: str = "NULL::bigint",
    left_out: tuple[str, ...] = (),
    hidden: tuple[str, ...] = (),
    only: str = "",
) -> list[pgtrigger.Trigger]:
    """Record every insert, update and delete of the model; the words are those of `Recorded`."""
    return [
        Recorded(operation, person=person, session=session, left_out=left_out, hidden=hidden, only=only)
        for operation in (pgtrigger.Insert, pgtrigger.Update, pgtrigger.Delete)
    ]


class Refused(pgtrigger.Trigger):
    """Refuses the operations whatever the rows: also a statement that would touch none, and TRUNCATE."""

    level = pgtrigger.Statement
    when = pgtrigger.Before
    func = "RAISE EXCEPTION 'The record of % is only added to: % is refused.', TG_TABLE_NAME, TG_OP;"
