"""What an account owes, worked out from documents and what covers them, by no sum the ledger keeps."""

from datetime import date, timedelta
from decimal import Decimal

from connector.sandbox.money import ZERO
from connector.sandbox.records import Invoice
from connector.sandbox.world import World

LIVE = frozenset({"not_paid", "paid"})


def owed_overdue(world: World, customer_id: int) -> Decimal:
    """What is uncovered of the documents that are past their day of grace."""
    return sum(
        (
            invoice.total - _covered(world, invoice)
            for invoice in world.invoices.of_customer(customer_id)
            if invoice.status in LIVE and _blocks_since(world, invoice) <= world.today()
        ),
        ZERO,
    )


def _covered(world: World, invoice: Invoice) -> Decimal:
    return sum(
        (
            relation.amount
            for relation in world.relations.of_customer(invoice.customer_id)
            if relation.invoice_id == invoice.id
        ),
        ZERO,
    )


def _blocks_since(world: World, invoice: Invoice) -> date:
    """The first day on which the document is a reason to block, far off if it never is."""
    grace = world.billing_of(invoice.customer_id).blocking_period
    one_time = invoice.type == "one_time" and not world.switches.one_time_blocks
    if grace < 0 or one_time or invoice.date_till is None:
        return date.max
    return invoice.date_till + timedelta(days=1 + grace)
