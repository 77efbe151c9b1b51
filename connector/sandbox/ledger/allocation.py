"""Relations: which payer covers which invoice or debit by hand, and what stays open."""

from decimal import Decimal

from connector.sandbox.ledger.standing import open_invoices
from connector.sandbox.money import ZERO
from connector.sandbox.records import CreditNote, Invoice, Payment, Relation, Transaction
from connector.sandbox.world import World

Payer = Payment | CreditNote | Transaction
Debt = Invoice | Transaction


def kind_of(payer: Payer) -> str:
    """The relation type of a payer."""
    if isinstance(payer, Payment):
        return "payment"
    return "credit_note" if isinstance(payer, CreditNote) else "transaction"


def relations_of(world: World, debt: Debt) -> list[Relation]:
    """What covers a debt."""
    key = "invoice_id" if isinstance(debt, Invoice) else "transaction_id"
    return world.relations.having(key, debt.id)


def relations_by(world: World, payer: Payer) -> list[Relation]:
    """What a payer covers."""
    kind = kind_of(payer)
    rows = world.relations.having("payer_id", payer.id)
    return [relation for relation in rows if relation.type == kind]


def covered(world: World, debt: Debt) -> Decimal:
    """How much of a debt is covered."""
    return sum((relation.amount for relation in relations_of(world, debt)), ZERO)


def spent(world: World, payer: Payer) -> Decimal:
    """How much a payer covers."""
    return sum((relation.amount for relation in relations_by(world, payer)), ZERO)


def open_debts(world: World, customer_id: int) -> list[Debt]:
    """What a payment may cover: debits by hand first, then invoices, each by creation order."""
    return [*open_debits(world, customer_id), *open_invoices(world, customer_id)]


def open_debits(world: World, customer_id: int) -> list[Transaction]:
    """The debits by hand that are not covered in full."""
    rows = world.transactions.having("by_hand", customer_id)
    return [row for row in rows if row.type == "debit" and row.remind_amount > 0]


def open_amount(debt: Debt) -> Decimal:
    """What is still to be covered of a debt."""
    if isinstance(debt, Transaction):
        return debt.remind_amount
    return debt.due if debt.status == "not_paid" else ZERO


def allocate(world: World, payer: Payer, debt: Debt, *, most: Decimal | None = None) -> Decimal:
    """Cover a debt by what is left of a payer, at most what is open; returns how much."""
    amount = min(payer.remind_amount, open_amount(debt))
    amount = amount if most is None else min(amount, most)
    if amount <= 0:
        return ZERO
    world.relations.add(
        Relation(
            customer_id=debt.customer_id,
            payer_id=payer.id,
            type=kind_of(payer),
            invoice_id=debt.id if isinstance(debt, Invoice) else 0,
            transaction_id=debt.id if isinstance(debt, Transaction) else None,
            amount=amount,
        )
    )
    payer.remind_amount -= amount
    if isinstance(payer, CreditNote):
        refresh_note(world, payer)
    refresh(world, debt, payment_id=payer.id if isinstance(payer, Payment) else 0)
    return amount


def release_payer(world: World, payer: Payer) -> None:
    """Take all relations of a payer that goes away, and reopen what they covered."""
    for relation in relations_by(world, payer):
        world.relations.remove(relation)
        invoice = world.invoices.get(relation.invoice_id)
        debt = invoice or world.transactions.get(relation.transaction_id or 0)
        if debt is not None:
            refresh(world, debt, payment_id=0)


def refunds_of(world: World, note: CreditNote) -> list[Payment]:
    """The negative payments that paid a credit note back."""
    return world.payments.having("credit_note_id", note.id)


def refresh_note(world: World, note: CreditNote) -> None:
    """Recompute what is left of a credit note, its status and its last refund.

    What it is called when invoices used all of it is unknown, hence a switch.
    """
    refunds = refunds_of(world, note)
    repaid = -sum((refund.amount for refund in refunds), ZERO)
    note.remind_amount = note.total - spent(world, note) - repaid
    note.payment_id = refunds[-1].id if refunds else 0
    note.date_payment = refunds[-1].date if refunds else None
    note.date_updated = world.today()
    if note.remind_amount or not note.total:
        note.status = "not_refunded"
    else:
        note.status = "refunded" if refunds else world.switches.used_note_status


def refresh(world: World, debt: Debt, *, payment_id: int) -> None:
    """Recompute what is open of a debt from its relations."""
    if isinstance(debt, Invoice):
        refresh_due(world, debt, payment_id=payment_id)
    else:
        debt.remind_amount = debt.total - covered(world, debt)


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
