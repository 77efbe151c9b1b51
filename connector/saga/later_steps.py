"""Steps that were added to a merge after its pivot, from the credit notes that they left. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from connector.domain.ids import InvoiceId
from connector.domain.invoices import CreditNote, Invoice, InvoiceItem
from connector.domain.shares import items_for, rest_of
from connector.saga.effects import IssueCreditNote
from connector.saga.fixups import Unclear, on_merged, steps_of
from connector.saga.states import StepState
from connector.saga.steps import Operation, Source, Step, StepKind
from connector.saga.wording import purpose_of

LOST_STORE = "rebuilt from its marks"
"""How the reason of everything that comes from a rebuild begins."""

Items = tuple[InvoiceItem, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Noted:
    """A credit note that bears the mark of a step, and when it was made if it does not say."""

    number: int
    note: CreditNote
    at: datetime


def later_steps(
    operation: Operation, noted: Iterable[Noted], twins: tuple[Invoice, ...]
) -> tuple[Step, ...] | Unclear:
    """The steps of some credit notes, in order; each sees those before it.

    Args:
        operation: with the steps it was planned with.
        noted: credit notes with the marks of steps that it does not have.
        twins: further documents with the pivot's mark.
    """
    steps: list[Step] = []
    for each in noted:
        so_far = replace(operation, steps=(*operation.steps, *steps))
        made = _step_of(so_far, each, twins)
        if isinstance(made, Unclear):
            return made
        steps.append(made)
    return tuple(steps)


def _step_of(operation: Operation, noted: Noted, twins: tuple[Invoice, ...]) -> Step | Unclear:
    note, said = noted.note, purpose_of(noted.note.note)
    if said is None:
        return Unclear(reason=f"credit note {note.number} does not say what it is for")
    if said.kind is StepKind.VOID:
        twin = next((row for row in twins if row.number == said.number), None)
        items = () if twin is None else items_for(twin.items, note.total, f"Invoice {said.number}")
        return _confirmed(operation, noted, said.kind, None if twin is None else twin.id, items)
    source = _source_meant(operation, said.number, note)
    if source is None:
        return Unclear(reason=f"credit note {note.number} names no source of it")
    carried = _effect(steps_of(operation, source.invoice_id)[0]).items
    if said.kind is StepKind.RELIEVE:
        items = items_for(carried, note.total, f"Rest of {source.number}")
    else:
        taken = tuple(_taken(operation, source.invoice_id))
        rest = rest_of(carried, taken, note.total, f"Invoice {source.number}")
        items = on_merged(operation, source, rest)
    return _confirmed(operation, noted, said.kind, source.invoice_id, items)


def _source_meant(operation: Operation, number: str, note: CreditNote) -> Source | None:
    if number:
        return next((row for row in operation.sources if row.number == number), None)
    own = [row for row in operation.sources if row.account_id == note.account_id]
    return own[0] if len(own) == 1 else None


def _taken(operation: Operation, invoice_id: InvoiceId) -> Iterator[InvoiceItem]:
    for step in steps_of(operation, invoice_id):
        if step.state is StepState.CONFIRMED:
            yield from _effect(step).items


def _confirmed(
    operation: Operation,
    noted: Noted,
    kind: StepKind,
    invoice_id: InvoiceId | None,
    items: Items,
) -> Step:
    note = noted.note
    made_at = note.created_at or noted.at
    return Step(
        plan_id=operation.plan_id,
        number=noted.number,
        kind=kind,
        account_id=note.account_id,
        invoice_id=invoice_id,
        effect=IssueCreditNote(
            account_id=note.account_id,
            invoice_id=invoice_id or InvoiceId(0),
            issued_on=made_at.date(),
            items=items,
            total=note.total,
            note=note.note,
        ),
        state=StepState.CONFIRMED,
        attempts=1,
        sent_at=made_at,
        remote_id=note.id,
        reason=LOST_STORE,
    )


def _effect(step: Step) -> IssueCreditNote:
    assert isinstance(step.effect, IssueCreditNote)
    return step.effect
