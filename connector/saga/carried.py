"""What a lost merge carried of each source, told by what is left of its documents. Pure.

A credit note that relieves a source says to the cent what was carried of it. Without one the section
of the merged invoice says so, and without that the source itself.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from connector.domain.accounts import cycle_of
from connector.domain.ids import InvoiceId
from connector.domain.invoices import CreditNote, InvoiceItem, rounding_line, total_of
from connector.domain.money import CENT, ZERO
from connector.saga.anatomy import Anatomy
from connector.saga.steps import Source

Items = tuple[InvoiceItem, ...]


class Carried:
    """The sources of one lost merge, by the number of their claim."""

    def __init__(self, anatomy: Anatomy) -> None:
        self._anatomy = anatomy

    def source(self, step: int) -> Source:
        """A source as the merge took it."""
        invoice = self._anatomy.sources.get(step)
        if invoice is None:  # gone, and nobody knows its record's number any more
            section = self._anatomy.sections[step - 1]
            return Source(
                invoice_id=InvoiceId(-step),
                account_id=section.account_id,
                number=section.number,
                total=self.total(step),
                content_hash="",
            )
        return Source(
            invoice_id=invoice.id,
            account_id=invoice.account_id,
            number=invoice.number,
            total=self.total(step),
            content_hash=invoice.content_hash,
        )

    def total(self, step: int) -> Decimal:
        """What the merged invoice carries of a source."""
        if (note := self.note(self._anatomy.issue + step)) is not None:
            return note.total
        invoice = self._anatomy.sources.get(step)
        if not self._anatomy.sections:
            return ZERO if invoice is None else invoice.total
        lines = total_of(self._anatomy.sections[step - 1].items)
        if invoice is not None and abs(invoice.total - lines) <= CENT:
            return invoice.total
        return lines

    def items(self, step: int) -> Items:
        """The lines of a source, with a rounding line where they do not make its total."""
        invoice = self._anatomy.sources.get(step)
        if self._anatomy.sections:
            items = self._anatomy.sections[step - 1].items
        else:
            items = () if invoice is None else invoice.items
        return _rounded(items, self.total(step))

    def lines(self, total: Decimal) -> Items:
        """What the merged invoice had; if it is gone, or its lines were edited, by its sources."""
        merged = self._anatomy.merged
        if merged is not None and total_of(merged.items) == total:
            return merged.items
        steps = range(1, self._anatomy.issue)
        return _rounded(tuple(item for step in steps for item in self.items(step)), total)

    def note(self, number: int) -> CreditNote | None:
        """The credit note with the mark of a step."""
        found = (note for step, note in self._anatomy.notes if step == number)
        return next(found, None)

    def cycle_start(self, billing_day: int | None) -> date | None:
        """The cycle that was merged; None where the main account has no billing day any more.

        All sources are of one cycle; where none is left, the merged invoice is taken for one.
        """
        rows = [*self._anatomy.sources.values(), self._anatomy.merged]
        days = [row.issued_on for row in rows if row is not None]
        return cycle_of(days[0], billing_day).start if days and billing_day else None


def _rounded(items: Items, total: Decimal) -> Items:
    cents = total - total_of(items)
    return (*items, rounding_line(cents)) if cents else items
