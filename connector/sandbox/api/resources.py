"""The table of plain resources: their rows, attributes and what can be written."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from connector.sandbox.api.guarding import guarded_create, guarded_delete, guarded_update
from connector.sandbox.ledger.credit_notes import delete_credit_note
from connector.sandbox.ledger.invoices import delete_invoice
from connector.sandbox.ledger.payments import delete_payment
from connector.sandbox.ledger.proformas import delete_proforma
from connector.sandbox.records import Row
from connector.sandbox.tables import Table
from connector.sandbox.wire import accounts, documents, services
from connector.sandbox.wire.fields import Field
from connector.sandbox.wire.reading import Body
from connector.sandbox.witness import Actor
from connector.sandbox.world import World
from connector.sandbox.writes.accounts import (
    create_customer,
    delete_customer,
    update_billing,
    update_customer,
    update_info,
)
from connector.sandbox.writes.credit_notes import create_credit_note, update_credit_note
from connector.sandbox.writes.invoices import create_invoice, update_invoice
from connector.sandbox.writes.partners import (
    create_partner,
    delete_partner,
    update_partner,
)
from connector.sandbox.writes.payments import create_payment, update_payment
from connector.sandbox.writes.proformas import create_proforma, update_proforma
from connector.sandbox.writes.transactions import (
    create_transaction,
    delete_transaction,
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
INFO = Resource(
    name="customers/customer-info",
    table=lambda world: world.customers,
    fields=accounts.INFO,
    update=update_info,
    listed=False,
)
INVOICES = Resource(
    name="finance/invoices",
    table=lambda world: world.invoices,
    fields=documents.INVOICE,
    item_fields=documents.ITEM,
    create=guarded_create(create_invoice),
    update=guarded_update(update_invoice),
    delete=guarded_delete(delete_invoice),
)
CREDIT_NOTES = Resource(
    name="finance/credit-notes",
    table=lambda world: world.credit_notes,
    fields=documents.CREDIT_NOTE,
    write_only=("invoicesId", "resetPeriodForService", "partiallyUse"),
    item_fields=documents.CREDIT_ITEM,
    create=guarded_create(create_credit_note),
    update=guarded_update(update_credit_note),
    delete=guarded_delete(delete_credit_note),
)
PROFORMAS = Resource(
    name="finance/proforma-invoices",
    table=lambda world: world.proformas,
    fields=documents.PROFORMA,
    item_fields=documents.PROFORMA_ITEM,
    create=guarded_create(create_proforma),
    update=guarded_update(update_proforma),
    delete=guarded_delete(delete_proforma),
)
PAYMENTS = Resource(
    name="finance/payments",
    table=lambda world: world.payments,
    fields=documents.PAYMENT,
    create=guarded_create(create_payment),
    update=guarded_update(update_payment),
    delete=guarded_delete(delete_payment),
)
TRANSACTIONS = Resource(
    name="finance/transactions",
    table=lambda world: world.transactions,
    fields=documents.TRANSACTION,
    create=guarded_create(create_transaction),
    update=guarded_update(update_transaction),
    delete=guarded_delete(delete_transaction),
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
    create=create_partner,
    update=update_partner,
    delete=delete_partner,
)
SERVICES = Resource(
    name="customers/services", table=lambda world: world.services, fields=services.INTERNET
)
RESOURCES = {
    resource.name: resource
    for resource in (
        CUSTOMERS,
        BILLINGS,
        INFO,
        INVOICES,
        CREDIT_NOTES,
        PROFORMAS,
        PAYMENTS,
        TRANSACTIONS,
        RELATIONS,
        CHANGES,
        PARTNERS,
    )
}
