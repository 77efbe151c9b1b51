"""Recognising merged documents by their structure.

A carrier is a live invoice, written by an API key, with heading lines: lines without price whose description names
another invoice's number. The lines up to the next heading are that source's section.
"""

import re
from dataclasses import dataclass

from connector.sandbox.records import Invoice, Item
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


def find_carriers(world: World) -> list[Carrier]:
    """All live carriers."""
    by_number = {charge.number: charge for charge in world.witness.charges.values()}
    written = {
        write.record_id for write in world.witness.writes if write.resource == "finance/invoices"
    }
    carriers: list[Carrier] = []
    for invoice in world.invoices:
        if invoice.status == "deleted" or invoice.id not in written:
            continue
        sections = _sections(invoice, by_number)
        if sections:
            carriers.append(Carrier(invoice=invoice, sections=tuple(sections)))
    return carriers


def cited_sources(world: World, invoice: Invoice) -> set[int]:
    """The sources that a document cites, live or not."""
    by_number = {charge.number: charge for charge in world.witness.charges.values()}
    return {section.source.invoice_id for section in _sections(invoice, by_number)}


def _sections(invoice: Invoice, by_number: dict[str, Charge]) -> list[Section]:
    sections: list[tuple[Charge, list[Item]]] = []
    for item in invoice.items:
        source = _cited(item, by_number)
        if source is not None and source.invoice_id != invoice.id:
            sections.append((source, []))
        elif sections:
            sections[-1][1].append(item)
    return [Section(source=source, items=tuple(items)) for source, items in sections]


def _cited(item: Item, by_number: dict[str, Charge]) -> Charge | None:
    if item.price:
        return None
    words = {word.strip(".") for word in _WORDS.findall(item.description)}
    for word in words.union(_PLAIN_WORDS.findall(item.description)):
        if word in by_number:
            return by_number[word]
    return None
