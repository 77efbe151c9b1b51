"""People act: by name, or by chance before a request is answered."""

from random import Random

from connector.sandbox.errors import ApiFault, FieldFault
from connector.sandbox.hooks.notices import tell
from connector.sandbox.people.actions import ACTIONS
from connector.sandbox.people.record import Deed
from connector.sandbox.records import Customer
from connector.sandbox.witness import STAFF
from connector.sandbox.world import World


def act_by_chance(world: World) -> None:
    """Let a person act before the next request, if the order and the dice will have it.

    Equal seeds and equal requests make equal acts: each act throws dice of its own, so that what one
    act finds does not change which acts follow.
    """
    order = world.people.order
    if order is None or (order.until is not None and world.now() > order.until):
        return
    if world.people.dice.random() >= order.rate:
        return
    world.people.drawn += 1
    chosen = Random(f"{order.seed} {world.people.drawn}")
    known = [each for each in order.customers if world.customers.get(each) is not None]
    candidates = known if order.customers else world.customers.ids
    customer = world.customers.get(chosen.choice(candidates)) if candidates else None
    if customer is not None:
        perform(world, chosen.choice(order.actions), customer, chosen)


def perform(world: World, action: str, customer: Customer, dice: Random) -> Deed:
    """Carry one act out; one that the platform refuses leaves all as it was."""
    people = world.people
    people.acts += 1
    outcome, why, rows = "done", "", None
    try:
        rows = ACTIONS[action](world, dice, customer)
    except (ApiFault, FieldFault) as refusal:
        outcome, why = "refused", str(refusal)
    else:
        outcome = "nothing" if rows is None else "done"
    for touched in {customer.id, (rows or {}).get("customer_id", customer.id)}:
        world.hooks.mark(touched)
    tell(world, STAFF)
    return people.note(
        Deed(
            number=people.acts,
            request=world.counters.request + 1,
            at=world.now(),
            action=action,
            customer_id=customer.id,
            outcome=outcome,
            rows=rows or {},
            why=why,
        )
    )
