"""Attributes that an installation adds to its tables: their definitions, and what they demand."""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime

from connector.sandbox.errors import FieldFault
from connector.sandbox.money import read_decimal
from connector.sandbox.records import Entry, Row
from connector.sandbox.reference.entity import Entity
from connector.sandbox.wire.fields import Kind, of_kind
from connector.sandbox.wire.reading import Body
from connector.sandbox.world import World

KNOWN_MODULES = frozenset(
    """admins partners locations customers api tariffs_internet tariffs_voice tariffs_custom
    tariffs_one_time bundle routers voice_devices monitoring ipv4_networks ipv6_networks
    services_internet services_voice services_custom services_bundle invoices statistics ticket
    instant_message templates customer_documents monitoring_oid ipv4_networks_ip cards_prepaid
    cards_refill routers_sectors routers_mikrotik cpe services_voice_calls billing_transactions
    payments requests credit_notes quotes inventory_items inventory_supplier_invoices
    inventory_products inventory_suppliers inventory_vendors scheduling_project scheduling_task
    acs_devices""".split()  # noqa: SIM905 - a list of words reads better as a text
)
FLAGS = ("is_unique", "is_add", "show_in_list", "searchable", "readonly", "disabled", "hidden")
TYPES = (
    "string",
    "integer",
    "decimal",
    "numeric",
    "date",
    "datetime",
    "boolean",
    "select",
    "select_multiple",
    "password",
    "file",
    "relation",
    "relation_multiple",
)
# What a resource's additional attributes are declared under.
MODULE_OF = {
    "customers/customer": "customers",
    "customers/internet-services": "services_internet",
    "customers/voice-services": "services_voice",
    "customers/recurring-services": "services_custom",
    "customers/bundle-services": "services_bundle",
    "finance/invoices": "invoices",
    "finance/payments": "payments",
    "finance/credit-notes": "credit_notes",
    "finance/proforma-invoices": "requests",
    "support/tickets": "ticket",
}
OWN_MODULE = "config/module/"
_ROWS: Mapping[str, Callable[[World], Iterable[Row]]] = {
    "customers": lambda world: world.customers,
    **dict.fromkeys(
        ("services_internet", "services_voice", "services_custom", "services_bundle"),
        lambda world: world.services,
    ),
    "invoices": lambda world: world.invoices,
    "payments": lambda world: world.payments,
    "credit_notes": lambda world: world.credit_notes,
    "requests": lambda world: world.proformas,
    "ticket": lambda world: world.entries["support/tickets"],
}
_NAME = re.compile(r"[A-Za-z0-9_]+")
_YES, _NO = frozenset({"1", "true", "True"}), frozenset({"0", "false", "False", ""})


def forget_values(world: World, definition: Entry) -> None:
    """Take an attribute that is declared no more out of the rows that have it."""
    rows = _ROWS.get(definition.module)
    own = world.entries.get(f"{OWN_MODULE}{definition.module}", ())
    for row in rows(world) if rows else own:
        getattr(row, "additional_attributes", {}).pop(definition.name, None)


def _check_definition(_world: World, row: Entry) -> None:
    problems: dict[str, str] = {}
    if not _NAME.fullmatch(row.name):
        problems["name"] = "Name is invalid"
    if row.type.startswith("select") and not row.select_values:
        problems["select_values"] = "Select values cannot be blank"
    if row.type.startswith("relation") and not row.relation_module:
        problems["relation_module"] = "Relation module cannot be blank"
    if problems:
        raise FieldFault(problems)


DEFINITIONS = Entity(
    name="config/additional-fields",
    fields=(
        *of_kind(Kind.TEXT, "name!", "title!", "type!", "default_value"),
        *of_kind(Kind.TEXT, "min_length", "max_length"),
        *of_kind(Kind.INTEGER, "is_required!", "is_unique!", "is_add!", "show_in_list!"),
        *of_kind(Kind.INTEGER, "searchable!", "readonly!", "disabled!", "hidden"),
        *of_kind(Kind.TEXT, "select_values", "relation_module"),
        *of_kind(Kind.INTEGER, "set_default_value"),
        *of_kind(Kind.TEXT, "addon", "addon_uri", "addon_input_type"),
        *of_kind(Kind.INTEGER, "decimals"),
    ),
    defaults={"decimals": 2, "is_add": 1},
    choices={"type": TYPES, "addon_input_type": ("", "button", "text", "text_plus_button")},
    check=_check_definition,
    keep=forget_values,
)


def module_of(resource_name: str) -> str:
    """The module of a resource's additional attributes, or nothing."""
    if resource_name.startswith(OWN_MODULE):
        return resource_name.removeprefix(OWN_MODULE)
    return MODULE_OF.get(resource_name, "")


def definitions(world: World, module: str) -> list[Entry]:
    """What a module's additional attributes are, in the order they were added."""
    return [row for row in world.entries[DEFINITIONS.name] if row.module == module]


def listed_attributes(world: World, resource_name: str) -> list[dict[str, object]]:
    """A resource's additional attributes as OPTIONS lists them."""
    return [
        {
            "name": row.name,
            "title": row.title,
            "type": row.type,
            "required": bool(row.is_required),
            "module": row.addon or row.module,
            "category": 0,
            "position": position,
            "decimals": row.decimals,
            **{flag: bool(getattr(row, flag)) for flag in FLAGS},
            "set_default_value": bool(row.set_default_value),
        }
        for position, row in enumerate(definitions(world, module_of(resource_name)), start=1)
    ]


def shown_attributes(world: World, resource_name: str, held: object) -> object:
    """A row's additional attributes, with those that are declared and were never written."""
    declared = definitions(world, module_of(resource_name))
    if not declared:
        return held
    blank = {row.name: "0" if row.type == "boolean" else "" for row in declared}
    return {**blank, **(held if isinstance(held, dict) else {})}


def checked_attributes(
    world: World, resource_name: str, body: Body, rows: Iterable[Row], row: Row | None = None
) -> Body:
    """The body with its additional attributes as they are kept; `row` is the one that changes.

    FieldFault when one is required and missing, is none of its type, or is taken by another row.
    Attributes that nobody declared are kept as they are.
    """
    declared = definitions(world, module_of(resource_name))
    given = body.get("additional_attributes")
    if not declared or not isinstance(given, dict | list | None):
        return body
    values: dict[str, object] = dict(given) if isinstance(given, dict) else {}
    problems: dict[str, str] = {}
    for field in declared:
        if row is None and field.set_default_value and field.default_value:
            values.setdefault(field.name, field.default_value)
        if row is None or field.name in values:
            problem = _problem(field, values, [other for other in rows if other is not row])
            problems |= {field.name: f"{field.title} {problem}"} if problem else {}
    if problems:
        raise FieldFault(problems)
    return {**body, "additional_attributes": values} if values else body


def _problem(field: Entry, values: dict[str, object], others: Iterable[Row]) -> str:
    raw = values.get(field.name)
    text = "" if raw is None else str(raw)
    if not text:
        return "cannot be blank" if field.is_required else ""
    if field.type == "boolean":
        if text not in _YES | _NO:
            return "is invalid"
        values[field.name] = "1" if text in _YES else "0"
        return ""
    if not _fits(field, text):
        return "is invalid"
    if field.is_unique and any(_held(other, field.name) == text for other in others):
        return "has already been taken"
    return ""


def _held(row: Row, name: str) -> object:
    held: Mapping[str, object] = getattr(row, "additional_attributes", {})
    return held.get(name)


def _fits(field: Entry, text: str) -> bool:
    reader = _READERS.get(field.type)
    if reader is not None:
        try:
            reader(text)
        except ValueError:
            return False
        return True
    words = [word.strip() for word in str(field.select_values).split(",")]
    match field.type:
        case "select":
            return text in words
        case "select_multiple":
            return all(word.strip() in words for word in text.split(","))
        case "string" | "password":
            longest = int(field.max_length) if field.max_length.isdecimal() else len(text)
            shortest = int(field.min_length) if field.min_length.isdecimal() else 0
            return shortest <= len(text) <= longest
    return True


_READERS: Mapping[str, Callable[[str], object]] = {
    "integer": int,
    "decimal": read_decimal,
    "numeric": read_decimal,
    "date": date.fromisoformat,
    "datetime": datetime.fromisoformat,
}
