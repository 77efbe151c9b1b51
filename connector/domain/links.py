"""The link map: which sub-account hangs under which main account, in which mode, since when."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from itertools import combinations

from connector.domain.accounts import BillingMode
from connector.domain.ids import AccountId
from connector.errors import InvariantBroken


class LinkSource(StrEnum):
    """Where a link was learnt."""

    NATIVE = "native"  #: the platform's own linking
    FIELDS = "fields"  #: additional fields on the customer
    STORE = "store"  #: our own store: command line, console, CSV


@dataclass(frozen=True, kw_only=True, slots=True)
class Link:
    """One sub-account under one main account, valid from a day (inclusive) until one (exclusive)."""

    sub_id: AccountId
    main_id: AccountId
    mode: BillingMode
    since: date
    until: date | None = None
    source: LinkSource = LinkSource.STORE

    def holds_on(self, day: date) -> bool:
        """Whether the link is valid on that day."""
        return self.since <= day and (self.until is None or day < self.until)

    def overlaps(self, other: Link) -> bool:
        """Whether some day belongs to both; a link that ends where it began has no days."""
        start = max(self.since, other.since)
        return all(each.until is None or start < each.until for each in (self, other))


def aggregated_on(links: Iterable[Link], day: date) -> tuple[Link, ...]:
    """The links by which a main account pays for another on a day."""
    return tuple(row for row in links if row.mode is BillingMode.AGGREGATED and row.holds_on(day))


@dataclass(frozen=True)
class LinkMap:
    """All live and dated links; asserts its laws when built.

    Laws: at any day a sub-account has one main account, and nobody is main and sub at once
    (one level, as on the platform).
    """

    links: tuple[Link, ...]
    _by_main: Mapping[AccountId, tuple[Link, ...]] = field(init=False, repr=False, compare=False)
    _by_sub: Mapping[AccountId, tuple[Link, ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_main", _indexed(self.links, by_main=True))
        object.__setattr__(self, "_by_sub", _indexed(self.links, by_main=False))
        for sub_id, rows in self._by_sub.items():
            if any(one.overlaps(other) for one, other in combinations(rows, 2)):
                raise InvariantBroken(f"sub-account {sub_id} has two links at once")
            as_main = self._by_main.get(sub_id, ())
            if any(one.overlaps(other) for one in rows for other in as_main):
                raise InvariantBroken(f"main and sub at once: {sub_id}")

    @property
    def main_ids(self) -> frozenset[AccountId]:
        """Every account that is the main of some link."""
        return frozenset(self._by_main)

    def links_of_main(self, main_id: AccountId) -> tuple[Link, ...]:
        """All links under a main account, ended ones included."""
        return self._by_main.get(main_id, ())

    def main_ids_of(self, account_id: AccountId) -> frozenset[AccountId]:
        """Families an account belongs to, as main or as sub, now or formerly."""
        found = {link.main_id for link in self._by_sub.get(account_id, ())}
        return frozenset(found | ({account_id} & self._by_main.keys()))


def _indexed(links: Iterable[Link], *, by_main: bool) -> dict[AccountId, tuple[Link, ...]]:
    found: dict[AccountId, list[Link]] = {}
    for link in links:
        found.setdefault(link.main_id if by_main else link.sub_id, []).append(link)
    return {key: tuple(rows) for key, rows in found.items()}
