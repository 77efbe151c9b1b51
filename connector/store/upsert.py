"""Insert or update, in the dialect of the database at hand."""

from __future__ import annotations

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite


def upsert(dialect: str, table: Table) -> sqlite.Insert | postgresql.Insert:
    """An ``INSERT`` that knows ``on_conflict_do_update``; both databases spell it alike."""
    if dialect == "postgresql":
        return postgresql.insert(table)
    return sqlite.insert(table)
