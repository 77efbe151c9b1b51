"""Changing a service's plan, the plans it may change to, and how much traffic it has used."""

from datetime import date
from decimal import Decimal

from connector.sandbox.api.answers import Desk, disabled, row_of
from connector.sandbox.api.message import Call, Reply, json_reply
from connector.sandbox.api.resources import Resource
from connector.sandbox.errors import ApiFault, FieldFault
from connector.sandbox.records import Entry, Service
from connector.sandbox.reference.tariffs import ADDRESS_OF, INTERNET, TARIFFS
from connector.sandbox.wire.codec import wire_date
from connector.sandbox.wire.fields import Kind, of_kind
from connector.sandbox.wire.reading import Body, read_changes
from connector.sandbox.writes.tariff_changes import Terms, change_plan, nearest_change

CHANGEABLE = ("internet", "voice", "custom")
YES = frozenset({"1", "true"})
USED = [
    "traffic_amount",
    "over_usage",
    "used_amount",
    "remains_amount",
    "cap_amount",
    "used_percent",
    "remains_percent",
    "cap_percent",
    "bonus_traffic",
    "bonus_is_unlimited",
    "bonus_remains_amount",
    "bonus_cap_amount",
    "bonus_used_percent",
    "bonus_remains_percent",
    "bonus_cap_percent",
    "cap_bar_position",
    "remains_bar_position",
    "full_cap_amount",
]
TEXTS = [
    "used_text",
    "used_label_title",
    "capped_alt",
    "capped_not_used_text",
    "capped_text_all",
    "all_text",
    "remains_text",
    "used_alt",
    "remains_alt",
    "bonus_capped_text_all",
    "bonus_all_text",
    "bonus_used_label_title",
    "bonus_used_text",
    "bonus_used_alt",
    "bonus_remains_text",
    "bonus_remains_alt",
    "bonus_capped_not_used_text",
    "bonus_capped_alt",
]
NOTHING = "0 B"
_CHANGE = (
    *of_kind(Kind.INTEGER, "newTariffId"),
    *of_kind(Kind.DATE, "targetDate"),
    *of_kind(Kind.COLUMN, "newServicePrice=price"),
    *of_kind(Kind.TEXT, "description"),
)
_ENTITIES = {entity.name: entity for entity in TARIFFS}


def tariffs_for_change(desk: Desk, call: Call, raw_id: str) -> Reply:
    """Answer tariffs/tariffs-for-change?type=&id=: the plans that a plan may change to.

    Those that it names itself; if it names none, all others of its kind that services may have.
    """
    if call.method != "GET" or raw_id:
        raise disabled()
    query = call.parameters
    entity = _ENTITIES[ADDRESS_OF[_kind(query.get("type"))]]
    table = entity.resource.table(desk.world)
    source = row_of(table, str(query.get("id", "")))
    suitable = [
        row
        for row in table
        if row.id != source.id
        and (row.id in source.tariffs_for_change if source.tariffs_for_change else _is_open(row))
    ]
    resource = Resource(
        name=f"{entity.name}-for-change",
        table=entity.resource.table,
        fields=(*entity.fields, *of_kind(Kind.TEXT, "other_properties")),
    )
    for row in suitable:
        row.other_properties = _properties(entity.name, row)
    return json_reply(200, [desk.encode(resource, row) for row in suitable])


def change_tariff(desk: Desk, call: Call, raw_id: str) -> Reply:
    """Answer tariffs/change-tariff/{service}?type=: when a plan may change, and its change."""
    kind = _kind(call.parameters.get("type"))
    service = row_of(desk.world.services, raw_id)
    if service.type != kind:
        raise ApiFault(404, "NOT_FOUND", "Entity not found")
    if call.method == "GET":
        return json_reply(200, _when(desk, service))
    if call.method != "PUT":
        raise disabled()
    body = call.fields()
    number, terms = _wanted(body)
    tariff = desk.world.entries[ADDRESS_OF[kind]].get(number)
    if tariff is None:
        raise FieldFault({"newTariffId": "Tariff is invalid"})
    change_plan(desk.world, service, tariff, terms, desk.caller())
    desk.note_write("PUT", "customers/services", service)
    return json_reply(202, None)


def usage(desk: Desk, call: Call, raw_id: str) -> Reply:
    """Answer fup/usage/{service}: nobody here has used any traffic yet."""
    if call.method != "GET":
        raise disabled()
    service = row_of(desk.world.services, raw_id)
    if service.type != "internet":
        raise ApiFault(404, "NOT_FOUND", "Entity not found")
    numbers: dict[str, object] = dict.fromkeys(USED, 0)
    texts = dict.fromkeys(TEXTS, NOTHING) if call.parameters.get("with_texts") in YES else {}
    return json_reply(200, {**numbers, **texts})


def _wanted(body: Body) -> tuple[int, Terms]:
    """The number of the new plan, and what else a change asks for."""
    read = read_changes(_CHANGE, body, linked=True)
    number, day, price = (read.get(name) for name in ("newTariffId", "targetDate", "price"))
    return number if isinstance(number, int) else 0, Terms(
        on=day if isinstance(day, date) else None,
        price=price if isinstance(price, Decimal) else None,
        description=str(read.get("description", "")),
    )


def _when(desk: Desk, service: Service) -> dict[str, object]:
    same = (other.tariff_id == service.tariff_id for other in desk.world.services)
    day = wire_date(nearest_change(desk.world, service))
    return {"target_date": day, "transaction_category_id": 1, "services": sum(same)}


def _kind(raw: object) -> str:
    if raw not in CHANGEABLE:
        raise ApiFault(400, "BAD_REQUEST", "Type is invalid")
    return str(raw)


def _is_open(row: Entry) -> bool:
    return bool(row.available_for_services)


def _properties(address: str, row: Entry) -> str:
    if address != INTERNET.name:
        return ""
    return f"{row.speed_download} / {row.speed_upload}"
