"""What an invoice does to the balance: a debit per line, and the future items it carries.

A future item is a transaction that waits for an invoice. A line that names one by its transaction id
carries it: the transaction itself becomes the line's posting. A future item of another account
(a sub that is billed on its main) is only marked as invoiced, and the line posts its own debit.
"""

from decimal import Decimal

from connector.sandbox.ledger.lines import gross
from connector.sandbox.ledger.postings import post, reverse, revise, transactions_of_invoice
from connector.sandbox.money import ZERO
from connector.sandbox.records import Invoice, Item, Transaction
from connector.sandbox.witness import Actor
from connector.sandbox.world import World


def future_items(world: World, customer_id: int) -> list[Transaction]:
    """The future items of an account that no invoice carries yet, by creation order."""
    return world.transactions.having("waiting", customer_id)


def line_of(future: Transaction) -> Item:
    """The invoice line that carries a future item; a credit is a negative line."""
    sign = -1 if future.type == "credit" else 1
    return Item(
        description=future.description,
        quantity=future.quantity,
        unit=future.unit,
        price=sign * future.price,
        tax=future.tax_percent,
        tax_id=future.tax_id,
        period_from=future.period_from,
        period_to=future.period_to,
        transaction_id=future.id,
        category=future.category,
        sub_account_id=future.sub_account_id,
        service_id=future.service_id,
    )


def post_lines(world: World, invoice: Invoice, actor: Actor) -> None:
    """Post every line with money, and every future item; the last takes the rounding."""
    carried = {item.id: _waiting(world, item) for item in invoice.items}
    lines = [item for item in invoice.items if gross(world, item) or carried[item.id]]
    rest = invoice.total
    for item in invoice.items:
        item.transaction_id = 0
    for item in lines:
        amount = rest if item is lines[-1] else gross(world, item)
        rest -= amount
        future = carried[item.id]
        if future is not None and future.customer_id == invoice.customer_id:
            item.transaction_id = future.id
            _carry(world, future, invoice, amount)
            continue
        item.transaction_id = post(world, _debit_of(world, invoice, item, amount, actor)).id
        if future is not None:
            world.transactions.change(future, invoiced_by_id=invoice.id)


def take_back(world: World, invoice: Invoice) -> None:
    """Reverse an invoice's debits; the future items it carries wait again."""
    for posted in transactions_of_invoice(world, invoice.id):
        if posted.to_invoice:
            own = posted.total if posted.own_total is None else posted.own_total
            revise(world, posted, total=own, own_total=None, invoice_id=None, invoiced_by_id=None)
        else:
            reverse(world, posted)
    for marked in world.transactions.having("invoiced_by_id", invoice.id):
        world.transactions.change(marked, invoiced_by_id=None)


def _waiting(world: World, item: Item) -> Transaction | None:
    future = world.transactions.get(item.transaction_id)
    return future if future is not None and future.waiting else None


def _carry(world: World, future: Transaction, invoice: Invoice, amount: Decimal) -> None:
    """Let an invoice carry a future item, at the amount of its line."""
    revise(
        world,
        future,
        own_total=future.total,
        total=-amount if future.type == "credit" else amount,
        remind_amount=ZERO,
        invoice_id=invoice.id,
        invoiced_by_id=invoice.id,
    )


def _debit_of(
    world: World, invoice: Invoice, item: Item, amount: Decimal, actor: Actor
) -> Transaction:
    service = world.services.get(item.service_id)
    return Transaction(
        customer_id=invoice.customer_id,
        quantity=item.quantity,
        unit=item.unit,
        price=item.price,
        tax_percent=item.tax,
        tax_id=item.tax_id,
        total=amount,
        date=invoice.date_created,
        category=item.category,
        description=item.description,
        period_from=item.period_from,
        period_to=item.period_to,
        service_id=item.service_id,
        service_type=service.type if service else "",
        invoice_id=invoice.id,
        invoiced_by_id=invoice.id,
        source="auto" if actor.kind == "system" else "manual",
        sub_account_id=item.sub_account_id,
    )
