"""What one feed shows as new, and whether its newest row of the poll before still stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from connector.domain.ids import AccountId
from connector.domain.snapshot import Quarantined
from connector.ports.platform import Feed
from connector.ports.store import UnitOfWork
from connector.runtime import facts
from connector.runtime.rollback import row_from, row_text
from connector.runtime.service import Service
from connector.runtime.strangers import traces_in
from connector.saga.rollback import Standing, Watermark
from connector.saga.traces import Trace


@dataclass(frozen=True, kw_only=True, slots=True)
class Kept:
    """What the poll before kept of a feed."""

    feed: Feed
    mark: str | None
    row: str | None
    polled_at: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class News:
    """The new rows of a feed, and its marks after them."""

    kept: Kept
    last: int  #: the highest number there is now
    marks: dict[str, str]
    touched: frozenset[AccountId] = frozenset()
    quarantined: tuple[Quarantined, ...] = ()
    traces: tuple[Trace, ...] = ()

    @property
    def is_any(self) -> bool:
        """Whether there is a new row."""
        return self.kept.mark is not None and self.last > int(self.kept.mark)


def load_kept(unit: UnitOfWork) -> tuple[Kept, ...]:
    """What the poll before kept of every feed."""
    return tuple(
        Kept(
            feed=feed,
            mark=unit.facts.load(facts.feed_mark(feed)),
            row=unit.facts.load(facts.feed_row(feed)),
            polled_at=unit.facts.load(facts.POLLED_AT),
        )
        for feed in Feed
    )


def read_news(service: Service, kept: Kept) -> News:
    """Read one feed from its newest row of the poll before; records nothing."""
    feed, mark = kept.feed, kept.mark
    if mark is None:  # first poll: links put their families on the agenda, history is not news
        last = service.reader.read_last_id(feed)
        row = row_text(None, None, service.clock.host())
        marks = {facts.feed_mark(feed): str(last), facts.feed_row(feed): row}
        return News(kept=kept, last=last, marks=marks)
    before = int(mark)
    reading = service.reader.read_feed(feed, before)
    ids = [row.id for row in reading.rows]
    last = max([before, *ids, *(row.object_id or 0 for row in reading.quarantined)])
    own = _own_among(service, feed, ids)
    marks = {facts.feed_mark(feed): str(last)}
    if last > before:
        newest = next((row.account_id for row in reading.rows if row.id == last), None)
        came_after = None if kept.polled_at is None else datetime.fromisoformat(kept.polled_at)
        marks[facts.feed_row(feed)] = row_text(newest, came_after, service.clock.host())
    return News(
        kept=kept,
        last=last,
        marks=marks,
        touched=frozenset(row.account_id for row in reading.rows if row.id not in own),
        quarantined=reading.quarantined,
        traces=traces_in(feed, reading.rows),
    )


def read_watermark(service: Service, news: News) -> Watermark | None:
    """The newest row of the poll before, as it is now; None if there was no poll before."""
    kept = news.kept
    if kept.mark is None:
        return None
    number = int(kept.mark)
    account_id, after, seen = row_from(kept.row)
    standing = _read_standing(service, kept.feed, number, account_id)
    is_asked = standing is Standing.GONE and not news.is_any
    return Watermark(
        name=kept.feed,
        id=number,
        highest=service.reader.read_last_id(kept.feed) if is_asked else news.last,
        standing=standing,
        after=after,
        seen=seen,
    )


def _read_standing(
    service: Service, feed: Feed, number: int, account_id: AccountId | None
) -> Standing:
    if not number:
        return Standing.STANDS
    reading = service.reader.read_feed_row(feed, number)
    if reading.quarantined:
        return Standing.STANDS
    if not reading.rows:
        return Standing.GONE
    is_other = account_id is not None and reading.rows[0].account_id != account_id
    return Standing.OTHER if is_other else Standing.STANDS


def _own_among(service: Service, feed: Feed, ids: list[int]) -> frozenset[int]:
    if not ids:  # as nearly always
        return frozenset()
    with service.store.begin() as unit:
        return unit.journal.load_own_ids(feed, ids)
