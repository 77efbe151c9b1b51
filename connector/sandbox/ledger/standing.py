"""How an account stands: open and overdue invoices, status and its history."""

from datetime import timedelta
from decimal import Decimal

from connector.sandbox.money import ZERO
from connector.sandbox.records import Change, Customer, Invoice
from connector.sandbox.witness import SYSTEM, Actor, StatusTurn
from connector.sandbox.world import World


def open_invoices(world: World, customer_id: int) -> list[Invoice]:
    """The invoices with something due, by creation order."""
    return [
        invoice
        for invoice in world.invoices.of_customer(customer_id)
        if invoice.status == "not_paid" and invoice.due > 0
    ]


def overdue_invoices(world: World, customer_id: int) -> list[Invoice]:
    """The open recurring invoices past due date and blocking period; only these block."""
    patience = timedelta(days=world.billing_of(customer_id).blocking_period)
    return [
        invoice
        for invoice in open_invoices(world, customer_id)
        if invoice.type == "recurring"
        and invoice.date_till is not None
        and invoice.date_till + patience < world.today()
    ]


def overdue_amount(world: World, customer_id: int) -> Decimal:
    """The sum of overdue dues."""
    return sum((invoice.due for invoice in overdue_invoices(world, customer_id)), ZERO)


def set_status(world: World, customer: Customer, status: str, actor: Actor) -> None:
    """Change a status with a row in the history; the same status again is no change."""
    if customer.status == status:
        return
    now = world.now()
    _note_turn(world, customer, status, actor)
    world.changes.add(
        Change(
            customer_id=customer.id,
            old_status=customer.status,
            new_status=status,
            date=now.date(),
            time=now.strftime("%H:%M:%S"),
            administrator_id=actor.administrator_id,
        )
    )
    customer.status = status
    customer.blocked_on = now.date() if status == "blocked" else None
    customer.last_update = now


def last_change(world: World, customer_id: int, status: str) -> Change | None:
    """The latest row of the history that led to a status."""
    rows = [row for row in world.changes.of_customer(customer_id) if row.new_status == status]
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


def _note_turn(world: World, customer: Customer, status: str, actor: Actor) -> None:
    link = world.links.get(customer.id)
    payer = (world.customers.get(link.main_id) if link else None) or customer
    world.witness.turns.append(
        StatusTurn(
            at=world.now(),
            actor=actor.kind,
            customer_id=customer.id,
            old=customer.status,
            new=status,
            payer_status=payer.status,
            payer_overdue=overdue_amount(world, payer.id),
        )
    )
