"""Poll: what changed on the platform since we last looked, in a handful of requests.

Deltas only tell *which* families to look at; what is true of them is read afresh before any plan.
New rows are followed by their growing id, saved accounts by their time stamp. The new watermarks
and the families they touched are recorded in one transaction, so that no change is ever forgotten.
Deleted rows are invisible to deltas: once a day every family is looked at.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from connector.domain.ids import AccountId
from connector.domain.invariants import is_implausible_loss
from connector.domain.links import LinkMap
from connector.domain.snapshot import Quarantined
from connector.observe.events import Event as Log
from connector.ports.platform import Feed, SavedAccount
from connector.ports.store import UnitOfWork
from connector.runtime import facts
from connector.runtime.service import Pen, Service

LAG = timedelta(seconds=2)
"""Saved accounts bear whole seconds, so one saved this very second may be saved once more under the
same stamp. Stamps younger than this are *young*: read at once, and once more when they are settled;
the young ones already read are remembered, or a poll within the same second would never be idle."""


NOBODY = AccountId(0)
"""Whose broken rows cannot be told; they are listed until the next daily look."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Delta:
    """What the platform shows as new since the watermarks, and the watermarks after it."""

    touched: frozenset[AccountId]
    marks: dict[str, str]
    accounts: int
    quarantined: tuple[Quarantined, ...]  #: new rows that name no readable account
    at: datetime


def read_delta(service: Service) -> Delta:
    """Read what is new; records nothing."""
    at = service.clock.now().astimezone(UTC)
    accounts = service.reader.count_accounts()
    with service.store.begin() as unit:
        marks = {feed: unit.facts.load(facts.feed_mark(feed)) for feed in Feed}
        since = unit.facts.load(facts.ACCOUNTS_UPDATED)
        seen = set((unit.facts.load(facts.ACCOUNTS_YOUNG) or "").split())
    touched: set[AccountId] = set()
    quarantined: list[Quarantined] = []
    after: dict[str, str] = {}
    for feed, mark in marks.items():
        last, changed, broken = _read_feed(service, feed, mark)
        after[facts.feed_mark(feed)] = str(last)
        touched |= changed
        quarantined.extend(broken)
    if since is not None:
        saved = service.reader.read_accounts_updated(datetime.fromisoformat(since))
        young = {_stamp(row) for row in saved if row.saved_at > at - LAG}
        touched.update(row.id for row in saved if _stamp(row) not in young & seen)
        after[facts.ACCOUNTS_YOUNG] = " ".join(sorted(young))
    after[facts.ACCOUNTS_UPDATED] = (at - LAG).isoformat()
    return Delta(
        touched=frozenset(touched),
        marks=after,
        accounts=accounts,
        quarantined=tuple(quarantined),
        at=at,
    )


def poll(service: Service, pen: Pen) -> int:
    """Read what is new, and record which families must be looked at; their number."""
    delta = read_delta(service)
    with service.store.begin(epoch=pen.epoch) as unit:
        if _is_plausible(service, unit, delta):
            touched = _record_touched(unit, delta)
            swept = _record_sweep(service, unit, delta.at)
            if delta.touched or swept:  # whoever it was: a new link makes a family of strangers
                unit.facts.record(facts.NATIVE_DUE, delta.at.isoformat())
            if delta.quarantined:
                unit.findings.record_quarantine(NOBODY, delta.quarantined, service.clock.host())
            for name, value in delta.marks.items():
                unit.facts.record(name, value)
            unit.facts.record(facts.ACCOUNTS_COUNT, str(delta.accounts))
            unit.facts.record(facts.LAST_POLL, delta.at.isoformat())
        else:
            touched = frozenset()
        unit.commit()
    return len(touched)


def families_of(links: LinkMap, accounts: Iterable[AccountId]) -> frozenset[AccountId]:
    """Main accounts of the families that some accounts belong to."""
    return frozenset(main for account in accounts for main in links.main_ids_of(account))


def _stamp(row: SavedAccount) -> str:
    return f"{row.id}@{row.saved_at.astimezone(UTC).isoformat()}"


def _read_feed(
    service: Service, feed: Feed, mark: str | None
) -> tuple[int, set[AccountId], tuple[Quarantined, ...]]:
    if mark is None:  # first poll: links put their families on the agenda, history is not news
        return service.reader.read_last_id(feed), set(), ()
    reading = service.reader.read_feed(feed, int(mark))
    own = _own_among(service, feed, [row.id for row in reading.rows])
    ids = [row.id for row in reading.rows] + [row.object_id or 0 for row in reading.quarantined]
    last = max([int(mark), *ids])
    touched = {row.account_id for row in reading.rows if row.id not in own}
    return last, touched, reading.quarantined


def _own_among(service: Service, feed: Feed, ids: list[int]) -> frozenset[int]:
    if not ids:  # as nearly always
        return frozenset()
    with service.store.begin() as unit:
        return unit.journal.load_own_ids(feed, ids)


def _record_touched(unit: UnitOfWork, delta: Delta) -> frozenset[AccountId]:
    if not delta.touched:
        return frozenset()
    touched = families_of(unit.links.load_map(), delta.touched)
    unit.agenda.record_due(touched, delta.at, "changed on the platform")
    return touched


def _record_sweep(service: Service, unit: UnitOfWork, at: datetime) -> bool:
    last = unit.facts.load(facts.LAST_SWEEP)
    if last is not None and at - datetime.fromisoformat(last) < service.limits.sweep:
        return False
    unit.agenda.record_due(unit.links.load_map().main_ids, at, "daily look at every family")
    unit.findings.record_quarantine(NOBODY, (), service.clock.host())
    unit.facts.record(facts.LAST_SWEEP, at.isoformat())
    return True


def _is_plausible(service: Service, unit: UnitOfWork, delta: Delta) -> bool:
    """Refuse to believe that a large share of the accounts vanished between two polls."""
    before = int(unit.facts.load(facts.ACCOUNTS_COUNT) or 0)
    percent = service.policy.bounds.vanish_percent
    if not is_implausible_loss(before, delta.accounts, percent):
        return True
    sentence = (
        f"{before} accounts at the last poll, {delta.accounts} now; more than {percent} % gone "
        "is a broken view, not the world: nothing is written until a person unfreezes"
    )
    if unit.facts.load(facts.FROZEN) is None:
        unit.facts.record(facts.FROZEN, sentence)
    service.alerts.alert(Log.VIEW_IMPLAUSIBLE, sentence, before=before, now=delta.accounts)
    return False
