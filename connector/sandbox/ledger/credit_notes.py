"""Issuing, linking, rewriting and deleting credit notes."""

from decimal import Decimal

from connector.sandbox.errors import ApiFault, FieldFault
from connector.sandbox.ledger.allocation import allocate, refunds_of, release_payer
from connector.sandbox.ledger.lines import common_sub, price_items
from connector.sandbox.ledger.numbers import claim_number, free_number, next_number, refuse_taken
from connector.sandbox.ledger.postings import post, reverse
from connector.sandbox.ledger.standing import overdue_amount, release_if_cleared
from connector.sandbox.money import ZERO
from connector.sandbox.records import CreditNote, Invoice, Item, Transaction
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
    draft.total = draft.remind_amount = _priced(world, draft.items)
    draft.number = draft.number or _next_number(world)
    claim_number(world, world.credit_numbers, draft.number, "Credit note")
    draft.date_created = draft.date_created or world.today()
    draft.date_updated, draft.real_create_datetime = world.today(), world.now()
    draft.added_by, draft.added_by_id = actor.kind, 0 if actor.kind == "system" else 1
    owed_before = overdue_amount(world, draft.customer_id)
    note = world.credit_notes.add(draft)
    _credit(world, note)
    if bound is not None:
        link_credit_note(world, note, bound)
    world.note_effect(actor, "credit_note", (note.customer_id, note.id), -note.total)
    if world.switches.credit_note_reactivates:
        release_if_cleared(world, note.customer_id, owed_before=owed_before)
    return note


def link_credit_note(world: World, note: CreditNote, invoice: Invoice) -> None:
    """Make a credit note be of an invoice, and cover what is due there."""
    note.linked_id = invoice.id
    allocate(world, note, invoice)


def rewrite_note(world: World, note: CreditNote, items: list[Item], actor: Actor) -> None:
    """Replace the lines of a credit note that nothing has used, and its credit with them."""
    held = {item.id for item in note.items}
    for item in items:
        item.id = item.id if item.id in held else 0
    total = _priced(world, items)
    change = note.total - total
    _take_credit(world, note)
    note.items, note.total, note.remind_amount = items, total, total
    _credit(world, note)
    world.note_effect(actor, "credit_note_edit", (note.customer_id, note.id), change)


def rename_note(world: World, note: CreditNote, number: str) -> None:
    """Give a credit note another unique number."""
    refuse_taken(world, world.credit_numbers, number, "Credit note")
    before, note.number = note.number, number
    world.credit_numbers.add(number)
    free_number(world.credit_numbers, before, (row.number for row in world.credit_notes))


def delete_credit_note(world: World, note: CreditNote, actor: Actor) -> None:
    """Mark a credit note as deleted, take its credit back and reopen what it covered.

    One that was paid back is refused. By switch it vanishes, and its number is free again.
    """
    if refunds_of(world, note):
        raise ApiFault(
            world.switches.refusal_status,
            "ENTITY_CANNOT_BE_DELETED",
            "This credit note is refunded",
        )
    if note.status != "deleted":
        release_payer(world, note)
        _take_credit(world, note)
        note.status, note.remind_amount, note.date_updated = "deleted", ZERO, world.today()
        world.note_effect(actor, "credit_note_delete", (note.customer_id, note.id), note.total)
    if world.switches.invoice_delete == "vanish":
        world.credit_notes.remove(note)
        others = (row.number for row in world.credit_notes)
        free_number(world.credit_numbers, note.number, others)


def bindable_invoice(world: World, customer_id: int, invoice_id: int | None) -> Invoice | None:
    """The invoice a credit note may be bound to: live and of the same customer."""
    if not invoice_id:
        return None
    invoice = world.invoices.get(invoice_id)
    if invoice is None or invoice.customer_id != customer_id or invoice.status == "deleted":
        raise FieldFault({"invoicesId": "Invoice is invalid"})
    return invoice


def _priced(world: World, items: list[Item]) -> Decimal:
    total = price_items(world, items, "Credit note")
    if not total and not world.switches.zero_credit_notes:
        raise FieldFault({"total": "Credit note total must be greater than 0"})
    return total


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
            sub_account_id=common_sub(note.items),
        ),
    )


def _take_credit(world: World, note: CreditNote) -> None:
    for posted in world.transactions.having("credit_note_id", note.id):
        reverse(world, posted)


def _next_number(world: World) -> str:
    def make() -> str:
        world.counters.credit_number += 1
        return f"{world.today().year}{world.counters.credit_number:06d}"

    return next_number(world.credit_numbers, make)
