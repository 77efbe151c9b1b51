"""Walk the whole platform for our marks: every invoice and credit note, by growing number."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from connector.domain.snapshot import Quarantined
from connector.ports.platform import Feed
from connector.runtime.service import Service
from connector.saga.traces import Trace, Traces, sort_traces

Progress = Callable[[str, int, int], None]
"""Told what is walked, how far it is, and how far it goes."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Walk:
    """Everything on the platform that bears a mark of ours."""

    plans: tuple[Traces, ...]
    quarantined: tuple[Quarantined, ...]  #: marked documents that nobody can read

    def every(self) -> Iterator[Trace]:
        """Each mark."""
        for traces in self.plans:
            yield from traces.every()


def walk_platform(service: Service, told: Progress) -> Walk:
    """Read every invoice and credit note that bears a mark; records nothing."""
    ends = {feed: service.reader.read_last_id(feed) for feed in (Feed.INVOICES, Feed.CREDIT_NOTES)}

    def telling(feed: Feed) -> Callable[[int], None]:
        return lambda number: told(feed.value, number, max(ends[feed], number))

    invoices = service.reader.read_marked_invoices(telling(Feed.INVOICES))
    notes = service.reader.read_marked_notes(telling(Feed.CREDIT_NOTES))
    return Walk(
        plans=sort_traces(invoices.rows, notes.rows),
        quarantined=(*invoices.quarantined, *notes.quarantined),
    )
