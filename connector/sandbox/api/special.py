"""Addresses with rules of their own: services, status history, billing info, relations."""

from datetime import timedelta

from connector.sandbox.api.answers import Desk, count_reply, disabled, found
from connector.sandbox.api.message import Call, Reply, json_reply
from connector.sandbox.api.resources import CHANGES, RELATIONS, SERVICES
from connector.sandbox.errors import ApiFault
from connector.sandbox.ledger.standing import open_invoices
from connector.sandbox.records import Customer
from connector.sandbox.search import count, find
from connector.sandbox.wire.brackets import Tree
from connector.sandbox.wire.fields import Field, in_release
from connector.sandbox.writes.accounts import create_service, update_service

SERVICE_TYPES = {
    "internet-services": "internet",
    "voice-services": "voice",
    "recurring-services": "custom",
    "bundle-services": "bundle",
}
FLAT_FILTERS = frozenset({"customer_id", "invoice_id"})
ACTIVATIONS = {"first-activation": 0, "last-activation": -1}


def below_customer(desk: Desk, call: Call, customer_id: str, rest: str) -> Reply:
    """Answer customers/customer/{id}/…: services and the status history."""
    kind, _, single = rest.partition("--")
    if kind == "logs-changes" and call.method == "GET":
        desk.permit("logs/changes", "GET", single=False)
        return _history(desk, _customer(desk, customer_id), single)
    if kind not in SERVICE_TYPES:
        raise ApiFault(404, "NOT_FOUND", "Page not found")
    desk.permit(f"customers/{kind}", call.method, single=bool(single))
    if single:
        return _service(desk, call, _customer(desk, customer_id), single)
    return _services(desk, call, customer_id, SERVICE_TYPES[kind])


def billing_info(desk: Desk, call: Call, customer_id: str) -> Reply:
    """Answer customers/billing-info/{id}: how near to blocking a customer is."""
    if call.method != "GET":
        raise disabled()
    customer = _customer(desk, customer_id)
    billing = desk.world.billing_of(customer.id)
    recurring = [row for row in open_invoices(desk.world, customer.id) if row.type == "recurring"]
    ends = [row.date_till for row in recurring if row.date_till is not None]
    blocking = min(ends) + timedelta(days=billing.blocking_period + 1) if ends else None
    left = (blocking - desk.world.today()).days if blocking else 0
    info: dict[str, object] = {
        "blockingEnabled": bool(billing.enabled),
        "blockInNextBillingCycle": False,
        "status": customer.status,
        "lowBalance": billing.deposit < billing.min_balance,
        "howManyDaysLeft": max(left, 0),
        "blocking_date": blocking.isoformat() if blocking else "0000-00-00",
        "deposit": billing.deposit,
        "is_already_blocked": customer.status == "blocked",
        "is_already_disabled": customer.status == "disabled",
    }
    return json_reply(200, info)


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


def _customer(desk: Desk, raw_id: str) -> Customer:
    row = desk.world.customers.get(int(raw_id)) if raw_id.isdecimal() else None
    customer = found(row)
    if not isinstance(customer, Customer):
        raise TypeError("customers hold customers")
    return customer


def _history(desk: Desk, customer: Customer, which: str) -> Reply:
    rows = [row for row in desk.world.changes.of_customer(customer.id) if row.service_id is None]
    if not which:
        return json_reply(200, [desk.encode(CHANGES, row) for row in rows])
    activations = [row for row in rows if row.new_status == "active"]
    if which not in ACTIVATIONS or not activations:
        raise ApiFault(404, "NOT_FOUND", "Entity not found")
    return json_reply(200, desk.encode(CHANGES, activations[ACTIVATIONS[which]]))


def _services(desk: Desk, call: Call, customer_id: str, kind: str) -> Reply:
    if call.method == "POST":
        customer = _customer(desk, customer_id)
        service = create_service(desk.world, customer, kind, call.fields())
        desk.note_write("POST", "customers/services", service)
        return json_reply(201, {"id": service.id if desk.profile.linked else str(service.id)})
    if call.method not in {"GET", "HEAD"}:
        raise disabled()
    fields, query = _service_search(desk, call, customer_id, kind)
    if call.method == "HEAD":
        return count_reply(count(desk.world.services, fields, query))
    rows = find(desk.world.services, fields, query)
    return json_reply(200, [desk.encode(SERVICES, row) for row in rows])


def _service_search(
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
        wanted["customer_id"] = str(_customer(desk, customer_id).id)
    wanted["type"] = kind
    fields = in_release(SERVICES.fields, linked=desk.profile.linked)
    return fields, {**query, "main_attributes": wanted}


def _service(desk: Desk, call: Call, customer: Customer, raw_id: str) -> Reply:
    service = desk.world.services.get(int(raw_id)) if raw_id.isdecimal() else None
    if service is None or service.customer_id != customer.id:
        raise ApiFault(404, "NOT_FOUND", "Entity not found")
    if call.method == "PUT":
        update_service(desk.world, service, call.fields())
        desk.note_write("PUT", "customers/services", service)
        return json_reply(202, None)
    if call.method == "DELETE":
        desk.world.services.remove(service)
        desk.note_write("DELETE", "customers/services", service)
        return Reply(status=204)
    return desk.on_row(SERVICES, call.method, service, {})
