"""Creating, changing and deleting transactions by hand; those of documents follow these."""

from dataclasses import replace
from decimal import Decimal

from connector.sandbox.errors import ApiFault, FieldFault
from connector.sandbox.ledger.allocation import covered, spent
from connector.sandbox.ledger.postings import post, reverse, revise
from connector.sandbox.money import HUNDRED, ZERO, cents, four
from connector.sandbox.records import Transaction
from connector.sandbox.wire.documents import TRANSACTION
from connector.sandbox.wire.reading import Body, apply_changes, read_changes, require
from connector.sandbox.witness import Actor
from connector.sandbox.world import World

WORDS = {
    "type": frozenset({"debit", "credit"}),
    "source": frozenset({"manual", "auto", "cdr", "config"}),
    "service_type": frozenset({"", "internet", "voice", "custom", "bundle", "one_time"}),
}
FIXED = frozenset({"customer_id", "type", "source"})
TEXTS = frozenset({"description", "comment", "additional_attributes"})
PRICING = frozenset({"quantity", "price", "tax_percent"})
MONEY = PRICING | {"total", "to_invoice"}


def create_transaction(world: World, body: Body, actor: Actor) -> Transaction:
    """Post a transaction by hand; a future item (`to_invoice`) moves no recurring balance."""
    require(TRANSACTION, body, world.switches.required_by)
    named = read_changes(TRANSACTION, body, linked=world.linked_accounts)
    draft = Transaction()
    apply_changes(draft, named)
    customer = world.customers.get(draft.customer_id)
    if customer is None:
        raise FieldFault({"customer_id": "Customer ID is invalid"})
    _check_words(draft)
    _price(draft, named)
    draft.at_once = bool(draft.to_invoice) and customer.billing_type != "recurring"
    before = world.billing_of(draft.customer_id).deposit
    posted = post(world, draft)
    _note(world, actor, "transaction", posted, before)
    return posted


def update_transaction(world: World, row: Transaction, body: Body, actor: Actor) -> None:
    """Change a transaction by hand, but not its type; what a document has taken is read-only."""
    named = read_changes(TRANSACTION, body, linked=world.linked_accounts)
    changes = {attr: value for attr, value in named.items() if getattr(row, attr) != value}
    free = row.by_hand or row.waiting
    frozen = set(changes) & FIXED if free else set(changes) - TEXTS
    if row.invoiced_by_id and row.to_invoice:
        frozen = set(changes)
    if frozen:
        raise FieldFault(dict.fromkeys(sorted(frozen), "Cannot be changed on a transaction"))
    draft = replace(row, additional_attributes={})
    apply_changes(draft, changes)
    _check_words(draft)
    money = {name: changes.pop(name) for name in MONEY & changes.keys()}
    if money:
        _price(draft, money)
        _revise(world, row, draft, actor)
    service_id = changes.pop("service_id", row.service_id) or 0
    world.transactions.change(row, service_id=service_id)
    apply_changes(row, changes)


def delete_transaction(world: World, row: Transaction, actor: Actor) -> None:
    """Delete a transaction by hand; those of documents, and those in use, stay."""
    used = covered(world, row) or spent(world, row)
    if row.invoice_id or row.invoiced_by_id or row.payment_id or row.credit_note_id or used:
        raise ApiFault(
            world.switches.refusal_status,
            "ENTITY_CANNOT_BE_DELETED",
            "Transaction is paid" if used else "Transaction belongs to a document",
        )
    before = world.billing_of(row.customer_id).deposit
    reverse(world, row)
    _note(world, actor, "transaction_delete", row, before)


def _check_words(draft: Transaction) -> None:
    problems = {
        name: f"{name.replace('_', ' ').capitalize()} is invalid"
        for name, known in WORDS.items()
        if getattr(draft, name) not in known
    }
    if problems:
        raise FieldFault(problems)


def _price(draft: Transaction, named: dict[str, object]) -> None:
    """Set the total from the price, or the price from a total that is sent alone."""
    rate = 1 + draft.tax_percent / HUNDRED
    if "total" not in named:
        draft.total = draft.price * draft.quantity * rate
    elif "price" not in named and draft.quantity and rate:
        draft.price = four(draft.total / rate / draft.quantity)
    draft.total = cents(draft.total)
    if draft.total < 0:
        raise FieldFault({"total": "Total cannot be negative"})


def _revise(world: World, row: Transaction, draft: Transaction, actor: Actor) -> None:
    """Write another amount, or another way to count; what is covered stays covered."""
    used = covered(world, row) + spent(world, row)
    if draft.total < used or (used and draft.to_invoice):
        raise FieldFault({"total": "Total cannot be less than the related payment amount"})
    customer = world.customers.get(row.customer_id)
    prepaid = customer is not None and customer.billing_type != "recurring"
    before = world.billing_of(row.customer_id).deposit
    revise(
        world,
        row,
        quantity=draft.quantity,
        price=draft.price,
        tax_percent=draft.tax_percent,
        total=draft.total,
        to_invoice=draft.to_invoice,
        at_once=bool(draft.to_invoice) and prepaid,
    )
    row.remind_amount = row.total - used if row.by_hand else ZERO
    _note(world, actor, "transaction_edit", row, before)


def _note(world: World, actor: Actor, kind: str, row: Transaction, before: Decimal) -> None:
    """Tell the witness what became of the balance."""
    owed = before - world.billing_of(row.customer_id).deposit
    world.note_effect(actor, kind, (row.customer_id, row.id), owed)
