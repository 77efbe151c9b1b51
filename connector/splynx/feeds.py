"""Collections that only grow, read by growing id: what is new, and what bears a mark of ours."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

from connector.domain.ids import AccountId
from connector.domain.marker import Marker, markers_in
from connector.errors import ReplyMalformed
from connector.ports.platform import Feed, FeedRow
from connector.splynx.row import Row

FEEDS = {
    Feed.INVOICES: ("invoices", "invoice"),
    Feed.CREDIT_NOTES: ("credit_notes", "credit_note"),
    Feed.PAYMENTS: ("payments", "payment"),
    Feed.STATUS_CHANGES: ("status_changes", "status_change"),
}
"""Resource and record of each feed."""

_MARKED = {"invoice": "memo", "credit_note": "note"}
"""Where a document bears our mark."""


def feed_row_in(row: Row) -> FeedRow:
    """A row of a feed; one that concerns no account gets account 0."""
    return FeedRow(
        id=row.id(),
        account_id=AccountId(row.ref("account_id") or 0),
        markers=markers_on(row),
    )


def walk_marked(
    read_after: Callable[[int], Iterator[Row]], told: Callable[[int], None]
) -> Iterator[Row]:
    """Rows with a mark, from the first to the last; one reading is bounded, so several."""
    after, is_over = 0, False
    while not is_over:
        is_over = True
        for row in read_after(after):
            after, is_over = row.id(), False
            told(after)
            if markers_on(row):
                yield row


def markers_on(row: Row) -> tuple[Marker, ...]:
    """Our marks on a row of a feed; only documents can bear one."""
    name = _MARKED.get(row.record)
    try:
        return () if name is None else markers_in(row.text_if_any(name))
    except ReplyMalformed:
        return ()  # whoever reads the document itself puts it in quarantine


def saved_at_in(row: Row) -> datetime | None:
    """When an account was saved; an unreadable stamp must not hide that it was."""
    try:
        return row.instant_if_any("updated_at")
    except ReplyMalformed:
        return None
