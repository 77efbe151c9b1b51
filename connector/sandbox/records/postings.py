"""What moves a balance, and what covers what."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from connector.sandbox.money import ZERO
from connector.sandbox.records.base import Row


@dataclass(kw_only=True, slots=True)
class Transaction(Row):
    """One side of the ledger: debit lowers the balance, credit raises it."""

    type: str = "debit"
    quantity: Decimal = Decimal(1)
    unit: str = ""
    price: Decimal = ZERO
    tax_percent: Decimal = ZERO
    tax_id: int = 0
    total: Decimal = ZERO
    remind_amount: Decimal = ZERO
    date: dt.date | None = None
    category: int = 1
    description: str = ""
    comment: str = ""
    period_from: dt.date | None = None
    period_to: dt.date | None = None
    service_id: int = 0
    service_type: str = ""
    payment_id: int | None = None
    credit_note_id: int | None = None
    invoice_id: int | None = None
    invoiced_by_id: int | None = None
    to_invoice: int = 0
    source: str = "manual"
    sub_account_id: int = 0


@dataclass(kw_only=True, slots=True)
class Relation(Row):
    """An allocation: what a payer (payment or credit note) covers of an invoice."""

    payer_id: int = 0
    type: str = "payment"
    invoice_id: int = 0
    transaction_id: int | None = None
    amount: Decimal = ZERO
