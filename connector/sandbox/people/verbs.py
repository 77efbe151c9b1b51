"""Writing rows as a person does: through the same rules as everybody's writes."""

from collections.abc import Callable
from random import Random

from connector.sandbox.api.resources import Resource
from connector.sandbox.ledger.allocation import covered
from connector.sandbox.money import four
from connector.sandbox.records import Customer, Invoice, Item, Row
from connector.sandbox.wire.reading import Body
from connector.sandbox.witness import STAFF, Actor
from connector.sandbox.world import World

# What an act touched, by what it is; None when there was nothing to do.
Rows = dict[str, int] | None
Act = Callable[[World, Random, Customer], Rows]

CUSTOMER = Actor(kind="customer")


def create(world: World, resource: Resource, body: Body, actor: Actor = STAFF) -> Row:
    """Create a row of a resource that can be created."""
    if resource.create is None:
        raise TypeError(f"{resource.name} cannot be created")
    return resource.create(world, body, actor)


def change(world: World, resource: Resource, row: Row, body: Body) -> None:
    """Change a row as staff."""
    if resource.update is None:
        raise TypeError(f"{resource.name} cannot be changed")
    resource.update(world, row, body, STAFF)


def remove(world: World, resource: Resource, row: Row) -> None:
    """Delete a row as staff."""
    if resource.delete is None:
        raise TypeError(f"{resource.name} cannot be deleted")
    resource.delete(world, row, STAFF)


def others(world: World, customer: Customer) -> list[Customer]:
    """All other accounts."""
    return [row for row in world.customers if row.id != customer.id]


def untouched_invoices(world: World, customer: Customer) -> list[Invoice]:
    """The unpaid invoices that nothing covers: their lines may change, they may be deleted."""
    return [
        invoice
        for invoice in world.invoices.of_customer(customer.id)
        if invoice.status == "not_paid" and not covered(world, invoice)
    ]


def line(item: Item, **changes: object) -> dict[str, object]:
    """A line as staff send it back, with changes."""
    return {
        "id": item.id,
        "description": item.description,
        "quantity": str(item.quantity),
        "price": str(four(item.price)),
        "tax": str(item.tax),
        **changes,
    }
