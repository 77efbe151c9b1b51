"""From a row on the wire to a value of the domain, one function for each kind of record."""

from __future__ import annotations

from datetime import datetime

from connector.domain.accounts import (
    LAST_BILLING_DAY,
    SYSTEM,
    Account,
    AccountStatus,
    Billing,
    BillingMode,
    BillingType,
    StatusChange,
)
from connector.domain.ids import AccountId, CreditNoteId, InvoiceId
from connector.domain.invoices import (
    CreditNote,
    Invoice,
    InvoiceItem,
    InvoiceStatus,
    InvoiceType,
)
from connector.domain.payments import Payment
from connector.splynx.codec import decode_instant
from connector.splynx.needs import CreditNoteStatus
from connector.splynx.row import Row


def account_in(row: Row) -> Account:
    """An account."""
    parts = (row.text_if_any("street"), row.text_if_any("zip_code"), row.text_if_any("city"))
    return Account(
        id=AccountId(row.id()),
        name=row.text("name"),
        status=row.word("status", AccountStatus),
        billing_type=row.word("billing_type", BillingType),
        partner_id=row.ref("partner_id") or 0,
        address=", ".join(part.strip() for part in parts if part.strip()),
        native_main_id=_account_id(row.ref_if_mapped("native_main_id")),
    )


def _billing_day(row: Row) -> int:
    day = row.count("billing_day")
    if not 1 <= day <= LAST_BILLING_DAY:
        raise row.malformed("billing_day", f"{day} is no billing day (1-{LAST_BILLING_DAY})")
    return day


def billing_in(row: Row) -> Billing:
    """Billing settings and balance."""
    return Billing(
        account_id=AccountId(row.id("account_id")),
        enabled=row.flag("enabled"),
        balance=row.money("balance"),
        min_balance=row.money("min_balance"),
        billing_day=_billing_day(row),
        due_days=row.count("due_days"),
        blocking_days=row.count("blocking_days"),
        native_mode=row.word_if_any("native_mode", BillingMode),
    )


def invoice_in(row: Row) -> Invoice:
    """An invoice with its lines."""
    return Invoice(
        id=InvoiceId(row.id()),
        account_id=AccountId(row.id("account_id")),
        number=row.text("number"),
        issued_on=row.day("issued_on"),
        due_on=row.day_if_any("due_on"),
        status=row.word("status", InvoiceStatus),
        type=row.word("type", InvoiceType),
        total=row.money("total"),
        due=row.money("due"),
        items=tuple(_item_in(line) for line in row.items("items", "invoice_item")),
        memo=row.text("memo"),
    )


def credit_note_in(row: Row) -> CreditNote:
    """A credit note, without its lines."""
    return CreditNote(
        id=CreditNoteId(row.id()),
        account_id=AccountId(row.id("account_id")),
        number=row.text("number"),
        total=row.money("total"),
        deleted=row.word("status", CreditNoteStatus) is CreditNoteStatus.DELETED,
        note=row.text("note"),
        created_at=row.instant_if_any("created_at"),
    )


def payment_in(row: Row) -> Payment:
    """A payment."""
    named = row.ref("invoice_id")
    return Payment(
        id=row.id(),
        account_id=AccountId(row.id("account_id")),
        invoice_id=None if named is None else InvoiceId(named),
        receipt=row.text_if_any("receipt"),
        paid_on=row.day("paid_on"),
        amount=row.money("amount"),
    )


def status_change_in(row: Row) -> StatusChange:
    """A row of the status log; the system's own changes name nobody."""
    row.ref("service_id")  # unreadable: nobody could say whether the account itself changed
    return StatusChange(
        id=row.id(),
        account_id=AccountId(row.id("account_id")),
        old=row.word_if_any("old", AccountStatus),
        new=row.word("new", AccountStatus),
        at=_moment_in(row),
        administrator_id=row.ref("administrator_id") or SYSTEM,
    )


def _item_in(row: Row) -> InvoiceItem:
    return InvoiceItem(
        description=row.text("description"),
        quantity=row.money("quantity"),
        unit=row.text_if_any("unit"),
        price=row.money("price"),
        tax_percent=row.money("tax_percent"),
        tax_id=row.ref("tax_id"),
        period_from=row.day_if_any("period_from"),
        period_to=row.day_if_any("period_to"),
        category_id=row.ref("category_id"),
        sub_account_id=_account_id(row.ref("sub_account_id")),
    )


def _moment_in(row: Row) -> datetime:
    day, time = row.day("on"), row.text("time")
    try:
        moment = decode_instant(f"{day.isoformat()} {time}", row.zone)
    except ValueError as problem:
        raise row.malformed("time", str(problem)) from None
    if moment is None:
        raise row.malformed("time", "is empty")
    return moment


def _account_id(number: int | None) -> AccountId | None:
    return None if number is None else AccountId(number)
