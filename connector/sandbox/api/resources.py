"""The table of plain resources: their rows, attributes and what can be written."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from connector.sandbox.ledger.credit_notes import delete_credit_note
from connector.sandbox.ledger.invoices import delete_invoice
from connector.sandbox.ledger.payments import delete_payment
from connector.sandbox.records import Row
from connector.sandbox.tables import Table
from connector.sandbox.wire import accounts, documents
from connector.sandbox.wire.fields import Field
from connector.sandbox.wire.reading import Body
from connector.sandbox.witness import Actor
from connector.sandbox.world import World
from connector.sandbox.writes.accounts import (
    create_customer,
    delete_customer,
    update_billing,
    update_customer,
)
from connector.sandbox.writes.invoices import create_invoice, update_invoice
from connector.sandbox.writes.other_documents import (
    create_credit_note,
    create_payment,
    create_transaction,
    delete_transaction,
    update_credit_note,
    update_payment,
    update_transaction,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Resource:
    """One kind of rows; a verb without a function is disabled."""

    name: str
    table: Callable[[World], Table[Any]]
    fields: tuple[Field, ...]
    item_fields: tuple[Field, ...] = ()
    create: Callable[[World, Body, Actor], Row] | None = None
    update: Callable[[World, Any, Body, Actor], None] | None = None
    delete: Callable[[World, Any, Actor], None] | None = None
    listed: bool = True
    write_only: tuple[str, ...] = ()


CUSTOMERS = Resource(
    name="customers/customer",
    table=lambda world: world.customers,
    fields=accounts.CUSTOMER,
    create=create_customer,
    update=update_customer,
    delete=delete_customer,
)
BILLINGS = Resource(
    name="customers/customer-billing",
    table=lambda world: world.billings,
    fields=accounts.BILLING,
    update=update_billing,
    listed=False,
)
INVOICES = Resource(
    name="finance/invoices",
    table=lambda world: world.invoices,
    fields=documents.INVOICE,
    item_fields=documents.ITEM,
    create=create_invoice,
    update=update_invoice,
    delete=delete_invoice,
)
CREDIT_NOTES = Resource(
    name="finance/credit-notes",
    table=lambda world: world.credit_notes,
    fields=documents.CREDIT_NOTE,
    write_only=("invoicesId", "resetPeriodForService", "partiallyUse"),
    item_fields=documents.CREDIT_ITEM,
    create=create_credit_note,
    update=update_credit_note,
    delete=delete_credit_note,
)
PAYMENTS = Resource(
    name="finance/payments",
    table=lambda world: world.payments,
    fields=documents.PAYMENT,
    create=create_payment,
    update=update_payment,
    delete=delete_payment,
)
TRANSACTIONS = Resource(
    name="finance/transactions",
    table=lambda world: world.transactions,
    fields=documents.TRANSACTION,
    create=create_transaction,
    update=update_transaction,
    delete=delete_transaction,
)
RELATIONS = Resource(
    name="finance/invoice-relations",
    table=lambda world: world.relations,
    fields=documents.RELATION,
)
CHANGES = Resource(name="logs/changes", table=lambda world: world.changes, fields=accounts.CHANGE)
PARTNERS = Resource(
    name="administration/partners",
    table=lambda world: world.partners,
    fields=accounts.PARTNER,
)
SERVICES = Resource(
    name="customers/services", table=lambda world: world.services, fields=accounts.SERVICE
)
RESOURCES = {
    resource.name: resource
    for resource in (
        CUSTOMERS,
        BILLINGS,
        INVOICES,
        CREDIT_NOTES,
        PAYMENTS,
        TRANSACTIONS,
        RELATIONS,
        CHANGES,
        PARTNERS,
    )
}
