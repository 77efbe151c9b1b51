"""Changing the plan of a service: it ends on the eve, and a new one goes on from that day."""

from copy import deepcopy
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from connector.sandbox.engine.coverage import covered_to
from connector.sandbox.engine.cycles import ONE_DAY
from connector.sandbox.errors import FieldFault
from connector.sandbox.records import Change, Entry, Service
from connector.sandbox.witness import Actor
from connector.sandbox.world import World


@dataclass(frozen=True, kw_only=True, slots=True)
class Terms:
    """What a change of plan asks for; None is the nearest day, the plan's price, its name."""

    on: date | None = None
    price: Decimal | None = None
    description: str = ""


def nearest_change(world: World, service: Service) -> date:
    """The first day on which the plan may change: one that was not charged yet."""
    covered = covered_to(world, service)
    days = (world.today(), service.start_date, covered + ONE_DAY if covered else None)
    return max(day for day in days if day is not None)


def change_plan(
    world: World, service: Service, tariff: Entry, terms: Terms, actor: Actor
) -> Service:
    """Give a service another plan; returns the service that has it from that day on."""
    day = terms.on or nearest_change(world, service)
    if day < nearest_change(world, service):
        raise FieldFault({"targetDate": "Date is before the nearest possible one"})
    if service.end_date is not None and day > service.end_date:
        raise FieldFault({"targetDate": "Service has ended by then"})
    old = service.tariff_id
    follower = service if day == service.start_date else _follower(world, service, day)
    follower.tariff_id = tariff.id
    follower.unit_price = tariff.price if terms.price is None else terms.price
    follower.tax_percent = tariff.vat_percent
    follower.description = terms.description or tariff.service_name
    _log(world, follower, old, actor)
    return follower


def _follower(world: World, service: Service, day: date) -> Service:
    follower = deepcopy(service)
    service.end_date = day - ONE_DAY
    follower.start_date, follower.charged_from, follower.charged_to = day, None, None
    return world.services.add(follower)


def _log(world: World, service: Service, old: int, actor: Actor) -> None:
    if not world.switches.service_rows:
        return
    now = world.now()
    world.changes.add(
        Change(
            customer_id=service.customer_id,
            service_id=service.id,
            old_status=service.status,
            new_status=service.status,
            date=now.date(),
            time=now.strftime("%H:%M:%S"),
            tariff_type=service.type,
            old_tariff=old,
            new_tariff=service.tariff_id,
            administrator_id=actor.administrator_id,
        )
    )
