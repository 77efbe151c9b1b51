"""Marks that our journal cannot explain: is our store older than the platform, or was it lost?

A new store searches the whole platform for our marks once, before it writes anything. Any other
looks at what it reads anyway: new documents as the feeds show them, and every invoice of a family
that is looked at. A mark whose plan the journal does not have, or whose step it never sent, was
made with a journal that is newer than ours.
"""

from __future__ import annotations

from collections.abc import Iterable

from connector.domain.invoices import Invoice
from connector.domain.marker import Marker, markers_in
from connector.observe.events import Event as Log
from connector.ports.platform import Feed, FeedRow
from connector.ports.store import UnitOfWork
from connector.runtime import facts
from connector.runtime.service import Pen, Service
from connector.runtime.stops import record_recovery
from connector.saga.traces import Trace

SHOWN = 3
MARKED_FEEDS = {Feed.INVOICES: "invoice", Feed.CREDIT_NOTES: "credit note"}
MEND = "nothing is written until `linked-accounts rebuild` has read back what is there"


def traces_in(feed: Feed, rows: Iterable[FeedRow]) -> tuple[Trace, ...]:
    """The marks on new rows of a feed."""
    what = MARKED_FEEDS.get(feed, "")
    return tuple(
        Trace(
            marker=marker,
            account_id=row.account_id,
            where=f"{what} {row.id} of account {row.account_id}",
        )
        for row in rows
        for marker in row.markers
    )


def traces_on(invoices: Iterable[Invoice]) -> tuple[Trace, ...]:
    """The marks on invoices."""
    return tuple(
        Trace(
            marker=marker,
            account_id=row.account_id,
            where=f"invoice {row.number} of account {row.account_id}",
        )
        for row in invoices
        for marker in markers_in(row.memo)
    )


def load_strangers(unit: UnitOfWork, traces: Iterable[Trace]) -> tuple[Trace, ...]:
    """Those that the journal cannot explain, and that no person has accepted so."""
    every = tuple(traces)
    if not every:
        return ()
    explained = unit.journal.load_explained({trace.marker for trace in every})
    accepted = (unit.facts.load(facts.ACCEPTED) or "").split()
    return tuple(
        trace
        for trace in every
        if trace.marker not in explained and str(trace.marker) not in accepted
    )


def search_platform(service: Service, pen: Pen) -> tuple[Trace, ...]:
    """Every mark on the platform: what a new store asks before anything else."""
    found: list[Trace] = []
    for feed in MARKED_FEEDS:
        after: int | None = 0
        while after is not None and not pen.stop.is_set():
            reading = service.reader.read_feed(feed, after)
            found += traces_in(feed, reading.rows)
            ids = [row.id for row in reading.rows]
            ids += [row.object_id or 0 for row in reading.quarantined]
            after = max(ids, default=None)
            pen.beat()
    return tuple(found)


def record_strangers(service: Service, unit: UnitOfWork, strangers: tuple[Trace, ...]) -> bool:
    """Begin recovery mode because of some marks; False if there are none, or it is on already."""
    if not strangers:
        return False
    why = say_strangers(strangers)
    if not record_recovery(unit, why, service.clock.host()):
        return False
    service.alerts.alert(Log.STORE_BEHIND, why, marks=len(strangers))
    return True


def begin_recovery(service: Service, pen: Pen, strangers: tuple[Trace, ...]) -> None:
    """Begin recovery mode because of some marks, in a transaction of its own."""
    with service.store.begin(epoch=pen.epoch) as unit:
        record_strangers(service, unit, strangers)
        unit.commit()


def say_strangers(strangers: tuple[Trace, ...]) -> str:
    """The sentence for them."""
    plans = {trace.marker.plan_id for trace in strangers}
    shown = "; ".join(f"{trace.where} ({_named(trace.marker)})" for trace in strangers[:SHOWN])
    more = f" and {len(strangers) - SHOWN} more" if len(strangers) > SHOWN else ""
    return (
        f"recovery: the platform bears marks of {len(plans)} plans that this store does not know, "
        f"or knows as not yet sent: {shown}{more}. The store was lost, or is an old copy: {MEND}"
    )


def _named(marker: Marker) -> str:
    return f"step {marker.step} of {marker.plan_id}"
