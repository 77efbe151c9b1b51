"""The agenda's repository: which families to look at, when, and why.

Every time a family becomes due, its row's revision grows, even if the due time stays. Whoever
takes a row off names the revision he looked at; a higher one means that something happened since,
and the row stays.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from sqlalchemy import (
    ColumnElement,
    Connection,
    Executable,
    RowMapping,
    and_,
    bindparam,
    case,
    or_,
    select,
    update,
)

from connector.domain.ids import AccountId
from connector.ports.store import AgendaRow
from connector.store.schema import agenda
from connector.store.upsert import upsert

_ALL = (
    select(agenda).where(agenda.c.due_at.is_not(None)).order_by(agenda.c.due_at, agenda.c.main_id)
)
_DUE = _ALL.where(agenda.c.due_at <= bindparam("now")).limit(bindparam("limit"))


@cache
def _put_on(dialect: str) -> Executable:
    new = upsert(dialect, agenda)
    wins = or_(agenda.c.due_at.is_(None), new.excluded.due_at < agenda.c.due_at)
    return new.on_conflict_do_update(
        index_elements=[agenda.c.main_id],
        set_={
            "due_at": case((wins, new.excluded.due_at), else_=agenda.c.due_at),
            "reason": case((wins, new.excluded.reason), else_=agenda.c.reason),
            "revision": agenda.c.revision + 1,
        },
    )


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class RevisedRow(AgendaRow):
    """An agenda row that knows which revision of it was loaded; equal to a plain one."""

    revision: int

    def __eq__(self, other: object) -> bool:
        return isinstance(other, AgendaRow) and _plain(self) == _plain(other)

    def __hash__(self) -> int:
        return hash(_plain(self))


class SqlAgenda:
    """The agenda inside one unit of work."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def record_due(self, main_ids: Iterable[AccountId], due_at: datetime, reason: str) -> None:
        """Put families on the agenda; an earlier due time wins over a later one."""
        rows = [
            {"main_id": main_id, "due_at": due_at, "reason": reason, "revision": 1}
            for main_id in dict.fromkeys(main_ids)
        ]
        if rows:
            self._connection.execute(_put_on(self._connection.dialect.name), rows)

    def record_seen(self, row: AgendaRow, next_due: AgendaRow | None) -> None:
        """Take a row off, unless it became due anew meanwhile, or set when to look again."""
        self._connection.execute(
            update(agenda)
            .where(agenda.c.main_id == row.main_id)
            .where(_as_seen(row))
            .values(due_at=None, revision=agenda.c.revision + 1)
        )
        if next_due is not None:
            self.record_due([next_due.main_id], next_due.due_at, next_due.reason)

    def load_due(self, now: datetime, limit: int) -> tuple[AgendaRow, ...]:
        """Rows due by now, earliest first."""
        rows = self._connection.execute(_DUE, {"now": now, "limit": limit})
        return tuple(_row_from(row) for row in rows.mappings())

    def load_all(self) -> tuple[AgendaRow, ...]:
        """Every row, earliest first."""
        return tuple(_row_from(row) for row in self._connection.execute(_ALL).mappings())


def _as_seen(row: AgendaRow) -> ColumnElement[bool]:
    if isinstance(row, RevisedRow):
        return agenda.c.revision == row.revision
    return and_(agenda.c.due_at == row.due_at, agenda.c.reason == row.reason)


def _row_from(row: RowMapping) -> RevisedRow:
    return RevisedRow(
        main_id=AccountId(row["main_id"]),
        due_at=row["due_at"],
        reason=row["reason"],
        revision=row["revision"],
    )


def _plain(row: AgendaRow) -> tuple[AccountId, datetime, str]:
    return row.main_id, row.due_at, row.reason
