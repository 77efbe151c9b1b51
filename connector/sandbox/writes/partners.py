"""Creating, changing and deleting partners of the provider."""

from connector.sandbox.errors import ApiFault, FieldFault
from connector.sandbox.records import Partner
from connector.sandbox.wire.accounts import PARTNER
from connector.sandbox.wire.reading import Body, apply_changes, read_changes, require
from connector.sandbox.witness import Actor
from connector.sandbox.world import World

FIRST = 1  # the partner that an installation starts with


def create_partner(world: World, body: Body, _actor: Actor) -> Partner:
    """Keep a new partner, whose name is its own."""
    require(PARTNER, body)
    partner = Partner()
    _change(world, partner, body)
    return world.partners.add(partner)


def update_partner(world: World, partner: Partner, body: Body, _actor: Actor) -> None:
    """Rename a partner."""
    _change(world, partner, body)


def delete_partner(world: World, partner: Partner, _actor: Actor) -> None:
    """Forget a partner that no customer has; the first one stays."""
    used = any(customer.partner_id == partner.id for customer in world.customers)
    if used or partner.id == FIRST:
        status = world.switches.refusal_status
        raise ApiFault(status, "ENTITY_CANNOT_BE_DELETED", "Partner is in use")
    world.partners.remove(partner)


def _change(world: World, partner: Partner, body: Body) -> None:
    changes = read_changes(PARTNER, body, linked=world.linked_accounts)
    name = changes.get("name", partner.name)
    if not name or any(other.name == name and other is not partner for other in world.partners):
        raise FieldFault({"name": "Name is blank or already exists"})
    apply_changes(partner, changes)
