"""How an account stands: open and overdue invoices, status and its history."""

from datetime import date, timedelta
from decimal import Decimal

from connector.sandbox.ledger.native import aggregated_subs
from connector.sandbox.ledger.services import close_services, start_services
from connector.sandbox.money import ZERO
from connector.sandbox.records import Change, Customer, Invoice
from connector.sandbox.witness import SYSTEM, Actor, StatusTurn
from connector.sandbox.world import World

NEVER = -1  # the blocking period that stands for "do not block"


def open_invoices(world: World, customer_id: int) -> list[Invoice]:
    """The invoices with something due, by creation order."""
    return [
        invoice
        for invoice in world.invoices.of_customer(customer_id)
        if invoice.status == "not_paid" and invoice.due > 0
    ]


def blocking_day(world: World, invoice: Invoice) -> date | None:
    """The day on which an open invoice blocks its account, or None if it never does.

    That is the day after its due date and the blocking period; one-time invoices block by switch.
    """
    period = world.billing_of(invoice.customer_id).blocking_period
    if period <= NEVER or invoice.date_till is None:
        return None
    if invoice.type != "recurring" and not world.switches.one_time_blocks:
        return None
    return invoice.date_till + timedelta(days=period + 1)


def overdue_invoices(world: World, customer_id: int) -> list[Invoice]:
    """The open invoices that block by today."""
    today = world.today()
    return [
        invoice
        for invoice in open_invoices(world, customer_id)
        if (blocking_day(world, invoice) or date.max) <= today
    ]


def overdue_amount(world: World, customer_id: int) -> Decimal:
    """The sum of overdue dues."""
    return sum((invoice.due for invoice in overdue_invoices(world, customer_id)), ZERO)


def set_status(world: World, customer: Customer, status: str, actor: Actor) -> None:
    """Change a status with a row in the history; the same status again is no change.

    Services follow into and out of `disabled`; by switch aggregated subs follow into `blocked`.
    """
    old = customer.status
    if old == status:
        return
    now = world.now()
    _note_turn(world, customer, status, actor)
    world.changes.add(
        Change(
            customer_id=customer.id,
            old_status=old,
            new_status=status,
            date=now.date(),
            time=now.strftime("%H:%M:%S"),
            administrator_id=actor.administrator_id,
        )
    )
    customer.status = status
    world.hooks.mark_status(customer.id, actor)
    customer.blocked_on = now.date() if status == "blocked" else None
    customer.last_update = now
    world.blocked_with.pop(customer.id, None)
    _turn_services(world, customer, old, actor)
    _turn_subs(world, customer)


def last_change(world: World, customer_id: int, status: str) -> Change | None:
    """The latest row of the history that led the account itself to a status."""
    rows = [
        row
        for row in world.changes.of_customer(customer_id)
        if row.new_status == status and row.service_id is None
    ]
    return rows[-1] if rows else None


def release_if_cleared(world: World, customer_id: int, *, owed_before: Decimal) -> None:
    """Bring a payer back once nothing is overdue any more; only the payer, never its subs.

    A disabled account comes back only if the system disabled it.
    """
    customer = world.customers.get(customer_id)
    if customer is None or not owed_before or overdue_amount(world, customer_id):
        return
    if customer.status == "blocked" or _disabled_by_system(world, customer):
        set_status(world, customer, "active", SYSTEM)


def _disabled_by_system(world: World, customer: Customer) -> bool:
    row = last_change(world, customer.id, "disabled")
    return customer.status == "disabled" and row is not None and row.administrator_id == 0


def _turn_services(world: World, customer: Customer, old: str, actor: Actor) -> None:
    """Stop the services of an account that became disabled; start them when money brings it back.

    A status that somebody sets starts them only by switch.
    """
    if customer.status == "disabled":
        close_services(world, customer, actor)
    elif old == "disabled" and customer.status == "active":
        disabled = last_change(world, customer.id, "disabled")
        if actor.kind == "system" or world.switches.status_starts_services:
            start_services(world, customer, disabled.date if disabled else None, actor)


def _turn_subs(world: World, main: Customer) -> None:
    """Block the aggregated subs with their main, and bring those back with it, by switch."""
    if not world.switches.native_block:
        return
    for sub in aggregated_subs(world, main.id):
        if main.status == "blocked" and sub.status == "active":
            set_status(world, sub, "blocked", SYSTEM)
            world.blocked_with[sub.id] = main.id
        elif main.status == "active" and world.blocked_with.get(sub.id) == main.id:
            set_status(world, sub, "active", SYSTEM)


def payer_standing(world: World, customer: Customer) -> tuple[str, Decimal]:
    """The status of who pays for an account, and what is overdue there."""
    link = world.links.get(customer.id)
    payer = (world.customers.get(link.main_id) if link else None) or customer
    return payer.status, overdue_amount(world, payer.id)


def _note_turn(world: World, customer: Customer, status: str, actor: Actor) -> None:
    payer_status, payer_overdue = payer_standing(world, customer)
    world.witness.turns.append(
        StatusTurn(
            at=world.now(),
            actor=actor.kind,
            customer_id=customer.id,
            old=customer.status,
            new=status,
            payer_status=payer_status,
            payer_overdue=payer_overdue,
            request=world.counters.request + 1,
        )
    )
