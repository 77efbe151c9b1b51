"""Answering for who is online, finished sessions, and counted traffic."""

from dataclasses import replace

from connector.sandbox.api.answers import Desk, disabled
from connector.sandbox.api.message import Call, Reply, json_reply
from connector.sandbox.api.services import customer_of
from connector.sandbox.errors import ApiFault
from connector.sandbox.records import Entry
from connector.sandbox.reference.customers import ONLINE, RRD, STATISTICS, TRAFFIC
from connector.sandbox.reference.entity import update
from connector.sandbox.wire.fields import Kind
from connector.sandbox.wire.reading import read_value
from connector.sandbox.witness import Actor
from connector.sandbox.world import World

KEPT = ("service_id", "tariff_id", "partner_id", "nas_id", "login", "in_bytes", "out_bytes")
ADDRESSES = ("ipv4", "ipv6", "mac", "call_to", "port", "price", "session_id")


def online(desk: Desk, call: Call, raw_id: str) -> Reply:
    """Answer customers/customers-online; `{customer}--kill` ends a customer's sessions."""
    if not raw_id:
        return desk.collection(_ONLINE, call, call.parameters)
    customer_id, _, action = raw_id.partition("--")
    if not action:
        return desk.entity(_ONLINE, call, raw_id)
    if action != "kill":
        raise ApiFault(404, "NOT_FOUND", "Page not found")
    if call.method != "PUT":
        raise disabled()
    customer = customer_of(desk, customer_id)
    named = call.fields().get("service_id")
    service_id = read_value(Kind.INTEGER, named) if str(named).isdecimal() else None
    rows = desk.world.entries[ONLINE.name].of_customer(customer.id)
    ended = [row for row in rows if service_id is None or row.service_id == service_id]
    if not ended:
        raise ApiFault(404, "NOT_FOUND", "Entity not found")
    for row in ended:
        end_session(desk.world, row, desk.caller())
        desk.note_write("PUT", ONLINE.name, row)
    return json_reply(202, None)


def end_session(world: World, row: Entry, _actor: Actor) -> None:
    """Move a session from those online to the finished ones."""
    end = world.now()
    start = row.start_session or end
    finished = STATISTICS.filled({})
    finished.customer_id = row.customer_id
    for name in KEPT + ADDRESSES:
        setattr(finished, name, getattr(row, name))
    finished.start_date, finished.start_time = start.date(), start.strftime("%H:%M:%S")
    finished.end_date, finished.end_time = end.date(), end.strftime("%H:%M:%S")
    finished.terminate_cause = "Admin-Reset"
    world.entries[STATISTICS.name].add(finished)
    world.entries[ONLINE.name].remove(row)


def statistics(desk: Desk, call: Call, raw_id: str) -> Reply:
    """Answer customers/customer-statistics; what follows is a customer, not a session."""
    query = call.parameters
    if raw_id:
        if call.method != "GET":
            raise disabled()
        main = query.get("main_attributes")
        wanted = dict(main) if isinstance(main, dict) else {}
        wanted["customer_id"] = str(customer_of(desk, raw_id).id)
        query = {**query, "main_attributes": wanted}
    return desk.collection(STATISTICS.resource, call, query)


def traffic(desk: Desk, call: Call, raw_id: str) -> Reply:
    """Answer customers/customer-traffic-counter; a counter's address is `{service}--{day}`."""
    resource = TRAFFIC.resource
    if not raw_id and call.method != "POST":
        return desk.collection(resource, call, call.parameters)
    if not raw_id and resource.create is not None:
        made = resource.create(desk.world, call.fields(), desk.caller())
        desk.note_write("POST", TRAFFIC.name, made)
        return json_reply(201, {"service_id": desk.encode(resource, made)["service_id"]})
    row = _counter(desk, raw_id)
    match call.method:
        case "PUT":
            update(TRAFFIC, desk.world, row, call.fields(), desk.caller())
            desk.note_write("PUT", TRAFFIC.name, row)
        case "DELETE":
            desk.world.entries[TRAFFIC.name].remove(row)
            desk.note_write("DELETE", TRAFFIC.name, row)
            return Reply(status=204)
        case "GET":
            pass
        case _:
            raise disabled()
    return json_reply(200, [desk.encode(resource, row)])


def measured(desk: Desk, call: Call, raw_id: str) -> Reply:
    """Answer customers/customer-internet-services-rrd/{customer}--{service}: POST only."""
    raw_customer, _, raw_service = raw_id.partition("--")
    customer = customer_of(desk, raw_customer)
    service = desk.world.services.get(int(raw_service)) if raw_service.isdecimal() else None
    if service is None or service.customer_id != customer.id or service.type != "internet":
        raise ApiFault(404, "NOT_FOUND", "Entity not found")
    create = RRD.resource.create
    if call.method != "POST" or create is None:
        raise disabled()
    row = create(desk.world, {**call.fields(), "service_id": service.id}, desk.caller())
    row.customer_id = customer.id
    return json_reply(201, None)


def _counter(desk: Desk, raw_id: str) -> Entry:
    """The counter that an address names, or 404."""
    raw_service, _, day = raw_id.partition("--")
    for row in desk.world.entries[TRAFFIC.name]:
        if str(row.service_id) == raw_service and row.date.isoformat() == day:
            return row
    raise ApiFault(404, "NOT_FOUND", "Entity not found")


_ONLINE = replace(ONLINE.resource, delete=end_session)
