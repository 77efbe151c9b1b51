"""The facts' repository: small named texts that outlive a restart.

There are a dozen, and most turns ask for half of them: the first question of a unit of work reads
them all, and what stands there already is not written again.
"""

from __future__ import annotations

from functools import cache

from sqlalchemy import Connection, Executable, bindparam, delete, select

from connector.store.schema import fact
from connector.store.types import storable
from connector.store.upsert import upsert

_ALL = select(fact.c.name, fact.c.value)
_REMOVED = delete(fact).where(fact.c.name == bindparam("removed"))


@cache
def _set(dialect: str) -> Executable:
    new = upsert(dialect, fact)
    changed = {"value": new.excluded.value}
    return new.on_conflict_do_update(index_elements=[fact.c.name], set_=changed)


class SqlFacts:
    """Named facts inside one unit of work, which nobody else writes beside."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._known: dict[str, str] | None = None

    def load(self, name: str) -> str | None:
        """A fact, or None."""
        return self._held().get(name)

    def record(self, name: str, value: str | None) -> None:
        """Set a fact; None removes it."""
        held = self._held()
        kept = None if value is None else storable(value)
        if held.get(name) == kept:
            return
        if kept is None:
            self._connection.execute(_REMOVED, {"removed": name})
            del held[name]
        else:
            new = {"name": name, "value": kept}
            self._connection.execute(_set(self._connection.dialect.name), new)
            held[name] = kept

    def _held(self) -> dict[str, str]:
        if self._known is None:
            self._known = {row.name: row.value for row in self._connection.execute(_ALL)}
        return self._known
