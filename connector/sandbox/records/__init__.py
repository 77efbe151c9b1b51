"""The rows the simulated platform keeps; mutable, as rows of a database are."""

from connector.sandbox.records.accounts import Billing, Change, Customer, Partner, Service
from connector.sandbox.records.base import Entry, Row
from connector.sandbox.records.charging import ChargeRecord, Preview
from connector.sandbox.records.documents import (
    CreditNote,
    Document,
    Invoice,
    Item,
    Payment,
    Proforma,
)
from connector.sandbox.records.pending import PendingStatus
from connector.sandbox.records.postings import Relation, Transaction

__all__ = [
    "Billing",
    "Change",
    "ChargeRecord",
    "CreditNote",
    "Customer",
    "Document",
    "Entry",
    "Invoice",
    "Item",
    "Partner",
    "Payment",
    "PendingStatus",
    "Preview",
    "Proforma",
    "Relation",
    "Row",
    "Service",
    "Transaction",
]
