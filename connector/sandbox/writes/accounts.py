"""Creating, changing and deleting customers, their papers and billing settings."""

from collections.abc import Mapping
from typing import Any

from connector.sandbox.errors import FieldFault
from connector.sandbox.ledger.standing import set_status
from connector.sandbox.records import Billing, Customer
from connector.sandbox.tables import Table
from connector.sandbox.wire.accounts import BILLING, CUSTOMER, INFO
from connector.sandbox.wire.fields import Kind
from connector.sandbox.wire.reading import (
    Body,
    apply_changes,
    read_changes,
    read_value,
    require,
)
from connector.sandbox.witness import Actor
from connector.sandbox.world import World
from connector.sandbox.writes.linking import (
    adopt_billing_day,
    check_customer,
    check_deletion,
    check_link,
    check_mode,
    settle_link,
)

WORDS = {
    "status": frozenset({"new", "active", "blocked", "disabled"}),
    "billing_type": frozenset({"recurring", "prepaid", "prepaid_monthly"}),
    "category": frozenset({"person", "company", "lead"}),
    "gdpr_agreed": frozenset({"empty_answer", "decline", "accept"}),
}
PAPERS = {
    "person": frozenset({"birthday", "passport"}),
    "company": frozenset({"company_id", "vat_id"}),
}
MODES = frozenset({"independent", "aggregated"})
LAST_BILLING_DAY = 28


def create_customer(world: World, body: Body, actor: Actor) -> Customer:
    """Create a customer with default billing settings."""
    require(CUSTOMER, body, world.switches.required_by)
    changes = read_changes(CUSTOMER, body, linked=world.linked_accounts)
    draft = Customer(date_add=world.today(), last_update=world.now(), added_by=actor.kind)
    _check_words(changes)
    _check_named(world, changes)
    apply_changes(draft, changes)
    _check_login(world, draft, draft.login)
    if draft.parent_id:
        check_link(world, draft, draft.parent_id, "independent")
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
    _check_named(world, changes)
    _check_login(world, customer, str(changes.get("login", "")))
    status = str(changes.pop("status", customer.status))
    check_customer(world, customer, changes)
    main_before = customer.parent_id
    apply_changes(customer, changes)
    settle_link(world, customer, main_before)
    set_status(world, customer, status, actor)
    world.touch(customer.id)


def delete_customer(world: World, customer: Customer, _actor: Actor) -> None:
    """Hide a customer from all lists, whatever its status; its documents stay, its login is free.

    A main has to lose its sub-accounts first.
    """
    check_deletion(world, customer)
    world.customers.remove(customer)
    world.intend(customer.id, None)


def update_billing(world: World, billing: Billing, body: Body, _actor: Actor) -> None:
    """Change billing settings; the balance is not among them."""
    _check_deposit(world, billing, body)
    changes = read_changes(BILLING, body, linked=world.linked_accounts)
    day = changes.get("billing_date", billing.billing_date)
    if not isinstance(day, int) or not 1 <= day <= LAST_BILLING_DAY:
        raise FieldFault({"billing_date": "Billing day must be 1 to 28"})
    if changes.get("sub_billing_mode", "independent") not in MODES:
        raise FieldFault({"sub_billing_mode": "Billing mode is invalid"})
    check_mode(world, billing, changes.get("sub_billing_mode", billing.sub_billing_mode))
    apply_changes(billing, changes)
    if "sub_billing_mode" in changes:
        adopt_billing_day(world, billing)
    world.touch(billing.customer_id)


def update_info(world: World, customer: Customer, body: Body, _actor: Actor) -> None:
    """Change the papers of a customer; those of the other category stay as they are."""
    changes = read_changes(INFO, body, linked=world.linked_accounts)
    others = PAPERS["person" if customer.category == "company" else "company"]
    apply_changes(customer, {name: value for name, value in changes.items() if name not in others})
    customer.info_updated_at = world.now()
    world.touch(customer.id)


def _check_words(changes: Mapping[str, object]) -> None:
    """Refuse words that an attribute does not know."""
    problems = {
        name: f"{name.replace('_', ' ').capitalize()} is invalid"
        for name, known in WORDS.items()
        if name in changes and changes[name] not in known
    }
    if problems:
        raise FieldFault(problems)


def _check_named(world: World, changes: Mapping[str, object]) -> None:
    """Refuse ids of rows that are not there."""
    known: dict[str, Table[Any]] = {
        "partner_id": world.partners,
        "location_id": world.entries["administration/locations"],
        "customer_labels": world.entries["config/labels"],
    }
    problems: dict[str, str] = {}
    for name, rows in known.items():
        named = changes.get(name, [])
        ids = named if isinstance(named, list) else [named]
        if any(not isinstance(each, int) or rows.get(each) is None for each in ids):
            problems[name] = f"{name.replace('_', ' ').capitalize()} is invalid"
    if problems:
        raise FieldFault(problems)


def _check_login(world: World, customer: Customer, login: str) -> None:
    if login and any(other.login == login for other in world.customers if other is not customer):
        raise FieldFault({"login": "Login already exists"})


def _check_deposit(world: World, billing: Billing, body: Body) -> None:
    """Refuse another balance by switch; otherwise it is ignored as any computed attribute is."""
    if world.switches.write_deposit == "ignored" or "deposit" not in body:
        return
    try:
        same = read_value(Kind.COLUMN, body["deposit"]) == billing.deposit
    except ValueError:
        same = False
    if not same:
        raise FieldFault({"deposit": "The balance follows the transactions"})
