"""What the platform still shows of our plans: the documents that bear a mark, sorted by plan."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from connector.domain.ids import AccountId, PlanId
from connector.domain.invoices import CreditNote, Invoice
from connector.domain.marker import Marker, markers_in


@dataclass(frozen=True, kw_only=True, slots=True)
class Trace:
    """One mark of ours, and the document on which it stands."""

    marker: Marker
    account_id: AccountId
    where: str  #: the document, for people


@dataclass(frozen=True, kw_only=True, slots=True)
class Traces:
    """Everything on the platform that bears a mark of one plan, by number of record."""

    plan_id: PlanId
    invoices: tuple[Invoice, ...] = ()
    notes: tuple[CreditNote, ...] = ()

    def marked(self, step: int) -> tuple[Invoice, ...]:
        """The invoices with the mark of one step."""
        marker = Marker(plan_id=self.plan_id, step=step)
        return tuple(row for row in self.invoices if marker in markers_in(row.memo))

    def steps_marked(self) -> frozenset[int]:
        """The steps whose mark stands on an invoice."""
        return frozenset(mark.step for row in self.invoices for mark in self._own(row.memo))

    def noted(self) -> tuple[tuple[int, CreditNote], ...]:
        """The credit notes by the step they are of; of several with one mark, the standing ones."""
        pairs = [(mark.step, row) for row in self.notes for mark in self._own(row.note)]
        live = {step for step, row in pairs if not row.deleted}
        kept = [(step, row) for step, row in pairs if step not in live or not row.deleted]
        return tuple(sorted(kept, key=lambda pair: (pair[0], pair[1].id)))

    def every(self) -> Iterator[Trace]:
        """Each mark, with where it stands."""
        for invoice in self.invoices:
            yield from self._of(invoice.memo, invoice.account_id, f"invoice {invoice.number}")
        for note in self.notes:
            yield from self._of(note.note, note.account_id, f"credit note {note.number}")

    def _own(self, text: str) -> Iterator[Marker]:
        return (mark for mark in markers_in(text) if mark.plan_id == self.plan_id)

    def _of(self, text: str, account_id: AccountId, what: str) -> Iterator[Trace]:
        where = f"{what} of account {account_id}"
        for mark in self._own(text):
            yield Trace(marker=mark, account_id=account_id, where=where)


def sort_traces(invoices: Iterable[Invoice], notes: Iterable[CreditNote]) -> tuple[Traces, ...]:
    """Documents by the plans whose marks they bear, in the order of these plans' first documents."""
    by_plan: dict[PlanId, tuple[list[Invoice], list[CreditNote]]] = defaultdict(lambda: ([], []))
    for invoice in sorted(invoices, key=lambda row: row.id):
        for plan_id in {mark.plan_id: None for mark in markers_in(invoice.memo)}:
            by_plan[plan_id][0].append(invoice)
    for note in sorted(notes, key=lambda row: row.id):
        for plan_id in {mark.plan_id: None for mark in markers_in(note.note)}:
            by_plan[plan_id][1].append(note)
    return tuple(
        Traces(plan_id=plan_id, invoices=tuple(found), notes=tuple(noted))
        for plan_id, (found, noted) in by_plan.items()
    )
