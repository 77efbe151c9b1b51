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
from connector.runtime.news import News, load_kept, read_news, read_watermark
from connector.runtime.rollback import Rearview, is_ahead, read_newest, record_rollback
from connector.runtime.service import Pen, Service
from connector.runtime.strangers import load_strangers, record_strangers, search_platform
from connector.saga.machine import to_carry_out
from connector.saga.traces import Trace

LAG = timedelta(seconds=2)
"""Saved accounts bear whole seconds, so one saved this very second may be saved once more under the
same stamp. Stamps younger than this are *young*: read at once, and once more when they are settled;
the young ones already read are remembered, or a poll within the same second would never be idle."""


LOOK_BACK = timedelta(hours=1)
"""How long the newest records that we knew go unlooked at while nothing happens."""

GAP = timedelta(minutes=10)
"""Without a poll for so long, anything may have happened: the platform may have been restored."""

NOBODY = AccountId(0)
"""Whose broken rows cannot be told; they are listed until the next daily look."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Delta:
    """What the platform shows as new since the watermarks, and the watermarks after it."""

    touched: frozenset[AccountId]
    marks: dict[str, str]
    news: tuple[News, ...]  #: by feed
    accounts: int
    at: datetime
    polled_at: datetime  #: host clock, when this reading began

    @property
    def is_news(self) -> bool:
        """Whether anything is new."""
        return bool(self.touched) or any(news.is_any for news in self.news)

    @property
    def traces(self) -> tuple[Trace, ...]:
        """Marks of ours on new documents."""
        return tuple(trace for news in self.news for trace in news.traces)

    @property
    def quarantined(self) -> tuple[Quarantined, ...]:
        """New rows that name no readable account."""
        return tuple(row for news in self.news for row in news.quarantined)


def read_delta(service: Service) -> Delta:
    """Read what is new; records nothing."""
    at, polled_at = service.clock.now().astimezone(UTC), service.clock.host()
    accounts = service.reader.count_accounts()
    with service.store.begin() as unit:
        kept = load_kept(unit)
        since = unit.facts.load(facts.ACCOUNTS_UPDATED)
        seen = set((unit.facts.load(facts.ACCOUNTS_YOUNG) or "").split())
    found = tuple(read_news(service, feed) for feed in kept)
    touched = {account for news in found for account in news.touched}
    after = {name: value for news in found for name, value in news.marks.items()}
    if since is not None:
        saved = service.reader.read_accounts_updated(datetime.fromisoformat(since))
        young = {_stamp(row) for row in saved if row.saved_at > at - LAG}
        touched.update(row.id for row in saved if _stamp(row) not in young & seen)
        after[facts.ACCOUNTS_YOUNG] = " ".join(sorted(young))
    after[facts.ACCOUNTS_UPDATED] = (at - LAG).isoformat()
    return Delta(
        touched=frozenset(touched),
        marks=after,
        news=found,
        accounts=accounts,
        at=at,
        polled_at=polled_at,
    )


def poll(service: Service, pen: Pen) -> int:
    """Read what is new, and record which families must be looked at; their number.

    Before anything is believed: is the platform older than our journal, or our journal older than
    the platform?
    """
    with service.store.begin() as unit:
        if unit.facts.load(facts.ROLLED_BACK) is not None:
            return 0  # the watermarks must stay as they were
    history = _read_history(service, pen)
    delta = read_delta(service)
    view = _read_view(service, delta) if _must_look_back(service, delta) else None
    with service.store.begin(epoch=pen.epoch) as unit:
        touched: frozenset[AccountId] = frozenset()
        if not _record_apart(service, unit, delta, view, history):
            touched = _record_delta(service, unit, delta)
        unit.commit()
    return len(touched)


def look_before_write(service: Service, pen: Pen) -> None:
    """Do journal and platform belong together? What a turn asks before it writes, asked alone.

    For whoever writes without a turn. What is new is left to the next poll.
    """
    history = _read_history(service, pen)
    delta = read_delta(service)
    view = _read_view(service, delta)
    with service.store.begin(epoch=pen.epoch) as unit:
        _record_apart(service, unit, delta, view, history)
        unit.commit()


def _read_history(service: Service, pen: Pen) -> tuple[Trace, ...]:
    """Every mark on the platform, asked for by a new store alone."""
    with service.store.begin() as unit:
        is_new = all(unit.facts.load(facts.feed_mark(feed)) is None for feed in Feed)
        is_behind = unit.facts.load(facts.RECOVERY) is not None
    return search_platform(service, pen) if is_new and not is_behind else ()


def _read_view(service: Service, delta: Delta) -> Rearview:
    """The newest records that we knew, as they are now."""
    rows = (read_watermark(service, news) for news in delta.news)
    return Rearview(
        watermarks=tuple(row for row in rows if row is not None), documents=read_newest(service)
    )


def _must_look_back(service: Service, delta: Delta) -> bool:
    """Whether this turn may have anything to write, or nobody has looked for too long.

    Without news, a family to look at or an operation under way nothing is sent, whatever the
    platform is; an idle poll is spared half a dozen requests.
    """
    with service.store.begin() as unit:
        if unit.facts.load(facts.RECOVERY) is not None:
            return False
        return (
            delta.is_news
            or _is_older(unit.facts.load(facts.LOOKED_BACK), delta.polled_at - LOOK_BACK)
            or _is_older(unit.facts.load(facts.POLLED_AT), delta.polled_at - GAP)
            or bool(unit.agenda.load_due(delta.at, 1))
            or _is_sweep_due(service, unit, delta.at)
            or bool(to_carry_out(unit.journal.load_unfinished()))
            or is_ahead(unit)
        )


def _is_older(instant: str | None, limit: datetime) -> bool:
    return instant is None or datetime.fromisoformat(instant) <= limit


def _record_apart(
    service: Service,
    unit: UnitOfWork,
    delta: Delta,
    view: Rearview | None,
    history: tuple[Trace, ...],
) -> bool:
    """Begin whatever stop is due; whether the delta must not be believed."""
    is_behind = unit.facts.load(facts.RECOVERY) is not None
    if view is not None and not is_behind:
        if record_rollback(service, unit, view):
            return True
        unit.facts.record(facts.LOOKED_BACK, delta.polled_at.isoformat())
    record_strangers(service, unit, load_strangers(unit, (*history, *delta.traces)))
    return not _is_plausible(service, unit, delta)


def _record_delta(service: Service, unit: UnitOfWork, delta: Delta) -> frozenset[AccountId]:
    """The new watermarks, and the families that they touched."""
    touched = _record_touched(unit, delta)
    swept = _record_sweep(service, unit, delta.at)
    if delta.touched or swept:  # whoever it was: a new link makes a family of strangers
        unit.facts.record(facts.NATIVE_DUE, delta.at.isoformat())
    if delta.quarantined:
        unit.findings.record_quarantine(NOBODY, delta.quarantined, service.clock.host())
    for name, value in delta.marks.items():
        unit.facts.record(name, value)
    unit.facts.record(facts.POLLED_AT, delta.polled_at.isoformat())
    unit.facts.record(facts.ACCOUNTS_COUNT, str(delta.accounts))
    unit.facts.record(facts.LAST_POLL, delta.at.isoformat())
    return touched


def families_of(links: LinkMap, accounts: Iterable[AccountId]) -> frozenset[AccountId]:
    """Main accounts of the families that some accounts belong to."""
    return frozenset(main for account in accounts for main in links.main_ids_of(account))


def _stamp(row: SavedAccount) -> str:
    return f"{row.id}@{row.saved_at.astimezone(UTC).isoformat()}"


def _record_touched(unit: UnitOfWork, delta: Delta) -> frozenset[AccountId]:
    if not delta.touched:
        return frozenset()
    touched = families_of(unit.links.load_map(), delta.touched)
    unit.agenda.record_due(touched, delta.at, "changed on the platform")
    return touched


def _record_sweep(service: Service, unit: UnitOfWork, at: datetime) -> bool:
    if not _is_sweep_due(service, unit, at):
        return False
    unit.agenda.record_due(unit.links.load_map().main_ids, at, "daily look at every family")
    unit.findings.record_quarantine(NOBODY, (), service.clock.host())
    unit.facts.record(facts.LAST_SWEEP, at.isoformat())
    return True


def _is_sweep_due(service: Service, unit: UnitOfWork, at: datetime) -> bool:
    last = unit.facts.load(facts.LAST_SWEEP)
    return last is None or at - datetime.fromisoformat(last) >= service.limits.sweep


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
