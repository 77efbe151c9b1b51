"""Acting as staff: edits, deletions and blocks, past the key's permissions."""

from connector.sandbox.api.resources import (
    BILLINGS,
    CREDIT_NOTES,
    CUSTOMERS,
    INVOICES,
    PAYMENTS,
    TRANSACTIONS,
    Resource,
)
from connector.sandbox.control.arguments import Arguments
from connector.sandbox.control.lookup import customer_of
from connector.sandbox.errors import ControlFault
from connector.sandbox.ledger.standing import set_status
from connector.sandbox.records import Row
from connector.sandbox.wire.reading import ItemReading, apply_changes, read_changes
from connector.sandbox.witness import STAFF, SYSTEM, Actor
from connector.sandbox.world import World

EDITABLE: dict[str, Resource] = {
    "customers": CUSTOMERS,
    "billing": BILLINGS,
    "invoices": INVOICES,
    "credit-notes": CREDIT_NOTES,
    "payments": PAYMENTS,
    "transactions": TRANSACTIONS,
}


def edit(world: World, given: Arguments) -> object:
    """Change a row as staff; `force` writes it past the document rules and past the ledger."""
    resource, row = _named(world, given)
    world.hooks.mark(row.customer_id or row.id)
    changes = given.object("changes").values
    if given.flag("force"):
        items = ItemReading(fields=resource.item_fields)
        linked = world.linked_accounts
        apply_changes(row, read_changes(resource.fields, changes, linked=linked, items=items))
    elif resource.update is not None:
        actor = Actor(kind="admin", administrator_id=given.integer("administrator_id", 1))
        resource.update(world, row, changes, actor)
    return {"id": row.id}


def delete(world: World, given: Arguments) -> object:
    """Delete a row as staff, under the platform's rules."""
    resource, row = _named(world, given)
    if resource.delete is None:
        raise ControlFault(f"{resource.name} cannot be deleted")
    resource.delete(world, row, STAFF)
    return {"id": row.id}


def block(world: World, given: Arguments) -> object:
    """Block an account by the system or by a person."""
    customer = customer_of(world, given.integer("customer_id"))
    by = given.one_of("by", ("system", "admin"), "system")
    set_status(world, customer, "blocked", SYSTEM if by == "system" else STAFF)
    return {"id": customer.id, "status": customer.status}


def _named(world: World, given: Arguments) -> tuple[Resource, Row]:
    resource = EDITABLE[given.one_of("resource", tuple(EDITABLE))]
    row = resource.table(world).get(given.integer("id"))
    if not isinstance(row, Row):
        raise ControlFault(f"no such row in {resource.name}", status=404)
    return resource, row
