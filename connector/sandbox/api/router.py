"""From a request to its answer."""

from connector.sandbox.api.answers import Desk, disabled
from connector.sandbox.api.auth import Gate
from connector.sandbox.api.message import (
    Call,
    Reply,
    fault_reply,
    json_reply,
    validation_reply,
)
from connector.sandbox.api.routes import ROUTES
from connector.sandbox.api.special import below_customer
from connector.sandbox.errors import ApiFault, FieldFault
from connector.sandbox.reference.catalogue import RESOURCES
from connector.sandbox.wire import v43, v51
from connector.sandbox.world import World

PROFILES = {"5.1": v51.PROFILE, "4.3": v43.PROFILE}


class Api:
    """The whole REST API over one world."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.gate = Gate(world)
        self.desk = Desk(world, PROFILES[world.options.release])

    def answer(self, call: Call) -> Reply:
        """Answer a request; refusals become answers too."""
        try:
            return self._route(call)
        except FieldFault as fault:
            return validation_reply(fault)
        except ApiFault as fault:
            return fault_reply(fault)

    def _route(self, call: Call) -> Reply:
        if self.world.switches.maintenance:
            raise ApiFault(
                503, "SERVER_ERROR", "Service is unavailable", self.world.switches.retry_after()
            )
        match call.parts:
            case ["auth", "tokens", *rest]:
                return self._tokens(call, rest)
            case ["api", "check"] if call.method == "GET":
                message = {"status": "ok", "message": "API is valid", "same_server": 0}
                return json_reply(200, message)
        self.gate.admit(call)
        return self._admitted(call)

    def _admitted(self, call: Call) -> Reply:
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
