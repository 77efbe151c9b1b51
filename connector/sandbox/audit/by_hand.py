"""What people did to a connector's work, or between its look and its write: not its wrong."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from connector.sandbox.audit.carriers import cited_sources
from connector.sandbox.money import ZERO
from connector.sandbox.records import CreditNote, Invoice
from connector.sandbox.witness import StatusTurn
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
    source since then; `edits` what all their edits added to documents, `undone` the sums of credit
    notes they deleted, by account.
    """

    withdrawn: Mapping[int, Decimal] = field(default_factory=dict)
    edits: Mapping[int, Decimal] = field(default_factory=dict)
    undone: Mapping[int, frozenset[Decimal]] = field(default_factory=dict)


def gather_by_hand(world: World) -> ByHand:
    """Look through the witness's notes once."""
    edits: dict[int, Decimal] = {}
    for effect in world.witness.effects:
        if effect.kind == "invoice_edit" and effect.actor != "api":
            edits[effect.document_id] = edits.get(effect.document_id, ZERO) + effect.amount
    withdrawn: dict[int, Decimal] = {}
    undone: dict[int, frozenset[Decimal]] = {}
    for row in world.witness.removed:
        if isinstance(row, Invoice):
            for source in cited_sources(world, row):
                withdrawn[source] = _edited_since(world, row, source)
        elif isinstance(row, CreditNote):
            undone[row.customer_id] = undone.get(row.customer_id, frozenset()) | {row.total}
    return ByHand(withdrawn=withdrawn, edits=edits, undone=undone)


def _edited_since(world: World, deleted: Invoice, source: int) -> Decimal:
    """What people's edits added to a source after a merged document was deleted."""
    effects = world.witness.effects
    deletions = [
        at
        for at, effect in enumerate(effects)
        if (effect.kind, effect.document_id) == ("invoice_delete", deleted.id)
    ]
    return sum(
        (
            effect.amount
            for effect in effects[deletions[-1] if deletions else 0 :]
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
