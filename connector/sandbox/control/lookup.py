"""Finding the rows that control requests name."""

from connector.sandbox.errors import ControlFault
from connector.sandbox.records import Customer
from connector.sandbox.world import World


def customer_of(world: World, customer_id: int) -> Customer:
    """The customer, or a fault."""
    customer = world.customers.get(customer_id)
    if customer is None:
        raise ControlFault(f"no customer {customer_id}", status=404)
    return customer
