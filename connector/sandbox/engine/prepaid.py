"""Prepaid accounts: services are debited from the balance as they are used, without an invoice.

`prepaid` pays by the day, `prepaid_monthly` a month from the day on which the last one ended. What
the balance cannot bear is not charged: the system blocks the account until there is money again.
"""

from calendar import monthrange
from datetime import date, timedelta
from decimal import Decimal

from connector.sandbox.engine.coverage import covered_to, note_charged
from connector.sandbox.engine.cycles import ONE_DAY, Cycle, Part, cycle_of
from connector.sandbox.engine.proration import lines_of
from connector.sandbox.ledger.postings import post
from connector.sandbox.ledger.standing import last_change, set_status
from connector.sandbox.money import HUNDRED, ZERO, cents
from connector.sandbox.records import Customer, Item, Service, Transaction
from connector.sandbox.witness import SYSTEM
from connector.sandbox.world import World

DAILY, MONTHLY = "prepaid", "prepaid_monthly"


def charge_prepaid(world: World) -> None:
    """Charge every prepaid account what it uses from today on, or block it."""
    for customer in world.customers:
        if customer.billing_type not in {DAILY, MONTHLY}:
            continue
        if customer.status == "active" and world.billing_of(customer.id).enabled:
            charge_or_block(world, customer)
        else:
            resume_if_funded(world, customer.id)


def charge_or_block(world: World, customer: Customer) -> None:
    """Debit what is due today if the balance bears it, and block the account if it does not."""
    lines = _due_lines(world, customer)
    if not _bears(world, customer, lines):
        set_status(world, customer, "blocked", SYSTEM)
        return
    for line in lines:
        _debit(world, customer, line)
    note_charged(world, lines)


def resume_if_funded(world: World, customer_id: int) -> None:
    """Bring a prepaid account back that the system blocked, once its balance bears the charge."""
    customer = world.customers.get(customer_id)
    if customer is None or customer.billing_type not in {DAILY, MONTHLY}:
        return
    block = last_change(world, customer.id, "blocked")
    if customer.status != "blocked" or block is None or block.administrator_id != 0:
        return
    if _bears(world, customer, _due_lines(world, customer)):
        set_status(world, customer, "active", SYSTEM)
        charge_or_block(world, customer)


def _due_lines(world: World, customer: Customer) -> list[Item]:
    today, lines = world.today(), list[Item]()
    for service in world.services.of_customer(customer.id):
        covered = covered_to(world, service)
        if _is_used(service, today) and (covered is None or covered < today):
            lines += lines_of(world, service, _part(customer, today))
    return lines


def _is_used(service: Service, today: date) -> bool:
    started = service.start_date is None or service.start_date <= today
    ended = service.end_date is not None and service.end_date < today
    return service.status == "active" and started and not ended


def _part(customer: Customer, today: date) -> Part:
    """One day of its calendar month, or the month that begins today."""
    if customer.billing_type == DAILY:
        return Part(cycle=cycle_of(today, 1), first=today, last=today)
    month = today.replace(day=1) + timedelta(days=monthrange(today.year, today.month)[1])
    day = min(today.day, monthrange(month.year, month.month)[1])
    last = month.replace(day=day) - ONE_DAY
    return Part(cycle=Cycle(first=today, last=last), first=today, last=last)


def _bears(world: World, customer: Customer, lines: list[Item]) -> bool:
    billing = world.billing_of(customer.id)
    needed = sum((_gross(line) for line in lines), ZERO)
    return not lines or billing.deposit - needed >= billing.min_balance


def _debit(world: World, customer: Customer, line: Item) -> None:
    service = world.services.get(line.service_id)
    posted = post(
        world,
        Transaction(
            customer_id=customer.id,
            quantity=line.quantity,
            unit=line.unit,
            price=line.price,
            tax_percent=line.tax,
            total=_gross(line),
            category=line.category,
            description=line.description,
            period_from=line.period_from,
            period_to=line.period_to,
            service_id=line.service_id,
            service_type=service.type if service else "",
            source="auto",
        ),
    )
    world.note_effect(SYSTEM, "prepaid_charge", (customer.id, posted.id), posted.total)


def _gross(line: Item) -> Decimal:
    return cents(line.price * line.quantity * (1 + line.tax / HUNDRED))
