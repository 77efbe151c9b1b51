"""Creating and changing payments."""

from connector.sandbox.errors import FieldFault
from connector.sandbox.ledger.payments import check_receipt, rename_receipt, take_payment
from connector.sandbox.records import Payment
from connector.sandbox.wire.documents import PAYMENT
from connector.sandbox.wire.reading import Body, apply_changes, read_changes, require
from connector.sandbox.witness import Actor
from connector.sandbox.world import World

FIXED = frozenset({"amount", "customer_id", "invoice_id", "credit_note_id", "request_id"})


def create_payment(world: World, body: Body, actor: Actor) -> Payment:
    """Take a payment."""
    require(PAYMENT, body, world.switches.required_by)
    draft = Payment()
    apply_changes(draft, read_changes(PAYMENT, body, linked=world.linked_accounts))
    return take_payment(world, draft, actor)


def update_payment(world: World, payment: Payment, body: Body, _actor: Actor) -> None:
    """Change a payment's texts and dates; money and targets are fixed."""
    named = read_changes(PAYMENT, body, linked=world.linked_accounts)
    changes = {attr: value for attr, value in named.items() if getattr(payment, attr) != value}
    fixed = set(changes) & FIXED
    if fixed:
        raise FieldFault(dict.fromkeys(sorted(fixed), "Cannot be changed on a payment"))
    number = str(changes.pop("receipt_number", payment.receipt_number))
    if number != payment.receipt_number:
        check_receipt(world, number)
        rename_receipt(world, payment, number)
    apply_changes(payment, changes)
    payment.updated_at = world.now()
