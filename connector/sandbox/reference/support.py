"""Tickets with their messages, files, words and feedback."""

from connector.sandbox.errors import FieldFault
from connector.sandbox.records import Entry
from connector.sandbox.reference.entity import ALL_VERBS, Entity
from connector.sandbox.wire.fields import Kind, linked_only, of_kind
from connector.sandbox.world import World

STATUSES = (
    ("New", "open unresolved", "danger", "fa-asterisk"),
    ("Work in progress", "open unresolved", "info", "fa-cogs"),
    ("Resolved", "closed", "success", "fa-check"),
    ("Waiting on customer", "open unresolved", "warning", "fa-clock"),
    ("Waiting on agent", "open unresolved", "primary", "fa-user"),
)
GROUPS = ("Any", "IT", "Finance", "Sales")
TYPES = ("Question", "Incident", "Problem", "Feature request", "Lead")
_ID = of_kind(Kind.INTEGER, "id", readonly=True)


def _check_ticket(world: World, row: Entry) -> None:
    problems: dict[str, str] = {}
    for name, where in (("status_id", TICKET_STATUSES), ("type_id", TICKET_TYPES)):
        if world.entries[where.name].get(getattr(row, name)) is None:
            problems[name] = f"{name.removesuffix('_id').capitalize()} is invalid"
    if row.customer_id and world.customers.get(row.customer_id) is None:
        problems["customer_id"] = "Customer is invalid"
    if row.related_account_id and not _kin(world, row):
        problems["related_account_id"] = "Related account is invalid"
    if problems:
        raise FieldFault(problems)


def _kin(world: World, row: Entry) -> str:
    """What the related account is to the customer of a ticket: its main, a sub, or nothing."""
    customer = world.customers.get(row.customer_id)
    related = world.customers.get(row.related_account_id)
    if customer is None or related is None:
        return ""
    if related.parent_id == customer.id:
        return "sub"
    return "main" if customer.parent_id == related.id else ""


def _open_ticket(world: World, row: Entry) -> None:
    row.created_at = row.created_at or world.now()
    touch_ticket(world, row)


def touch_ticket(world: World, row: Entry) -> None:
    """A ticket was worked on; what its related account is follows from the link."""
    row.updated_at = world.now()
    row.related_account_type = _kin(world, row) or "none"


def _check_message(world: World, row: Entry) -> None:
    if world.entries[TICKETS.name].get(row.ticket_id) is None:
        raise FieldFault({"ticket_id": "Ticket is invalid"})


def _write_message(world: World, row: Entry) -> None:
    ticket = world.entries[TICKETS.name].get(row.ticket_id)
    if ticket is None:
        raise KeyError(row.ticket_id)
    now = world.now()
    row.customer_id = row.customer_id or ticket.customer_id
    row.date, row.time = now.date(), now.strftime("%H:%M:%S")
    row.rawMessage = row.rawMessage or row.message
    if not row.hide_for_customer:
        ticket.unread_by_customer = 1
    touch_ticket(world, ticket)


def _keep_message(world: World, row: Entry) -> None:
    """Nothing keeps a message; its files go with it."""
    drop_files(world, row.id)


def _keep_ticket(world: World, row: Entry) -> None:
    """Nothing keeps a ticket; what was written to it goes with it."""
    messages = world.entries[TICKET_MESSAGES.name]
    for message in messages:
        if message.ticket_id == row.id:
            drop_files(world, message.id)
            messages.remove(message)


def drop_files(world: World, message_id: int) -> None:
    """Forget the files of a message."""
    files = world.entries[TICKET_ATTACHMENTS.name]
    for file in files:
        if file.message_id == message_id:
            files.remove(file)


TICKETS = Entity(
    name="support/tickets",
    fields=(
        *_ID,
        *of_kind(Kind.INTEGER, "customer_id", "incoming_customer_id", "reporter_id"),
        *of_kind(Kind.TEXT, "reporter_type"),
        *of_kind(Kind.FLAG, "hidden"),
        *of_kind(Kind.INTEGER, "assign_to", "status_id", "group_id", "type_id!", "task_id"),
        *of_kind(Kind.TEXT, "subject!", "priority!"),
        *of_kind(Kind.FLAG, "star", "unread_by_customer", "unread_by_admin", "closed"),
        *of_kind(Kind.INSTANT, "created_at", "updated_at"),
        *of_kind(Kind.TEXT, "source"),
        *of_kind(Kind.FLAG, "trash", "shareable"),
        *of_kind(Kind.TEXT, "note"),
        *of_kind(Kind.FLAG, "watching"),
        *linked_only(Kind.INTEGER, "related_account_id"),
        *linked_only(Kind.TEXT, "related_account_type"),
        *linked_only(Kind.FLAG, "hidden_from_related_account"),
        *linked_only(Kind.FLAG, "unread_by_related_account"),
        *of_kind(Kind.MAP, "additional_attributes"),
    ),
    verbs=ALL_VERBS,
    defaults={
        "reporter_type": "api",
        "status_id": 1,
        "group_id": 1,
        "unread_by_admin": 1,
        "source": "api",
        "related_account_type": "none",
    },
    choices={
        "reporter_type": ("admin", "customer", "api", "incoming", "none"),
        "priority": ("low", "medium", "high", "urgent"),
        "source": ("administration", "api", "portal", "widget", "incoming"),
        "related_account_type": ("none", "main", "sub"),
    },
    check=_check_ticket,
    complete=_open_ticket,
    amend=touch_ticket,
    keep=_keep_ticket,
    write_only=("lead_id", "message", "watchers", "moduleLabels"),
)
TICKET_MESSAGES = Entity(
    name="support/ticket-messages",
    fields=(
        *_ID,
        *of_kind(Kind.INTEGER, "ticket_id!", "customer_id", "incoming_customer_id"),
        *of_kind(Kind.INTEGER, "admin_id", "api_id"),
        *of_kind(Kind.TEXT, "source"),
        *of_kind(Kind.DATE, "date", readonly=True),
        *of_kind(Kind.TEXT, "time", readonly=True),
        *of_kind(Kind.TEXT, "message", "rawMessage"),
        *of_kind(Kind.FLAG, "is_merged", "can_be_deleted", "hide_for_customer"),
        *of_kind(Kind.TEXT, "mail_to", "mail_cc", "mail_bcc", "author_type"),
        *of_kind(Kind.LIST, "smsTo"),
        *of_kind(Kind.TEXT, "message_type", readonly=True),
    ),
    verbs=ALL_VERBS,
    defaults={
        "api_id": 1,
        "source": "api",
        "author_type": "api",
        "can_be_deleted": 1,
        "message_type": "message",
    },
    choices={
        "source": ("administration", "api", "portal", "public_form", "incoming"),
        "author_type": ("admin", "customer", "api", "system"),
    },
    check=_check_message,
    complete=_write_message,
    keep=_keep_message,
    write_only=("files",),
)
TICKET_ATTACHMENTS = Entity(
    name="support/ticket-attachments",
    fields=(
        *_ID,
        *of_kind(Kind.TEXT, "type", "filename_original", "filename_uploaded", readonly=True),
        *of_kind(Kind.INTEGER, "message_id", readonly=True),
        *of_kind(Kind.TEXT, "download_link", readonly=True),
        *of_kind(Kind.FLAG, "has_thumbnail", readonly=True),
        *of_kind(Kind.TEXT, "thumbnail_link", readonly=True),
    ),
    verbs="DELETE",
    defaults={"type": "ticket_attachment"},
)
TICKET_STATUSES = Entity(
    name="support/tickets-statuses",
    fields=(
        *_ID,
        *of_kind(Kind.TEXT, "title_for_agent", "title_for_customer", "label"),
        *of_kind(Kind.LIST, "mark"),
        *of_kind(Kind.TEXT, "icon"),
        *of_kind(Kind.FLAG, "view_on_dashboard"),
    ),
    rows=tuple(
        {
            "title_for_agent": title,
            "title_for_customer": title,
            "mark": marks.split(),
            "label": label,
            "icon": icon,
            "view_on_dashboard": 1,
        }
        for title, marks, label, icon in STATUSES
    ),
)
TICKET_GROUPS = Entity(
    name="support/tickets-groups",
    fields=(
        *_ID,
        *of_kind(Kind.TEXT, "title", "description"),
        *of_kind(Kind.LIST, "agent_ids"),
    ),
    rows=tuple({"title": title, "agent_ids": [1]} for title in GROUPS),
)
TICKET_TYPES = Entity(
    name="support/tickets-types",
    fields=(*_ID, *of_kind(Kind.TEXT, "title", "background_color")),
    rows=tuple({"title": title} for title in TYPES),
)
TICKET_FEEDBACKS = Entity(
    name="support/ticket-feedbacks",
    fields=(
        *of_kind(Kind.INTEGER, "ticket_id!", "form", "content", "feedback", "timing", "archived"),
        *of_kind(Kind.TEXT, "comment"),
    ),
    defaults=dict.fromkeys(("form", "content", "feedback", "timing", "archived")),
    unique=("ticket_id",),
    verbs=ALL_VERBS,
)
SUPPORT = (
    TICKETS,
    TICKET_MESSAGES,
    TICKET_ATTACHMENTS,
    TICKET_STATUSES,
    TICKET_GROUPS,
    TICKET_TYPES,
    TICKET_FEEDBACKS,
)
