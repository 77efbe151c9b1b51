"""The blocking round: debtors become blocked, and after their grace disabled."""

from datetime import timedelta

from connector.sandbox.ledger.standing import overdue_invoices, set_status
from connector.sandbox.records import Customer
from connector.sandbox.witness import SYSTEM
from connector.sandbox.world import World


def block_debtors(world: World) -> None:
    """Block active debtors and disable those blocked for longer than their grace period."""
    for billing in world.billings:
        customer = world.customers.get(billing.customer_id)
        if customer is None or not billing.enabled or customer.billing_type != "recurring":
            continue
        if billing.deposit >= billing.min_balance or not overdue_invoices(world, customer.id):
            continue
        if customer.status == "active":
            set_status(world, customer, "blocked", SYSTEM)
        elif _grace_is_over(world, customer, billing.grace_period):
            set_status(world, customer, "disabled", SYSTEM)


def _grace_is_over(world: World, customer: Customer, grace_days: int) -> bool:
    """Whether a blocked account's grace has passed; a period of 0 means never.

    The stopped copy of its services, which the platform makes here, is left out.
    """
    return (
        customer.status == "blocked"
        and grace_days > 0
        and customer.blocked_on is not None
        and customer.blocked_on + timedelta(days=grace_days) < world.today()
    )
