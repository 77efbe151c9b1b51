"""What staff do to accounts."""

from random import Random

from connector.sandbox.api.resources import BILLINGS, CUSTOMERS
from connector.sandbox.people.verbs import Rows, change, remove
from connector.sandbox.records import Customer, Partner
from connector.sandbox.world import World
from connector.sandbox.writes.accounts import LAST_BILLING_DAY

LONGEST_DUE_DAYS = 30


def block_by_hand(world: World, _dice: Random, customer: Customer) -> Rows:
    """Staff block an account that is not blocked."""
    return None if customer.status == "blocked" else _set(world, customer, status="blocked")


def unblock_by_hand(world: World, _dice: Random, customer: Customer) -> Rows:
    """Staff set a blocked or inactive account active."""
    return None if customer.status == "active" else _set(world, customer, status="active")


def disable(world: World, _dice: Random, customer: Customer) -> Rows:
    """Staff set an account inactive."""
    return None if customer.status == "disabled" else _set(world, customer, status="disabled")


def change_billing_day(world: World, dice: Random, customer: Customer) -> Rows:
    """Staff move the billing day."""
    billing = world.billing_of(customer.id)
    change(world, BILLINGS, billing, {"billing_date": dice.randint(1, LAST_BILLING_DAY)})
    return {"customer_id": customer.id}


def change_due_days(world: World, dice: Random, customer: Customer) -> Rows:
    """Staff change how many days there are to pay."""
    billing = world.billing_of(customer.id)
    change(world, BILLINGS, billing, {"billing_due": dice.randint(0, LONGEST_DUE_DAYS)})
    return {"customer_id": customer.id}


def native_unlink(world: World, _dice: Random, customer: Customer) -> Rows:
    """Staff take the platform's own link of a sub away; the link is meant as before."""
    if not world.linked_accounts or not customer.parent_id:
        return None
    _set(world, customer, parent_id=0)
    return {"customer_id": customer.id}


def unlink(world: World, dice: Random, customer: Customer) -> Rows:
    """The link of a sub is no longer meant, and the platform's own link goes too."""
    if customer.id not in world.links:
        return None
    native_unlink(world, dice, customer)
    world.intend(customer.id, None)
    return {"customer_id": customer.id}


def move_partner(world: World, dice: Random, customer: Customer) -> Rows:
    """Staff move an account to another partner, which they found if there is none."""
    known = [partner.id for partner in world.partners if partner.id != customer.partner_id]
    partner_id = dice.choice(known) if known else world.partners.add(Partner(name="Branch")).id
    return _set(world, customer, partner_id=partner_id)


def delete_customer(world: World, _dice: Random, customer: Customer) -> Rows:
    """Staff delete an account."""
    remove(world, CUSTOMERS, customer)
    return {"customer_id": customer.id}


def _set(world: World, customer: Customer, **changes: object) -> Rows:
    change(world, CUSTOMERS, customer, changes)
    return {"customer_id": customer.id}
