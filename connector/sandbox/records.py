"""The rows the simulated platform keeps; mutable, as rows of a database are."""

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal

from connector.sandbox.money import ZERO


@dataclass(kw_only=True, slots=True)
class Row:
    """Anything with an id; `customer_id` is what documents are looked up by."""

    id: int = 0
    customer_id: int = 0


@dataclass(kw_only=True, slots=True)
class Customer(Row):
    """A customer; `blocked_on` and `charged_until` are known to the engine only."""

    login: str = ""
    status: str = "new"
    billing_type: str = "recurring"
    partner_id: int = 1
    location_id: int = 1
    parent_id: int = 0
    category: str = "person"
    name: str = ""
    email: str = ""
    billing_email: str = ""
    phone: str = ""
    street_1: str = ""
    zip_code: str = ""
    city: str = ""
    subdivision_id: int = 0
    gps: str = ""
    date_add: dt.date | None = None
    added_by: str = "admin"
    added_by_id: int = 1
    last_online: dt.datetime | None = None
    last_update: dt.datetime | None = None
    conversion_date: dt.datetime | None = None
    mrr_total: Decimal = ZERO
    daily_prepaid_cost: Decimal = ZERO
    gdpr_agreed: str = "empty_answer"
    password: str = ""
    customer_labels: list[int] = field(default_factory=list)
    additional_attributes: dict[str, str] = field(default_factory=dict)
    blocked_on: dt.date | None = None


@dataclass(kw_only=True, slots=True)
class Billing(Row):
    """Billing settings and balance of one customer; its id is the customer's."""

    enabled: int = 1
    type: int = 1
    deposit: Decimal = ZERO
    billing_date: int = 1
    billing_due: int = 15
    blocking_period: int = 0
    grace_period: int = 10
    make_invoices: int = 1
    payment_method: int = 1
    min_balance: Decimal = ZERO
    request_auto_enable: int = 0
    request_auto_day: int = 1
    request_auto_period: int = 0
    request_auto_type: int = 1
    request_auto_next: dt.date | None = None
    reminder_enable: int = 1
    reminder_day_1: int = 5
    reminder_day_2: int = 10
    reminder_day_3: int = 15
    reminder_payment: int = 0
    reminder_payment_value: Decimal = ZERO
    reminder_payment_comment: str = ""
    reminder_type: int = 0
    billing_person: str = ""
    billing_street_1: str = ""
    billing_zip_code: str = ""
    billing_city: str = ""
    sub_billing_mode: str = "independent"
    send_finance_notification: int = 1
    partner_percent: Decimal = ZERO


@dataclass(kw_only=True, slots=True)
class Service(Row):
    """One service; its tax stands for the tariff's, `charged_to` for the coverage row."""

    parent_id: int = 0
    tariff_id: int = 1
    bundle_service_id: int = 0
    type: str = "internet"
    status: str = "active"
    status_new: str = ""
    description: str = ""
    quantity: int = 1
    unit: str = ""
    unit_price: Decimal = ZERO
    start_date: dt.date | None = None
    end_date: dt.date | None = None
    discount: int = 0
    discount_type: str = "percent"
    discount_value: Decimal = ZERO
    discount_start_date: dt.date | None = None
    discount_end_date: dt.date | None = None
    discount_text: str = ""
    on_approve: int = 0
    period: int = -1
    login: str = ""
    ipv4: str = ""
    mac: str = ""
    tax_percent: Decimal = ZERO
    charged_to: dt.date | None = None


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
class Invoice(Document):
    """An invoice; due = total - its relations."""

    number: str = ""
    date_created: dt.date | None = None
    date_updated: dt.date | None = None
    date_till: dt.date | None = None
    date_payment: dt.date | None = None
    status: str = "not_paid"
    total: Decimal = ZERO
    due: Decimal = ZERO
    payment_id: int = 0
    type: str = "one_time"
    payd_from_deposit: int = 0
    use_transactions: int = 1
    memo: str = ""
    items: list[Item] = field(default_factory=list)


@dataclass(kw_only=True, slots=True)
class CreditNote(Document):
    """A credit note; `remind_amount` is what no invoice has used."""

    number: str = ""
    date_created: dt.date | None = None
    date_updated: dt.date | None = None
    date_payment: dt.date | None = None
    status: str = "not_refunded"
    total: Decimal = ZERO
    remind_amount: Decimal = ZERO
    payment_id: int = 0
    items: list[Item] = field(default_factory=list)


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


@dataclass(kw_only=True, slots=True)
class Change(Row):
    """A row of the status history; administrator 0 is the system."""

    service_id: int | None = None
    old_status: str = ""
    new_status: str = ""
    date: dt.date | None = None
    time: str = "00:00:00"
    tariff_type: str | None = None
    old_tariff: int | None = None
    new_tariff: int | None = None
    administrator_id: int = 0


@dataclass(kw_only=True, slots=True)
class Partner(Row):
    """A partner of the provider."""

    name: str = "Main"
