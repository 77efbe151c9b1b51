"""Invoices, their items and credit notes, as the platform keeps them."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from connector.domain.ids import AccountId, CreditNoteId, InvoiceId
from connector.domain.money import ZERO, add_up, round_document, round_stored

PERCENT = Decimal(100)
ROUNDING = "Rounding"
"""The description of the visible line that closes a document's cents."""


class InvoiceStatus(StrEnum):
    """Status of an invoice; "overdue" and "partly paid" are derived, not stored."""

    NOT_PAID = "not_paid"  #: issued, something is due
    PAID = "paid"  #: nothing is due
    PENDING = "pending"  #: a charge is under way; hands off
    DELETED = "deleted"  #: void, kept for the record


class InvoiceType(StrEnum):
    """Only recurring documents can block an account, unless a setting says otherwise."""

    ONE_TIME = "one_time"
    RECURRING = "recurring"


@dataclass(frozen=True, kw_only=True, slots=True)
class InvoiceItem:
    """One line: net price times quantity, plus tax in percent; prices keep four places."""

    description: str
    quantity: Decimal
    unit: str
    price: Decimal  #: net, per unit
    tax_percent: Decimal
    tax_id: int | None = None
    period_from: date | None = None
    period_to: date | None = None
    category_id: int | None = None
    sub_account_id: AccountId | None = None

    @property
    def net(self) -> Decimal:
        """Price times quantity, four places."""
        return round_stored(self.price * self.quantity)

    @property
    def tax(self) -> Decimal:
        """Tax on the net amount, four places."""
        return round_stored(self.net * self.tax_percent / PERCENT)

    @property
    def gross(self) -> Decimal:
        """Net plus tax, four places."""
        return self.net + self.tax


@dataclass(frozen=True, kw_only=True, slots=True)
class Invoice:
    """One invoice as last read."""

    id: InvoiceId
    account_id: AccountId
    number: str
    issued_on: date
    due_on: date | None
    status: InvoiceStatus
    type: InvoiceType
    total: Decimal  #: gross, as the platform stored it
    due: Decimal  #: what is left to pay
    items: tuple[InvoiceItem, ...]
    memo: str = ""

    @property
    def is_open(self) -> bool:
        """Issued, and something is left to pay."""
        return self.status is InvoiceStatus.NOT_PAID and self.due > ZERO

    @property
    def is_partly_paid(self) -> bool:
        """Issued, and some of it, but not all, is paid."""
        return self.status is InvoiceStatus.NOT_PAID and self.due != self.total

    def is_overdue(self, today: date) -> bool:
        """Open, and its last day to pay has passed."""
        return self.is_open and self.due_on is not None and self.due_on < today

    @property
    def content_hash(self) -> str:
        """Fingerprint of what a merge rests on; staff notes and our own marker are left out."""
        parts = [
            [self.id, self.account_id, self.status.value, self.type.value],
            [_text(self.total), _text(self.due), self.issued_on.isoformat()],
            [_item_key(item) for item in self.items],
        ]
        text = json.dumps(parts, separators=(",", ":"), ensure_ascii=True)
        return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True, kw_only=True, slots=True)
class CreditNote:
    """One credit note as last read."""

    id: CreditNoteId
    account_id: AccountId
    number: str
    total: Decimal
    deleted: bool
    note: str
    created_at: datetime | None


def total_of(items: tuple[InvoiceItem, ...]) -> Decimal:
    """What the platform makes of these items: exact sum of the lines, rounded once to cents."""
    return round_document(add_up(item.gross for item in items))


def rounding_line(cents: Decimal) -> InvoiceItem:
    """The visible line that brings a document to a total which its other lines just miss."""
    return InvoiceItem(
        description=ROUNDING, quantity=Decimal(1), unit="", price=cents, tax_percent=ZERO
    )


def _item_key(item: InvoiceItem) -> list[str]:
    return [
        item.description,
        _text(item.quantity),
        item.unit,
        _text(item.price),
        _text(item.tax_percent),
        str(item.period_from),
        str(item.period_to),
        str(item.sub_account_id),
    ]


def _text(amount: Decimal) -> str:
    return format(amount.normalize(), "f")
