"""How a connector mends a merged document that stands: by credit notes of its own, bound to it."""

from collections.abc import Iterable, Mapping
from decimal import Decimal

from connector.sandbox.money import ZERO
from connector.sandbox.records import CreditNote, Invoice
from connector.sandbox.witness import net_by_rate
from connector.sandbox.world import World


def corrections_of(world: World, invoice: Invoice) -> list[CreditNote]:
    """Standing credit notes that an API key bound to a document, used up or not."""
    return [
        note
        for note in world.credit_notes.of_customer(invoice.customer_id)
        if note.added_by == "api" and note.status != "deleted" and note.linked_id == invoice.id
    ]


def corrected(world: World, invoice: Invoice) -> Decimal:
    """How much of a document they take back."""
    return sum((note.total for note in corrections_of(world, invoice)), ZERO)


def net_left(world: World, invoice: Invoice) -> dict[Decimal, Decimal]:
    """What is left of a document's net amount at each rate."""
    left = net_by_rate(invoice.items)
    for note in corrections_of(world, invoice):
        for rate, net in net_by_rate(note.items).items():
            left[rate] = left.get(rate, ZERO) - net
    return left


def raised_by(edits: Mapping[int, Decimal], invoice_ids: Iterable[int]) -> Decimal:
    """How much people added to some documents, by all edits together where those add something."""
    return sum((max(edits.get(each, ZERO), ZERO) for each in invoice_ids), ZERO)
