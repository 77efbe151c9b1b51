"""What hangs on customers without rules of the ledger: notes, papers, sessions, discounts."""

from connector.sandbox.errors import FieldFault
from connector.sandbox.records import Entry, Service
from connector.sandbox.reference.entity import ALL_VERBS, Entity
from connector.sandbox.wire.fields import Kind, of_kind
from connector.sandbox.world import World

LONGEST_TITLE = 50
ACCOUNT_FIELDS = tuple(f"field_{number}" for number in range(1, 11))


def check_customer(world: World, row: Entry) -> None:
    """Refuse a row of a customer that is not there."""
    if world.customers.get(row.customer_id) is None:
        raise FieldFault({"customer_id": "Customer ID is invalid"})


def _service_of(world: World, row: Entry) -> Service:
    service = world.services.get(row.service_id)
    if service is None:
        raise FieldFault({"service_id": "Service ID is invalid"})
    return service


def _check_note(world: World, row: Entry) -> None:
    check_customer(world, row)
    if len(row.title) > LONGEST_TITLE:
        raise FieldFault({"title": f"Title should contain at most {LONGEST_TITLE} characters"})


def _complete_note(world: World, row: Entry) -> None:
    row.datetime = row.datetime or world.now()


def _complete_session(world: World, row: Entry) -> None:
    row.start_session = row.start_session or world.now()
    row.last_change = row.last_change or world.now()


def _complete_document(world: World, row: Entry) -> None:
    row.added_by, row.added_by_id = "api", 1
    row.created_at = row.updated_at = world.now()


def _amend_document(world: World, row: Entry) -> None:
    row.updated_at = world.now()


def _check_counter(world: World, row: Entry) -> None:
    row.customer_id = _service_of(world, row).customer_id
    twins = world.entries[TRAFFIC.name].of_customer(row.customer_id)
    wanted = (row.service_id, row.date)
    if any((each.service_id, each.date) == wanted and each.id != row.id for each in twins):
        raise FieldFault({"date": "Date has already been taken"})


def _check_discount(world: World, row: Entry) -> None:
    service = _service_of(world, row)
    if service.type != row.service_type:
        raise FieldFault({"service_type": "Service type is invalid"})
    row.customer_id = service.customer_id
    if row.end_date is not None and row.end_date < row.start_date:
        raise FieldFault({"end_date": "End date should be >= start date"})


NOTES = Entity(
    name="customers/customer-notes",
    fields=(
        *of_kind(Kind.INTEGER, "id", readonly=True),
        *of_kind(Kind.INTEGER, "customer_id!"),
        *of_kind(Kind.INSTANT, "datetime"),
        *of_kind(Kind.INTEGER, "administrator_id"),
        *of_kind(Kind.TEXT, "type", "class", "title", "name", "comment!", "values"),
        *of_kind(Kind.INSTANT, "scheduled_send_time"),
        *of_kind(Kind.INTEGER, "assigned_to"),
        *of_kind(Kind.FLAG, "is_done", "is_send", "is_pinned"),
        *of_kind(Kind.INSTANT, "pinned_date"),
    ),
    defaults={"type": "comment", "class": "default"},
    choices={
        "type": ("comment", "customer", "finance", "service", "message", "support", "call"),
        "class": ("default", "primary", "success", "warning", "danger", "info"),
    },
    check=_check_note,
    complete=_complete_note,
    verbs="POST",
)
STATISTICS = Entity(
    name="customers/customer-statistics",
    fields=(
        *of_kind(Kind.INTEGER, "id", "customer_id", readonly=True),
        *of_kind(Kind.NUMBER_AS_TEXT, "service_id", "tariff_id", "partner_id", "nas_id"),
        *of_kind(Kind.TEXT, "login"),
        *of_kind(Kind.NUMBER_AS_TEXT, "in_bytes", "out_bytes"),
        *of_kind(Kind.DATE, "start_date"),
        *of_kind(Kind.TEXT, "start_time"),
        *of_kind(Kind.DATE, "end_date"),
        *of_kind(Kind.TEXT, "end_time", "ipv4", "ipv6", "mac", "call_to", "port"),
        *of_kind(Kind.NUMBER_AS_TEXT, "error", "error_repeat"),
        *of_kind(Kind.COLUMN, "price"),
        *of_kind(Kind.TEXT, "session_id", "terminate_cause"),
    ),
)
ONLINE = Entity(
    name="customers/customers-online",
    fields=(
        *of_kind(Kind.INTEGER, "id", readonly=True),
        *of_kind(Kind.NUMBER_AS_TEXT, "customer_id", "service_id", "tariff_id", "partner_id"),
        *of_kind(Kind.NUMBER_AS_TEXT, "nas_id"),
        *of_kind(Kind.TEXT, "login", "username_real"),
        *of_kind(Kind.NUMBER_AS_TEXT, "in_bytes", "out_bytes"),
        *of_kind(Kind.INSTANT, "start_session"),
        *of_kind(Kind.TEXT, "ipv4", "ipv6", "mac", "call_to", "port"),
        *of_kind(Kind.COLUMN, "price"),
        *of_kind(Kind.NUMBER_AS_TEXT, "time_on"),
        *of_kind(Kind.INSTANT, "last_change"),
        *of_kind(Kind.TEXT, "type", "login_is", "session_id"),
    ),
    defaults={"login_is": "user"},
    check=check_customer,
    complete=_complete_session,
    verbs=ALL_VERBS,
)
TRAFFIC = Entity(
    name="customers/customer-traffic-counter",
    fields=(
        *of_kind(Kind.INTEGER, "service_id!"),
        *of_kind(Kind.DATE, "date!"),
        *of_kind(Kind.INTEGER, "up", "down"),
    ),
    check=_check_counter,
    verbs="POST",
)
RRD = Entity(
    name="customers/customer-internet-services-rrd",
    fields=of_kind(Kind.INTEGER, "service_id", "download!", "upload!", "time", "interval"),
    verbs="POST",
)
DOCUMENTS = Entity(
    name="customers/customer-documents",
    fields=(
        *of_kind(Kind.INTEGER, "id", readonly=True),
        *of_kind(Kind.TEXT, "added_by", readonly=True),
        *of_kind(Kind.INTEGER, "added_by_id", readonly=True),
        *of_kind(Kind.INTEGER, "customer_id!"),
        *of_kind(Kind.TEXT, "type!", "title!"),
        *of_kind(Kind.INSTANT, "created_at", "updated_at", readonly=True),
        *of_kind(Kind.TEXT, "description"),
        *of_kind(Kind.FLAG, "visible_by_customer"),
        *of_kind(Kind.TEXT, "filename_original", "filename_uploaded", "code", readonly=True),
        *of_kind(Kind.INSTANT, "sign_date", readonly=True),
        *of_kind(Kind.NUMBER_AS_TEXT, "terms_month", readonly=True),
        *of_kind(Kind.DATE, "end_of_term", readonly=True),
        *of_kind(Kind.FLAG, "sign_contract", "terms", readonly=True),
        *of_kind(Kind.TEXT, "download_link", readonly=True),
        *of_kind(Kind.FLAG, "has_thumbnail", readonly=True),
        *of_kind(Kind.TEXT, "thumbnail_link", readonly=True),
    ),
    check=check_customer,
    complete=_complete_document,
    amend=_amend_document,
    verbs=ALL_VERBS,
)
PAYMENT_ACCOUNTS = Entity(
    name="customers/customer-payment-accounts",
    fields=(
        *of_kind(Kind.INTEGER, "id", readonly=True),
        *of_kind(Kind.TEXT, "title", *ACCOUNT_FIELDS),
    ),
    rows=(
        {
            "title": "Card",
            "field_1": "Customer token",
            "field_2": "Card token",
            "field_3": "Brand",
            "field_4": "Last four digits",
            "field_5": "Expiration",
        },
        {"title": "Direct debit", "field_1": "Account", "field_2": "Mandate"},
    ),
)
ACCOUNT_DATA = Entity(
    name="customers/customer-payment-account-data",
    fields=(
        *of_kind(Kind.INTEGER, "account_id", readonly=True),
        *of_kind(Kind.NUMBER_AS_TEXT, "customer_id", readonly=True),
        *of_kind(Kind.TEXT, *ACCOUNT_FIELDS),
    ),
)
DISCOUNTS = Entity(
    name="customers/additional-discounts",
    fields=(
        *of_kind(Kind.INTEGER, "id", readonly=True),
        *of_kind(Kind.TEXT, "service_type!"),
        *of_kind(Kind.INTEGER, "service_id!"),
        *of_kind(Kind.FLAG, "enabled!"),
        *of_kind(Kind.COLUMN, "percent!"),
        *of_kind(Kind.DATE, "start_date!", "end_date"),
        *of_kind(Kind.TEXT, "message"),
    ),
    choices={"service_type": ("internet", "voice", "custom", "bundle")},
    check=_check_discount,
    verbs=ALL_VERBS,
)
CUSTOMERS = (
    NOTES,
    STATISTICS,
    ONLINE,
    TRAFFIC,
    RRD,
    DOCUMENTS,
    PAYMENT_ACCOUNTS,
    ACCOUNT_DATA,
    DISCOUNTS,
)
