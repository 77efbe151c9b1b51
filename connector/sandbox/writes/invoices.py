"""Creating and changing invoices, by the state the document is in."""

from datetime import date

from connector.sandbox.errors import FieldFault
from connector.sandbox.ledger.allocation import covered
from connector.sandbox.ledger.invoices import (
    approve_invoice,
    issue_invoice,
    rename_invoice,
    rewrite_items,
)
from connector.sandbox.ledger.numbers import refuse_taken
from connector.sandbox.records import Invoice
from connector.sandbox.wire.documents import INVOICE, ITEM
from connector.sandbox.wire.reading import Body, apply_changes
from connector.sandbox.witness import Actor
from connector.sandbox.world import World
from connector.sandbox.writes.lines import differences, read_edit, read_new
from connector.sandbox.writes.texts import keep_texts

TYPES = frozenset({"one_time", "recurring"})
ALWAYS = frozenset({"note", "memo", "additional_attributes"})
PARTLY_PAID = ALWAYS | {"date_created", "date_till", "number"}
UNPAID = PARTLY_PAID | {"items", "type", "is_sent", "use_transactions", "payd_from_deposit"}


def create_invoice(world: World, body: Body, actor: Actor) -> Invoice:
    """Issue an invoice from a body; it debits the account at once unless pending."""
    draft = Invoice(type=world.switches.api_invoice_type)
    apply_changes(draft, keep_texts(world, read_new(world, INVOICE, ITEM, body), "new_invoice"))
    _check_type(draft.type)
    return issue_invoice(world, draft, actor)


def update_invoice(world: World, invoice: Invoice, body: Body, actor: Actor) -> None:
    """Change what the document's state allows; naming an unchanged value is no change."""
    named = keep_texts(world, read_edit(world, INVOICE, ITEM, body, invoice.items), "invoice")
    changes = differences(invoice, named)
    approved = changes.pop("status", None) == "not_paid" and invoice.status == "pending"
    if not approved and "status" in named and named["status"] != invoice.status:
        raise FieldFault({"status": "Status cannot be changed"})
    _refuse_frozen(world, invoice, changes)
    _check_texts(world, invoice, changes)
    items = changes.pop("items", None)
    if isinstance(items, list):
        rewrite_items(world, invoice, items, actor)
    number = changes.pop("number", None)
    if isinstance(number, str):
        rename_invoice(world, invoice, number)
    apply_changes(invoice, changes)
    invoice.date_updated = world.today()
    if approved:
        approve_invoice(world, invoice, actor)


def editable(world: World, invoice: Invoice) -> frozenset[str]:
    """The attributes that may change in the document's present state."""
    if invoice.status in {"paid", "deleted"}:
        return ALWAYS
    return PARTLY_PAID if covered(world, invoice) else UNPAID


def _refuse_frozen(world: World, invoice: Invoice, changes: dict[str, object]) -> None:
    frozen = set(changes) - editable(world, invoice)
    if frozen:
        state = "partially paid" if invoice.status == "not_paid" else invoice.status
        never = frozen - UNPAID
        problems = dict.fromkeys(sorted(frozen), f"This invoice is {state}")
        raise FieldFault(problems | dict.fromkeys(sorted(never), "Cannot be changed on an invoice"))


def _check_texts(world: World, invoice: Invoice, changes: dict[str, object]) -> None:
    """Refuse impossible values before anything is changed, so that a refusal changes nothing."""
    number = str(changes.get("number", invoice.number))
    if number != invoice.number:
        if not number:
            raise FieldFault({"number": "Number is invalid"})
        refuse_taken(world, world.invoice_numbers, number, "Invoice")
    _check_type(changes.get("type", invoice.type))
    created = changes.get("date_created", invoice.date_created)
    till = changes.get("date_till", invoice.date_till)
    if not isinstance(created, date):
        raise FieldFault({"date_created": "Document date is invalid"})
    if not isinstance(till, date) or till < created:
        raise FieldFault({"date_till": "Payment due date should be >= document date"})


def _check_type(kind: object) -> None:
    if kind not in TYPES:
        raise FieldFault({"type": "Type is invalid"})
