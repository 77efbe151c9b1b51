"""Creating, changing and deleting services of the four kinds."""

from collections.abc import Mapping
from decimal import Decimal

from connector.sandbox.errors import ApiFault, FieldFault
from connector.sandbox.ledger.services import log_service, set_service_status
from connector.sandbox.records import Customer, Service
from connector.sandbox.reference.tariffs import ADDRESS_OF
from connector.sandbox.wire.fields import Field, Kind
from connector.sandbox.wire.reading import (
    Body,
    apply_changes,
    read_changes,
    read_value,
    require,
)
from connector.sandbox.wire.services import BUNDLE, GEO, INTERNET, RECURRING, VOICE
from connector.sandbox.witness import SYSTEM, Actor
from connector.sandbox.world import World
from connector.sandbox.writes.transactions import create_transaction

KINDS: Mapping[str, tuple[Field, ...]] = {
    "internet": INTERNET,
    "voice": VOICE,
    "custom": RECURRING,
    "bundle": BUNDLE,
}
# What a bundle holds: the attribute that lists its services, and their kind.
HELD_BY_BUNDLE: Mapping[str, str] = {
    "services_internet": "internet",
    "services_voice": "voice",
    "services_custom": "custom",
}
WORDS = {
    "status": frozenset({"active", "stopped", "disabled", "hidden", "pending"}),
    "discount_type": frozenset({"percent", "fixed"}),
    "direction": frozenset({"incoming", "outgoing"}),
    "get_activation_fee_when": frozenset({"create_service", "first_service_billing"}),
}
TURNS = {"start": "active", "stop": "stopped"}


def create_service(world: World, customer: Customer, kind: str, body: Body) -> Service:
    """Create a service of a kind, a bundle with those it holds; tax and price are the tariff's.

    A price that is named stands; a service within a bundle costs nothing unless it is said to.
    """
    service = _drafted(world, customer, kind, body)
    held = [
        _drafted(world, customer, inner, {"unit_price": "0", **row})
        for name, inner in (HELD_BY_BUNDLE.items() if kind == "bundle" else ())
        for row in _rows(body, name)
    ]
    world.services.add(service)
    for each in held:
        each.bundle_service_id = service.id
        world.services.add(each)
    if service.activation_fee and service.get_activation_fee_when == "create_service":
        fee_id = _charge_fee(world, service, "Activation fee", service.activation_fee)
        service.activation_fee_transaction_id = fee_id
    return service


def update_service(world: World, service: Service, body: Body, actor: Actor) -> None:
    """Change a service; a new status is logged."""
    changes = read_changes(KINDS[service.type], body, linked=world.linked_accounts)
    _check_words(changes)
    old = service.status
    apply_changes(service, changes)
    log_service(world, service, old, actor)


def delete_service(world: World, service: Service) -> None:
    """Delete a service, a bundle with those it holds."""
    for held in services_in(world, service):
        world.services.remove(held)
    world.services.remove(service)


def services_in(world: World, bundle: Service) -> list[Service]:
    """The services that a bundle holds; none for any other service."""
    if bundle.type != "bundle":
        return []
    own = world.services.of_customer(bundle.customer_id)
    return [service for service in own if service.bundle_service_id == bundle.id]


def turn_service(world: World, service: Service, action: str, actor: Actor) -> None:
    """Start or stop a service by name of the action; only prepaid daily customers may."""
    customer = world.customers.get(service.customer_id)
    if action not in TURNS or customer is None or customer.billing_type != "prepaid":
        raise ApiFault(405, "METHOD_NOT_ALLOWED", "The service cannot be started or stopped")
    set_service_status(world, service, TURNS[action], actor)


def cancel_bundle(world: World, bundle: Service, body: Body, actor: Actor) -> None:
    """Cancel a bundle from today on; whether its fee is charged must be said."""
    try:
        with_fee = read_value(Kind.FLAG, body.get("charge_cancellation_fee"))
    except (ValueError, TypeError):
        with_fee = None
    if with_fee is None:
        raise FieldFault({"charge_cancellation_fee": "Charge cancellation fee cannot be blank"})
    for service in (bundle, *services_in(world, bundle)):
        set_service_status(world, service, "disabled", actor)
        service.end_date = world.today()
    if with_fee and bundle.cancellation_fee:
        fee_id = _charge_fee(world, bundle, "Cancellation fee", bundle.cancellation_fee)
        bundle.cancellation_fee_transaction_id = fee_id


def reactivate_bundle(world: World, bundle: Service, actor: Actor) -> None:
    """Bring a cancelled bundle back, with what it holds."""
    for service in (bundle, *services_in(world, bundle)):
        set_service_status(world, service, "active", actor)
        service.end_date = None


def move_on_map(service: Service, body: Body) -> None:
    """Change where a service stands on the map."""
    named = read_changes(GEO, body, linked=True)
    service.geo = {**service.geo, **{name: str(text) for name, text in named.items()}}


def _drafted(world: World, customer: Customer, kind: str, body: Body) -> Service:
    fields = KINDS[kind]
    require(fields, body, world.switches.required_by)
    changes = read_changes(fields, body, linked=world.linked_accounts)
    _check_words(changes)
    service = Service(customer_id=customer.id, type=kind, start_date=world.today())
    apply_changes(service, changes)
    tariff = world.entries[ADDRESS_OF[kind]].get(service.tariff_id)
    if tariff is None:
        name = "bundle_id" if kind == "bundle" else "tariff_id"
        raise FieldFault({name: "Tariff is invalid"})
    service.tax_percent = tariff.vat_percent
    if "unit_price" not in changes:
        service.unit_price = tariff.price
    return service


def _charge_fee(world: World, bundle: Service, what: str, fee: Decimal) -> int:
    """Put a fee on the customer's next invoice; the transaction's id."""
    body = {
        "customer_id": bundle.customer_id,
        "type": "debit",
        "price": str(fee),
        "tax_percent": str(bundle.tax_percent),
        "description": f"{what}: {bundle.description}",
        "date": world.today().isoformat(),
        "to_invoice": 1,
    }
    return create_transaction(world, body, SYSTEM).id


def _rows(body: Body, name: str) -> list[Body]:
    raw = body.get(name) or []
    if not isinstance(raw, list) or not all(isinstance(row, Mapping) for row in raw):
        raise FieldFault({name: f"{name.replace('_', ' ').capitalize()} is invalid"})
    return raw


def _check_words(changes: Mapping[str, object]) -> None:
    problems = {
        name: f"{name.replace('_', ' ').capitalize()} is invalid"
        for name, known in WORDS.items()
        if name in changes and changes[name] not in known
    }
    if problems:
        raise FieldFault(problems)
