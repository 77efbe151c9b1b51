"""With ``links.authority = "native"``: keep our map as the platform's own linking says."""

from __future__ import annotations

from datetime import UTC, date, datetime

import structlog

from connector.domain.accounts import Account, BillingMode
from connector.domain.invariants import is_implausible_loss
from connector.domain.links import Link, LinkMap, LinkSource
from connector.domain.reconcile import LinkChange, SeenLink, reconcile_links
from connector.observe.events import Event as Log
from connector.ports.store import UnitOfWork
from connector.runtime import facts
from connector.runtime.service import Pen, Service

BY = "platform"

_log: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger("connector.links")


def reconcile_native(service: Service, pen: Pen) -> int:
    """Read the platform's links and record what changed; the number of changes."""
    if service.authority is not LinkSource.NATIVE:
        return 0
    with service.store.begin() as unit:
        held = unit.links.load_map(service.clock.now().date())
    subs = service.reader.read_native_subs().rows
    seen = tuple(_seen(service, account) for account in subs)
    changes = reconcile_links(held, seen)
    if _is_broken_view(service, pen, held, seen):
        return 0
    _record(service, pen, changes)
    return len(changes)


def _seen(service: Service, account: Account) -> SeenLink:
    main_id = account.native_main_id
    assert main_id is not None  # noqa: S101 - the reader returns linked accounts only
    billing = service.reader.read_billing(account.id)
    mode = billing.native_mode or BillingMode.INDEPENDENT
    return SeenLink(sub_id=account.id, main_id=main_id, mode=mode)


def _is_broken_view(service: Service, pen: Pen, held: LinkMap, seen: tuple[SeenLink, ...]) -> bool:
    percent = service.policy.bounds.vanish_percent
    if not is_implausible_loss(len(held.links), len(seen), percent):
        return False
    with service.store.begin(epoch=pen.epoch) as unit:
        believed = unit.facts.load(facts.LOSS_BELIEVED)
        unit.facts.record(facts.LOSS_BELIEVED, None)
        unit.commit()
    if believed is not None:
        return False
    sentence = f"{len(held.links)} links at the last poll, {len(seen)} now: not believed"
    with service.store.begin(epoch=pen.epoch) as unit:
        unit.facts.record(facts.FROZEN, sentence)
        unit.commit()
    service.alerts.alert(Log.VIEW_IMPLAUSIBLE, sentence)
    return True


def _record(service: Service, pen: Pen, changes: tuple[LinkChange, ...]) -> None:
    at = service.clock.host()
    today = service.clock.now().date()
    now = service.clock.now().astimezone(UTC)
    with service.store.begin(epoch=pen.epoch) as unit:
        for change in changes:
            _record_change(unit, change, today, at=at)
            mains = {link.main_id for link in (change.held, change.seen) if link is not None}
            unit.agenda.record_due(mains, now, f"link of {change.sub_id} {change.kind}")
        unit.commit()
    for change in changes:
        _log.info(Log.LINK_CHANGED, change=change.kind, sub=change.sub_id)


def _record_change(unit: UnitOfWork, change: LinkChange, today: date, *, at: datetime) -> None:
    if change.seen is None:
        unit.links.record_end(change.sub_id, today, BY, at)
        return
    link = Link(
        sub_id=change.sub_id,
        main_id=change.seen.main_id,
        mode=change.seen.mode,
        since=today,
        source=LinkSource.NATIVE,
    )
    unit.links.record_links([link], BY, at)
