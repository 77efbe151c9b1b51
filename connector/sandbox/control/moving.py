"""Moving the clock, charging, paying, and documents by staff."""

from datetime import datetime, timedelta

from connector.sandbox.control.arguments import Arguments
from connector.sandbox.control.lookup import customer_of
from connector.sandbox.engine.charge import charge, charge_due
from connector.sandbox.engine.coverage import reset_periods
from connector.sandbox.engine.walk import advance
from connector.sandbox.errors import ControlFault
from connector.sandbox.ledger.credit_notes import issue_credit_note
from connector.sandbox.ledger.invoices import issue_invoice
from connector.sandbox.ledger.payments import take_payment
from connector.sandbox.ledger.standing import open_invoices
from connector.sandbox.money import ZERO
from connector.sandbox.records import CreditNote, Invoice, Item, Payment
from connector.sandbox.witness import STAFF
from connector.sandbox.world import World


def move(world: World, given: Arguments) -> object:
    """Advance the clock by days, hours and minutes, or to a moment."""
    if given.has("to"):
        try:
            target = datetime.fromisoformat(given.text("to"))
        except ValueError as error:
            raise ControlFault("to must be a local date and time") from error
    else:
        try:
            target = world.now() + timedelta(
                days=given.integer("days", 0),
                hours=given.integer("hours", 0),
                minutes=given.integer("minutes", 0),
            )
        except OverflowError as error:
            raise ControlFault("days, hours or minutes are too many") from error
    if target.tzinfo is not None:
        raise ControlFault("to must be local, without a zone")
    advance(world, target)
    return {"now": world.now().isoformat()}


def charge_now(world: World, given: Arguments) -> object:
    """Charge today's accounts, or those named, at once."""
    if given.has("customer_ids"):
        return {"invoice_ids": charge(world, given.integers("customer_ids"))}
    return {"invoice_ids": charge_due(world)}


def pay(world: World, given: Arguments) -> object:
    """Take a payment; without an amount all that is due."""
    customer = customer_of(world, given.integer("customer_id"))
    invoice_id = given.integer("invoice_id", 0)
    dues = [
        invoice.due
        for invoice in open_invoices(world, customer.id)
        if invoice_id in {0, invoice.id}
    ]
    amount = given.amount("amount") if given.has("amount") else sum(dues, ZERO)
    if not amount:
        raise ControlFault("nothing is due")
    draft = Payment(customer_id=customer.id, invoice_id=invoice_id or None, amount=amount)
    payment = take_payment(world, draft, STAFF)
    return {"payment_id": payment.id, "amount": payment.amount}


def credit(world: World, given: Arguments) -> object:
    """Issue a credit note as staff, bound to an invoice if one is named."""
    customer = customer_of(world, given.integer("customer_id"))
    item = Item(
        description=given.text("description", "Credit"),
        price=given.amount("amount"),
        tax=given.amount("tax", "0"),
    )
    draft = CreditNote(customer_id=customer.id, items=[item], note=given.text("note", ""))
    invoice_id = given.integer("invoice_id", 0) or None
    note = issue_credit_note(world, draft, invoice_id=invoice_id, actor=STAFF)
    reset_periods(world, invoice_id, asked=False)
    return {"credit_note_id": note.id, "total": note.total}


def invoice_by_hand(world: World, given: Arguments) -> object:
    """Issue an invoice as staff."""
    customer = customer_of(world, given.integer("customer_id"))
    items = [
        Item(
            description=line.text("description", "Work"),
            price=line.amount("price"),
            quantity=line.amount("quantity", "1"),
            tax=line.amount("tax", "0"),
        )
        for line in given.objects("items")
    ]
    kind = given.one_of("type", ("one_time", "recurring"), "one_time")
    draft = Invoice(customer_id=customer.id, type=kind, items=items)
    invoice = issue_invoice(world, draft, STAFF)
    return {"invoice_id": invoice.id, "number": invoice.number, "total": invoice.total}
