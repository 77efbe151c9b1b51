"""What the code needs from every mapping: its fields with their codecs, routes and words.

A mapping says where things are and how they are spelt; this table says which things there must
be. The loader holds one against the other, so that a mapping is wrong at start or never.
"""

from __future__ import annotations

from enum import StrEnum

from connector.domain.accounts import AccountStatus, BillingMode, BillingType
from connector.domain.invoices import InvoiceStatus, InvoiceType
from connector.splynx.codec import Codec


class ServiceStatus(StrEnum):
    """Status of a service; only an active one is charged."""

    ACTIVE = "active"
    STOPPED = "stopped"
    DISABLED = "disabled"
    PENDING = "pending"
    HIDDEN = "hidden"


class CreditNoteStatus(StrEnum):
    """Status of a credit note; all but a deleted one count."""

    OPEN = "open"
    REFUNDED = "refunded"
    CLOSED = "closed"
    DELETED = "deleted"


CAPABILITIES = (
    "parent_id",
    "native_aggregation",
    "credit_notes",
    "sub_account_on_items",
    "tax_ids",
)
"""What releases differ in."""

ONLY_WITH = {
    "account.native_main_id": "parent_id",
    "billing.native_mode": "native_aggregation",
    "invoice_item.sub_account_id": "sub_account_on_items",
    "invoice_item.tax_id": "tax_ids",
    "credit_note_item.sub_account_id": "sub_account_on_items",
    "credit_note_item.tax_id": "tax_ids",
    "vocabulary.billing_mode": "native_aggregation",
}
"""Names that exist exactly where the capability does."""

ROUTES: dict[str, dict[str, str]] = {
    "accounts": {
        "list": "GET",
        "one": "GET",
        "count": "HEAD",
        "describe": "OPTIONS",
        "update": "PUT",
    },
    "billing": {"one": "GET"},
    "internet_services": {"list": "GET"},
    "voice_services": {"list": "GET"},
    "recurring_services": {"list": "GET"},
    "bundle_services": {"list": "GET"},
    "invoices": {
        "list": "GET",
        "one": "GET",
        "describe": "OPTIONS",
        "create": "POST",
        "update": "PUT",
    },
    "credit_notes": {"list": "GET", "one": "GET", "create": "POST"},
    "payments": {"list": "GET"},
    "status_changes": {"list": "GET"},
    "health": {"check": "GET"},
}
"""Resource, route and the verb it must have."""

WITH_ID = frozenset({"one", "update"})
"""Routes to a single record: their path names its number."""

VOCABULARIES: dict[str, type[StrEnum]] = {
    "account_status": AccountStatus,
    "billing_type": BillingType,
    "billing_mode": BillingMode,
    "service_status": ServiceStatus,
    "invoice_status": InvoiceStatus,
    "invoice_type": InvoiceType,
    "credit_note_status": CreditNoteStatus,
}
"""The words of ours that a vocabulary must reach, each once."""

_ITEM = {
    "description": Codec.TEXT,
    "quantity": Codec.MONEY,
    "unit": Codec.TEXT,
    "price": Codec.MONEY,
    "tax_percent": Codec.MONEY,
    "tax_id": Codec.ID,
    "sub_account_id": Codec.ID,
}

FIELDS: dict[str, dict[str, Codec]] = {
    "account": {
        "id": Codec.ID,
        "name": Codec.TEXT,
        "status": Codec.WORD,
        "billing_type": Codec.WORD,
        "partner_id": Codec.ID,
        "street": Codec.TEXT,
        "zip_code": Codec.TEXT,
        "city": Codec.TEXT,
        "updated_at": Codec.INSTANT,
        "native_main_id": Codec.ID,
    },
    "billing": {
        "account_id": Codec.ID,
        "enabled": Codec.FLAG,
        "balance": Codec.MONEY,
        "min_balance": Codec.MONEY,
        "billing_day": Codec.COUNT,
        "due_days": Codec.COUNT,
        "blocking_days": Codec.COUNT,
        "native_mode": Codec.WORD,
    },
    "service": {"id": Codec.ID, "account_id": Codec.ID, "status": Codec.WORD},
    "invoice": {
        "id": Codec.ID,
        "account_id": Codec.ID,
        "number": Codec.TEXT,
        "issued_on": Codec.DATE,
        "due_on": Codec.DATE,
        "status": Codec.WORD,
        "type": Codec.WORD,
        "total": Codec.MONEY,
        "due": Codec.MONEY,
        "note": Codec.TEXT,
        "memo": Codec.TEXT,
        "items": Codec.ITEMS,
    },
    "invoice_item": {
        **_ITEM,
        "period_from": Codec.DATE,
        "period_to": Codec.DATE,
        "category_id": Codec.ID,
    },
    "credit_note": {
        "id": Codec.ID,
        "account_id": Codec.ID,
        "number": Codec.TEXT,
        "issued_on": Codec.DATE,
        "created_at": Codec.INSTANT,
        "status": Codec.WORD,
        "total": Codec.MONEY,
        "note": Codec.TEXT,
        "invoice_id": Codec.ID,
        "items": Codec.ITEMS,
    },
    "credit_note_item": dict(_ITEM),
    "payment": {
        "id": Codec.ID,
        "account_id": Codec.ID,
        "invoice_id": Codec.ID,
        "receipt": Codec.TEXT,
        "paid_on": Codec.DATE,
        "amount": Codec.MONEY,
    },
    "status_change": {
        "id": Codec.ID,
        "account_id": Codec.ID,
        "service_id": Codec.ID,
        "old": Codec.WORD,
        "new": Codec.WORD,
        "on": Codec.DATE,
        "time": Codec.TEXT,
        "administrator_id": Codec.ID,
    },
}
"""Record, field and the codec that the code reads or writes it with."""

WORDS_OF = {
    "account.status": "account_status",
    "account.billing_type": "billing_type",
    "billing.native_mode": "billing_mode",
    "service.status": "service_status",
    "invoice.status": "invoice_status",
    "invoice.type": "invoice_type",
    "credit_note.status": "credit_note_status",
    "status_change.old": "account_status",
    "status_change.new": "account_status",
}
"""Which vocabulary a word belongs to."""
