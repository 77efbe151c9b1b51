"""Taking, refunding and deleting payments."""

from connector.sandbox.errors import FieldFault
from connector.sandbox.ledger.allocation import allocate, release_payer
from connector.sandbox.ledger.postings import post, reverse
from connector.sandbox.ledger.standing import open_invoices, overdue_amount, release_if_cleared
from connector.sandbox.money import ZERO, cents
from connector.sandbox.records import Payment, Transaction
from connector.sandbox.witness import Actor
from connector.sandbox.world import World

RECEIPT_LENGTH = 32


def take_payment(world: World, draft: Payment, actor: Actor) -> Payment:
    """Credit the account, cover invoices and bring a cleared payer back.

    With an invoice named, that invoice alone is covered; else open ones by creation order.
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
    _refund_credit_note(world, payment)
    _cover(world, payment)
    world.note_effect(actor, "payment", (payment.customer_id, payment.id), -payment.amount)
    release_if_cleared(world, payment.customer_id, owed_before=owed_before)
    return payment


def delete_payment(world: World, payment: Payment, actor: Actor) -> None:
    """Take a payment away: reopen what it covered and reverse its transaction."""
    release_payer(world, payment)
    transaction = world.transactions.get(payment.transaction_id or 0)
    if transaction is not None:
        reverse(world, transaction)
    note = world.credit_notes.get(payment.credit_note_id or 0)
    if note is not None and payment.amount < 0:
        note.remind_amount -= payment.amount
        note.status = "not_refunded"
    world.receipts.discard(payment.receipt_number)
    world.payments.remove(payment)
    world.note_effect(actor, "payment_delete", (payment.customer_id, payment.id), payment.amount)


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


def _claim_receipt(world: World, draft: Payment) -> None:
    while not draft.receipt_number:
        world.counters.receipt += 1
        number = f"{world.today().year}-{draft.payment_type:02d}-{world.counters.receipt:05d}"
        draft.receipt_number = "" if number in world.receipts else number
    check_receipt(world, draft.receipt_number)
    world.receipts.add(draft.receipt_number)


def check_receipt(world: World, number: str) -> None:
    """Refuse a receipt number that is blank, too long or taken."""
    if not 1 <= len(number) <= RECEIPT_LENGTH:
        raise FieldFault({"receipt_number": f"1 to {RECEIPT_LENGTH} characters"})
    if number in world.receipts:
        message = f"Payment with receipt number {number} already exists"
        raise FieldFault({"receipt_number": message})


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


def _refund_credit_note(world: World, payment: Payment) -> None:
    note = world.credit_notes.get(payment.credit_note_id or 0)
    if note is None:
        return
    note.remind_amount += payment.amount
    payment.remind_amount = ZERO
    note.payment_id = payment.id
    note.date_payment = payment.date
    if not note.remind_amount:
        note.status = "refunded"


def _cover(world: World, payment: Payment) -> None:
    named = world.invoices.get(payment.invoice_id or 0)
    targets = [named] if named is not None else open_invoices(world, payment.customer_id)
    for invoice in targets:
        allocate(world, payment, invoice)
