"""Issuing, rewriting and deleting invoices."""

from datetime import timedelta
from decimal import Decimal

from connector.sandbox.errors import ApiFault, FieldFault
from connector.sandbox.ledger.allocation import allocate, covered, refresh_due
from connector.sandbox.ledger.postings import post, reverse, transactions_of_invoice
from connector.sandbox.money import HUNDRED, ZERO, cents, four
from connector.sandbox.records import Invoice, Item, Transaction
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
    _claim_number(world, draft.number)
    draft.added_by, draft.added_by_id = actor.kind, 0 if actor.kind == "system" else 1
    invoice = world.invoices.add(draft)
    if invoice.status == "not_paid":
        _debit(world, invoice, actor)
    else:
        invoice.due = invoice.total
    return invoice


def price_items(world: World, items: list[Item]) -> Decimal:
    """Number the lines, set their tax and return the document's total, rounded once."""
    if not items:
        raise FieldFault({"items": "Invoice must have positions"})
    exact = ZERO
    for pos, item in enumerate(items, start=1):
        if not item.id:
            world.counters.item += 1
            item.id = world.counters.item
        item.pos = pos
        item.tax_amount = four(item.price * item.quantity * item.tax / HUNDRED)
        exact += gross(item)
    total = cents(exact)
    if total < 0:
        raise FieldFault({"total": "Invoice total cannot be negative"})
    return total


def gross(item: Item) -> Decimal:
    """A line's net and tax at four places each."""
    return four(item.price * item.quantity) + item.tax_amount


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
    change = total - invoice.total
    _take_debits_back(world, invoice)
    invoice.items, invoice.total = items, total
    _post_items(world, invoice, actor)
    refresh_due(world, invoice, payment_id=0)
    world.note_effect(actor, "invoice_edit", (invoice.customer_id, invoice.id), change)
    world.witness.note_charge(invoice, actor)


def approve_invoice(world: World, invoice: Invoice, actor: Actor) -> None:
    """Turn a pending invoice into an issued one."""
    invoice.status = "not_paid"
    _debit(world, invoice, actor)


def rename_invoice(world: World, invoice: Invoice, number: str) -> None:
    """Give an invoice another unique number."""
    _claim_number(world, number)
    world.invoice_numbers.discard(invoice.number)
    invoice.number = number


def delete_invoice(world: World, invoice: Invoice, actor: Actor) -> None:
    """Mark an unpaid invoice as deleted and reverse its debits; covered ones are refused."""
    if invoice.status == "paid" or covered(world, invoice):
        state = "paid" if invoice.status == "paid" else "partially paid"
        raise ApiFault(
            405, "ENTITY_CANNOT_BE_DELETED", f"This invoice is {state} and can't be deleted"
        )
    if invoice.status == "deleted":
        return
    owed = invoice.total if invoice.status == "not_paid" else ZERO
    _take_debits_back(world, invoice)
    invoice.status, invoice.due = "deleted", ZERO
    invoice.date_updated = world.today()
    world.note_effect(actor, "invoice_delete", (invoice.customer_id, invoice.id), -owed)
    if actor.kind != "api":
        world.witness.charges.pop(invoice.id, None)


def _debit(world: World, invoice: Invoice, actor: Actor) -> None:
    _post_items(world, invoice, actor)
    refresh_due(world, invoice, payment_id=0)
    world.note_effect(actor, "invoice", (invoice.customer_id, invoice.id), invoice.total)
    world.witness.note_charge(invoice, actor)
    if world.switches.pay_from_balance:
        _pay_from_balance(world, invoice)


def _post_items(world: World, invoice: Invoice, actor: Actor) -> None:
    """Post one debit per line with money; the last takes the document's rounding."""
    lines = [item for item in invoice.items if gross(item)]
    rest = invoice.total
    for item in invoice.items:
        item.transaction_id = 0
    for item in lines:
        amount = rest if item is lines[-1] else gross(item)
        rest -= amount
        item.transaction_id = post(world, _debit_of(invoice, item, amount, actor)).id


def _debit_of(invoice: Invoice, item: Item, amount: Decimal, actor: Actor) -> Transaction:
    return Transaction(
        customer_id=invoice.customer_id,
        quantity=item.quantity,
        unit=item.unit,
        price=item.price,
        tax_percent=item.tax,
        total=amount,
        date=invoice.date_created,
        category=item.category,
        description=item.description,
        period_from=item.period_from,
        period_to=item.period_to,
        service_id=item.service_id,
        service_type="internet" if item.service_id else "",
        invoice_id=invoice.id,
        invoiced_by_id=invoice.id,
        source="auto" if actor.kind == "system" else "manual",
        sub_account_id=item.sub_account_id,
    )


def _take_debits_back(world: World, invoice: Invoice) -> None:
    for transaction in transactions_of_invoice(world, invoice.customer_id, invoice.id):
        reverse(world, transaction)


def _pay_from_balance(world: World, invoice: Invoice) -> None:
    for payment in world.payments.of_customer(invoice.customer_id):
        allocate(world, payment, invoice)
    for note in world.credit_notes.of_customer(invoice.customer_id):
        if note.status == "not_refunded":
            allocate(world, note, invoice)


def _set_dates(world: World, draft: Invoice) -> None:
    draft.date_created = draft.date_created or world.today()
    if draft.date_till is None:
        days = world.billing_of(draft.customer_id).billing_due
        draft.date_till = draft.date_created + timedelta(days=days)
    if draft.date_till < draft.date_created:
        raise FieldFault({"date_till": "Payment due date should be >= document date"})
    draft.date_updated = world.today()
    draft.real_create_datetime = world.now()


def _claim_number(world: World, number: str) -> None:
    if number in world.invoice_numbers:
        raise FieldFault({"number": f"Invoice with number {number} already exists"})
    world.invoice_numbers.add(number)


def _next_number(world: World, draft: Invoice) -> str:
    customer = world.customers.get(draft.customer_id)
    partner = customer.partner_id if customer else 0
    year = (draft.date_created or world.today()).year
    while True:
        world.counters.invoice_number += 1
        number = f"{year}{partner:02d}{world.counters.invoice_number:06d}"
        if number not in world.invoice_numbers:
            return number
