"""What staff do to documents."""

from collections.abc import Sequence
from decimal import Decimal
from random import Random

from connector.sandbox.api.resources import CREDIT_NOTES, INVOICES, TRANSACTIONS
from connector.sandbox.ledger.standing import open_invoices
from connector.sandbox.money import four
from connector.sandbox.people.verbs import Rows, change, create, line, remove, untouched_invoices
from connector.sandbox.records import Customer, Invoice
from connector.sandbox.world import World

AMOUNTS = ("1.00", "4.99", "10", "33.3333")
RATES = ("0", "10", "20")
FACTORS = ("0.5", "0.9", "1.1", "2")


def edit_note(world: World, dice: Random, customer: Customer) -> Rows:
    """Staff write a note on an invoice, over what was there."""
    invoice = _any(dice, world.invoices.of_customer(customer.id))
    if invoice is None:
        return None
    change(world, INVOICES, invoice, {"note": f"Spoke on {world.today()}"})
    return {"invoice_id": invoice.id}


def edit_memo(world: World, dice: Random, customer: Customer) -> Rows:
    """Staff write their own memo on an invoice, over what was there."""
    invoice = _any(dice, world.invoices.of_customer(customer.id))
    if invoice is None:
        return None
    change(world, INVOICES, invoice, {"memo": f"To be looked at, {world.today()}"})
    return {"invoice_id": invoice.id}


def mistype_mark(world: World, dice: Random, customer: Customer) -> Rows:
    """Staff note a connector's mark on an open invoice, from hearsay: it is the mark of nothing."""
    invoice = _any(dice, open_invoices(world, customer.id))
    if invoice is None:
        return None
    plan = "".join(dice.choices("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", k=20))
    words = f"See LA1:{plan}:{dice.randint(1, 9)}:0000"
    world.witness.hearsay[invoice.id] = words
    change(world, INVOICES, invoice, {"memo": words})
    return {"invoice_id": invoice.id}


def edit_lines(world: World, dice: Random, customer: Customer) -> Rows:
    """Staff change the price of a line of an unpaid invoice, or add a line."""
    invoice = _any(dice, untouched_invoices(world, customer))
    if invoice is None:
        return None
    priced = [item for item in invoice.items if item.price]
    chosen = dice.choice(priced) if priced else None
    lines = [line(item) for item in invoice.items]
    if chosen is None or dice.random() < 0.3:  # noqa: PLR2004 - changing is commoner than adding
        extra = {"price": dice.choice(AMOUNTS), "tax": dice.choice(RATES), "quantity": "1"}
        lines.append({"description": "Work on site", **extra})
    else:
        price = four(chosen.price * Decimal(dice.choice(FACTORS)))
        lines[invoice.items.index(chosen)] = line(chosen, price=str(price))
    change(world, INVOICES, invoice, {"items": lines})
    return {"invoice_id": invoice.id}


def delete_invoice(world: World, dice: Random, customer: Customer) -> Rows:
    """Staff delete an unpaid invoice."""
    invoice = _any(dice, untouched_invoices(world, customer))
    if invoice is None:
        return None
    remove(world, INVOICES, invoice)
    return {"invoice_id": invoice.id}


def credit(world: World, dice: Random, customer: Customer) -> Rows:
    """Staff credit an amount, bound to an open invoice or to nothing."""
    item = {"description": "Goodwill", "price": dice.choice(AMOUNTS), "tax": dice.choice(RATES)}
    body: dict[str, object] = {"customer_id": customer.id, "items": [item]}
    invoice = _any(dice, open_invoices(world, customer.id))
    if invoice is not None and dice.random() < 0.5:  # noqa: PLR2004 - both kinds equally often
        body["invoicesId"] = invoice.id
    return {"credit_note_id": create(world, CREDIT_NOTES, body).id}


def void(world: World, dice: Random, customer: Customer) -> Rows:
    """Staff credit a whole open invoice, line by line."""
    invoice = _any(dice, open_invoices(world, customer.id))
    if invoice is None:
        return None
    lines = [line(item, id=0) for item in invoice.items]
    body = {"customer_id": customer.id, "items": lines, "invoicesId": invoice.id}
    note = create(world, CREDIT_NOTES, body)
    return {"credit_note_id": note.id, "invoice_id": invoice.id}


def manual_charge(world: World, dice: Random, customer: Customer) -> Rows:
    """Staff debit the account by hand, without an invoice."""
    amount = dice.choice(AMOUNTS)
    body = {
        "customer_id": customer.id,
        "type": "debit",
        "description": "Cable by hand",
        "quantity": "1",
        "price": amount,
        "total": str(four(Decimal(amount))),
        "category": 1,
        "date": world.today().isoformat(),
    }
    return {"transaction_id": create(world, TRANSACTIONS, body).id}


def _any(dice: Random, invoices: Sequence[Invoice]) -> Invoice | None:
    live = [invoice for invoice in invoices if invoice.status != "deleted"]
    return dice.choice(live) if live else None
