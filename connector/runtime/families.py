"""Read one family afresh: everything a plan may rest on, in a handful of requests."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TypeVar

from connector.domain.accounts import (
    Account,
    AccountStatus,
    Billing,
    StatusChange,
    cycle_of,
)
from connector.domain.ids import AccountId
from connector.domain.invoices import Invoice
from connector.domain.links import Link, aggregated_on
from connector.domain.parking import Parking
from connector.domain.snapshot import FamilySnapshot, OwnRecord, Quarantined
from connector.domain.window import undecided_members
from connector.errors import RecordMissing, ReplyMalformed
from connector.ports.platform import BillingReader, Reading
from connector.runtime.service import Service

T = TypeVar("T")
K = TypeVar("K")


@dataclass(frozen=True, kw_only=True, slots=True)
class FamilyReading:
    """A snapshot, or why there can be none; and what did not fit the mapping."""

    main_id: AccountId
    snapshot: FamilySnapshot | None
    quarantined: tuple[Quarantined, ...]
    parking: Parking | None  #: it is read all the same, and shown


def read_family(service: Service, main_id: AccountId) -> FamilyReading:
    """Read a family from the platform and our journal.

    Raises:
        PlatformUnavailable, PlatformDenied: nothing can be said now.
    """
    today = service.clock.now().date()
    with service.store.begin() as unit:
        links = unit.links.load_family(main_id)
        own = unit.journal.load_own_record(main_id)
        parking = unit.parkings.load_parked(main_id)
    reading = FamilyReading(main_id=main_id, snapshot=None, quarantined=(), parking=parking)
    members = sorted({main_id, *(link.sub_id for link in links if link.holds_on(today))})
    accounts = service.reader.read_accounts(members)
    found = {account.id: account for account in accounts.rows}
    if main_id not in found:
        return replace(reading, quarantined=accounts.quarantined)
    billings, broken = _read_billings(service.reader, [main_id])
    if not billings:
        return replace(reading, quarantined=(*accounts.quarantined, *broken))
    snapshot = _read_documents(service, links, own, found, billings[0])
    snapshot = replace(snapshot, quarantined=(*accounts.quarantined, *snapshot.quarantined))
    snapshot = _with_blocks(service, snapshot)
    if undecided := undecided_members(snapshot):
        snapshot = replace(snapshot, serviced=service.reader.read_serviced(undecided))
    return replace(reading, snapshot=snapshot, quarantined=snapshot.quarantined)


def read_for_cascade(service: Service, main_id: AccountId, sub_id: AccountId) -> FamilySnapshot:
    """A main account and one of its sub-accounts, with all that a release or suspension rests on.

    Raises:
        RecordMissing: one of the accounts is gone.
        ReplyMalformed: something of theirs cannot be read.
    """
    today = service.clock.now().date()
    with service.store.begin() as unit:
        links = unit.links.load_family(main_id)
        own = unit.journal.load_own_record(main_id)
    members = [main_id, sub_id]
    found = {account.id: account for account in whole(service.reader.read_accounts(members))}
    if missing := set(members) - found.keys():
        raise RecordMissing(f"account {min(missing)} is not on the platform any more")
    blocked = [sub_id] if found[sub_id].status is AccountStatus.BLOCKED else []
    return FamilySnapshot(
        main=found[main_id],
        billing=service.reader.read_billing(main_id),
        links=tuple(row for row in links if row.sub_id == sub_id and row.holds_on(today)),
        subs=(found[sub_id],),
        invoices=whole(service.reader.read_open_invoices(members)),
        invoices_since=today,
        serviced=frozenset(),
        changes=whole(service.reader.read_status_changes(members)),
        sub_billings=tuple(service.reader.read_billing(account) for account in blocked),
        own=own,
        quarantined=(),
        at=service.clock.now(),
    )


def whole(reading: Reading[T]) -> tuple[T, ...]:
    """All rows; a reading that hides an unreadable row proves nothing."""
    if reading.quarantined:
        broken = reading.quarantined[0]
        raise ReplyMalformed(
            f"{broken.resource} {broken.object_id}: field {broken.field} {broken.problem}",
            field=broken.field,
        )
    return reading.rows


def or_none(read: Callable[[K], T], key: K) -> T | None:
    """The record, or None when the platform has none (any more)."""
    try:
        return read(key)
    except RecordMissing:
        return None


def read_linked(
    service: Service, main_id: AccountId, account_ids: Iterable[AccountId]
) -> frozenset[AccountId]:
    """Those of the accounts that stand and are aggregated under a main account today."""
    today = service.clock.now().date()
    standing = {row.id for row in whole(service.reader.read_accounts(set(account_ids)))}
    with service.store.begin() as unit:
        links = unit.links.load_family(main_id)
    return frozenset(row.sub_id for row in aggregated_on(links, today) if row.sub_id in standing)


def _read_documents(
    service: Service,
    links: tuple[Link, ...],
    own: OwnRecord,
    found: dict[AccountId, Account],
    billing: Billing,
) -> FamilySnapshot:
    at = service.clock.now()
    since = _two_cycles_back(at.date(), billing.billing_day)
    recent = service.reader.read_invoices(sorted(found), since)
    unpaid = service.reader.read_open_invoices(sorted(found))
    return FamilySnapshot(
        main=found[billing.account_id],
        billing=billing,
        links=links,
        subs=tuple(found[key] for key in sorted(found) if key != billing.account_id),
        invoices=_joined(recent, unpaid),
        invoices_since=since,
        serviced=frozenset(),
        changes=(),
        sub_billings=(),
        own=own,
        quarantined=tuple({*recent.quarantined, *unpaid.quarantined}),
        at=at,
    )


def _with_blocks(service: Service, family: FamilySnapshot) -> FamilySnapshot:
    """Add who blocked whom, and the blocked ones' balances, if anybody is blocked at all."""
    blocked = [sub.id for sub in family.blocked_subs()]
    native = [sub.id for sub in family.subs if sub.native_main_id is not None]
    main_is_blocked = family.main.status is AccountStatus.BLOCKED
    changes: Reading[StatusChange] = Reading(rows=())
    if blocked or (main_is_blocked and service.policy.cascade.suspend == "mirror"):
        changes = service.reader.read_status_changes([family.main.id, *blocked])
    billings, broken = _read_billings(service.reader, sorted({*blocked, *native}))
    return replace(
        family,
        changes=changes.rows,
        sub_billings=billings,
        quarantined=(*family.quarantined, *changes.quarantined, *broken),
    )


def _read_billings(
    reader: BillingReader, account_ids: Iterable[AccountId]
) -> tuple[tuple[Billing, ...], tuple[Quarantined, ...]]:
    rows: list[Billing] = []
    broken: list[Quarantined] = []
    for account_id in account_ids:
        try:
            rows.append(reader.read_billing(account_id))
        except (ReplyMalformed, RecordMissing) as problem:
            field = problem.field if isinstance(problem, ReplyMalformed) else None
            broken.append(
                Quarantined(
                    resource="customer_billing",
                    object_id=account_id,
                    account_id=account_id,
                    field=field or "(record)",
                    problem=str(problem),
                )
            )
    return tuple(rows), tuple(broken)


def _two_cycles_back(today: date, billing_day: int) -> date:
    """First day of the previous cycle: a window may reach over a cycle's end."""
    current = cycle_of(today, billing_day)
    return cycle_of(current.start - timedelta(days=1), billing_day).start


def _joined(recent: Reading[Invoice], unpaid: Reading[Invoice]) -> tuple[Invoice, ...]:
    found = {invoice.id: invoice for invoice in (*unpaid.rows, *recent.rows)}
    return tuple(found[key] for key in sorted(found))
