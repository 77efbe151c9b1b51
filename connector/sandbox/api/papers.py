"""Answering for notes, documents and payment accounts of customers, and for sending documents."""

import hashlib

from connector.sandbox.api.answers import Desk, disabled, found
from connector.sandbox.api.message import Call, Reply, json_reply
from connector.sandbox.api.services import customer_of
from connector.sandbox.errors import ApiFault, FieldFault
from connector.sandbox.records import Customer, Entry
from connector.sandbox.reference.customers import (
    ACCOUNT_DATA,
    DOCUMENTS,
    NOTES,
    PAYMENT_ACCOUNTS,
)
from connector.sandbox.reference.entity import update
from connector.sandbox.writes.sending import send_document

LARGEST_FILE = 20 * 1024 * 1024


def notes(desk: Desk, call: Call, raw_id: str) -> Reply:
    """Answer customers/customer-notes; one note's address is `{customer}--{note}`."""
    if not raw_id:
        return desk.collection(NOTES.resource, call, call.parameters)
    raw_customer, _, raw_note = raw_id.partition("--")
    customer = customer_of(desk, raw_customer)
    row = found(desk.world.entries[NOTES.name].get(int(raw_note)) if raw_note.isdecimal() else None)
    if row.customer_id != customer.id:
        raise ApiFault(404, "NOT_FOUND", "Entity not found")
    return desk.on_row(NOTES.resource, call.method, row, {})


def documents(desk: Desk, call: Call, raw_id: str) -> Reply:
    """Answer customers/customer-documents.

    GET takes a customer and lists; PUT and DELETE take a document; `{document}--upload` its file.
    """
    resource = DOCUMENTS.resource
    if not raw_id:
        if call.method in {"GET", "HEAD"}:
            raise disabled()
        return desk.collection(resource, call, {})
    document_id, _, action = raw_id.partition("--")
    if action:
        return _upload(desk, call, document_id, action)
    if call.method != "GET":
        return desk.entity(resource, call, raw_id)
    rows = desk.world.entries[DOCUMENTS.name].of_customer(customer_of(desk, raw_id).id)
    return json_reply(200, [desk.encode(resource, row) for row in rows])


def payment_accounts(desk: Desk, call: Call, raw_id: str) -> Reply:
    """Answer customers/customer-payment-accounts: kinds of accounts, and with `?id=` the data.

    The id stands in the query: `?id={customer}` or `?id={customer}--{account}`.
    """
    named = call.parameters.get("id")
    if raw_id:
        raise ApiFault(404, "NOT_FOUND", "Entity not found")
    if not isinstance(named, str):
        return desk.collection(PAYMENT_ACCOUNTS.resource, call, call.parameters)
    raw_customer, _, raw_account = named.partition("--")
    customer = customer_of(desk, raw_customer)
    match call.method:
        case "GET":
            rows = _data_of(desk, customer, raw_account)
            return json_reply(200, [desk.encode(ACCOUNT_DATA.resource, row) for row in rows])
        case "PUT":
            row = _written(desk, customer, raw_account, call)
            desk.note_write("PUT", PAYMENT_ACCOUNTS.name, row)
            return json_reply(202, None)
        case "DELETE":
            for row in _data_of(desk, customer, raw_account):
                desk.world.entries[ACCOUNT_DATA.name].remove(row)
                desk.note_write("DELETE", PAYMENT_ACCOUNTS.name, row)
            return Reply(status=204)
    raise disabled()


def send_documents(desk: Desk, call: Call, raw_id: str) -> Reply:
    """Answer customers/send-documents: POST only."""
    if raw_id:
        raise ApiFault(404, "NOT_FOUND", "Page not found")
    if call.method != "POST":
        raise disabled()
    sent = send_document(desk.world, call.fields(), desk.caller())
    desk.note_write("POST", "customers/send-documents", sent)
    return json_reply(201, None)


def _upload(desk: Desk, call: Call, raw_id: str, action: str) -> Reply:
    table = desk.world.entries[DOCUMENTS.name]
    row = table.get(int(raw_id)) if raw_id.isdecimal() else None
    if row is None or action != "upload":
        raise ApiFault(404, "NOT_FOUND", "Entity not found")
    if call.method != "POST":
        raise disabled()
    sent = [each for each in call.files() if each.name == "file"]
    if not sent or not sent[0].content:
        raise FieldFault({"file": "File cannot be blank"})
    if len(sent[0].content) > LARGEST_FILE:
        raise FieldFault({"file": "File is too big"})
    row.content, row.content_type = sent[0].content, sent[0].content_type
    row.filename_original = sent[0].filename
    row.filename_uploaded = hashlib.sha256(row.content).hexdigest()[:16]
    row.download_link = f"https://splynx.invalid/files?id={row.id}&type=customer_documents"
    row.updated_at = desk.world.now()
    desk.note_write("POST", DOCUMENTS.name, row)
    return json_reply(202, None)


def _data_of(desk: Desk, customer: Customer, raw_account: str) -> list[Entry]:
    rows = desk.world.entries[ACCOUNT_DATA.name].of_customer(customer.id)
    return [row for row in rows if raw_account in {"", str(row.account_id)}]


def _written(desk: Desk, customer: Customer, raw_account: str, call: Call) -> Entry:
    """The data of one account with what the body says; made if there was none."""
    if not raw_account:
        raise ApiFault(400, "BAD_REQUEST", "Account is required")
    accounts = desk.world.entries[PAYMENT_ACCOUNTS.name]
    account = found(accounts.get(int(raw_account)) if raw_account.isdecimal() else None)
    rows = _data_of(desk, customer, raw_account)
    if rows:
        row = rows[0]
    else:
        row = ACCOUNT_DATA.filled({})
        row.customer_id, row.account_id = customer.id, account.id
        desk.world.entries[ACCOUNT_DATA.name].add(row)
    update(ACCOUNT_DATA, desk.world, row, call.fields(), desk.caller())
    return row
