"""Planning a change of status for a day to come."""

from connector.sandbox.errors import FieldFault
from connector.sandbox.records import PendingStatus
from connector.sandbox.wire.pending import PENDING_STATUS
from connector.sandbox.wire.reading import Body, apply_changes, read_changes, require
from connector.sandbox.witness import Actor
from connector.sandbox.world import World
from connector.sandbox.writes.accounts import WORDS


def create_pending_status(world: World, body: Body, actor: Actor) -> PendingStatus:
    """Plan a status; it is carried out at the first midnight that is not before its day."""
    require(PENDING_STATUS, body)
    plan = PendingStatus(added_by=actor.kind, administrator_id=actor.administrator_id)
    apply_changes(plan, _checked(world, body))
    return world.pending_statuses.add(plan)


def update_pending_status(world: World, plan: PendingStatus, body: Body, _actor: Actor) -> None:
    """Plan otherwise; what is done stays as it was done."""
    changes = _checked(world, body)
    if plan.done:
        raise FieldFault(dict.fromkeys(sorted(changes), "This status is set already"))
    customer_id = changes.pop("customer_id", plan.customer_id)
    if isinstance(customer_id, int):
        world.pending_statuses.hand_over(plan, customer_id)
    apply_changes(plan, changes)


def delete_pending_status(world: World, plan: PendingStatus, _actor: Actor) -> None:
    """Forget a plan, or that it was carried out."""
    world.pending_statuses.remove(plan)


def _checked(world: World, body: Body) -> dict[str, object]:
    changes = read_changes(PENDING_STATUS, body, linked=world.linked_accounts)
    problems: dict[str, str] = {}
    customer_id = changes.get("customer_id")
    if "customer_id" in changes and not (
        isinstance(customer_id, int) and world.customers.get(customer_id)
    ):
        problems["customer_id"] = "Customer ID is invalid"
    if "status" in changes and changes["status"] not in WORDS["status"]:
        problems["status"] = "Status is invalid"
    if "date" in changes and changes["date"] is None:
        problems["date"] = "Date is invalid"
    if problems:
        raise FieldFault(problems)
    return changes
