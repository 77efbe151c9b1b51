"""The queues of messages, templates filled in, and papers for download."""

import base64
from collections.abc import Callable, Mapping
from typing import Any

from connector.sandbox.api.answers import Desk, disabled, row_of
from connector.sandbox.api.message import Call, Reply, json_reply
from connector.sandbox.errors import ApiFault
from connector.sandbox.records import Entry
from connector.sandbox.reference.entity import Entity
from connector.sandbox.reference.mail import MAIL, SMS, TEMPLATES, mark_sent, render
from connector.sandbox.tables import Table
from connector.sandbox.world import World

PDF = "application/pdf"
PAPERS: Mapping[str, tuple[str, Callable[[World], Table[Any]]]] = {
    "invoices": ("Invoice", lambda world: world.invoices),
    "credit_notes": ("Credit note", lambda world: world.credit_notes),
    "requests": ("Proforma invoice", lambda world: world.proformas),
    "payments": ("Receipt", lambda world: world.payments),
}
FILES = {
    "ticket_attachment": "support/ticket-attachments",
    "customer_documents": "customers/customer-documents",
}


def mail(desk: Desk, call: Call, raw_id: str) -> Reply:
    """Answer config/mail; `{id}--send` sends a mail at once."""
    return _queue(desk, call, raw_id, MAIL)


def sms(desk: Desk, call: Call, raw_id: str) -> Reply:
    """Answer config/sms; `{id}--send` sends a text message at once."""
    return _queue(desk, call, raw_id, SMS)


def templates(desk: Desk, call: Call, raw_id: str) -> Reply:
    """Answer config/templates; `{id}-render-{customer}` fills one in."""
    number, rendered, customer_id = raw_id.partition("-render-")
    if not rendered or call.method != "GET":
        return desk.plain(TEMPLATES.resource, call, raw_id)
    template = row_of(desk.world.entries[TEMPLATES.name], number)
    customer = row_of(desk.world.customers, customer_id)
    return json_reply(200, {"result": render(template, customer)})


def download(desk: Desk, call: Call, raw_id: str) -> Reply:
    """Answer config/download/{module}--{id}: a paper or a file, in base64."""
    module, _, number = raw_id.partition("--")
    if call.method != "GET":
        raise disabled()
    if module in FILES:
        name, kind, content = _file(row_of(desk.world.entries[FILES[module]], number))
    elif module in PAPERS:
        name, kind, content = _paper(desk.world, module, number)
    else:
        raise ApiFault(404, "NOT_FOUND", "Page not found")
    text = base64.b64encode(content).decode()
    return json_reply(200, {"name": name, "content_type": kind, "content": text})


def _queue(desk: Desk, call: Call, raw_id: str, entity: Entity) -> Reply:
    number, _, action = raw_id.partition("--")
    if not action:
        return desk.plain(entity.resource, call, raw_id)
    if action != "send" or call.method != "GET":
        raise ApiFault(404, "NOT_FOUND", "Page not found")
    mark_sent(desk.world, row_of(desk.world.entries[entity.name], number))
    return json_reply(200, None)


def _file(row: Entry) -> tuple[str, str, bytes]:
    content = getattr(row, "content", None)
    if not isinstance(content, bytes):
        raise ApiFault(404, "NOT_FOUND", "File not found")
    return row.filename_original, row.content_type, content


def _paper(world: World, module: str, number: str) -> tuple[str, str, bytes]:
    """A document as a page of text that calls itself a PDF."""
    title, table = PAPERS[module]
    row = row_of(table(world), number)
    label = str(getattr(row, "number", "") or getattr(row, "receipt_number", "") or row.id)
    name = f"{title} {label}"
    return f"{name}.pdf", PDF, f"%PDF-1.4\n% {name}\n%%EOF\n".encode()
