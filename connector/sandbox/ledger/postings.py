"""Transactions, the only thing that moves a balance."""

from decimal import Decimal

from connector.sandbox.records import Transaction
from connector.sandbox.world import World


def effect_on_balance(transaction: Transaction) -> Decimal:
    """What a transaction does to the balance; a future item does nothing yet."""
    if transaction.to_invoice and not transaction.invoice_id:
        return Decimal(0)
    return transaction.total if transaction.type == "credit" else -transaction.total


def post(world: World, transaction: Transaction) -> Transaction:
    """Keep a transaction and move the balance by it."""
    if transaction.date is None:
        transaction.date = world.today()
    world.billing_of(transaction.customer_id).deposit += effect_on_balance(transaction)
    return world.transactions.add(transaction)


def reverse(world: World, transaction: Transaction) -> None:
    """Take a transaction and its effect on the balance away."""
    world.billing_of(transaction.customer_id).deposit -= effect_on_balance(transaction)
    world.transactions.remove(transaction)


def transactions_of_invoice(world: World, customer_id: int, invoice_id: int) -> list[Transaction]:
    """The debits an invoice posted."""
    return [
        posted
        for posted in world.transactions.of_customer(customer_id)
        if posted.invoice_id == invoice_id and posted.payment_id is None
    ]
