"""The chain of events: each row's hash covers the row and the hash of the row before.

A row that was changed, slipped in or taken out past us breaks the chain there. The head, which is
kept apart, tells whether rows are missing at the end. Whoever can write to the database can forge
the whole chain; a head that was noted elsewhere shows that, too.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from connector.errors import JournalConflict
from connector.ports.trace import ChainReport
from connector.store.schema import chain, journal_event
from connector.store.types import storable
from connector.store.upsert import upsert

START = "0" * 64
"""What stands for the hash of the row before the first."""

PORTION = 1000
"""Rows held in memory while the chain is walked."""

_HEAD = select(chain.c.length, chain.c.hash)
_ADDED = insert(journal_event)
_MOVED = update(chain).where(
    chain.c.hash == bindparam("old_hash"), chain.c.length == bindparam("old_length")
)
_FIELDS = ("plan_id", "step", "account_id", "event", "from_state", "to_state", "by", "detail")


def hash_of(previous: str, row: Mapping[Any, Any]) -> str:
    """The hash of an event's row, given the hash of the row before."""
    at: datetime = row["at"]
    parts = [
        previous,
        at.astimezone(UTC).isoformat(timespec="microseconds"),
        *(row[field] for field in _FIELDS),
        row["epoch"],
    ]
    text = json.dumps(parts, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()


def append(connection: Connection, row: dict[str, Any]) -> None:
    """Add an event at the end of the chain.

    Raises:
        JournalConflict: somebody else added one at the same time; nothing was recorded.
    """
    length, previous = _load_head(connection)
    if not length:
        new = upsert(connection.dialect.name, chain).values(id=1, length=0, hash=START)
        connection.execute(new.on_conflict_do_nothing())
    kept = {field: row.get(field) for field in (*_FIELDS, "at", "epoch")}
    kept |= {field: storable(row[field]) for field in ("by", "detail")}
    current = hash_of(previous, kept)
    connection.execute(_ADDED, {**kept, "hash": current})
    old = {"old_hash": previous, "old_length": length}
    moved = connection.execute(_MOVED, {**old, "length": length + 1, "hash": current})
    if moved.rowcount != 1:
        raise JournalConflict("the end of the journal moved while an event was added")


def verify(connection: Connection) -> ChainReport:
    """Walk the chain from its start; stop at the first row that does not fit.

    A row recorded under an older epoch than one before it was written by somebody who had lost the
    lease; that is told, and the walk goes on.
    """
    length, head = _load_head(connection)
    report = ChainReport(rows=0, head=START)
    newest = 0
    query = select(journal_event).order_by(journal_event.c.id)
    with connection.execute(query.execution_options(yield_per=PORTION)) as found:
        for row in found.mappings():
            if row["hash"] != hash_of(report.head, row):
                return replace(report, broken_row=row["id"], problem=_broken(row))
            epoch = newest if row["epoch"] is None else row["epoch"]
            stale = row["id"] if epoch < newest and report.stale_row is None else report.stale_row
            newest = max(newest, epoch)
            report = ChainReport(rows=report.rows + 1, head=row["hash"], stale_row=stale)
    if (report.rows, report.head) == (length, head):
        return report
    return replace(report, problem=_misfit(report.rows, length))


def _load_head(connection: Connection) -> tuple[int, str]:
    found = connection.execute(_HEAD).one_or_none()
    return (0, START) if found is None else (found.length, found.hash)


def _broken(row: Mapping[Any, Any]) -> str:
    named = f"event {row['id']} ({row['event']} of plan {row['plan_id']})"
    return f"{named} is not as it was recorded, or a row before it was taken out"


def _misfit(count: int, length: int) -> str:
    if count < length:
        return f"{length - count} rows are gone from the end of the journal"
    return "the journal does not end with the row that was recorded last"
