"""The platform's own links between accounts, as the ledger and the rounds see them."""

from connector.sandbox.records import Customer
from connector.sandbox.world import World


def is_aggregated(world: World, customer: Customer) -> bool:
    """Whether the platform itself bills this account on its main."""
    return (
        world.linked_accounts
        and customer.parent_id > 0
        and world.billing_of(customer.id).sub_billing_mode == "aggregated"
    )


def subs_of(world: World, main_id: int) -> list[Customer]:
    """The accounts that are linked to a main, in either mode."""
    if not world.linked_accounts:
        return []
    return [customer for customer in world.customers if customer.parent_id == main_id]


def aggregated_subs(world: World, main_id: int) -> list[Customer]:
    """The accounts that the platform bills on a main."""
    return [customer for customer in subs_of(world, main_id) if is_aggregated(world, customer)]
