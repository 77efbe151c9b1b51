"""Customers, their billing settings and services, and the history of their status."""

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal

from connector.sandbox.money import ZERO
from connector.sandbox.records.base import Row


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
    birthday: dt.date | None = None
    passport: str = ""
    company_id: str = ""
    vat_id: str = ""
    contact_person: str = ""
    info_updated_at: dt.datetime | None = None
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
    """One service of any kind; its tax stands for the tariff's, `charged_to` for the coverage row.

    `tariff_id` of a bundle is the bundle's; the services in it name it as `bundle_service_id`.
    """

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
    router_id: int = 0
    sector_id: int = 0
    login: str = ""
    password: str = ""
    taking_ipv4: int = 0
    ipv4: str = ""
    ipv4_route: str = ""
    ipv4_pool_id: int = 0
    taking_ipv6: int = 0
    ipv6: str = ""
    ipv6_delegated: str = ""
    ipv6_pool_id: int = 0
    mac: str = ""
    port_id: int = 0
    access_device: int = 0
    top_up_tariff_id: int = 0
    geo: dict[str, str] = field(default_factory=lambda: {"address": "", "marker": ""})
    voice_device_id: int = 0
    phone: str = ""
    direction: str = "outgoing"
    automatic_renewal: int = 0
    auto_reactivate: int = 0
    activation_fee: Decimal = ZERO
    get_activation_fee_when: str = "create_service"
    issue_invoice_while_service_creation: int = 0
    cancellation_fee: Decimal = ZERO
    prior_cancellation_fee: Decimal = ZERO
    activation_fee_transaction_id: int = 0
    cancellation_fee_transaction_id: int = 0
    prior_cancellation_fee_transaction_id: int = 0
    additional_attributes: dict[str, str] = field(default_factory=dict)
    tax_percent: Decimal = ZERO
    charged_from: dt.date | None = None
    charged_to: dt.date | None = None


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
