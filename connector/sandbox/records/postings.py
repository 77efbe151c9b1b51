"""What moves a balance, and what covers what."""

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal

from connector.sandbox.money import ZERO
from connector.sandbox.records.base import Row


@dataclass(kw_only=True, slots=True)
class Transaction(Row):
    """One side of the ledger: debit lowers the balance, credit raises it.

    `remind_amount` is what nothing covers of a debit by hand, or what a credit by hand has left.
    A future item of a prepaid customer counts `at_once`; `own_total` is a future item's total while
    an invoice carries it at another one.
    """

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
    additional_attributes: dict[str, str] = field(default_factory=dict)
    at_once: bool = False
    own_total: Decimal | None = None

    @property
    def by_hand(self) -> int:
        """The customer, if no document posted this and it is no future item; otherwise 0."""
        posted = self.payment_id or self.credit_note_id or self.invoice_id
        return 0 if posted or self.to_invoice else self.customer_id

    @property
    def waiting(self) -> int:
        """The customer, if this is a future item that no invoice carries yet; otherwise 0."""
        return self.customer_id if self.to_invoice and not self.invoiced_by_id else 0


@dataclass(kw_only=True, slots=True)
class Relation(Row):
    """An allocation: what a payer covers of an invoice, or of a debit posted by hand.

    The payer is a payment, a credit note, or a credit posted by hand (type `transaction`).
    """

    payer_id: int = 0
    type: str = "payment"
    invoice_id: int = 0
    transaction_id: int | None = None
    amount: Decimal = ZERO
