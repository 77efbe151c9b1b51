"""Tiny constructors: the smallest family there is, and one word for each thing that differs."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from connector.domain.accounts import (
    Account,
    AccountStatus,
    Billing,
    BillingMode,
    BillingType,
    StatusChange,
)
from connector.domain.ids import AccountId, InvoiceId
from connector.domain.invoices import Invoice, InvoiceItem, InvoiceStatus, InvoiceType, total_of
from connector.domain.links import Link
from connector.domain.payments import Payment
from connector.domain.snapshot import FamilySnapshot, OwnRecord, Quarantined

ZONE = ZoneInfo("Europe/Prague")
NEW_YEAR = date(2026, 1, 1)
MAIN = 1
DUE_DAYS = timedelta(days=15)
_LINE = re.compile(r"(?:(?P<quantity>[\d.]+)x)?(?P<price>-?[\d.]+)(?:@(?P<tax>[\d.]+))?")


def moment(text: str) -> datetime:
    """An instant in the platform's zone, from ``2026-01-10`` or ``2026-01-10 12:30``."""
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


NOON = moment("2026-01-10 12:00")
"""When a snapshot is taken unless said otherwise: ten days into the cycle, far from any guard."""


def account(
    number: int = MAIN,
    status: AccountStatus = AccountStatus.ACTIVE,
    *,
    billing_type: BillingType = BillingType.RECURRING,
    partner_id: int = 1,
    address: str = "",
    native_main_id: int | None = None,
) -> Account:
    """An account that is active, recurring and not linked on the platform."""
    return Account(
        id=AccountId(number),
        name=f"Name {number}",
        status=status,
        billing_type=billing_type,
        partner_id=partner_id,
        address=address,
        native_main_id=None if native_main_id is None else AccountId(native_main_id),
    )


def billing(
    number: int = MAIN,
    balance: str = "0",
    *,
    min_balance: str = "0",
    billing_day: int = 1,
    due_days: int = 15,
    blocking_days: int = 0,
    native_mode: BillingMode | None = None,
) -> Billing:
    """Billing settings of an account that owes nothing and is billed on the first."""
    return Billing(
        account_id=AccountId(number),
        enabled=True,
        balance=Decimal(balance),
        min_balance=Decimal(min_balance),
        billing_day=billing_day,
        due_days=due_days,
        blocking_days=blocking_days,
        native_mode=native_mode,
    )


def items(text: str) -> tuple[InvoiceItem, ...]:
    """Lines from ``100.00@20 + 3x20.00``: quantity (1), net price, tax percent (0)."""
    return tuple(_item(part.strip()) for part in text.split(" + "))


def _item(text: str) -> InvoiceItem:
    match = _LINE.fullmatch(text)
    assert match is not None, text
    return InvoiceItem(
        description=f"Line {text}",
        quantity=Decimal(match["quantity"] or 1),
        unit="",
        price=Decimal(match["price"]),
        tax_percent=Decimal(match["tax"] or 0),
    )


def invoice(
    number: int,
    account_id: int,
    lines: str | tuple[InvoiceItem, ...] = "100.00@20",
    *,
    issued_on: date = NEW_YEAR,
    due_on: date | None = None,
    status: InvoiceStatus = InvoiceStatus.NOT_PAID,
    total: str | None = None,
    due: str | None = None,
    memo: str = "",
) -> Invoice:
    """An issued, unpaid invoice, due fifteen days after its date; a paid one has nothing due."""
    parts = items(lines) if isinstance(lines, str) else lines
    makes = total_of(parts) if total is None else Decimal(total)
    left = Decimal(0) if status is InvoiceStatus.PAID else makes
    return Invoice(
        id=InvoiceId(number),
        account_id=AccountId(account_id),
        number=f"N{number}",
        issued_on=issued_on,
        due_on=due_on or issued_on + DUE_DAYS,
        status=status,
        type=InvoiceType.RECURRING,
        total=makes,
        due=left if due is None else Decimal(due),
        items=parts,
        memo=memo,
    )


def payment(
    number: int,
    account_id: int,
    amount: str,
    *,
    invoice_id: int | None = None,
    paid_on: date = NEW_YEAR,
) -> Payment:
    """Money received, for no invoice unless one is named."""
    return Payment(
        id=number,
        account_id=AccountId(account_id),
        invoice_id=None if invoice_id is None else InvoiceId(invoice_id),
        receipt=f"R{number}",
        paid_on=paid_on,
        amount=Decimal(amount),
    )


def link(
    main: int,
    sub: int,
    mode: BillingMode = BillingMode.AGGREGATED,
    since: date = NEW_YEAR,
    until: date | None = None,
) -> Link:
    """A link since New Year, still live."""
    return Link(main_id=AccountId(main), sub_id=AccountId(sub), mode=mode, since=since, until=until)


def change(
    number: int, account_id: int, new: AccountStatus, at: str, *, by: int = 0
) -> StatusChange:
    """A row of the status log, by the platform itself unless ``by`` names a person."""
    return StatusChange(
        id=number,
        account_id=AccountId(account_id),
        old=None,
        new=new,
        at=moment(at),
        administrator_id=by,
    )


def family(
    *,
    main: Account | None = None,
    subs: Iterable[Account] = (),
    invoices: Iterable[Invoice] = (),
    links: Iterable[Link] | None = None,
    main_billing: Billing | None = None,
    sub_billings: Iterable[Billing] | None = None,
    serviced: Iterable[int] = (),
    changes: Iterable[StatusChange] = (),
    own: OwnRecord | None = None,
    quarantined: tuple[Quarantined, ...] = (),
    at: datetime = NOON,
) -> FamilySnapshot:
    """A snapshot; by default every sub is aggregated and every blocked one owes nothing."""
    payer, members = main or account(), tuple(subs)
    blocked = [sub.id for sub in members if sub.status is AccountStatus.BLOCKED]
    return FamilySnapshot(
        main=payer,
        billing=main_billing or billing(payer.id),
        links=tuple(link(payer.id, sub.id) for sub in members) if links is None else tuple(links),
        subs=members,
        invoices=tuple(invoices),
        invoices_since=NEW_YEAR - timedelta(days=31),
        serviced=frozenset(AccountId(number) for number in serviced),
        changes=tuple(changes),
        sub_billings=tuple(map(billing, blocked) if sub_billings is None else sub_billings),
        own=own or OwnRecord(),
        quarantined=quarantined,
        at=at,
    )
