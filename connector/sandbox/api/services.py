"""Answering for the services of customers, of four kinds at four addresses."""

from connector.sandbox.api.answers import Desk, count_reply, disabled, found
from connector.sandbox.api.message import Call, Reply, json_reply
from connector.sandbox.api.resources import Resource
from connector.sandbox.errors import ApiFault
from connector.sandbox.records import Customer, Service
from connector.sandbox.search import count, find
from connector.sandbox.wire.brackets import Tree
from connector.sandbox.wire.fields import Field, in_release
from connector.sandbox.wire.services import GEO
from connector.sandbox.writes.services import (
    HELD_BY_BUNDLE,
    KINDS,
    cancel_bundle,
    create_service,
    delete_service,
    move_on_map,
    reactivate_bundle,
    services_in,
    turn_service,
    update_service,
)

SERVICE_TYPES = {
    "internet-services": "internet",
    "voice-services": "voice",
    "recurring-services": "custom",
    "bundle-services": "bundle",
}
# What a resource is called for permissions, the witness and encoding: its address, without the id.
RESOURCE_OF = {
    kind: Resource(
        name=f"customers/{address}",
        table=lambda world: world.services,
        fields=KINDS[kind],
        write_only=tuple(HELD_BY_BUNDLE) if kind == "bundle" else (),
    )
    for address, kind in SERVICE_TYPES.items()
}
GEO_RESOURCE = Resource(
    name="customers/geo-internet-service", table=lambda world: world.services, fields=GEO
)


def services(desk: Desk, call: Call, customer_id: str, kind: str) -> Reply:
    """Answer for all services of a kind: of one customer, or with customer 0 of everybody."""
    match call.method:
        case "POST":
            customer = customer_of(desk, customer_id)
            body = desk.checked(RESOURCE_OF[kind], call.fields())
            service = create_service(desk.world, customer, kind, body)
            desk.note_write("POST", "customers/services", service)
            return json_reply(201, {"id": service.id if desk.profile.linked else str(service.id)})
        case "OPTIONS":
            return desk.collection(RESOURCE_OF[kind], call, {})
        case "GET" | "HEAD":
            return _found(desk, call, customer_id, kind)
    raise disabled()


def service(desk: Desk, call: Call, customer_id: str, kind: str, single: str) -> Reply:
    """Answer for one service; a bundle is also cancelled and reactivated by its address."""
    raw_id, _, action = single.partition("-")
    row = _service_of(desk, customer_of(desk, customer_id), raw_id, kind)
    if action:
        return _bundle_action(desk, call, row, action)
    match call.method:
        case "GET":
            return json_reply(200, _shown(desk, row))
        case "PUT":
            turn = call.parameters.get("action")
            if turn is None:
                body = desk.checked(RESOURCE_OF[kind], call.fields(), row)
                update_service(desk.world, row, body, desk.caller())
            else:
                turn_service(desk.world, row, str(turn), desk.caller())
            desk.note_write("PUT", "customers/services", row)
            return json_reply(202, None)
        case "DELETE":
            delete_service(desk.world, row)
            desk.note_write("DELETE", "customers/services", row)
            return Reply(status=204)
    raise disabled()


def geo(desk: Desk, call: Call, customer_id: str, raw_id: str) -> Reply:
    """Answer for where an internet service stands on the map."""
    row = _service_of(desk, customer_of(desk, customer_id), raw_id, "internet")
    match call.method:
        case "GET":
            return json_reply(200, dict(row.geo))
        case "OPTIONS":
            return desk.collection(GEO_RESOURCE, call, {})
        case "PUT":
            move_on_map(row, call.fields())
            desk.note_write("PUT", "customers/services", row)
            return json_reply(202, None)
    raise disabled()


def customer_of(desk: Desk, raw_id: str) -> Customer:
    """The customer that an address names, or 404."""
    row = found(desk.world.customers.get(int(raw_id)) if raw_id.isdecimal() else None)
    if not isinstance(row, Customer):
        raise TypeError("customers hold customers")
    return row


def _bundle_action(desk: Desk, call: Call, row: Service, action: str) -> Reply:
    if row.type != "bundle" or action not in {"cancel", "reactivate"}:
        raise ApiFault(404, "NOT_FOUND", "Page not found")
    if call.method != "PUT":
        raise disabled()
    if action == "cancel":
        cancel_bundle(desk.world, row, call.fields(), desk.caller())
    else:
        reactivate_bundle(desk.world, row, desk.caller())
    desk.note_write("PUT", "customers/services", row)
    return json_reply(202, None)


def _service_of(desk: Desk, customer: Customer, raw_id: str, kind: str) -> Service:
    row = desk.world.services.get(int(raw_id)) if raw_id.isdecimal() else None
    if row is None or row.customer_id != customer.id or row.type != kind:
        raise ApiFault(404, "NOT_FOUND", "Entity not found")
    return row


def _found(desk: Desk, call: Call, customer_id: str, kind: str) -> Reply:
    fields, query = _search(desk, call, customer_id, kind)
    if call.method == "HEAD":
        return count_reply(count(desk.world.services, fields, query))
    rows = find(desk.world.services, fields, query)
    return json_reply(200, [_shown(desk, row) for row in rows])


def _shown(desk: Desk, row: Service) -> dict[str, object]:
    """A service as its wire object, a bundle with the services it holds."""
    shown = desk.encode(RESOURCE_OF[row.type], row)
    if row.type == "bundle":
        held = services_in(desk.world, row)
        for name, kind in HELD_BY_BUNDLE.items():
            shown[name] = [
                desk.encode(RESOURCE_OF[kind], each) for each in held if each.type == kind
            ]
    return shown


def _search(
    desk: Desk, call: Call, customer_id: str, kind: str
) -> tuple[tuple[Field, ...], dict[str, Tree]]:
    """One customer's services, or with customer 0 everybody's, which needs a filter."""
    query = call.parameters
    main = query.get("main_attributes")
    wanted: dict[str, Tree] = dict(main) if isinstance(main, dict) else {}
    if customer_id == "0":
        if not wanted:
            raise ApiFault(500, "SERVER_ERROR", "Internal server error")
    else:
        wanted["customer_id"] = str(customer_of(desk, customer_id).id)
    wanted["type"] = kind
    fields = in_release(KINDS[kind], linked=desk.profile.linked)
    return fields, {**query, "main_attributes": wanted}
