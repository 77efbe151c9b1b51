"""What people did to a connector's work, or between its look and its write: not its wrong."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from connector.sandbox.audit.carriers import Carrier, cited_sources
from connector.sandbox.money import ZERO
from connector.sandbox.records import CreditNote, Invoice
from connector.sandbox.witness import Effect, StatusTurn
from connector.sandbox.world import World

# Within so many requests before a write, a careful connector has read what it acts upon. Only acts
# by chance, which come between two of its requests, are excused so.
GUARD_REQUESTS = 10
RAISING = frozenset({"charge_back", "edit_lines"})
CUTTING = frozenset({"block_by_hand", "disable"})
FREEING = frozenset(
    {"unblock_by_hand", "pay", "part_pay", "overpay", "pay_wrong_account", "credit", "void"}
)


@dataclass(frozen=True, kw_only=True, slots=True)
class ByHand:
    """People's changes to documents that an API key wrote.

    `withdrawn` are the sources of merged documents they deleted, with what their edits added to the
    source since those carried it; `edits` what their edits added to documents, to a source since a merged
    document carries it, or in the moment before; `undone` the sums of credit notes they deleted, by account.
    """

    withdrawn: Mapping[int, Decimal] = field(default_factory=dict)
    edits: Mapping[int, Decimal] = field(default_factory=dict)
    undone: Mapping[int, frozenset[Decimal]] = field(default_factory=dict)


def gather_by_hand(world: World, carriers: Iterable[Carrier]) -> ByHand:
    """Look through the witness's notes once, knowing the merged documents that stand."""
    withdrawn: dict[int, Decimal] = {}
    undone: dict[int, frozenset[Decimal]] = {}
    for row in world.witness.removed:
        if isinstance(row, Invoice):
            for source in cited_sources(world, row):
                withdrawn[source] = _edited_since(world, row, source)
        elif isinstance(row, CreditNote):
            undone[row.customer_id] = undone.get(row.customer_id, frozenset()) | {row.total}
    return ByHand(withdrawn=withdrawn, edits=_gather_edits(world, carriers), undone=undone)


def _gather_edits(world: World, carriers: Iterable[Carrier]) -> dict[int, Decimal]:
    carried_by = {
        carrier.invoice.id: {section.source.invoice_id for section in carrier.sections}
        for carrier in carriers
    }
    edits: dict[int, Decimal] = {}
    carried: set[int] = set()
    for effect in world.witness.effects:
        number = effect.document_id
        if effect.kind == "invoice" and effect.actor == "api":
            for source in carried_by.get(number, set()) - carried:
                carried.add(source)  # as all edits had left it but those that came meanwhile
                edits[source] = _edited_meanwhile(world, number, source)
        elif effect.kind == "invoice_edit" and effect.actor != "api":
            edits[number] = edits.get(number, ZERO) + effect.amount
    return edits


def _edited_meanwhile(world: World, carrier: int, source: int) -> Decimal:
    """What people's edits added to a source while a connector was about to carry it."""
    asked = [
        write.request
        for write in world.witness.writes
        if (write.resource, write.record_id) == ("finance/invoices", carrier)
    ]
    moments = {
        deed.at
        for deed in world.people.deeds
        if asked
        and (deed.action, deed.rows.get("invoice_id")) == ("edit_lines", source)
        and asked[0] - GUARD_REQUESTS < deed.request <= asked[0]
    }
    return _edited(source, (each for each in world.witness.effects if each.at in moments))


def _edited_since(world: World, deleted: Invoice, source: int) -> Decimal:
    """What people's edits added to a source after a merged document, since deleted, carried it."""
    effects = world.witness.effects
    issues = [
        at
        for at, effect in enumerate(effects)
        if (effect.kind, effect.document_id) == ("invoice", deleted.id)
    ]
    return _edited(source, effects[issues[-1] if issues else 0 :])


def _edited(source: int, effects: Iterable[Effect]) -> Decimal:
    """What people's edits among some effects added to a document."""
    return sum(
        (
            effect.amount
            for effect in effects
            if (effect.kind, effect.document_id) == ("invoice_edit", source)
            and effect.actor != "api"
        ),
        ZERO,
    )


def came_between(world: World, turn: StatusTurn, actions: frozenset[str], account: int) -> bool:
    """Whether a person did one of these to an account while a connector was about to write."""
    return any(
        deed.outcome == "done"
        and deed.action in actions
        and turn.request - GUARD_REQUESTS < deed.request <= turn.request
        and account in {deed.customer_id, deed.rows.get("customer_id")}
        for deed in world.people.deeds
    )
