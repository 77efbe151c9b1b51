"""What to do when the world moved after the pivot: pure, a function of fresh records and journal.

A merged invoice carries an amount of each source. That amount must leave the books once: by the
relief of the source, by a credit on the merged invoice, or in two parts by both. So at any time

    carried = relieved + credited + still to do

and the plan for a source is made of what is *left* and of what is due on it *now*: what is due is
relieved, the rest is credited on the merged invoice. Planning again after that plans nothing.

Steps a plan replaces are withdrawn: the first relief of a source says what is carried of it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from connector.domain.ids import InvoiceId
from connector.domain.invoices import CreditNote, Invoice, InvoiceItem, InvoiceStatus
from connector.domain.marker import Marker, markers_in
from connector.domain.money import ZERO, add_up, told
from connector.domain.shares import is_in_cents, items_for, rest_of
from connector.saga.effects import IssueCreditNote, IssueInvoice
from connector.saga.states import FINISHED, StepState
from connector.saga.steps import Operation, Source, Step, StepKind
from connector.saga.wording import say_changed, say_issued_twice, say_moved, say_rest_moved

SETTLING = frozenset({StepKind.RELIEVE, StepKind.CREDIT})
"""Steps that take what is carried off the books again, at the source or on the merged invoice."""

MAY_STAND = frozenset({StepState.CONFIRMED, StepState.SENDING, StepState.UNKNOWN})
"""States in which a document may be on the platform; INTENDED means that it certainly is not."""

Items = tuple[InvoiceItem, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Settlement:
    """How what is left of one source leaves the books: so much here, so much there."""

    relief: Decimal
    credit: Decimal


@dataclass(frozen=True, kw_only=True, slots=True)
class Unclear:
    """No plan can be right: a person must look."""

    reason: str


def source_of(operation: Operation, invoice_id: InvoiceId | None) -> Source:
    """The source that a step is about."""
    return next(source for source in operation.sources if source.invoice_id == invoice_id)


def steps_of(operation: Operation, invoice_id: InvoiceId | None) -> tuple[Step, ...]:
    """The reliefs and credits of one source, in order."""
    return tuple(
        step for step in operation.steps if step.kind in SETTLING and step.invoice_id == invoice_id
    )


def is_gone(invoice: Invoice | None) -> bool:
    """Whether an invoice was deleted, with or without a trace."""
    return invoice is None or invoice.status is InvoiceStatus.DELETED


def due_on(invoice: Invoice | None) -> Decimal:
    """What is left to pay on an invoice; nothing on a deleted one."""
    return ZERO if invoice is None or is_gone(invoice) else invoice.due


def left_to_sub(operation: Operation, source: Source, invoice: Invoice) -> Decimal:
    """What a source may owe after the merge: what it makes now less what it was relieved of."""
    relieved = done_for(operation, source.invoice_id, StepKind.RELIEVE)
    return max(invoice.total - relieved, ZERO)


def done_for(
    operation: Operation, invoice_id: InvoiceId | None, kind: StepKind | None = None
) -> Decimal:
    """What our confirmed steps of one source took off the books, of one kind or of both."""
    return add_up(
        _effect(step).total
        for step in steps_of(operation, invoice_id)
        if step.state is StepState.CONFIRMED and kind in {None, step.kind}
    )


def settle(operation: Operation, source: Source, invoice: Invoice | None) -> Settlement | Unclear:
    """Share out what is left of a source, by what is due on it now.

    Raised after the merge, it is relieved of what is carried and owes the rest itself.
    """
    if invoice is not None and invoice.status is InvoiceStatus.PENDING:
        return Unclear(reason=f"a charge of {told(invoice.due)} is under way on it")
    due = due_on(invoice)
    if due < ZERO or not is_in_cents(due):
        return Unclear(reason=f"{told(due)} is due on it, which no credit note can make")
    left = source.total - done_for(operation, source.invoice_id)
    relief = min(due, left)
    return Settlement(relief=relief, credit=left - relief)


def plan_settlement(
    operation: Operation, step: Step, invoice: Invoice | None, settlement: Settlement, on: date
) -> tuple[Step, ...]:
    """The steps that take the place of a relief: a smaller one, a credit, or both.

    Args:
        operation: past its pivot, whose issue step knows the merged invoice.
        step: the relief that no longer fits.
        invoice: its source as it is now.
        settlement: from :func:`settle`, on the same records.
        on: the date of the credit notes.
    """
    source = source_of(operation, step.invoice_id)
    carried = _effect(steps_of(operation, step.invoice_id)[0]).items
    planned: list[Step] = []
    relieved: Items = ()
    if settlement.relief:
        relieved, words = carried, say_moved(operation.main_id)
        if settlement.relief != source.total and invoice is not None:
            relieved = items_for(invoice.items, settlement.relief, f"Rest of {source.number}")
            words = say_rest_moved(source.number, operation.main_id)
        note = IssueCreditNote(
            account_id=source.account_id,
            invoice_id=source.invoice_id,
            issued_on=on,
            items=relieved,
            total=settlement.relief,
            note=words,
        )
        planned.append(_added(operation, StepKind.RELIEVE, note, source.invoice_id))
    if settlement.credit:
        words = f"Invoice {source.number}"
        taken = (*_done_items(operation, step.invoice_id), *relieved)
        note = IssueCreditNote(
            account_id=operation.main_id,
            invoice_id=merged_id(operation),
            issued_on=on,
            items=on_merged(operation, source, rest_of(carried, taken, settlement.credit, words)),
            total=settlement.credit,
            note=say_changed(source.number),
        )
        planned.append(_added(operation, StepKind.CREDIT, note, source.invoice_id, len(planned)))
    return tuple(planned)


def plan_voids(operation: Operation, twins: Iterable[Invoice], on: date) -> tuple[Step, ...]:
    """Credit in full each document that bears a mark of ours, but is not the one we know."""
    planned: list[Step] = []
    for twin in twins:
        note = IssueCreditNote(
            account_id=twin.account_id,
            invoice_id=twin.id,
            issued_on=on,
            items=items_for(twin.items, twin.total, f"Invoice {twin.number}"),
            total=twin.total,
            note=say_issued_twice(twin.number),
        )
        planned.append(_added(operation, StepKind.VOID, note, twin.id, len(planned)))
    return tuple(planned)


def find_twins(operation: Operation, invoices: Iterable[Invoice]) -> tuple[Invoice, ...]:
    """Standing documents with the mark of an invoice of ours that are not the one we know.

    While its step is under way or in doubt, its own reading decides. Those that a step voids
    already are left out, whatever became of that step; so is what bears the mark of a recharge that
    a person gave up: it may be what they settled it by.
    """
    makers = [step for step in operation.steps if isinstance(step.effect, IssueInvoice)]
    known = {step.invoice_id for step in operation.steps if step.kind is StepKind.VOID}
    known |= {
        InvoiceId(step.remote_id or 0) for step in makers if step.state is StepState.CONFIRMED
    }
    marks = {
        step.marker
        for step in makers
        if step.state is StepState.CONFIRMED
        or (step.kind is StepKind.ISSUE and step.state in FINISHED)
    }
    return tuple(
        invoice
        for invoice in sorted(invoices, key=lambda row: row.id)
        if marks.intersection(markers_in(invoice.memo))
        and invoice.id not in known
        and not is_gone(invoice)
    )


def find_credit_away(
    operation: Operation,
    merged: Invoice | None,
    notes: Iterable[CreditNote],
    twins: Iterable[Invoice] = (),
) -> str:
    """The number of a credit note, not ours, that took the whole merged invoice away, or "".

    One from before the plan took something else away, perhaps an earlier merged invoice; each of the
    ``twins``, the same document once more, that owes nothing accounts for one of the notes.
    """
    if merged is None or merged.due != ZERO:
        return ""
    ours = add_up(
        _effect(step).total
        for step in operation.steps
        if step.kind is StepKind.CREDIT and step.state is StepState.CONFIRMED
    )
    planned_at = operation.created_at.replace(microsecond=0)  # notes bear whole seconds
    foreign = [
        note.number
        for note in notes
        if not note.deleted
        and note.total == merged.total - ours
        and not markers_in(note.note)
        and (note.created_at is None or note.created_at >= planned_at)
    ]
    settled = sum(twin.due == ZERO and twin.total == merged.total for twin in twins)
    return foreign[settled] if len(foreign) > settled else ""


def maker_of(operation: Operation, document: Invoice) -> Step | None:
    """The step of an operation whose mark an invoice bears."""
    marks = markers_in(document.memo)
    makers = (step for step in operation.steps if isinstance(step.effect, IssueInvoice))
    return next((step for step in makers if step.marker in marks), None)


def given_up_after_send(operation: Operation, invoice_id: InvoiceId | None) -> tuple[Step, ...]:
    """Reliefs of one source that were sent and then given up: they may stand after all."""
    return tuple(
        step
        for step in steps_of(operation, invoice_id)
        if step.state is StepState.CANCELLED and step.attempts
    )


def issue_of(operation: Operation) -> Step:
    """The pivot of a merge."""
    return next(step for step in operation.steps if step.kind is StepKind.ISSUE)


def merged_id(operation: Operation) -> InvoiceId:
    """The merged invoice, as the platform named it."""
    return InvoiceId(issue_of(operation).remote_id or 0)


def was_relieved(operation: Operation) -> bool:
    """Whether a source was, or may have been, relieved."""
    return any(
        step.kind is StepKind.RELIEVE
        and (step.state in MAY_STAND or (step.state is StepState.HELD and step.attempts > 0))
        for step in operation.steps
    )


def on_merged(operation: Operation, source: Source, items: Items) -> Items:
    """The lines as they stand on the merged invoice: they name the sub-account they are about."""
    sub_id = None if source.account_id == operation.main_id else source.account_id
    return tuple(replace(item, sub_account_id=sub_id) for item in items)


def _effect(step: Step) -> IssueCreditNote:
    assert isinstance(step.effect, IssueCreditNote)
    return step.effect


def _done_items(operation: Operation, invoice_id: InvoiceId | None) -> Items:
    return tuple(
        item
        for step in steps_of(operation, invoice_id)
        if step.state is StepState.CONFIRMED
        for item in _effect(step).items
    )


def _added(
    operation: Operation,
    kind: StepKind,
    note: IssueCreditNote,
    invoice_id: InvoiceId,
    before: int = 0,
) -> Step:
    """A further step, after all there are and ``before`` others; its mark ends the note."""
    number = max(step.number for step in operation.steps) + 1 + before
    marker = Marker(plan_id=operation.plan_id, step=number)
    return Step(
        plan_id=operation.plan_id,
        number=number,
        kind=kind,
        account_id=note.account_id,
        invoice_id=invoice_id,
        effect=replace(note, note=f"{note.note} {marker}"),
    )
