"""Addresses with rules of their own: services, status history, relations."""

from connector.sandbox.api.answers import Desk
from connector.sandbox.api.message import Call, Reply, json_reply
from connector.sandbox.api.resources import CHANGES, RELATIONS
from connector.sandbox.api.services import SERVICE_TYPES, customer_of, geo, service, services
from connector.sandbox.errors import ApiFault
from connector.sandbox.records import Customer
from connector.sandbox.reference.customers import DISCOUNTS
from connector.sandbox.wire.brackets import Tree

FLAT_FILTERS = frozenset({"customer_id", "invoice_id"})
ACTIVATIONS = {"first-activation": 0, "last-activation": -1}


def below_customer(desk: Desk, call: Call, customer_id: str, rest: str) -> Reply:
    """Answer customers/customer/{id}/…: services, where they stand, and the status history."""
    kind, _, single = rest.partition("--")
    if customer_id == "additional-discounts":  # the platform's other spelling of their address
        desk.permit(DISCOUNTS.name, call.method, single=True)
        return desk.entity(DISCOUNTS.resource, call, rest)
    if kind == "logs-changes" and call.method == "GET":
        desk.permit("logs/changes", "GET", single=False)
        return _history(desk, customer_of(desk, customer_id), single)
    if kind == "geo-internet-service":
        desk.permit("customers/internet-services", call.method, single=True)
        return geo(desk, call, customer_id, single)
    if kind not in SERVICE_TYPES:
        raise ApiFault(404, "NOT_FOUND", "Page not found")
    desk.permit(f"customers/{kind}", call.method, single=bool(single))
    if single:
        return service(desk, call, customer_id, SERVICE_TYPES[kind], single)
    return services(desk, call, customer_id, SERVICE_TYPES[kind])


def relations(desk: Desk, call: Call, raw_id: str) -> Reply:
    """Answer finance/invoice-relations, whose two flat filters do work."""
    if raw_id:
        return desk.entity(RELATIONS, call, raw_id)
    query = call.parameters
    flat = {name: tree for name, tree in query.items() if name in FLAT_FILTERS}
    main = query.get("main_attributes")
    both: dict[str, Tree] = dict(main) if isinstance(main, dict) else {}
    both.update(flat)
    return desk.collection(RELATIONS, call, {**query, "main_attributes": both})


def _history(desk: Desk, customer: Customer, which: str) -> Reply:
    rows = desk.world.changes.of_customer(customer.id)
    if not which:
        return json_reply(200, [desk.encode(CHANGES, row) for row in rows])
    activations = [row for row in rows if row.new_status == "active" and not row.service_id]
    if which not in ACTIVATIONS or not activations:
        raise ApiFault(404, "NOT_FOUND", "Entity not found")
    return json_reply(200, desk.encode(CHANGES, activations[ACTIVATIONS[which]]))
