"""Sending a customer one of its documents: a row in the queue of mails or text messages."""

from typing import Any

from connector.sandbox.errors import FieldFault
from connector.sandbox.records import Customer
from connector.sandbox.reference.customers import DOCUMENTS
from connector.sandbox.reference.entity import create
from connector.sandbox.reference.mail import MAIL, SMS, TEMPLATES, render
from connector.sandbox.tables import Table
from connector.sandbox.wire.reading import Body
from connector.sandbox.witness import Actor
from connector.sandbox.world import World

WAYS = frozenset({"mail", "sms", "customer-portal", "customer-portal_and_mail"})
MAILED = frozenset({"mail", "customer-portal_and_mail"})


def send_document(world: World, body: Body, actor: Actor) -> Any:
    """Send what the body names; the row that was sent, or FieldFault."""
    way = str(body.get("type") or "")
    if way not in WAYS:
        raise FieldFault({"type": "Type is invalid"})
    if not body.get("subject"):
        raise FieldFault({"subject": "Subject cannot be blank"})
    row = _row_of(_stores(world).get(str(body.get("document_type"))), body, "document_type", "id")
    customer = row if isinstance(row, Customer) else world.customers.get(row.customer_id)
    if customer is None:
        raise FieldFault({"id": "Customer is invalid"})
    told = {
        "type": "message",
        "customer_id": customer.id,
        "message": _text(world, customer, body),
        "subject": str(body["subject"]),
    }
    if way in MAILED:
        create(MAIL, world, {**told, "recipient": customer.email}, actor)
    elif way == "sms":
        create(SMS, world, {**told, "recipient": customer.phone}, actor)
    if hasattr(row, "is_sent"):
        row.is_sent = 1
    return row


def _stores(world: World) -> dict[str, Table[Any]]:
    """Where the rows of a kind of document stand; an empty one names its customer."""
    return {
        "document": world.entries[DOCUMENTS.name],
        "invoice": world.invoices,
        "request": world.proformas,
        "payment": world.payments,
        "credit_note": world.credit_notes,
        "empty": world.customers,
    }


def _text(world: World, customer: Customer, body: Body) -> str:
    """The message, or a template with the customer's attributes; one of them must be there."""
    if body.get("template_id") not in (None, "", 0, "0"):
        template = _row_of(world.entries[TEMPLATES.name], body, "template_id", "template_id")
        return str(body.get("message") or render(template, customer))
    if not body.get("message"):
        raise FieldFault({"message": "Message cannot be blank"})
    return str(body["message"])


def _row_of(table: Table[Any] | None, body: Body, kind: str, name: str) -> Any:
    """The row whose id a body gives under a name."""
    if table is None:
        raise FieldFault({kind: f"{kind.replace('_', ' ').capitalize()} is invalid"})
    given = str(body.get(name, ""))
    row = table.get(int(given)) if given.isdecimal() else None
    if row is None:
        raise FieldFault({name: f"{name.replace('_', ' ').capitalize()} is invalid"})
    return row
