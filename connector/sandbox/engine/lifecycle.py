"""The midnight round: planned changes of status are carried out on their day."""

from connector.sandbox.ledger.standing import set_status
from connector.sandbox.witness import Actor
from connector.sandbox.world import World


def carry_out_plans(world: World) -> None:
    """Carry out what is planned for today or before, in the name of whoever planned it."""
    for plan in world.pending_statuses:
        if plan.done or plan.date is None or plan.date > world.today():
            continue
        customer = world.customers.get(plan.customer_id)
        plan.done = 1
        if customer is not None:
            actor = Actor(kind=plan.added_by, administrator_id=plan.administrator_id)
            set_status(world, customer, plan.status, actor)
