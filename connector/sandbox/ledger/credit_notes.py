"""Issuing and deleting credit notes."""

from connector.sandbox.errors import ApiFault, FieldFault
from connector.sandbox.ledger.allocation import allocate, release_payer
from connector.sandbox.ledger.invoices import price_items
from connector.sandbox.ledger.postings import post, reverse
from connector.sandbox.ledger.standing import overdue_amount, release_if_cleared
from connector.sandbox.money import ZERO
from connector.sandbox.records import CreditNote, Invoice, Transaction
from connector.sandbox.witness import Actor
from connector.sandbox.world import World


def issue_credit_note(
    world: World, draft: CreditNote, *, invoice_id: int | None, actor: Actor
) -> CreditNote:
    """Credit the account and, bound to an invoice, lower its due; the rest stays on the balance.

    Binding never pays more than the due. It never reactivates, unless the switch says so.
    """
    if world.customers.get(draft.customer_id) is None:
        raise FieldFault({"customer_id": "Customer ID is invalid"})
    if draft.status != "not_refunded":
        raise FieldFault({"status": "Status is invalid"})
    bound = bindable_invoice(world, draft.customer_id, invoice_id)
    draft.total = draft.remind_amount = price_items(world, draft.items)
    _claim_number(world, draft)
    draft.date_created = draft.date_created or world.today()
    draft.date_updated, draft.real_create_datetime = world.today(), world.now()
    draft.added_by, draft.added_by_id = actor.kind, 0 if actor.kind == "system" else 1
    owed_before = overdue_amount(world, draft.customer_id)
    note = world.credit_notes.add(draft)
    _credit(world, note)
    if bound is not None:
        allocate(world, note, bound)
    world.note_effect(actor, "credit_note", (note.customer_id, note.id), -note.total)
    if world.switches.credit_note_reactivates:
        release_if_cleared(world, note.customer_id, owed_before=owed_before)
    return note


def delete_credit_note(world: World, note: CreditNote, actor: Actor) -> None:
    """Mark a credit note as deleted, take its credit back and reopen what it covered."""
    if note.status == "refunded":
        raise ApiFault(405, "ENTITY_CANNOT_BE_DELETED", "This credit note is refunded")
    if note.status == "deleted":
        return
    release_payer(world, note)
    for transaction in world.transactions.of_customer(note.customer_id):
        if transaction.credit_note_id == note.id and transaction.type == "credit":
            reverse(world, transaction)
    note.status, note.remind_amount, note.date_updated = "deleted", ZERO, world.today()
    world.note_effect(actor, "credit_note_delete", (note.customer_id, note.id), note.total)


def bindable_invoice(world: World, customer_id: int, invoice_id: int | None) -> Invoice | None:
    """The invoice a credit note may be bound to: live and of the same customer."""
    if not invoice_id:
        return None
    invoice = world.invoices.get(invoice_id)
    if invoice is None or invoice.customer_id != customer_id or invoice.status == "deleted":
        raise FieldFault({"invoicesId": "Invoice is invalid"})
    return invoice


def _credit(world: World, note: CreditNote) -> None:
    if not note.total:
        return
    post(
        world,
        Transaction(
            customer_id=note.customer_id,
            type="credit",
            price=note.total,
            total=note.total,
            date=note.date_created,
            category=5,
            description=f"Credit note {note.number}",
            credit_note_id=note.id,
            source="auto",
        ),
    )


def _claim_number(world: World, draft: CreditNote) -> None:
    while not draft.number:
        world.counters.credit_number += 1
        number = f"{world.today().year}{world.counters.credit_number:06d}"
        draft.number = "" if number in world.credit_numbers else number
    if draft.number in world.credit_numbers:
        raise FieldFault({"number": f"Credit note with number {draft.number} already exists"})
    world.credit_numbers.add(draft.number)
