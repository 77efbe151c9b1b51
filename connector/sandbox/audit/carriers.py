"""Recognising merged documents by their structure.

A carrier is a live invoice, written by an API key, with heading lines: lines without price whose description names
another invoice's number. The lines up to the next heading are that source's section.

A carrier with one heading, of an invoice of its own account, hands back what that one was relieved of, if another
document that carried it was taken back in full, or deleted: its merge was undone.
"""

import re
from dataclasses import dataclass

from connector.sandbox.audit.corrections import corrected
from connector.sandbox.money import ZERO
from connector.sandbox.records import Document, Invoice, Item
from connector.sandbox.witness import Charge
from connector.sandbox.world import World

_WORDS = re.compile(r"[\w./-]+")
_PLAIN_WORDS = re.compile(r"\w+")


@dataclass(frozen=True, kw_only=True, slots=True)
class Section:
    """The lines of a carrier that come from one source."""

    source: Charge
    items: tuple[Item, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Carrier:
    """A live invoice that carries other invoices' charges."""

    invoice: Invoice
    sections: tuple[Section, ...]
    hands_back: bool = False  #: it charges its own account anew, and merges nothing


def find_carriers(world: World) -> list[Carrier]:
    """All live carriers; one that was taken back in full, by its own connector, is none."""
    dead = _dead_numbers(world)
    by_number = {charge.number: charge for charge in world.witness.charges.values()}
    written = {
        write.record_id for write in world.witness.writes if write.resource == "finance/invoices"
    }
    carriers: list[Carrier] = []
    free = {source for row in world.witness.removed for source in _cited(row, by_number)}
    for invoice in world.invoices:
        if invoice.status == "deleted" or invoice.id not in written:
            continue
        if corrected(world, invoice) >= invoice.total > ZERO:
            free |= _cited(invoice, by_number)
            continue  # taken back in full: it carries nothing any more
        sections = _sections(invoice, by_number, dead)
        if sections:
            headings = sum(bool(_words(item) & (by_number.keys() | dead)) for item in invoice.items)
            is_own = headings == 1 and sections[0].source.customer_id == invoice.customer_id
            hands_back = is_own and sections[0].source.invoice_id in free
            carriers.append(
                Carrier(invoice=invoice, sections=tuple(sections), hands_back=hands_back)
            )
    return carriers


def cited_sources(world: World, invoice: Invoice) -> set[int]:
    """The sources that a document cites, live or not."""
    by_number = {charge.number: charge for charge in world.witness.charges.values()}
    return _cited(invoice, by_number)


def _cited(document: Document, by_number: dict[str, Charge]) -> set[int]:
    if not isinstance(document, Invoice):
        return set()
    sections = _sections(document, by_number, frozenset())
    return {section.source.invoice_id for section in sections}


def _dead_numbers(world: World) -> frozenset[str]:
    """Numbers of deleted invoices: their headings end the section before, and begin none."""
    rows = [*world.invoices, *(row for row in world.witness.removed if isinstance(row, Invoice))]
    live = {row.number for row in rows if row.status != "deleted"}
    dead = world.witness.voided | {row.number for row in rows if row.status == "deleted"}
    return frozenset(dead - live)


def _sections(
    invoice: Invoice, by_number: dict[str, Charge], dead: frozenset[str]
) -> list[Section]:
    sections: list[tuple[Charge, list[Item]]] = []
    lines: list[Item] = []
    for item in invoice.items:
        words = _words(item)
        source = next((by_number[word] for word in words if word in by_number), None)
        if source is not None and source.invoice_id != invoice.id:
            lines = []
            sections.append((source, lines))
        elif words & dead:
            lines = []
        else:
            lines.append(item)
    return [Section(source=source, items=tuple(items)) for source, items in sections]


def _words(item: Item) -> set[str]:
    """What a heading, a line without a price, may name."""
    if item.price:
        return set()
    words = {word.strip(".") for word in _WORDS.findall(item.description)}
    return words.union(_PLAIN_WORDS.findall(item.description))
