"""Relations: which payment or credit note covers which invoice, and what stays due."""

from decimal import Decimal

from connector.sandbox.money import ZERO
from connector.sandbox.records import CreditNote, Invoice, Payment, Relation
from connector.sandbox.world import World

Payer = Payment | CreditNote


def kind_of(payer: Payer) -> str:
    """The relation type of a payer."""
    return "payment" if isinstance(payer, Payment) else "credit_note"


def relations_of_invoice(world: World, invoice: Invoice) -> list[Relation]:
    """What covers an invoice."""
    return [
        relation
        for relation in world.relations.of_customer(invoice.customer_id)
        if relation.invoice_id == invoice.id
    ]


def covered(world: World, invoice: Invoice) -> Decimal:
    """How much of an invoice is covered."""
    return sum((relation.amount for relation in relations_of_invoice(world, invoice)), ZERO)


def allocate(world: World, payer: Payer, invoice: Invoice) -> None:
    """Cover an invoice by what is left of a payer, at most its due."""
    amount = min(payer.remind_amount, invoice.due)
    if amount <= 0 or invoice.status != "not_paid":
        return
    world.relations.add(
        Relation(
            customer_id=invoice.customer_id,
            payer_id=payer.id,
            type=kind_of(payer),
            invoice_id=invoice.id,
            amount=amount,
        )
    )
    payer.remind_amount -= amount
    refresh_due(world, invoice, payment_id=payer.id if isinstance(payer, Payment) else 0)


def release_payer(world: World, payer: Payer) -> None:
    """Take all relations of a payer away and reopen what they covered."""
    kind = kind_of(payer)
    for relation in list(world.relations.of_customer(payer.customer_id)):
        if relation.type != kind or relation.payer_id != payer.id:
            continue
        world.relations.remove(relation)
        invoice = world.invoices.get(relation.invoice_id)
        if invoice is not None:
            refresh_due(world, invoice, payment_id=0)


def refresh_due(world: World, invoice: Invoice, *, payment_id: int) -> None:
    """Recompute due, status and payment date from the relations."""
    invoice.due = invoice.total - covered(world, invoice)
    if invoice.due == 0:
        invoice.status = "paid"
        invoice.date_payment = world.today()
        invoice.payment_id = payment_id
    else:
        invoice.status = "not_paid"
        invoice.date_payment = None
        invoice.payment_id = 0
    invoice.date_updated = world.today()
    world.witness.note_settlement(invoice)
