"""Tickets whose first message comes with them, messages with files, files, and feedback."""

import base64
import hashlib
from collections.abc import Callable, Mapping
from functools import partial

from connector.sandbox.api.answers import Desk, found, row_of
from connector.sandbox.api.message import Call, Reply, json_reply
from connector.sandbox.errors import FieldFault
from connector.sandbox.records import Entry
from connector.sandbox.reference.entity import Entity, create
from connector.sandbox.reference.support import (
    TICKET_ATTACHMENTS,
    TICKET_FEEDBACKS,
    TICKET_MESSAGES,
    TICKETS,
)
from connector.sandbox.search import find
from connector.sandbox.wire.fields import in_release
from connector.sandbox.wire.multipart import Upload

LARGEST_FILE = 20 * 1024 * 1024
FILES_HOST = "https://splynx.example.net"
Show = Callable[[Entry], dict[str, object]]
YES = frozenset({"1", "true"})


def tickets(desk: Desk, call: Call, raw_id: str) -> Reply:
    """Answer support/tickets; a new ticket may bring its first message and files."""
    if raw_id or call.method != "POST":
        return desk.plain(TICKETS.resource, call, raw_id)
    body = call.fields()
    files = _checked(call.files())
    message = body.get("message")
    ticket = create(TICKETS, desk.world, body, desk.caller())
    desk.note_write("POST", TICKETS.name, ticket)
    if isinstance(message, dict) or files:
        given = message if isinstance(message, dict) else {}
        _write(desk, {**given, "ticket_id": ticket.id}, files)
    return json_reply(201, {"id": _wire_id(desk, ticket.id)})


def messages(desk: Desk, call: Call, raw_id: str) -> Reply:
    """Answer support/ticket-messages; their files are shown, with content if asked for."""
    if call.method == "POST" and not raw_id:
        row = _write(desk, call.fields(), _checked(call.files()))
        return json_reply(201, {"id": _wire_id(desk, row.id)})
    if call.method != "GET":
        return desk.plain(TICKET_MESSAGES.resource, call, raw_id)
    whole = call.parameters.get("files_with_content") in YES
    return _read(desk, call, raw_id, TICKET_MESSAGES, partial(_message, desk, whole=whole))


def attachments(desk: Desk, call: Call, raw_id: str) -> Reply:
    """Answer support/ticket-attachments; a POST adds files to a message."""
    if call.method == "POST" and not raw_id:
        wanted = str(call.parameters.get("message_id", ""))
        number = int(wanted) if wanted.isdecimal() else 0
        message = desk.world.entries[TICKET_MESSAGES.name].get(number)
        if message is None:
            raise FieldFault({"message_id": "Message is invalid"})
        files = _checked(call.files())
        if not files:
            raise FieldFault({"files": "Files cannot be blank"})
        made = [_attach(desk, message.id, file) for file in files]
        return json_reply(201, {"attachments": [_wire_id(desk, row.id) for row in made]})
    if call.method != "GET":
        return desk.plain(TICKET_ATTACHMENTS.resource, call, raw_id)
    whole = call.parameters.get("with_content") in YES
    return _read(desk, call, raw_id, TICKET_ATTACHMENTS, partial(_attachment, desk, whole=whole))


def feedbacks(desk: Desk, call: Call, raw_id: str) -> Reply:
    """Answer support/ticket-feedbacks, addressed by the ticket; a POST takes several."""
    resource = TICKET_FEEDBACKS.resource
    if call.method == "POST" and not raw_id:
        rows = [create(TICKET_FEEDBACKS, desk.world, body, desk.caller()) for body in call.bodies()]
        for row in rows:
            desk.note_write("POST", TICKET_FEEDBACKS.name, row)
        return json_reply(201, [desk.encode(resource, row) for row in rows])
    if not raw_id:
        return desk.collection(resource, call, call.parameters)
    table = desk.world.entries[TICKET_FEEDBACKS.name]
    of_ticket = found(next((row for row in table if str(row.ticket_id) == raw_id), None))
    body = call.fields() if call.method == "PUT" else {}
    return desk.on_row(resource, call.method, of_ticket, body)


def _read(desk: Desk, call: Call, raw_id: str, entity: Entity, show: Show) -> Reply:
    table = desk.world.entries[entity.name]
    if raw_id:
        return json_reply(200, show(row_of(table, raw_id)))
    fields = in_release(entity.fields, linked=desk.profile.linked)
    return json_reply(200, [show(row) for row in find(table, fields, call.parameters)])


def _write(desk: Desk, body: Mapping[str, object], files: tuple[Upload, ...]) -> Entry:
    row = create(TICKET_MESSAGES, desk.world, body, desk.caller())
    desk.note_write("POST", TICKET_MESSAGES.name, row)
    for file in files:
        _attach(desk, row.id, file)
    return row


def _attach(desk: Desk, message_id: int, file: Upload) -> Entry:
    row = TICKET_ATTACHMENTS.filled({})
    row.message_id = message_id
    row.filename_original = file.filename
    row.content_type, row.content = file.content_type, file.content
    desk.world.entries[TICKET_ATTACHMENTS.name].add(row)
    row.filename_uploaded = hashlib.sha256(f"upload {row.id}".encode()).hexdigest()[:16]
    row.download_link = f"{FILES_HOST}/files?id={row.id}&type={row.type}"
    row.has_thumbnail = int(file.content_type.startswith("image/"))
    row.thumbnail_link = f"{row.download_link}&thumbnail=1" if row.has_thumbnail else ""
    desk.note_write("POST", TICKET_ATTACHMENTS.name, row)
    return row


def _message(desk: Desk, row: Entry, *, whole: bool) -> dict[str, object]:
    shown = desk.encode(TICKET_MESSAGES.resource, row)
    files = [
        _attachment(desk, file, whole=whole)
        for file in desk.world.entries[TICKET_ATTACHMENTS.name]
        if file.message_id == row.id
    ]
    for file in files:
        del file["message_id"]
    return {**shown, "files": files}


def _attachment(desk: Desk, row: Entry, *, whole: bool) -> dict[str, object]:
    shown = desk.encode(TICKET_ATTACHMENTS.resource, row)
    if not whole:
        return shown
    content = base64.b64encode(row.content).decode()
    return {**shown, "content_type": row.content_type, "content": content}


def _checked(files: tuple[Upload, ...]) -> tuple[Upload, ...]:
    if any(len(file.content) > LARGEST_FILE for file in files):
        raise FieldFault({"files": "File is too large"})
    return files


def _wire_id(desk: Desk, row_id: int) -> object:
    return row_id if desk.profile.linked else str(row_id)
