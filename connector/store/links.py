"""The link map's repository: rows are never changed, only replaced by a successor.

Each row is what somebody recorded, with when and by whom. The map of today is the rows that
nobody replaced; what was thought earlier stays readable in the others.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime

from sqlalchemy import Connection, RowMapping, bindparam, insert, or_, select, update

from connector.domain.accounts import BillingMode
from connector.domain.ids import AccountId
from connector.domain.links import Link, LinkMap, LinkSource
from connector.store.schema import link

_CURRENT = link.c.replaced_at.is_(None)
_MAP = select(link).where(_CURRENT).order_by(link.c.sub_id, link.c.since, link.c.id)
_FAMILY = _MAP.where(link.c.main_id == bindparam("of"))
_OF_SUB = select(link).where(_CURRENT, link.c.sub_id == bindparam("of")).order_by(link.c.id)


class SqlLinks:
    """The link map inside one unit of work."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def load_map(self, on: date | None = None) -> LinkMap:
        """All links; with ``on``, only those valid on that day."""
        query = _MAP
        if on is not None:
            query = query.where(link.c.since <= on)
            query = query.where(or_(link.c.until.is_(None), link.c.until > on))
        rows = self._connection.execute(query).mappings()
        return LinkMap(tuple(_link_from(row) for row in rows))

    def load_family(self, main_id: AccountId) -> tuple[Link, ...]:
        """All links under one main account, ended ones included."""
        rows = self._connection.execute(_FAMILY, {"of": main_id})
        return tuple(_link_from(row) for row in rows.mappings())

    def record_links(self, links: Iterable[Link], by: str, at: datetime) -> int:
        """Add links, in order; what they overlap of the same sub ends where they begin.

        A link that began no earlier than the new one is replaced altogether: it ends where it
        began. Returns how many of the links were not there already. A map that would break its
        laws raises ``InvariantBroken``, and must not be committed.
        """
        changed = sum(self._record(new, by, at) for new in links)
        if changed:
            self.load_map()
        return changed

    def record_end(self, sub_id: AccountId, until: date, by: str, at: datetime) -> bool:
        """End a live link, not before it began; False when there is none.

        With a mode switch ahead, the link that still holds until then ends as well.
        """
        found = self._links_of(sub_id)
        if all(held.until is not None for _, held in found):
            return False
        for row_id, held in found:
            if held.until is None or held.until > max(held.since, until):
                self._end(row_id, replace(held, until=max(held.since, until)), by, at)
        return True

    def _record(self, new: Link, by: str, at: datetime) -> bool:
        found = self._links_of(new.sub_id)
        if any(held == new for _, held in found):
            return False
        for row_id, held in found:
            if _overlap(held, new):
                self._end(row_id, replace(held, until=max(held.since, new.since)), by, at)
        self._add(new, by, at)
        return True

    def _links_of(self, sub_id: AccountId) -> list[tuple[int, Link]]:
        rows = self._connection.execute(_OF_SUB, {"of": sub_id}).mappings()
        return [(row["id"], _link_from(row)) for row in rows]

    def _end(self, row_id: int, ended: Link, by: str, at: datetime) -> None:
        self._connection.execute(
            update(link).where(link.c.id == row_id).values(replaced_at=at, replaced_by=by)
        )
        self._add(ended, by, at)

    def _add(self, new: Link, by: str, at: datetime) -> None:
        self._connection.execute(
            insert(link).values(
                sub_id=new.sub_id,
                main_id=new.main_id,
                mode=new.mode.value,
                since=new.since,
                until=new.until,
                source=new.source.value,
                recorded_at=at,
                recorded_by=by,
            )
        )


def _overlap(one: Link, other: Link) -> bool:
    """Whether some day belongs to both; a link that ends where it began has no days."""
    start = max(one.since, other.since)
    return all(each.until is None or start < each.until for each in (one, other))


def _link_from(row: RowMapping) -> Link:
    return Link(
        sub_id=AccountId(row["sub_id"]),
        main_id=AccountId(row["main_id"]),
        mode=BillingMode(row["mode"]),
        since=row["since"],
        until=row["until"],
        source=LinkSource(row["source"]),
    )
