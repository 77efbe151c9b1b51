"""From a request to its answer."""

from collections.abc import Callable
from dataclasses import replace

from connector.sandbox.api.answers import Desk, disabled
from connector.sandbox.api.auth import FORBIDDEN_TO_KEYS, Gate
from connector.sandbox.api.message import (
    Call,
    Reply,
    fault_reply,
    json_reply,
    validation_reply,
)
from connector.sandbox.api.portal import entry_points, portal
from connector.sandbox.api.routes import ROUTES
from connector.sandbox.api.special import below_customer
from connector.sandbox.api.tokens import CUSTOMER, Holder
from connector.sandbox.errors import ApiFault, FieldFault
from connector.sandbox.reference.catalogue import RESOURCES
from connector.sandbox.search import Habits
from connector.sandbox.wire import v43, v51
from connector.sandbox.world import World

PROFILES = {"5.1": v51.PROFILE, "4.3": v43.PROFILE}


class Api:
    """The whole REST API over one world.

    A world as it was before shares the gate of the world as it is, so that its tokens are good.
    """

    def __init__(self, world: World, gate: Gate | None = None) -> None:
        self.world = world
        self.gate = gate or Gate(world)
        self.desk = Desk(world, PROFILES[world.options.release])

    def answer(self, call: Call) -> Reply:
        """Answer a request; refusals become answers too."""
        return self._said(call, lambda: self._route(call))

    def admit(self, call: Call) -> Reply | Callable[[], Reply]:
        """Check the credentials now, and carry the request out when that is called."""
        try:
            holder = self.gate.admit(call)
        except ApiFault as fault:
            return fault_reply(fault)
        return lambda: self._said(call, lambda: self._admitted(call, holder))

    def _said(self, call: Call, act: Callable[[], Reply]) -> Reply:
        switches = self.world.switches
        try:
            reply = act()
        except FieldFault as fault:
            return validation_reply(fault, switches.validation_body)
        except ApiFault as fault:
            return fault_reply(fault)
        empty = call.method == "PUT" and switches.put_body == "empty"
        return reply.with_body("") if empty and reply.text == "null" else reply

    def _route(self, call: Call) -> Reply:
        if self.world.switches.maintenance:
            headers = self.world.switches.retry_after(self.world.clock)
            raise ApiFault(503, "SERVER_ERROR", "Service is unavailable", headers)
        open_to_all = self._open_to_all(call)
        if open_to_all is not None:
            return open_to_all
        reply = self._admitted(call, self.gate.admit(call))
        told = self.gate.sash_of(call)
        return replace(reply, headers={**reply.headers, **told}) if told else reply

    def _open_to_all(self, call: Call) -> Reply | None:
        """The answer to a request that needs no login; None when it needs one."""
        match call.parts or ["portal", *call.portal_parts]:
            case ["auth", "tokens", *rest]:
                return self._tokens(call, rest)
            case ["auth", "two-factor-status"] if call.method == "POST":
                return self.gate.two_factor(call)
            case ["portal", "login", "entry-points"]:
                return entry_points(self.desk, call)
            case ["api", "check"] if call.method == "GET":
                if call.parameters.get("checkAuth") in {"1", "true"}:
                    self.gate.admit(call)
                message = {"status": "ok", "message": "API is valid", "same_server": 0}
                return json_reply(200, message)
        return None

    def _admitted(self, call: Call, holder: Holder) -> Reply:
        switches = self.world.switches
        if switches.ignored_filters or switches.page_limit:
            ignored = frozenset(switches.ignored_filters)
            call = replace(call, habits=Habits(ignored=ignored, page_limit=switches.page_limit))
        if call.portal_parts:
            return portal(self.desk, call, holder)
        if holder.kind == CUSTOMER:
            raise ApiFault(403, "FORBIDDEN", "You do not have permission for this action")
        self.desk.administrator = holder.id
        match call.parts:
            case ["auth", "sessions"] if call.method == "POST":
                return self.gate.open_session(holder)
            case ["auth", "sessions" | "trusted-devices"] if holder.way == "basic":
                raise ApiFault(403, "FORBIDDEN", FORBIDDEN_TO_KEYS)
            case ["auth" | "api", _]:
                raise disabled()
        return self._on_rows(call)

    def _on_rows(self, call: Call) -> Reply:
        match call.parts:
            case ["customers", "customer", customer_id, rest]:
                return below_customer(self.desk, call, customer_id, rest)
            case [section, name, *rest] if len(rest) <= 1:
                return self._plain(call, f"{section}/{name}", rest[0] if rest else "")
        raise ApiFault(404, "NOT_FOUND", "Page not found")

    def _plain(self, call: Call, controller: str, raw_id: str) -> Reply:
        own, resource = ROUTES.get(controller), RESOURCES.get(controller)
        if own is not None:
            self.desk.permit(controller, call.method, single=bool(raw_id))
            return own(self.desk, call, raw_id)
        if resource is None:
            raise ApiFault(404, "NOT_FOUND", "Page not found")
        self.desk.permit(controller, call.method, single=bool(raw_id))
        if raw_id:
            return self.desk.entity(resource, call, raw_id)
        return self.desk.collection(resource, call, call.parameters)

    def _tokens(self, call: Call, rest: list[str]) -> Reply:
        match call.method, rest:
            case "POST", []:
                return self.gate.log_in(call)
            case "GET", [refresh]:
                return self.gate.renew(call, refresh)
            case "DELETE", [refresh]:
                return self.gate.log_out(refresh)
            case (("PUT" | "DELETE"), []):
                raise ApiFault(400, "BAD_REQUEST", "Id is required")
            case (("OPTIONS" | "HEAD"), _):
                raise ApiFault(500, "SERVER_ERROR", "Internal server error")
        raise disabled()
