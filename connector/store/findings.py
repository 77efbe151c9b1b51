"""The findings' repository: what stands refused, and which objects are broken, per family."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, RowMapping, bindparam, delete, insert, select

from connector.domain.ids import AccountId
from connector.domain.refusals import Refusal, Weight
from connector.domain.snapshot import Quarantined
from connector.ports.store import Finding
from connector.store.schema import quarantine, refusal

_NO_REFUSALS = delete(refusal).where(refusal.c.main_id == bindparam("of"))
_NO_QUARANTINE = delete(quarantine).where(quarantine.c.main_id == bindparam("of"))


class SqlFindings:
    """Refusals and quarantine inside one unit of work; each look replaces the one before."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def record_refusals(
        self, main_id: AccountId, refusals: Iterable[Refusal], at: datetime
    ) -> None:
        """Replace what is known of a family."""
        self._connection.execute(_NO_REFUSALS, {"of": main_id})
        rows = [
            {
                "main_id": main_id,
                "rule": found.rule,
                "account_id": found.account_id,
                "subject": found.subject,
                "sentence": found.sentence,
                "mend": found.mend,
                "weight": found.weight.value,
                "seen_at": at,
            }
            for found in refusals
        ]
        if rows:
            self._connection.execute(insert(refusal), rows)

    def load_refusals(self) -> tuple[Finding, ...]:
        """Everything that stands refused now, by family."""
        query = select(refusal).order_by(refusal.c.main_id, refusal.c.id)
        return tuple(_finding_from(row) for row in self._connection.execute(query).mappings())

    def record_quarantine(
        self, main_id: AccountId, rows: Iterable[Quarantined], at: datetime
    ) -> None:
        """Replace the broken objects known of a family."""
        self._connection.execute(_NO_QUARANTINE, {"of": main_id})
        found = [
            {
                "main_id": main_id,
                "resource": row.resource,
                "object_id": row.object_id,
                "account_id": row.account_id,
                "field": row.field,
                "problem": row.problem,
                "seen_at": at,
            }
            for row in rows
        ]
        if found:
            self._connection.execute(insert(quarantine), found)

    def load_quarantine(self) -> tuple[Quarantined, ...]:
        """Everything in quarantine now, by family."""
        query = select(quarantine).order_by(quarantine.c.main_id, quarantine.c.id)
        return tuple(_quarantined_from(row) for row in self._connection.execute(query).mappings())


def _finding_from(row: RowMapping) -> Finding:
    return Finding(
        main_id=AccountId(row["main_id"]),
        refusal=Refusal(
            rule=row["rule"],
            account_id=AccountId(row["account_id"]),
            subject=row["subject"],
            sentence=row["sentence"],
            mend=row["mend"],
            weight=Weight(row["weight"]),
        ),
        seen_at=row["seen_at"],
    )


def _quarantined_from(row: RowMapping) -> Quarantined:
    return Quarantined(
        resource=row["resource"],
        object_id=row["object_id"],
        account_id=None if row["account_id"] is None else AccountId(row["account_id"]),
        field=row["field"],
        problem=row["problem"],
    )
