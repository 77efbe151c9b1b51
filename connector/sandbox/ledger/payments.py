"""Taking, refunding and deleting payments."""

from connector.sandbox.engine.prepaid import resume_if_funded
from connector.sandbox.errors import FieldFault
from connector.sandbox.ledger.allocation import (
    allocate,
    open_amount,
    open_debts,
    refresh_note,
    release_payer,
)
from connector.sandbox.ledger.numbers import free_number, next_number
from connector.sandbox.ledger.postings import post, reverse
from connector.sandbox.ledger.proformas import payable_proforma, refresh_proforma
from connector.sandbox.ledger.standing import overdue_amount, release_if_cleared
from connector.sandbox.money import ZERO, cents
from connector.sandbox.records import Payment, Transaction
from connector.sandbox.witness import Actor
from connector.sandbox.world import World

RECEIPT_LENGTH = 32


def take_payment(world: World, draft: Payment, actor: Actor) -> Payment:
    """Credit the account, cover debts and bring a cleared payer back.

    With an invoice named, that invoice alone is covered, and with a proforma nothing; else debits
    by hand and open invoices by creation order, or what the switch says.
    A negative amount is a refund: it debits the account and covers nothing.
    """
    draft.amount = draft.remind_amount = cents(draft.amount)
    _check(world, draft)
    _claim_receipt(world, draft)
    draft.date = draft.date or world.today()
    draft.real_create_datetime = draft.updated_at = world.now()
    draft.added_by, draft.added_by_id = actor.kind, 0 if actor.kind == "system" else 1
    owed_before = overdue_amount(world, draft.customer_id)
    payment = world.payments.add(draft)
    payment.transaction_id = _move_balance(world, payment)
    if payment.credit_note_id:
        payment.remind_amount = ZERO
    _refresh_targets(world, payment)
    _cover(world, payment)
    world.note_effect(actor, "payment", (payment.customer_id, payment.id), -payment.amount)
    release_if_cleared(world, payment.customer_id, owed_before=owed_before)
    resume_if_funded(world, payment.customer_id)
    return payment


def delete_payment(world: World, payment: Payment, actor: Actor) -> None:
    """Take a payment away: reopen what it covered and reverse its transaction."""
    release_payer(world, payment)
    transaction = world.transactions.get(payment.transaction_id or 0)
    if transaction is not None:
        reverse(world, transaction)
    world.payments.remove(payment)
    _refresh_targets(world, payment)
    others = (row.receipt_number for row in world.payments)
    free_number(world.receipts, payment.receipt_number, others)
    world.note_effect(actor, "payment_delete", (payment.customer_id, payment.id), payment.amount)


def check_receipt(world: World, number: str) -> None:
    """Refuse a receipt number that is blank, too long or taken."""
    if not 1 <= len(number) <= RECEIPT_LENGTH:
        raise FieldFault({"receipt_number": f"1 to {RECEIPT_LENGTH} characters"})
    if world.switches.unique_receipts and number in world.receipts:
        message = f"Payment with receipt number {number} already exists"
        raise FieldFault({"receipt_number": message})


def rename_receipt(world: World, payment: Payment, number: str) -> None:
    """Give a payment another unique receipt number."""
    check_receipt(world, number)
    before, payment.receipt_number = payment.receipt_number, number
    world.receipts.add(number)
    free_number(world.receipts, before, (row.receipt_number for row in world.payments))


def _check(world: World, draft: Payment) -> None:
    if world.customers.get(draft.customer_id) is None:
        raise FieldFault({"customer_id": "Customer ID is required"})
    if not draft.amount:
        raise FieldFault({"amount": "Invalid sum, only a value greater or less than 0 is allowed!"})
    invoice = world.invoices.get(draft.invoice_id or 0)
    if draft.invoice_id and (
        invoice is None or invoice.customer_id != draft.customer_id or invoice.status == "deleted"
    ):
        raise FieldFault({"invoice_id": "Invoice is invalid"})
    note = world.credit_notes.get(draft.credit_note_id or 0)
    if draft.credit_note_id and (
        note is None
        or note.customer_id != draft.customer_id
        or draft.amount > 0
        or note.remind_amount < -draft.amount
    ):
        raise FieldFault({"credit_note_id": "Credit note is invalid"})
    if payable_proforma(world, draft.customer_id, draft.request_id) and draft.amount < 0:
        raise FieldFault({"request_id": "A refund pays no proforma invoice"})


def _claim_receipt(world: World, draft: Payment) -> None:
    def make() -> str:
        world.counters.receipt += 1
        return f"{world.today().year}-{draft.payment_type:02d}-{world.counters.receipt:05d}"

    draft.receipt_number = draft.receipt_number or next_number(world.receipts, make)
    check_receipt(world, draft.receipt_number)
    world.receipts.add(draft.receipt_number)


def _move_balance(world: World, payment: Payment) -> int:
    posted = post(
        world,
        Transaction(
            customer_id=payment.customer_id,
            type="credit" if payment.amount > 0 else "debit",
            price=abs(payment.amount),
            total=abs(payment.amount),
            date=payment.date,
            category=3 if payment.amount > 0 else 4,
            description=f"Payment {payment.receipt_number}",
            payment_id=payment.id,
            source="auto",
        ),
    )
    return posted.id


def _refresh_targets(world: World, payment: Payment) -> None:
    """Recompute the credit note and the proforma that a payment names."""
    note = world.credit_notes.get(payment.credit_note_id or 0)
    if note is not None:
        refresh_note(world, note)
    proforma = world.proformas.get(payment.request_id or 0)
    if proforma is not None:
        refresh_proforma(world, proforma)


def _cover(world: World, payment: Payment) -> None:
    named = world.invoices.get(payment.invoice_id or 0)
    if named is not None:
        allocate(world, payment, named)
        return
    rule = world.switches.allocation
    if payment.request_id or payment.credit_note_id or rule == "none":
        return
    for debt in open_debts(world, payment.customer_id):
        if rule == "exact" and open_amount(debt) != payment.amount:
            continue
        allocate(world, payment, debt)
