"""The charge round: invoices for the billing cycle that contains today, and for future items."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from connector.sandbox.engine.coverage import note_charged
from connector.sandbox.engine.cycles import cycle_of
from connector.sandbox.engine.plan import ChargeOrder, is_chargeable, plan_charge, subs_by_main
from connector.sandbox.ledger.debits import future_items, line_of
from connector.sandbox.ledger.invoices import issue_invoice
from connector.sandbox.money import ZERO
from connector.sandbox.records import ChargeRecord, Customer, Invoice, Item, Proforma
from connector.sandbox.witness import SYSTEM
from connector.sandbox.world import World


def charge_due(world: World) -> list[int]:
    """Charge every account whose billing day is today; returns the new invoices' ids."""
    return charge(world, due_today(world))


def due_today(world: World) -> list[int]:
    """The accounts whose billing day is today."""
    day = world.today().day
    return [row.customer_id for row in world.billings if row.billing_date == day]


def charge(world: World, customer_ids: Iterable[int], day: date | None = None) -> list[int]:
    """Charge these accounts for the cycle of a day, today's if none is named.

    Every service is charged once per cycle. Returns the new invoices' ids.
    """
    subs = subs_by_main(world)
    order = ChargeOrder(day=day or world.today())
    issued: list[int] = []
    for customer_id in customer_ids:
        customer = world.customers.get(customer_id)
        if customer is None or not makes_invoices(world, customer):
            continue
        invoice = charge_account(world, customer, subs.get(customer_id, []), order)
        if invoice is not None:
            issued.append(invoice.id)
    return issued


def makes_invoices(world: World, customer: Customer) -> bool:
    """Whether an account is charged in the rounds."""
    return is_chargeable(world, customer) and world.billing_of(customer.id).make_invoices == 1


def charge_account(
    world: World, customer: Customer, subs: list[Customer], order: ChargeOrder
) -> Invoice | None:
    """Issue the invoice of one account's charge; None when there is nothing to charge.

    Whoever orders it, the platform makes it: the witness hears of a charge by the system.
    """
    items = planned_items(world, customer, subs, order)
    if not items:
        return None
    draft = Invoice(
        customer_id=customer.id,
        type="recurring",
        items=items,
        date_created=document_date(world, customer, order),
    )
    invoice = issue_invoice(world, draft, SYSTEM)
    record(world, invoice)
    return invoice


def planned_items(
    world: World, customer: Customer, subs: list[Customer], order: ChargeOrder
) -> list[Item]:
    """The lines of an account's next invoice: future items first, then services.

    Credits that would make the invoice negative go on waiting.
    """
    services = plan_charge(world, customer, subs, order)
    waiting = _future_lines(world, customer.id, 0)
    for sub in subs:
        waiting += _future_lines(world, sub.id, sub.id)
    debits = [item for item in waiting if item.price >= 0]
    room = sum((_about(item) for item in debits + services), ZERO)
    kept = {item.transaction_id for item in debits}
    for item in waiting:
        if item.price < 0 and room + _about(item) >= 0:
            room += _about(item)
            kept.add(item.transaction_id)
    return [item for item in waiting if item.transaction_id in kept] + services


def document_date(world: World, customer: Customer, order: ChargeOrder) -> date | None:
    """The date on the document: as ordered, or by switch the billing day, or else today."""
    if order.dated is None and world.switches.document_date == "billing_day":
        return cycle_of(order.day, world.billing_of(customer.id).billing_date).first
    return order.dated


def _future_lines(world: World, customer_id: int, sub_id: int) -> list[Item]:
    lines = [line_of(future) for future in future_items(world, customer_id)]
    for line in lines:
        line.sub_account_id = sub_id or line.sub_account_id
    return lines


def _about(item: Item) -> Decimal:
    """What a line comes to with its tax, unrounded."""
    return item.price * item.quantity * (100 + item.tax)


def record(world: World, document: Invoice | Proforma) -> None:
    """Write down what one charge made, so that it can be shown and cancelled."""
    ends = [item.period_to for item in document.items if item.period_to is not None]
    posted = [str(item.transaction_id) for item in document.items if item.transaction_id]
    made = ChargeRecord(
        customer_id=document.customer_id,
        date=document.date_created,
        real_date_time=world.now(),
        transactions_id=",".join(posted),
        transactions_sum=document.total,
        max_period_to=max(ends, default=None),
    )
    if isinstance(document, Invoice):
        made.invoice_id, made.remembered = document.id, note_charged(world, document.items)
    else:
        made.request_id = document.id
    made.history_id = world.charge_records.add(made).id
