"""The kinds of records that a copy has: what the platform calls them, and where a sandbox keeps them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from connector.sandbox import records
from connector.sandbox.api import resources
from connector.sandbox.api.resources import Resource
from connector.sandbox.records import Row

Json = dict[str, object]
"""One record as the platform's answer has it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Kind:
    """One kind of records; an ``optional`` one is done without where the key may not read it."""

    name: str
    resource: Resource
    blank: Callable[[], Row]
    key: str = "id"
    dated: str = ""  #: attribute by which the older ones are left out
    optional: bool = False

    @property
    def path(self) -> str:
        """Where the platform lists them."""
        return f"admin/{self.resource.name}"


PARTNERS = Kind(name="partners", resource=resources.PARTNERS, blank=records.Partner, optional=True)
ACCOUNTS = Kind(name="accounts", resource=resources.CUSTOMERS, blank=records.Customer)
BILLINGS = Kind(
    name="billings", resource=resources.BILLINGS, blank=records.Billing, key="customer_id"
)
SERVICES = Kind(name="services", resource=resources.SERVICES, blank=records.Service)
INVOICES = Kind(
    name="invoices", resource=resources.INVOICES, blank=records.Invoice, dated="date_created"
)
CREDIT_NOTES = Kind(
    name="credit_notes",
    resource=resources.CREDIT_NOTES,
    blank=records.CreditNote,
    dated="date_created",
)
PAYMENTS = Kind(name="payments", resource=resources.PAYMENTS, blank=records.Payment, dated="date")
TRANSACTIONS = Kind(
    name="transactions",
    resource=resources.TRANSACTIONS,
    blank=records.Transaction,
    dated="date",
    optional=True,
)
RELATIONS = Kind(
    name="relations", resource=resources.RELATIONS, blank=records.Relation, optional=True
)
CHANGES = Kind(name="status_changes", resource=resources.CHANGES, blank=records.Change)

KINDS = (
    PARTNERS,
    ACCOUNTS,
    BILLINGS,
    SERVICES,
    INVOICES,
    CREDIT_NOTES,
    PAYMENTS,
    TRANSACTIONS,
    RELATIONS,
    CHANGES,
)
COUNTED = (INVOICES, CREDIT_NOTES, PAYMENTS, TRANSACTIONS, CHANGES)
"""Kinds whose numbers must go on where the platform's are."""

SERVICE_TYPES = {
    "internet-services": "internet",
    "recurring-services": "custom",
    "voice-services": "voice",
    "bundle-services": "bundle",
}
"""Addresses of services, and the type that each holds."""


def number_of(raw: object) -> int:
    """A record number or reference, whatever its spelling; 0 for none or nonsense."""
    text = str(raw or 0)
    return int(text) if text.isdecimal() else 0
