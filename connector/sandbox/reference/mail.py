"""The queues of mail and text messages, and the templates they are made from."""

import re

from connector.sandbox.records import Customer, Entry
from connector.sandbox.reference.entity import ALL_VERBS, Entity
from connector.sandbox.wire.fields import Kind, of_kind
from connector.sandbox.world import World

SENDER = "billing@example.net"
MESSAGE_TYPES = ("message", "test", "monitoring", "add-on", "ticket")
MESSAGE_STATUSES = ("new", "sending", "sent", "error", "expired")
TEMPLATE_TYPES = tuple(
    """customer-portal inventory-notifications-mail inventory-notifications-sms invoice-pdf mail
    sms documents cards payment-calendar payment-receipt request-pdf reminder-mail reminder-sms
    monitoring-notification-mail monitoring-notification-sms exports tickets tickets-sms
    ticket-automation mail_cap sms_cap internal mail_fup sms_fup report_statements quote-pdf
    scheduling-notifications-mail scheduling-notifications-sms crm_notifications comment_reminders
    gdpr-notification terms mention_notifications_mail credit-note-pdf
    service_order""".split()  # noqa: SIM905 - a list of words reads better as a text
)
SEEDED = (
    ("Welcome", "mail", "Dear {{ name }}, your login is {{ login }}."),
    ("Contract", "documents", "Contract with {{ name }}, {{ street_1 }}, {{ city }}"),
    ("Ticket answer", "tickets", "Dear {{ name }}, your ticket was answered."),
    ("Credit note", "credit-note-pdf", "Credit note to {{ name }}"),
    ("Invoice", "invoice-pdf", "Invoice to {{ name }}"),
    ("Proforma invoice", "request-pdf", "Proforma invoice to {{ name }}"),
    ("Reminder text", "reminder-sms", "{{ name }}, please pay your invoice."),
    ("Reminder", "reminder-mail", "Dear {{ name }}, please pay your invoice."),
    ("Receipt", "payment-receipt", "Received from {{ name }}"),
    ("Portal", "customer-portal", "Hello {{ name }}"),
    ("Statement", "report_statements", "Statement for {{ name }}"),
)
_SLOT = re.compile(r"\{\{\s*(?:customer\.)?(\w+)\s*\}\}")
_QUEUED = (
    *of_kind(Kind.INTEGER, "id", readonly=True),
    *of_kind(Kind.TEXT, "type?"),
    *of_kind(Kind.INTEGER, "message_id", "customer_id", "admin_id"),
    *of_kind(Kind.TEXT, "status"),
    *of_kind(Kind.INSTANT, "datetime_added", "datetime_start_sending", "datetime_sent"),
    *of_kind(Kind.TEXT, "recipient!", "message?"),
)


def _enqueue(world: World, row: Entry) -> None:
    row.datetime_added = row.datetime_added or world.now()


def queue_mail(world: World, **given: object) -> Entry:
    """Put a mail in the queue, with attributes as a caller would send them."""
    row = MAIL.filled(given)
    _enqueue(world, row)
    return world.entries[MAIL.name].add(row)


def mark_sent(world: World, row: Entry) -> None:
    """Send a queued message at once."""
    row.status = "sent"
    row.datetime_start_sending = row.datetime_sent = world.now()


def render(template: Entry, customer: Customer) -> str:
    """The text of a template with a customer's attributes in its slots; unknown slots are empty."""
    return _SLOT.sub(lambda slot: str(getattr(customer, slot[1], "")), template.code)


MAIL = Entity(
    name="config/mail",
    fields=(*_QUEUED, *of_kind(Kind.TEXT, "subject?", "bcc", "cc", "from")),
    verbs=ALL_VERBS,
    defaults={"type": "message", "status": "new", "from": SENDER},
    choices={"type": MESSAGE_TYPES, "status": MESSAGE_STATUSES},
    complete=_enqueue,
    write_only=("attachments", "sendCopy"),
)
SMS = Entity(
    name="config/sms",
    fields=_QUEUED,
    verbs=ALL_VERBS,
    defaults={"type": "message", "status": "new"},
    choices={"type": MESSAGE_TYPES, "status": MESSAGE_STATUSES},
    complete=_enqueue,
)
TEMPLATES = Entity(
    name="config/templates",
    fields=(
        *of_kind(Kind.INTEGER, "id", readonly=True),
        *of_kind(Kind.TEXT, "title!", "type!", "subject", "description", "code"),
    ),
    rows=tuple({"title": title, "type": kind, "code": code} for title, kind, code in SEEDED),
    verbs=ALL_VERBS,
    choices={"type": TEMPLATE_TYPES},
    unique=("title",),
    hidden=("subject", "code"),
)
MESSAGES = (MAIL, SMS, TEMPLATES)
