"""With ``links.authority = "native"``: keep our map as the platform's own linking says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date

import structlog

from connector.domain.accounts import BillingMode
from connector.domain.ids import AccountId
from connector.domain.invariants import is_implausible_loss
from connector.domain.links import Link, LinkMap, LinkSource
from connector.domain.reconcile import ChangeKind, LinkChange, SeenLink, reconcile_links
from connector.errors import RecordMissing, ReplyMalformed
from connector.observe.events import Event as Log
from connector.runtime import facts
from connector.runtime.service import Pen, Service

BY = "platform"

_log: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger("connector.links")


@dataclass(frozen=True, kw_only=True, slots=True)
class _View:
    """What the platform shows of its links, and what of it nobody could read."""

    links: tuple[SeenLink, ...]
    unread: frozenset[AccountId]  #: accounts whose link could not be read
    has_nameless: bool  #: whether a row did not even tell whose it is

    def shown(self) -> int:
        """How many links there are, readable or not."""
        return len(self.links) + len(self.unread) + self.has_nameless

    def ends(self, change: LinkChange) -> bool:
        """Whether a missing link is truly gone: one that cannot be read has not ended."""
        return not self.has_nameless and change.sub_id not in self.unread


def is_native_due(service: Service) -> bool:
    """Whether anything happened since the platform's links were last read, if they count."""
    if service.authority is not LinkSource.NATIVE:
        return False
    with service.store.begin() as unit:
        return unit.facts.load(facts.NATIVE_DUE) is not None


def reconcile_native(service: Service, pen: Pen) -> int:
    """Read the platform's links and record what changed; the number of changes."""
    if service.authority is not LinkSource.NATIVE:
        return 0
    today = service.clock.now().date()
    with service.store.begin() as unit:
        held = unit.links.load_map(today)
    view = _read_view(service)
    changes = tuple(
        change
        for change in reconcile_links(held, view.links)
        if change.seen is not None or view.ends(change)
    )
    if _is_broken_view(service, pen, held, view):
        return 0
    _record(service, pen, changes, today)
    return len(changes)


def _read_view(service: Service) -> _View:
    reading = service.reader.read_native_subs()
    seen: list[SeenLink] = []
    unread = {AccountId(row.object_id) for row in reading.quarantined if row.object_id is not None}
    for account in reading.rows:
        main_id = account.native_main_id
        assert main_id is not None  # noqa: S101 - the reader returns linked accounts only
        try:
            mode = service.reader.read_billing(account.id).native_mode or BillingMode.INDEPENDENT
        except (ReplyMalformed, RecordMissing) as broken:
            _log.warning(Log.OBJECT_QUARANTINED, account=account.id, problem=str(broken))
            unread.add(account.id)
        else:
            seen.append(SeenLink(sub_id=account.id, main_id=main_id, mode=mode))
    return _View(
        links=tuple(seen),
        unread=frozenset(unread),
        has_nameless=any(row.object_id is None for row in reading.quarantined),
    )


def _is_broken_view(service: Service, pen: Pen, held: LinkMap, view: _View) -> bool:
    """Whether so many links vanished that it is not believed, unless somebody just unfroze."""
    percent = service.policy.bounds.vanish_percent
    with service.store.begin(epoch=pen.epoch) as unit:
        believed = unit.facts.load(facts.LOSS_BELIEVED)
        unit.facts.record(facts.LOSS_BELIEVED, None)  # a belief holds for what was seen, no longer
        unit.commit()
    if believed is not None or not is_implausible_loss(len(held.links), view.shown(), percent):
        return False
    sentence = f"{len(held.links)} links at the last poll, {view.shown()} now: not believed"
    with service.store.begin(epoch=pen.epoch) as unit:
        unit.facts.record(facts.FROZEN, sentence)
        unit.facts.record(facts.NATIVE_DUE, None)
        unit.commit()
    service.alerts.alert(Log.VIEW_IMPLAUSIBLE, sentence)
    return True


def _record(service: Service, pen: Pen, changes: tuple[LinkChange, ...], today: date) -> None:
    """All that ends, then all that begins: on the way nobody is main and sub at once."""
    at = service.clock.host()
    now = service.clock.now().astimezone(UTC)
    with service.store.begin(epoch=pen.epoch) as unit:
        for change in changes:
            if change.seen is None or change.kind is ChangeKind.DRIFTED:
                unit.links.record_end(change.sub_id, today, BY, at)
        begun = [_link(change.seen, today) for change in changes if change.seen is not None]
        unit.links.record_links(begun, BY, at)
        for change in changes:
            mains = {link.main_id for link in (change.held, change.seen) if link is not None}
            unit.agenda.record_due(mains, now, f"link of {change.sub_id} {change.kind}")
        unit.facts.record(facts.NATIVE_DUE, None)
        unit.commit()
    for change in changes:
        _log.info(Log.LINK_CHANGED, change=change.kind, sub=change.sub_id)


def _link(seen: SeenLink, today: date) -> Link:
    return Link(
        sub_id=seen.sub_id,
        main_id=seen.main_id,
        mode=seen.mode,
        since=today,
        source=LinkSource.NATIVE,
    )
