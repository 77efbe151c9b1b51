"""Creating and changing proforma invoices."""

from datetime import date

from connector.sandbox.errors import FieldFault
from connector.sandbox.ledger.lines import price_items
from connector.sandbox.ledger.numbers import free_number, refuse_taken
from connector.sandbox.ledger.proformas import issue_proforma
from connector.sandbox.records import Item, Proforma
from connector.sandbox.wire.documents import PROFORMA, PROFORMA_ITEM
from connector.sandbox.wire.reading import Body, apply_changes
from connector.sandbox.witness import Actor
from connector.sandbox.world import World
from connector.sandbox.writes.lines import differences, read_edit, read_new

ALWAYS = frozenset({"note", "memo", "additional_attributes", "is_sent"})
UNPAID = ALWAYS | {"number", "date_created", "date_till", "status", "items", "is_crm_request"}


def create_proforma(world: World, body: Body, actor: Actor) -> Proforma:
    """Issue a proforma invoice from a body."""
    draft = Proforma()
    apply_changes(draft, read_new(world, PROFORMA, PROFORMA_ITEM, body))
    return issue_proforma(world, draft, actor)


def update_proforma(world: World, proforma: Proforma, body: Body, _actor: Actor) -> None:
    """Change an unpaid proforma, or the texts of a paid one."""
    changes = differences(proforma, read_edit(world, PROFORMA, PROFORMA_ITEM, body, proforma.items))
    paid = proforma.status == "paid" or bool(world.payments.having("request_id", proforma.id))
    frozen = set(changes) - (ALWAYS if paid else UNPAID)
    if frozen:
        message = "This proforma invoice can't be edited"
        raise FieldFault(dict.fromkeys(sorted(frozen), message))
    _check(world, proforma, changes)
    if "items" in changes:
        _rewrite(world, proforma, changes["items"])
    before = proforma.number
    apply_changes(proforma, changes)
    if proforma.number != before:
        world.proforma_numbers.add(proforma.number)
        others = (row.number for row in world.proformas)
        free_number(world.proforma_numbers, before, others)
    proforma.date_updated = world.today()


def _rewrite(world: World, proforma: Proforma, items: object) -> None:
    lines = [item for item in items if isinstance(item, Item)] if isinstance(items, list) else []
    held = {item.id for item in proforma.items}
    for item in lines:
        item.id = item.id if item.id in held else 0
    proforma.total = price_items(world, lines, "Proforma invoice")


def _check(world: World, proforma: Proforma, changes: dict[str, object]) -> None:
    if changes.get("status", "not_paid") not in {"not_paid", "pending"}:
        raise FieldFault({"status": "Status cannot be changed"})
    number = str(changes.get("number", proforma.number))
    if number != proforma.number:
        if not number:
            raise FieldFault({"number": "Number is invalid"})
        refuse_taken(world, world.proforma_numbers, number, "Proforma invoice")
    created = changes.get("date_created", proforma.date_created)
    till = changes.get("date_till", proforma.date_till)
    if not isinstance(created, date):
        raise FieldFault({"date_created": "Document date is invalid"})
    if not isinstance(till, date) or till < created:
        raise FieldFault({"date_till": "Payment due date should be >= document date"})
