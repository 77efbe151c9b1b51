"""Creating, changing and deleting credit notes, payments and transactions."""

from connector.sandbox.errors import ApiFault, FieldFault
from connector.sandbox.ledger.credit_notes import issue_credit_note
from connector.sandbox.ledger.payments import check_receipt, take_payment
from connector.sandbox.ledger.postings import effect_on_balance, post, reverse
from connector.sandbox.money import HUNDRED, cents
from connector.sandbox.records import CreditNote, Payment, Transaction
from connector.sandbox.wire.documents import CREDIT_ITEM, CREDIT_NOTE, PAYMENT, TRANSACTION
from connector.sandbox.wire.fields import Kind
from connector.sandbox.wire.reading import (
    Body,
    ItemReading,
    apply_changes,
    read_changes,
    read_value,
    require,
)
from connector.sandbox.witness import Actor
from connector.sandbox.world import World

CREDIT_NOTE_EDITABLE = frozenset({"note", "is_sent", "date_created", "additional_attributes"})
CREDIT_NOTE_USED = frozenset({"note", "additional_attributes"})
PAYMENT_FIXED = frozenset({"amount", "customer_id", "invoice_id", "credit_note_id", "request_id"})
TRANSACTION_EDITABLE = frozenset({"description", "comment", "date", "period_from", "period_to"})


def create_credit_note(world: World, body: Body, actor: Actor) -> CreditNote:
    """Issue a credit note, bound to the invoice that `invoicesId` names if any.

    `resetPeriodForService` of "1" makes the periods of the credited lines chargeable again.
    """
    require(CREDIT_NOTE, body)
    draft = CreditNote()
    items = ItemReading(fields=CREDIT_ITEM)
    apply_changes(draft, read_changes(CREDIT_NOTE, body, linked=world.linked_accounts, items=items))
    for item in draft.items:
        item.id = 0
    invoice_id = _bound_id(body.get("invoicesId"))
    note = issue_credit_note(world, draft, invoice_id=invoice_id, actor=actor)
    if str(body.get("resetPeriodForService") or "0") != "0":
        _reset_periods(world, invoice_id)
    return note


def update_credit_note(world: World, note: CreditNote, body: Body, _actor: Actor) -> None:
    """Change a credit note; a used one only its note. Its lines never change here."""
    named = read_changes(CREDIT_NOTE, body, linked=world.linked_accounts, items=ItemReading())
    changes = {attr: value for attr, value in named.items() if getattr(note, attr) != value}
    used = note.status != "not_refunded" or note.remind_amount != note.total
    frozen = set(changes) - (CREDIT_NOTE_USED if used else CREDIT_NOTE_EDITABLE)
    if frozen:
        raise FieldFault(dict.fromkeys(sorted(frozen), "This credit note can't be edited"))
    apply_changes(note, changes)
    note.date_updated = world.today()


def create_payment(world: World, body: Body, actor: Actor) -> Payment:
    """Take a payment."""
    require(tuple(field for field in PAYMENT if field.name == "customer_id"), body)
    draft = Payment()
    apply_changes(draft, read_changes(PAYMENT, body, linked=world.linked_accounts))
    return take_payment(world, draft, actor)


def update_payment(world: World, payment: Payment, body: Body, _actor: Actor) -> None:
    """Change a payment's texts and dates; money and targets are fixed."""
    named = read_changes(PAYMENT, body, linked=world.linked_accounts)
    changes = {attr: value for attr, value in named.items() if getattr(payment, attr) != value}
    fixed = set(changes) & PAYMENT_FIXED
    if fixed:
        raise FieldFault(dict.fromkeys(sorted(fixed), "Cannot be changed on a payment"))
    number = str(changes.get("receipt_number", payment.receipt_number))
    if number != payment.receipt_number:
        check_receipt(world, number)
        world.receipts.discard(payment.receipt_number)
        world.receipts.add(number)
    apply_changes(payment, changes)
    payment.updated_at = world.now()


def create_transaction(world: World, body: Body, actor: Actor) -> Transaction:
    """Post a transaction by hand; a future item (`to_invoice`) moves no balance."""
    require(TRANSACTION, body)
    draft = Transaction()
    named = read_changes(TRANSACTION, body, linked=world.linked_accounts)
    apply_changes(draft, named)
    if draft.type not in {"debit", "credit"}:
        raise FieldFault({"type": "Type is invalid"})
    if world.customers.get(draft.customer_id) is None:
        raise FieldFault({"customer_id": "Customer ID is invalid"})
    if "total" not in named:
        draft.total = draft.price * draft.quantity * (1 + draft.tax_percent / HUNDRED)
    draft.total = cents(draft.total)
    posted = post(world, draft)
    where = (posted.customer_id, posted.id)
    world.note_effect(actor, "transaction", where, -effect_on_balance(posted))
    return posted


def update_transaction(world: World, row: Transaction, body: Body, _actor: Actor) -> None:
    """Change a transaction's texts and dates."""
    named = read_changes(TRANSACTION, body, linked=world.linked_accounts)
    changes = {attr: value for attr, value in named.items() if getattr(row, attr) != value}
    frozen = set(changes) - TRANSACTION_EDITABLE
    if frozen:
        raise FieldFault(dict.fromkeys(sorted(frozen), "Cannot be changed on a transaction"))
    apply_changes(row, changes)


def delete_transaction(world: World, row: Transaction, actor: Actor) -> None:
    """Delete a transaction posted by hand; those of documents go with their document."""
    if row.invoice_id or row.payment_id or row.credit_note_id:
        raise ApiFault(405, "ENTITY_CANNOT_BE_DELETED", "Transaction belongs to a document")
    reverse(world, row)
    where = (row.customer_id, row.id)
    world.note_effect(actor, "transaction_delete", where, effect_on_balance(row))


def _bound_id(raw: object) -> int | None:
    only = raw[0] if isinstance(raw, list) and len(raw) == 1 else raw
    if isinstance(only, list):
        raise FieldFault({"invoicesId": "A credit note is bound to one invoice"})
    try:
        value = read_value(Kind.INTEGER, only)
    except ValueError as error:
        raise FieldFault({"invoicesId": "Invoice is invalid"}) from error
    return value if isinstance(value, int) and value else None


def _reset_periods(world: World, invoice_id: int | None) -> None:
    """Make the periods of the credited invoice's services chargeable again.

    A service that was charged for a later period since then is left as it is.
    """
    invoice = world.invoices.get(invoice_id or 0)
    for item in invoice.items if invoice else []:
        service = world.services.get(item.service_id)
        if service is not None and service.charged_to == item.period_to:
            service.charged_to = None
