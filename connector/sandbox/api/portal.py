"""The customer portal's few addresses: for a customer's own token, and the login page for all."""

from collections.abc import Mapping

from connector.sandbox.api.answers import Desk, disabled
from connector.sandbox.api.billing_info import TRUE_WORDS, info_of
from connector.sandbox.api.message import Call, Reply, json_reply
from connector.sandbox.api.tokens import CUSTOMER, Holder
from connector.sandbox.errors import ApiFault
from connector.sandbox.records import Entry
from connector.sandbox.reference.catalogue import RESOURCES
from connector.sandbox.witness import Actor
from connector.sandbox.writes.services import turn_service

ENTRY_POINTS = "config/entry-points"
LOGIN_ROOT = "LoginController"
SHOWN = (
    "id",
    "module",
    "place",
    "type",
    "size",
    "title",
    "root",
    "model",
    "icon",
    "background",
    "url",
    "code",
)


def portal(desk: Desk, call: Call, holder: Holder) -> Reply:
    """Answer a portal address; keys and administrators have no business there."""
    if holder.kind != CUSTOMER:
        raise ApiFault(403, "FORBIDDEN", "You do not have permission for this action")
    match call.portal_parts:
        case ["services", "billing-info"] if call.method == "GET":
            wanted = str(call.parameters.get("format_values", "")).lower() in TRUE_WORDS
            return json_reply(200, info_of(desk.world, holder.id, formatted=wanted))
        case ["services", ("start" | "stop") as turn, raw_id] if call.method == "GET":
            return _turned(desk, call, holder, turn, raw_id)
        case ["services", "billing-info"] | ["services", "start" | "stop", _]:
            raise disabled()
    raise ApiFault(404, "NOT_FOUND", "Page not found")


def entry_points(desk: Desk, call: Call) -> Reply:
    """Answer portal/login/entry-points: what add-ons put onto the login page."""
    shown = [_shown(desk, row) for row in desk.world.entries[ENTRY_POINTS] if _is_for_login(row)]
    if call.method == "OPTIONS":
        listed = [
            {"name": name, "title": name.capitalize(), "type": "string", "required": False}
            for name in SHOWN
        ]
        return json_reply(200, {"attributes": listed, "additional_attributes": []})
    if call.method != "GET":
        raise disabled()
    wanted = call.parameters.get("id")
    if wanted is None:
        return json_reply(200, shown)
    named = [row for row in shown if str(row["id"]) == wanted]
    if not named:
        raise ApiFault(404, "NOT_FOUND", "Entity not found")
    return json_reply(200, named[0])


def _turned(desk: Desk, call: Call, holder: Holder, turn: str, raw_id: str) -> Reply:
    """Start or stop one of the customer's own services."""
    service = desk.world.services.get(int(raw_id)) if raw_id.isdecimal() else None
    kind = call.parameters.get("service_type", "internet")
    if service is None or service.customer_id != holder.id or service.type != kind:
        raise ApiFault(404, "NOT_FOUND", "Entity not found")
    turn_service(desk.world, service, turn, Actor(kind="customer"))
    return json_reply(200, None)


def _is_for_login(row: Entry) -> bool:
    return row.place == "portal" and str(row.root).endswith(LOGIN_ROOT)


def _shown(desk: Desk, row: Entry) -> Mapping[str, object]:
    whole = desk.encode(RESOURCES[ENTRY_POINTS], row)
    return {name: whole[name] for name in SHOWN}
