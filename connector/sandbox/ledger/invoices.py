"""Issuing, rewriting and deleting invoices."""

from datetime import timedelta
from decimal import Decimal

from connector.sandbox.errors import ApiFault, FieldFault
from connector.sandbox.ledger.allocation import Payer, allocate, covered, refresh_due
from connector.sandbox.ledger.debits import post_lines, take_back
from connector.sandbox.ledger.lines import price_items
from connector.sandbox.ledger.numbers import claim_number, free_number, next_number, refuse_taken
from connector.sandbox.money import ZERO
from connector.sandbox.records import Invoice, Item
from connector.sandbox.witness import Actor
from connector.sandbox.world import World


def issue_invoice(world: World, draft: Invoice, actor: Actor) -> Invoice:
    """Complete a draft, keep it and debit the account; a pending one debits nothing yet."""
    if world.customers.get(draft.customer_id) is None:
        raise FieldFault({"customer_id": "Customer ID is invalid"})
    if draft.status not in {"not_paid", "pending"}:
        raise FieldFault({"status": "Status is invalid"})
    draft.total = price_items(world, draft.items)
    _set_dates(world, draft)
    draft.number = draft.number or _next_number(world, draft)
    claim_number(world, world.invoice_numbers, draft.number, "Invoice")
    draft.added_by, draft.added_by_id = actor.kind, 0 if actor.kind == "system" else 1
    invoice = world.invoices.add(draft)
    if invoice.status == "not_paid":
        _debit(world, invoice, actor)
    else:
        invoice.due = invoice.total
    return invoice


def rewrite_items(world: World, invoice: Invoice, items: list[Item], actor: Actor) -> None:
    """Replace all lines of an unpaid invoice and its debits with them."""
    held = {item.id for item in invoice.items}
    for item in items:
        item.id = item.id if item.id in held else 0
    total = price_items(world, items)
    if total < covered(world, invoice):
        raise FieldFault({"items": "Invoice total cannot be less than the related payment amount"})
    if invoice.status == "pending":
        invoice.items, invoice.total, invoice.due = items, total, total
        return
    before = world.billing_of(invoice.customer_id).deposit
    take_back(world, invoice)
    invoice.items, invoice.total = items, total
    post_lines(world, invoice, actor)
    refresh_due(world, invoice, payment_id=0)
    _note(world, actor, "invoice_edit", invoice, before)
    world.witness.note_charge(invoice, actor)


def approve_invoice(world: World, invoice: Invoice, actor: Actor) -> None:
    """Turn a pending invoice into an issued one."""
    invoice.status = "not_paid"
    _debit(world, invoice, actor)


def rename_invoice(world: World, invoice: Invoice, number: str) -> None:
    """Give an invoice another unique number."""
    refuse_taken(world, world.invoice_numbers, number, "Invoice")
    before, invoice.number = invoice.number, number
    world.invoice_numbers.add(number)
    free_number(world.invoice_numbers, before, (row.number for row in world.invoices))


def delete_invoice(world: World, invoice: Invoice, actor: Actor) -> None:
    """Mark an unpaid invoice as deleted and reverse its debits; covered ones are refused.

    By switch it vanishes instead, and its number is free again. Future items wait once more.
    """
    if invoice.status == "paid" or covered(world, invoice):
        state = "paid" if invoice.status == "paid" else "partially paid"
        raise ApiFault(
            world.switches.refusal_status,
            "ENTITY_CANNOT_BE_DELETED",
            f"This invoice is {state} and can't be deleted",
        )
    if invoice.status != "deleted":
        _take_off(world, invoice, actor)
    if world.switches.invoice_delete == "vanish":
        world.invoices.remove(invoice)
        free_number(world.invoice_numbers, invoice.number, (row.number for row in world.invoices))


def _take_off(world: World, invoice: Invoice, actor: Actor) -> None:
    before = world.billing_of(invoice.customer_id).deposit
    take_back(world, invoice)
    for item in invoice.items:
        item.transaction_id = 0
    invoice.status, invoice.due = "deleted", ZERO
    invoice.date_updated = world.today()
    _note(world, actor, "invoice_delete", invoice, before)
    if actor.kind != "api" and invoice.id in world.witness.charges:
        del world.witness.charges[invoice.id]
        world.witness.voided.add(invoice.number)


def _debit(world: World, invoice: Invoice, actor: Actor) -> None:
    before = world.billing_of(invoice.customer_id).deposit
    post_lines(world, invoice, actor)
    refresh_due(world, invoice, payment_id=0)
    _note(world, actor, "invoice", invoice, before)
    world.witness.note_charge(invoice, actor)
    if world.switches.pay_from_balance:
        _pay_from_balance(world, invoice, before)


def _note(world: World, actor: Actor, kind: str, invoice: Invoice, before: Decimal) -> None:
    """Tell the witness what became of the balance."""
    owed = before - world.billing_of(invoice.customer_id).deposit
    world.note_effect(actor, kind, (invoice.customer_id, invoice.id), owed)


def _pay_from_balance(world: World, invoice: Invoice, balance: Decimal) -> None:
    """Cover a new invoice by what earlier payers have left, at most what the balance had."""
    customer_id = invoice.customer_id
    notes = world.credit_notes.of_customer(customer_id)
    by_hand = world.transactions.having("by_hand", customer_id)
    payers: list[Payer] = [
        *world.payments.of_customer(customer_id),
        *(note for note in notes if note.status != "deleted"),
        *(row for row in by_hand if row.type == "credit"),
    ]
    for payer in payers:
        balance -= allocate(world, payer, invoice, most=balance)
        invoice.payd_from_deposit = int(invoice.status == "paid")


def _set_dates(world: World, draft: Invoice) -> None:
    draft.date_created = draft.date_created or world.today()
    if draft.date_till is None:
        days = world.billing_of(draft.customer_id).billing_due
        draft.date_till = draft.date_created + timedelta(days=days)
    if draft.date_till < draft.date_created:
        raise FieldFault({"date_till": "Payment due date should be >= document date"})
    draft.date_updated = world.today()
    draft.real_create_datetime = world.now()


def _next_number(world: World, draft: Invoice) -> str:
    customer = world.customers.get(draft.customer_id)
    partner = customer.partner_id if customer else 0
    year = (draft.date_created or world.today()).year

    def make() -> str:
        world.counters.invoice_number += 1
        return f"{year}{partner:02d}{world.counters.invoice_number:06d}"

    return next_number(world.invoice_numbers, make)
