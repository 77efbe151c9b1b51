"""The charge round: invoices for the billing cycle that contains today."""

from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from connector.sandbox.ledger.invoices import issue_invoice
from connector.sandbox.records import Customer, Invoice, Item, Service
from connector.sandbox.witness import SYSTEM
from connector.sandbox.world import World

CHARGED_STATUSES = frozenset({"active", "blocked"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Cycle:
    """One billing cycle, both days included."""

    first: date
    last: date


def cycle_of(day: date, billing_day: int) -> Cycle:
    """The cycle of a billing day (1 to 28) that contains a day."""
    first = day.replace(day=billing_day)
    if first > day:
        before = day.replace(day=1) - timedelta(days=1)
        first = before.replace(day=billing_day)
    length = monthrange(first.year, first.month)[1]
    return Cycle(first=first, last=first + timedelta(days=length - 1))


def charge_due(world: World) -> list[int]:
    """Charge every account whose billing day is today; returns the new invoices' ids."""
    day = world.today().day
    return charge(world, [row.id for row in world.billings if row.billing_date == day])


def charge(world: World, customer_ids: Iterable[int]) -> list[int]:
    """Charge these accounts for their present cycle, once per service and cycle."""
    subs = _native_subs(world)
    issued: list[int] = []
    for customer_id in customer_ids:
        customer = world.customers.get(customer_id)
        if customer is None or not _is_chargeable(world, customer):
            continue
        invoice = _invoice_for(world, customer, subs.get(customer_id, []))
        if invoice is not None:
            issued.append(issue_invoice(world, invoice, SYSTEM).id)
    return issued


def is_natively_aggregated(world: World, customer: Customer) -> bool:
    """Whether the platform itself bills this account on its main."""
    return (
        world.linked_accounts
        and customer.parent_id > 0
        and world.billing_of(customer.id).sub_billing_mode == "aggregated"
    )


def _is_chargeable(world: World, customer: Customer) -> bool:
    billing = world.billing_of(customer.id)
    return (
        customer.status in CHARGED_STATUSES
        and customer.billing_type == "recurring"
        and billing.enabled == 1
        and billing.make_invoices == 1
        and not is_natively_aggregated(world, customer)
    )


def _native_subs(world: World) -> dict[int, list[Customer]]:
    subs: dict[int, list[Customer]] = {}
    if world.linked_accounts:
        for customer in world.customers:
            if customer.parent_id and is_natively_aggregated(world, customer):
                subs.setdefault(customer.parent_id, []).append(customer)
    return subs


def _invoice_for(world: World, customer: Customer, subs: list[Customer]) -> Invoice | None:
    cycle = cycle_of(world.today(), world.billing_of(customer.id).billing_date)
    items = _items(world, customer.id, cycle, sub_id=0)
    for sub in subs:
        if sub.status in CHARGED_STATUSES:
            items += _items(world, sub.id, cycle, sub_id=sub.id)
    if not items:
        return None
    return Invoice(customer_id=customer.id, type="recurring", items=items)


def _items(world: World, customer_id: int, cycle: Cycle, *, sub_id: int) -> list[Item]:
    items: list[Item] = []
    for service in world.services.of_customer(customer_id):
        if _is_due(service, cycle, world.today()):
            service.charged_to = cycle.last
            items.append(
                Item(
                    description=service.description,
                    quantity=Decimal(service.quantity),
                    unit=service.unit,
                    price=service.unit_price,
                    tax=service.tax_percent,
                    period_from=cycle.first,
                    period_to=cycle.last,
                    sub_account_id=sub_id,
                    service_id=service.id,
                )
            )
    return items


def _is_due(service: Service, cycle: Cycle, today: date) -> bool:
    started = service.start_date is None or service.start_date <= today
    ended = service.end_date is not None and service.end_date < today
    charged = service.charged_to is not None and service.charged_to >= cycle.last
    return service.status == "active" and started and not ended and not charged
