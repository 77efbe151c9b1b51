"""Transactions, the only thing that moves a balance."""

from decimal import Decimal

from connector.sandbox.money import ZERO
from connector.sandbox.records import Transaction
from connector.sandbox.world import World


def effect_on_balance(transaction: Transaction) -> Decimal:
    """What a transaction does to the balance; a future item does nothing until it is invoiced.

    For a prepaid customer a future item counts at once.
    """
    if transaction.to_invoice and not transaction.at_once and not transaction.invoice_id:
        return ZERO
    return transaction.total if transaction.type == "credit" else -transaction.total


def post(world: World, transaction: Transaction) -> Transaction:
    """Keep a transaction and move the balance by it; one by hand is open in full."""
    if transaction.date is None:
        transaction.date = world.today()
    transaction.remind_amount = transaction.total if transaction.by_hand else ZERO
    world.billing_of(transaction.customer_id).deposit += effect_on_balance(transaction)
    return world.transactions.add(transaction)


def revise(world: World, transaction: Transaction, **values: object) -> None:
    """Change a transaction that is kept and move the balance by the difference."""
    billing = world.billing_of(transaction.customer_id)
    before = effect_on_balance(transaction)
    world.transactions.change(transaction, **values)
    billing.deposit += effect_on_balance(transaction) - before


def reverse(world: World, transaction: Transaction) -> None:
    """Take a transaction and its effect on the balance away."""
    world.billing_of(transaction.customer_id).deposit -= effect_on_balance(transaction)
    world.transactions.remove(transaction)


def transactions_of_invoice(world: World, invoice_id: int) -> list[Transaction]:
    """The debits an invoice posted, and the future items it carries."""
    rows = world.transactions.having("invoice_id", invoice_id)
    return [posted for posted in rows if posted.payment_id is None]
