"""The table of control endpoints."""

from collections.abc import Callable

from connector.sandbox.audit.auditor import audit
from connector.sandbox.control import (
    families,
    faults,
    hooks,
    moving,
    people,
    previews,
    staff,
    views,
)
from connector.sandbox.control.arguments import Arguments
from connector.sandbox.errors import ApiFault, ControlFault, FieldFault
from connector.sandbox.hooks.notices import tell
from connector.sandbox.witness import STAFF
from connector.sandbox.world import World

Endpoint = Callable[[World, Arguments], object]


def _audit(world: World, _given: Arguments) -> object:
    """What each family should owe, and every wrong that was found."""
    return audit(world)


def _listing(_world: World, _given: Arguments) -> object:
    """This list."""
    return {
        f"{method} /control{'/' + path if path else ''}": (endpoint.__doc__ or "").splitlines()[0]
        for (method, path), endpoint in ENDPOINTS.items()
    }


ENDPOINTS: dict[tuple[str, str], Endpoint] = {
    ("GET", ""): _listing,
    ("GET", "state"): views.state,
    ("GET", "families"): families.families,
    ("GET", "links.csv"): families.links_csv,
    ("POST", "advance"): moving.move,
    ("POST", "charge"): moving.charge_now,
    ("GET", "previews"): previews.previews,
    ("POST", "previews/confirm"): previews.confirm,
    ("POST", "previews/withdraw"): previews.withdraw,
    ("POST", "pay"): moving.pay,
    ("POST", "credit"): moving.credit,
    ("POST", "invoice"): moving.invoice_by_hand,
    ("POST", "edit"): staff.edit,
    ("POST", "delete"): staff.delete,
    ("POST", "block"): staff.block,
    ("POST", "family"): families.create_family,
    ("POST", "family/native"): families.link_natively,
    ("POST", "test-customer"): families.create_test_customer,
    ("POST", "link"): families.intend_link,
    ("POST", "people"): people.order,
    ("GET", "people"): people.look,
    ("DELETE", "people"): people.stop,
    ("POST", "person"): people.one,
    ("POST", "hook"): hooks.add,
    ("GET", "hook"): hooks.listing,
    ("DELETE", "hook"): hooks.remove,
    ("GET", "hook/deliveries"): hooks.deliveries,
    ("GET", "audit"): _audit,
    ("GET", "requests"): views.requests,
    ("DELETE", "requests"): views.clear_requests,
    ("GET", "faults"): faults.faults,
    ("DELETE", "faults"): faults.clear_faults,
    ("GET", "switch"): views.switches,
    ("POST", "switch"): views.flip,
}


def control(world: World, method: str, path: str, given: Arguments) -> tuple[int, object]:
    """Carry out a control request; returns a status and a value for JSON (text for CSV)."""
    endpoint = ENDPOINTS.get((method, path.strip("/")))
    if endpoint is None:
        return 404, {"error": f"no control endpoint {method} {path}; GET /control lists them"}
    try:
        return 200, endpoint(world, given)
    except ControlFault as fault:
        return fault.status, {"error": str(fault)}
    except FieldFault as fault:
        return 422, {"error": str(fault), "fields": fault.problems}
    except ApiFault as fault:
        return fault.status, {"error": fault.message}
    finally:
        tell(world, STAFF)
