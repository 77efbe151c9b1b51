"""The round that charges customers' cards: invoices that are due are paid by the platform."""

from connector.sandbox.ledger.payments import take_payment
from connector.sandbox.ledger.standing import open_invoices
from connector.sandbox.records import Payment
from connector.sandbox.witness import SYSTEM
from connector.sandbox.world import World

CREDIT_CARD = 3


def charge_cards(world: World) -> None:
    """Pay what is due by today on every open invoice of the accounts that pay by card."""
    if not world.switches.auto_charge:
        return
    for billing in world.billings:
        if billing.payment_method != CREDIT_CARD or not world.customers.get(billing.customer_id):
            continue
        for invoice in open_invoices(world, billing.customer_id):
            if invoice.date_till is None or invoice.date_till > world.today() or not invoice.due:
                continue
            draft = Payment(
                customer_id=billing.customer_id,
                invoice_id=invoice.id,
                payment_type=CREDIT_CARD,
                amount=invoice.due,
                comment="Automatic charge",
            )
            take_payment(world, draft, SYSTEM)
