"""The platform's own rules for linking accounts, on whatever way a link is written.

With the switch `native_rules` off only a main that does not exist is refused.
"""

from collections.abc import Mapping

from connector.sandbox.errors import ApiFault, FieldFault
from connector.sandbox.ledger.native import is_aggregated, subs_of
from connector.sandbox.money import ZERO
from connector.sandbox.records import Billing, Customer
from connector.sandbox.witness import Actor
from connector.sandbox.world import World

LINKABLE_TO = frozenset({"new", "active", "blocked"})
INDEPENDENT = "independent"
AGGREGATED = "aggregated"


def check_link(world: World, sub: Customer, main_id: int, mode: str) -> None:
    """Refuse a link that the platform's own linking form would refuse."""
    main = world.customers.get(main_id)
    if main is None or main.id == sub.id:
        raise FieldFault({"parent_id": "Main account is invalid"})
    if not world.switches.native_rules:
        return
    if sub.parent_id not in {0, main_id}:
        raise FieldFault({"parent_id": "This account is linked to a main account already"})
    if main.parent_id or (sub.id and subs_of(world, sub.id)):
        raise FieldFault({"parent_id": "Only one level of sub-accounts is possible"})
    if main.partner_id != sub.partner_id:
        raise FieldFault({"parent_id": "Main account belongs to another partner"})
    if main.status not in LINKABLE_TO:
        raise FieldFault({"parent_id": "Main account must be new, active or blocked"})
    if mode == AGGREGATED:
        _check_aggregation(world, sub, main, "parent_id")


def check_unlink(world: World, sub: Customer) -> None:
    """Refuse to take an aggregated sub from a main that is blocked or in debt."""
    main = world.customers.get(sub.parent_id)
    if main is None or not world.switches.native_rules or not is_aggregated(world, sub):
        return
    if main.status == "blocked":
        raise FieldFault({"parent_id": "The main account is blocked"})
    if world.billing_of(main.id).deposit < ZERO:
        raise FieldFault({"parent_id": "The main account has a negative balance"})


def check_customer(world: World, customer: Customer, changes: Mapping[str, object]) -> None:
    """Refuse a change of a customer that its links, old or new, do not allow."""
    main_id = changes.get("parent_id", customer.parent_id) or 0
    if isinstance(main_id, int) and main_id != customer.parent_id:
        if main_id:
            check_link(world, customer, main_id, world.billing_of(customer.id).sub_billing_mode)
        else:
            check_unlink(world, customer)
    if not world.linked_accounts or not world.switches.native_rules:
        return
    if customer.parent_id and _differs(customer, changes, "billing_type"):
        raise FieldFault({"billing_type": "Billing type of a linked account cannot be changed"})
    linked = customer.parent_id or subs_of(world, customer.id)
    if _differs(customer, changes, "partner_id") and linked:
        raise FieldFault({"partner_id": "Partner of a linked account cannot be changed"})


def settle_link(world: World, customer: Customer, main_before: int) -> None:
    """Draw the consequences of a new link, or of one that is gone."""
    if customer.parent_id == main_before:
        return
    billing = world.billing_of(customer.id)
    if not customer.parent_id:
        billing.sub_billing_mode = INDEPENDENT
    adopt_billing_day(world, billing)


def adopt_billing_day(world: World, billing: Billing) -> None:
    """Give an aggregated sub the billing day of its main."""
    customer = world.customers.get(billing.customer_id)
    if customer is not None and is_aggregated(world, customer):
        main = world.billings.get(customer.parent_id)
        billing.billing_date = main.billing_date if main else billing.billing_date


def check_mode(world: World, billing: Billing, mode: object) -> None:
    """Refuse to change the mode of a link while the main is not in good standing.

    Without a link the mode is only kept, and judged once there is one.
    """
    sub = world.customers.get(billing.customer_id)
    main = world.customers.get(sub.parent_id) if sub else None
    if mode == billing.sub_billing_mode or sub is None or main is None:
        return
    if not world.linked_accounts or not world.switches.native_rules:
        return
    if main.status != "active":
        raise FieldFault({"sub_billing_mode": "The main account is not active"})
    if world.billing_of(main.id).deposit < ZERO:
        raise FieldFault({"sub_billing_mode": "The main account has a negative balance"})
    if mode == AGGREGATED:
        _check_aggregation(world, sub, main, "sub_billing_mode")


def check_deletion(world: World, customer: Customer) -> None:
    """Refuse to delete a main that has sub-accounts."""
    if world.switches.native_rules and subs_of(world, customer.id):
        status = world.switches.refusal_status
        raise ApiFault(status, "ENTITY_CANNOT_BE_DELETED", "Remove all relations first")


def guard_finance(world: World, customer_id: object, actor: Actor) -> None:
    """Refuse a key that touches finance documents of a natively linked sub, by switch."""
    if actor.kind != "api" or not world.switches.finance_lock or not world.linked_accounts:
        return
    text = str(customer_id)
    customer = world.customers.get(int(text)) if text.isdecimal() else None
    if customer is not None and customer.parent_id:
        raise ApiFault(
            405, "METHOD_NOT_ALLOWED", "Finance documents of sub-accounts are locked by a setting"
        )


def _check_aggregation(world: World, sub: Customer, main: Customer, field: str) -> None:
    """Refuse aggregated billing of accounts that are not recurring or not at zero."""
    if sub.billing_type != "recurring":
        raise FieldFault({field: "Only a recurring account can be an aggregated sub-account"})
    if main.billing_type != "recurring":
        raise FieldFault({field: "Incorrect billing type of the main account"})
    if world.billings.get(sub.id) is None:
        return
    if world.billing_of(sub.id).deposit != ZERO:
        raise FieldFault({field: "The balance of the sub-account must be zero"})
    rows = world.transactions.of_customer(sub.id)
    if any(row.to_invoice and not row.invoice_id and not row.invoiced_by_id for row in rows):
        raise FieldFault({field: "The sub-account has future items"})


def _differs(customer: Customer, changes: Mapping[str, object], name: str) -> bool:
    return name in changes and changes[name] != getattr(customer, name)
