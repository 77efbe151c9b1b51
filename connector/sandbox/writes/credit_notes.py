"""Creating and changing credit notes."""

from connector.sandbox.engine.coverage import reset_periods
from connector.sandbox.errors import FieldFault
from connector.sandbox.ledger.allocation import open_amount
from connector.sandbox.ledger.credit_notes import (
    bindable_invoice,
    issue_credit_note,
    link_credit_note,
    rename_note,
    rewrite_note,
)
from connector.sandbox.ledger.lines import price_items
from connector.sandbox.ledger.numbers import refuse_taken
from connector.sandbox.records import CreditNote, Invoice
from connector.sandbox.wire.documents import CREDIT_ITEM, CREDIT_NOTE
from connector.sandbox.wire.fields import Kind
from connector.sandbox.wire.reading import Body, apply_changes, read_value
from connector.sandbox.witness import Actor
from connector.sandbox.world import World
from connector.sandbox.writes.lines import differences, read_edit, read_new
from connector.sandbox.writes.texts import keep_texts

ALWAYS = frozenset({"note", "additional_attributes"})
UNUSED = ALWAYS | {"is_sent", "date_created", "number", "items"}


def create_credit_note(world: World, body: Body, actor: Actor) -> CreditNote:
    """Issue a credit note, bound to the invoice that `invoicesId` names if any.

    `resetPeriodForService` of "1" makes the periods of the credited lines chargeable again.
    `partiallyUse` of "0" refuses a note that is larger than what is due.
    """
    draft = CreditNote()
    named = read_new(world, CREDIT_NOTE, CREDIT_ITEM, body)
    apply_changes(draft, keep_texts(world, named, "credit_note"))
    invoice_id = _bound_id(body.get("invoicesId")) if world.switches.binds_notes else None
    bound = bindable_invoice(world, draft.customer_id, invoice_id)
    if bound is not None and not _flag(body, "partiallyUse", default="1"):
        _refuse_larger(world, draft, bound)
    note = issue_credit_note(world, draft, invoice_id=invoice_id, actor=actor)
    reset_periods(world, invoice_id, asked=_flag(body, "resetPeriodForService", default="0"))
    return note


def update_credit_note(world: World, note: CreditNote, body: Body, actor: Actor) -> None:
    """Change a credit note; of one that is used, linked or refunded only its note.

    Naming an invoice in `invoicesId` links one that is not.
    """
    changes = differences(note, read_edit(world, CREDIT_NOTE, CREDIT_ITEM, body, note.items))
    invoice_id = _bound_id(body.get("invoicesId"))
    linking = invoice_id if invoice_id != note.linked_id else None
    _refuse_frozen(note, {*changes, *(["invoicesId"] if linking else [])})
    bound = bindable_invoice(world, note.customer_id, linking)
    number = str(changes.pop("number", note.number))
    if number != note.number:
        if not number:
            raise FieldFault({"number": "Number is invalid"})
        refuse_taken(world, world.credit_numbers, number, "Credit note")
    if not changes.get("date_created", True):
        raise FieldFault({"date_created": "Document date is invalid"})
    items = changes.pop("items", None)
    if isinstance(items, list):
        rewrite_note(world, note, items, actor)
    if number != note.number:
        rename_note(world, note, number)
    apply_changes(note, changes)
    if bound is not None:
        link_credit_note(world, note, bound)
    note.date_updated = world.today()


def _refuse_frozen(note: CreditNote, named: set[str]) -> None:
    untouched = note.status == "not_refunded" and note.remind_amount == note.total
    used = not untouched or note.linked_id
    frozen = named - (ALWAYS if used else UNUSED | {"invoicesId"})
    if frozen:
        raise FieldFault(dict.fromkeys(sorted(frozen), "This credit note can't be edited"))


def _refuse_larger(world: World, draft: CreditNote, bound: Invoice) -> None:
    if price_items(world, draft.items, "Credit note") > open_amount(bound):
        raise FieldFault({"items": "Credit note total cannot be more than is due"})


def _bound_id(raw: object) -> int | None:
    only = raw[0] if isinstance(raw, list) and len(raw) == 1 else raw
    if isinstance(only, list) and only:
        raise FieldFault({"invoicesId": "A credit note is bound to one invoice"})
    try:
        value = None if isinstance(only, list) else read_value(Kind.INTEGER, only)
    except ValueError as error:
        raise FieldFault({"invoicesId": "Invoice is invalid"}) from error
    return value if isinstance(value, int) and value else None


def _flag(body: Body, name: str, *, default: str) -> bool:
    """Whether a helper attribute asks for something."""
    raw = body.get(name)
    return str(default if raw is None or raw == "" else raw).lower() not in {"0", "false"}
