"""The facts' repository: small named texts that outlive a restart."""

from __future__ import annotations

from sqlalchemy import Connection, delete, insert, select

from connector.store.schema import fact


class SqlFacts:
    """Named facts inside one unit of work."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def load(self, name: str) -> str | None:
        """A fact, or None."""
        found: str | None = self._connection.execute(
            select(fact.c.value).where(fact.c.name == name)
        ).scalar_one_or_none()
        return found

    def record(self, name: str, value: str | None) -> None:
        """Set a fact; None removes it."""
        self._connection.execute(delete(fact).where(fact.c.name == name))
        if value is not None:
            self._connection.execute(insert(fact).values(name=name, value=value))
