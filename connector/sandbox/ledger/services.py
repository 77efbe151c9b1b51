"""How services follow the status of their account, and what the status log says of it.

When an account becomes disabled each running service ends today as `disabled`, and a `stopped`
copy of it waits under a new id; its `parent_id` names the service that ended.
"""

from copy import deepcopy
from datetime import date

from connector.sandbox.records import Change, Customer, Service
from connector.sandbox.witness import Actor
from connector.sandbox.world import World


def set_service_status(world: World, service: Service, status: str, actor: Actor) -> None:
    """Change a service's status with a row in the status log; the same again is no change."""
    old, service.status = service.status, status
    log_service(world, service, old, actor)


def log_service(world: World, service: Service, old: str, actor: Actor) -> None:
    """Log that a service has another status than before, unless the switch keeps them out."""
    if old == service.status or not world.switches.service_rows:
        return
    now = world.now()
    world.changes.add(
        Change(
            customer_id=service.customer_id,
            service_id=service.id,
            old_status=old,
            new_status=service.status,
            date=now.date(),
            time=now.strftime("%H:%M:%S"),
            tariff_type=service.type,
            administrator_id=actor.administrator_id,
        )
    )


def close_services(world: World, customer: Customer, actor: Actor) -> None:
    """End the running services of an account and leave a stopped copy of each.

    One whose own end has passed is running no more, and is left as it is.
    """
    today = world.today()
    twins: dict[int, int] = {}
    for service in world.services.of_customer(customer.id):
        if service.status != "active" or (service.end_date or today) < today:
            continue
        set_service_status(world, service, "disabled", actor)
        twin = deepcopy(service)
        service.end_date = today
        twin.status, twin.parent_id = "stopped", service.id
        twin.bundle_service_id = twins.get(service.bundle_service_id, service.bundle_service_id)
        twins[service.id] = world.services.add(twin).id


def start_services(world: World, customer: Customer, since: date | None, actor: Actor) -> None:
    """Start, from today on, the copies of the services that ended on the day `since`."""
    for twin in world.services.of_customer(customer.id):
        ended = world.services.get(twin.parent_id)
        if twin.status != "stopped" or ended is None or ended.status != "disabled":
            continue
        if ended.end_date == since:
            twin.start_date = world.today()
            set_service_status(world, twin, "active", actor)
