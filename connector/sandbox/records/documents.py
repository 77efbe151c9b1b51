"""Invoices, proforma invoices, credit notes and payments."""

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal

from connector.sandbox.money import ZERO
from connector.sandbox.records.base import Row


@dataclass(kw_only=True, slots=True)
class Item:
    """One line of an invoice or credit note; `price` is net."""

    id: int = 0
    pos: int = 0
    description: str = ""
    quantity: Decimal = Decimal(1)
    unit: str = ""
    price: Decimal = ZERO
    tax: Decimal = ZERO
    tax_amount: Decimal = ZERO
    period_from: dt.date | None = None
    period_to: dt.date | None = None
    transaction_id: int = 0
    category: int = 1
    tax_id: int = 0
    sub_account_id: int = 0
    service_id: int = 0


@dataclass(kw_only=True, slots=True)
class Document(Row):
    """What invoices, credit notes and payments have in common."""

    real_create_datetime: dt.datetime | None = None
    note: str = ""
    is_sent: int = 0
    added_by: str = "api"
    added_by_id: int = 1
    additional_attributes: dict[str, str] = field(default_factory=dict)


@dataclass(kw_only=True, slots=True)
class Paper(Document):
    """What has a number and lines: invoices, credit notes and proforma invoices."""

    number: str = ""
    date_created: dt.date | None = None
    date_updated: dt.date | None = None
    date_payment: dt.date | None = None
    status: str = "not_paid"
    total: Decimal = ZERO
    payment_id: int = 0
    items: list[Item] = field(default_factory=list)


@dataclass(kw_only=True, slots=True)
class Invoice(Paper):
    """An invoice; due = total - its relations."""

    date_till: dt.date | None = None
    due: Decimal = ZERO
    type: str = "one_time"
    payd_from_deposit: int = 0
    use_transactions: int = 1
    memo: str = ""


@dataclass(kw_only=True, slots=True)
class CreditNote(Paper):
    """A credit note; `remind_amount` is what no invoice has used and nobody was paid back.

    `linked_id` is the invoice it was made for, whether or not there was anything due.
    """

    status: str = "not_refunded"
    remind_amount: Decimal = ZERO
    linked_id: int = 0


@dataclass(kw_only=True, slots=True)
class Proforma(Paper):
    """A proforma invoice: it asks for money and moves none."""

    date_till: dt.date | None = None
    memo: str = ""
    is_crm_request: int = 0


@dataclass(kw_only=True, slots=True)
class Payment(Document):
    """A payment; negative amounts are refunds."""

    invoice_id: int | None = None
    credit_note_id: int | None = None
    request_id: int | None = None
    transaction_id: int | None = None
    payment_statement_id: int | None = None
    payment_type: int = 1
    receipt_number: str = ""
    date: dt.date | None = None
    amount: Decimal = ZERO
    remind_amount: Decimal = ZERO
    comment: str = ""
    field_1: str = ""
    field_2: str = ""
    field_3: str = ""
    field_4: str = ""
    field_5: str = ""
    memo: str = ""
    updated_at: dt.datetime | None = None
