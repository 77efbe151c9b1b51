"""Keyset paging: rows with an id above the last one, in order, until none are left.

Pages by offset lose or repeat rows when the set moves under them; pages by id do not. A filter
that the platform does not know is silently ignored and everything comes back, so every row is
held against what was asked.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from connector.errors import ReplyMalformed
from connector.splynx.client import SplynxClient
from connector.splynx.codec import Json, decode_id, decode_items
from connector.splynx.mapping import Route
from connector.splynx.search import Filter, above, one_of, page_of
from connector.splynx.wire import Request

CHUNK = 50
"""Ids in one ``IN``: keeps addresses below the length that web servers accept."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Listing:
    """A collection to walk through: where, by which id, under which conditions."""

    route: Route
    key: str  #: what the platform calls the id
    filters: tuple[Filter, ...] = ()

    def __post_init__(self) -> None:
        if any(condition.at == self.key for condition in self.filters):
            raise ValueError(f"{self.key} is taken by the paging: a field bears one condition")


class Pager:
    """Walks through collections with bounded pages."""

    def __init__(self, client: SplynxClient, *, page_size: int, pages_max: int) -> None:
        self._client = client
        self._page_size = page_size
        self._pages_max = pages_max
        self._longest = 0

    def read_all(self, listing: Listing) -> Iterator[Json]:
        """Every row.

        Raises:
            ReplyMalformed: a condition was ignored, or there are more rows than the bound.
        """
        yield from self._walk(listing, 0)

    def read_after(self, listing: Listing, after: int) -> Iterator[Json]:
        """Rows above an id, at most the bounded number of pages of them."""
        yield from self._walk(listing, after, open_ended=True)

    def read_ids(self, listing: Listing, ids: Collection[int]) -> Iterator[Json]:
        """The rows with these ids, as far as there are any.

        A query holds one condition for each field, so these cannot be paged by id as well. Should
        a page be capped, those not answered yet are asked for again until none of them comes.
        """
        for portion in in_chunks(ids):
            missing = set(portion)
            while missing:
                condition = one_of(listing.key, sorted(missing))
                query = page_of((condition,), order=listing.key, limit=self._page_size)
                rows = self._rows(listing, query)
                _refuse_strangers(listing, condition, rows)
                yield from rows
                answered = {_readable_id(row.get(listing.key)) for row in rows} & missing
                missing -= answered
                if not answered:
                    break

    def read_highest(self, listing: Listing) -> Json | None:
        """The row with the highest id."""
        query = page_of(listing.filters, order=listing.key, limit=1, descending=True)
        rows = self._rows(listing, query)
        return rows[0] if rows else None

    def _walk(self, listing: Listing, after: int, *, open_ended: bool = False) -> Iterator[Json]:
        for _ in range(self._pages_max):
            conditions = (*listing.filters, above(listing.key, after))
            query = page_of(conditions, order=listing.key, limit=self._page_size)
            rows = self._rows(listing, query)
            for condition in conditions:
                _refuse_strangers(listing, condition, rows)
            yield from rows
            highest = _highest(listing, rows, after)
            if self._is_last(len(rows)):
                return
            if highest == after:
                if len(rows) < self._page_size:
                    return
                raise ReplyMalformed(f"{listing.route.path}: a page without a readable id")
            after = highest
        if not open_ended:
            raise ReplyMalformed(
                f"{listing.route.path}: more than {self._pages_max} pages in one reading"
            )

    def _rows(self, listing: Listing, query: tuple[tuple[str, str], ...]) -> Sequence[Json]:
        request = Request(method=listing.route.method, path=listing.route.path, query=query)
        try:
            return decode_items(self._client.read(request).parsed())
        except ValueError as problem:
            raise ReplyMalformed(f"{request}: {problem}") from None

    def _is_last(self, length: int) -> bool:
        """Whether no more rows follow.

        The platform may cap a page below the size we ask for, at a number we do not know. So a
        short page is the last one only when longer ones have been seen to be possible.
        """
        last = length == 0 or length < self._longest
        self._longest = max(self._longest, length)
        return last


def in_chunks(ids: Collection[int]) -> Iterator[Sequence[int]]:
    """The ids in ascending order, in portions fit for one ``IN``."""
    ordered = sorted(set(ids))
    for start in range(0, len(ordered), CHUNK):
        yield ordered[start : start + CHUNK]


def _refuse_strangers(listing: Listing, condition: Filter, rows: Iterable[Json]) -> None:
    for row in rows:
        if condition.broken_by(row):
            asked = " ".join(value for _, value in condition.pairs[:2])
            raise ReplyMalformed(
                f"{listing.route.path}: the platform ignored the filter on {condition.at}"
                f" ({asked}): it answered with {row.get(condition.at)!r}",
                field=condition.at,
            )


def _highest(listing: Listing, rows: Iterable[Json], after: int) -> int:
    """The last id of a page; rows without a readable one are left to the decoder."""
    highest = after
    for row in rows:
        number = _readable_id(row.get(listing.key))
        if number is None:
            continue
        if number <= highest:
            raise ReplyMalformed(f"{listing.route.path}: the platform ignored the order by id")
        highest = number
    return highest


def _readable_id(raw: object) -> int | None:
    try:
        return decode_id(raw)
    except ValueError:
        return None
