"""The blocking round: debtors become blocked, and after their grace disabled."""

from datetime import date, timedelta

from connector.sandbox.ledger.standing import overdue_invoices, set_status
from connector.sandbox.records import Customer
from connector.sandbox.witness import SYSTEM
from connector.sandbox.world import World

WEEKEND = ("saturday", "sunday")
FRIDAY = 4


def block_debtors(world: World) -> None:
    """Block active debtors and disable those blocked for longer than their grace period.

    On a day off nobody is blocked; the next round on another day blocks them.
    """
    if not world.switches.blocking:
        return
    day_off = is_day_off(world, world.today())
    for billing in world.billings:
        customer = world.customers.get(billing.customer_id)
        if customer is None or not billing.enabled or customer.billing_type != "recurring":
            continue
        if billing.deposit >= billing.min_balance or not overdue_invoices(world, customer.id):
            continue
        if customer.status == "active" and not day_off:
            set_status(world, customer, "blocked", SYSTEM)
        elif _grace_is_over(world, customer, billing.grace_period):
            set_status(world, customer, "disabled", SYSTEM)


def next_blocking_day(world: World, day: date) -> date:
    """A day, or the first one after it on which accounts are blocked."""
    while is_day_off(world, day):
        day += timedelta(days=1)
    return day


def is_day_off(world: World, day: date) -> bool:
    """Whether nobody is blocked on a day."""
    off = world.switches.blocking_days_off
    weekday = day.weekday() - FRIDAY - 1
    return day.isoformat() in off or (weekday >= 0 and WEEKEND[weekday] in off)


def _grace_is_over(world: World, customer: Customer, grace_days: int) -> bool:
    """Whether a blocked account's grace has passed; a period of 0 means never."""
    return (
        customer.status == "blocked"
        and grace_days > 0
        and customer.blocked_on is not None
        and customer.blocked_on + timedelta(days=grace_days) < world.today()
    )
