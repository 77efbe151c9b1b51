"""Payments, as the platform keeps them; only read, for the eyes of people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from connector.domain.ids import AccountId, InvoiceId


@dataclass(frozen=True, kw_only=True, slots=True)
class Payment:
    """Money received, or with a negative amount given back."""

    id: int
    account_id: AccountId
    invoice_id: InvoiceId | None  #: whom it names; without one the platform spreads it by itself
    receipt: str  #: its printed number
    paid_on: date
    amount: Decimal
