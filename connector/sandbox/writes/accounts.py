"""Creating, changing and deleting customers, billing settings and services."""

from collections.abc import Mapping

from connector.sandbox.errors import FieldFault
from connector.sandbox.ledger.standing import set_status
from connector.sandbox.records import Billing, Customer, Service
from connector.sandbox.wire.accounts import BILLING, CUSTOMER, SERVICE
from connector.sandbox.wire.reading import Body, apply_changes, read_changes, require
from connector.sandbox.witness import Actor
from connector.sandbox.world import World

WORDS = {
    "status": frozenset({"new", "active", "blocked", "disabled"}),
    "billing_type": frozenset({"recurring", "prepaid", "prepaid_monthly"}),
    "category": frozenset({"person", "company", "lead"}),
}
MODES = frozenset({"independent", "aggregated"})
LAST_BILLING_DAY = 28


def create_customer(world: World, body: Body, actor: Actor) -> Customer:
    """Create a customer with default billing settings."""
    require(CUSTOMER, body)
    changes = read_changes(CUSTOMER, body, linked=world.linked_accounts)
    draft = Customer(date_add=world.today(), last_update=world.now(), added_by=actor.kind)
    _check_words(changes)
    apply_changes(draft, changes)
    _check_login(world, draft, draft.login)
    if draft.parent_id:
        check_main(world, draft, draft.parent_id)
    customer = world.customers.add(draft)
    customer.login = customer.login or f"{customer.id:06d}"
    add_billing(world, customer)
    return customer


def add_billing(world: World, customer: Customer, *, billing_day: int = 1) -> Billing:
    """Give a new customer its billing row, which shares its id."""
    return world.billings.put(
        Billing(id=customer.id, customer_id=customer.id, billing_date=billing_day)
    )


def update_customer(world: World, customer: Customer, body: Body, actor: Actor) -> None:
    """Change a customer; every save moves its change cursor, a new status is logged."""
    changes = read_changes(CUSTOMER, body, linked=world.linked_accounts)
    _check_words(changes)
    _check_login(world, customer, str(changes.get("login", "")))
    status = str(changes.pop("status", customer.status))
    main_id = changes.get("parent_id")
    if isinstance(main_id, int) and main_id:
        check_main(world, customer, main_id)
    apply_changes(customer, changes)
    set_status(world, customer, status, actor)
    world.touch(customer.id)


def delete_customer(world: World, customer: Customer, _actor: Actor) -> None:
    """Hide a customer from all lists; the documents stay."""
    world.customers.remove(customer)
    world.intend(customer.id, None)


def update_billing(world: World, billing: Billing, body: Body, _actor: Actor) -> None:
    """Change billing settings; the balance is not among them."""
    changes = read_changes(BILLING, body, linked=world.linked_accounts)
    day = changes.get("billing_date", billing.billing_date)
    if not isinstance(day, int) or not 1 <= day <= LAST_BILLING_DAY:
        raise FieldFault({"billing_date": "Billing day must be 1 to 28"})
    if changes.get("sub_billing_mode", "independent") not in MODES:
        raise FieldFault({"sub_billing_mode": "Billing mode is invalid"})
    apply_changes(billing, changes)
    world.touch(billing.customer_id)


def create_service(world: World, customer: Customer, kind: str, body: Body) -> Service:
    """Create a service of a kind; its tax is the tariff's, which is 0 here."""
    needed = tuple(field for field in SERVICE if field.name in {"tariff_id", "description"})
    require(needed, body)
    service = Service(customer_id=customer.id, type=kind, start_date=world.today())
    apply_changes(service, read_changes(SERVICE, body, linked=world.linked_accounts))
    return world.services.add(service)


def update_service(world: World, service: Service, body: Body) -> None:
    """Change a service."""
    apply_changes(service, read_changes(SERVICE, body, linked=world.linked_accounts))


def check_main(world: World, sub: Customer, main_id: int) -> None:
    """Refuse a main account that the platform's own linking would refuse."""
    main = world.customers.get(main_id)
    if main is None or main.id == sub.id:
        raise FieldFault({"parent_id": "Main account is invalid"})
    if main.parent_id or any(other.parent_id == sub.id for other in world.customers if sub.id):
        raise FieldFault({"parent_id": "Only one level of sub-accounts is possible"})
    if main.partner_id != sub.partner_id:
        raise FieldFault({"parent_id": "Main account belongs to another partner"})


def _check_words(changes: Mapping[str, object]) -> None:
    """Refuse words that an attribute does not know."""
    problems = {
        name: f"{name.replace('_', ' ').capitalize()} is invalid"
        for name, known in WORDS.items()
        if name in changes and changes[name] not in known
    }
    if problems:
        raise FieldFault(problems)


def _check_login(world: World, customer: Customer, login: str) -> None:
    if login and any(other.login == login for other in world.customers if other is not customer):
        raise FieldFault({"login": "Login already exists"})
