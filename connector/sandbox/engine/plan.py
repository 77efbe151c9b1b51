"""What an account is to be charged on a day: pure, so that a preview is what is issued.

A cycle is charged on its first day, or after its last one when the account pays afterwards. Days of
earlier cycles that nothing covers yet come along as lines of their own: a service that started in
the middle of a cycle, a billing day that was moved, a charge that was taken back. A first charge
reaches back as far as one charge and a cycle more. What a service that started before the simulated
time owes from before its first charge is taken as charged.
"""

from dataclasses import dataclass
from datetime import date, datetime

from connector.sandbox.engine.coverage import covered_to
from connector.sandbox.engine.cycles import ONE_DAY, Cycle, cycle_of, moved, parts_of
from connector.sandbox.engine.proration import lines_of
from connector.sandbox.ledger.native import is_aggregated
from connector.sandbox.records import Customer, Item, Service
from connector.sandbox.world import World

CHARGED_STATUSES = frozenset({"active", "blocked"})


@dataclass(frozen=True, kw_only=True, slots=True)
class ChargeOrder:
    """A charge as it is ordered: for the cycle of a day, and for so many months if not as set."""

    day: date
    months: int | None = None
    dated: date | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Span:
    """The cycles that one charge is for; the first day it may reach back to."""

    first: date
    last: date
    due_by: date
    earliest: date


def is_chargeable(world: World, customer: Customer) -> bool:
    """Whether charges of this account are made on itself."""
    return (
        customer.status in CHARGED_STATUSES
        and customer.billing_type == "recurring"
        and world.billing_of(customer.id).enabled == 1
        and not is_aggregated(world, customer)
    )


def subs_by_main(world: World) -> dict[int, list[Customer]]:
    """The accounts that the platform bills on a main, by main."""
    subs: dict[int, list[Customer]] = {}
    if world.linked_accounts:
        for customer in world.customers:
            if customer.parent_id and is_aggregated(world, customer):
                subs.setdefault(customer.parent_id, []).append(customer)
    return subs


def plan_charge(
    world: World, customer: Customer, subs: list[Customer], order: ChargeOrder
) -> list[Item]:
    """The lines of an account's charge, its aggregated subs' lines after its own."""
    items = _service_items(world, customer, customer, order)
    for sub in subs:
        if sub.status in CHARGED_STATUSES:
            items += _service_items(world, customer, sub, order)
    return items


def span_of(cycle: Cycle, months: int) -> Span:
    """The days a charge is for: 0 months pays for the cycle that has ended."""
    begin = moved(cycle, -1) if months == 0 else cycle
    end = moved(begin, max(months, 1) - 1)
    reach = moved(begin, -max(months, 1) - 1)
    return Span(first=begin.first, last=end.last, due_by=begin.last, earliest=reach.first)


def _service_items(
    world: World, payer: Customer, owner: Customer, order: ChargeOrder
) -> list[Item]:
    billing = world.billing_of(payer.id)
    cycle = cycle_of(order.day, billing.billing_date)
    sub_id = owner.id if owner is not payer else 0
    items: list[Item] = []
    for service in world.services.of_customer(owner.id):
        months = order.months if order.months is not None else service.period
        span = span_of(cycle, billing.type if months < 0 else months)
        if not _is_running(service, order.day):
            continue
        covered = covered_to(world, service)
        if covered is not None and covered >= span.due_by:
            continue
        first = _first_day(world, owner, service, covered, span)
        last = min(span.last, service.end_date or span.last)
        for part in parts_of(first, last, billing.billing_date):
            items += lines_of(world, service, part, sub_id=sub_id)
    return items


def _is_running(service: Service, day: date) -> bool:
    """Whether it is charged: while active, and once it has ended for what was left open."""
    if service.start_date is not None and service.start_date > day:
        return False
    ended = service.status == "disabled" and service.end_date is not None
    return service.status == "active" or ended


def _first_day(
    world: World, owner: Customer, service: Service, covered: date | None, span: Span
) -> date:
    """The first day to charge; coverage leaves no gap but for days on which nothing was running."""
    world_start = datetime.fromisoformat(world.options.start).date()
    if covered is not None:
        first = covered + ONE_DAY
    elif service.charged_from is not None:
        first = service.charged_from
    elif service.start_date is not None and service.start_date >= world_start:
        first = span.earliest
    else:
        first = span.first
    if service.end_date is None:
        first = max(first, _returned_on(world, owner, service) or first)
    return max(first, service.start_date or first)


def _returned_on(world: World, owner: Customer, service: Service) -> date | None:
    """The last day on which the account came back from being disabled, or the service started."""
    back = [
        row.date
        for row in world.changes.of_customer(owner.id)
        if (row.service_id == service.id and row.old_status != "active" == row.new_status)
        or (row.service_id is None and row.old_status == "disabled")
    ]
    return back[-1] if back else None
