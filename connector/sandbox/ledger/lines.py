"""The lines of documents and what they come to."""

from decimal import Decimal

from connector.sandbox.errors import FieldFault
from connector.sandbox.money import HUNDRED, ZERO, cents, four
from connector.sandbox.records import Item
from connector.sandbox.world import World


def price_items(world: World, items: list[Item], what: str = "Invoice") -> Decimal:
    """Number the lines, set their tax and return the total; no lines or less than 0 is refused."""
    if not items:
        raise FieldFault({"items": f"{what} must have positions"})
    for pos, item in enumerate(items, start=1):
        if not item.id:
            world.counters.item += 1
            item.id = world.counters.item
        item.pos = pos
        item.tax_amount = four(item.price * item.quantity * item.tax / HUNDRED)
    total = cents(sum((gross(world, item) for item in items), ZERO))
    if total < 0:
        raise FieldFault({"total": f"{what} total cannot be negative"})
    return total


def gross(world: World, item: Item) -> Decimal:
    """A line's net and tax at four places each; to the cent if lines are rounded."""
    exact = four(item.price * item.quantity) + item.tax_amount
    return cents(exact) if world.switches.rounding == "line" else exact


def common_sub(items: list[Item]) -> int:
    """The sub-account that all lines name, or 0."""
    named = {item.sub_account_id for item in items}
    return named.pop() if len(named) == 1 else 0
