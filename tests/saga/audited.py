"""Scenes for the audit: a family whose operations were carried out as the journal says."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal

from connector.domain.ids import CreditNoteId, InvoiceId
from connector.domain.invoices import CreditNote, Invoice, InvoiceStatus
from connector.domain.marker import with_marker
from connector.saga.audit.scene import EventTrace, FamilyScene, StepTrace
from connector.saga.effects import IssueCreditNote, IssueInvoice
from connector.saga.states import StepEvent, StepState
from connector.saga.steps import Operation, OperationState, Step, StepKind
from tests.build import MAIN, NOON, invoice, link
from tests.saga.support import NOW

MERGED_ID = 9000
NOTE_ID = 500
HASH = "0" * 64


@dataclass(kw_only=True)
class Played:
    """Everything that there is after an operation was carried out."""

    operation: Operation
    invoices: dict[InvoiceId, Invoice]
    notes: dict[CreditNoteId, CreditNote]


def carried_out(operation: Operation, sources: Iterable[Invoice], *, first: int = 0) -> Played:
    """A merge whose every step was confirmed, and that was closed."""
    invoices = {invoice.id: invoice for invoice in sources}
    notes: dict[CreditNoteId, CreditNote] = {}
    steps: list[Step] = []
    for step in operation.steps:
        done = replace(step, state=StepState.CONFIRMED, attempts=1, sent_at=NOW)
        if isinstance(step.effect, IssueInvoice):
            done = replace(done, remote_id=MERGED_ID + first)
            merged = _issued(step.effect, MERGED_ID + first)
            invoices[merged.id] = merged
        elif isinstance(step.effect, IssueCreditNote):
            number = CreditNoteId(NOTE_ID + first + step.number)
            done = replace(done, remote_id=number)
            notes[number] = _noted(step.effect, number)
            relieved = invoices[step.effect.invoice_id]
            invoices[relieved.id] = replace(
                relieved, due=relieved.due - step.effect.total, status=InvoiceStatus.PAID
            )
        elif step.kind is StepKind.CLAIM and step.invoice_id is not None:
            claimed = invoices[step.invoice_id]
            invoices[claimed.id] = replace(claimed, memo=with_marker(claimed.memo, step.marker))
        steps.append(done)
    closed = replace(operation, steps=tuple(steps), state=OperationState.CLOSED)
    return Played(operation=closed, invoices=invoices, notes=notes)


def scene_of(*played: Played, subs: Iterable[int] = (2, 3), **values: object) -> FamilyScene:
    """The family of some operations, an hour after the last of them."""
    operations = tuple(each.operation for each in played)
    scene = FamilyScene(
        main_id=operations[0].main_id if operations else MAIN,  # type: ignore[arg-type] # a number
        at=NOON + timedelta(hours=1),
        host=NOW + timedelta(hours=1),
        stuck=timedelta(hours=24),
        links=tuple(link(MAIN, sub) for sub in subs),
        operations=operations,
        watched=frozenset(each.plan_id for each in operations),
        steps=tuple(_trace(step) for each in operations for step in each.steps),
        events=events_of(operations),
        invoices={key: row for each in played for key, row in each.invoices.items()},
        notes={key: row for each in played for key, row in each.notes.items()},
    )
    return replace(scene, **values)  # type: ignore[arg-type] # values of any field


def events_of(operations: Iterable[Operation]) -> tuple[EventTrace, ...]:
    """What the journal would have of them: begun, each step sent and answered, ended."""
    found: list[EventTrace] = []

    def add(operation: Operation, step: Step | None, event: str, *states: str | None) -> None:
        found.append(
            EventTrace(
                id=len(found) + 1,
                at=NOW,
                plan_id=operation.plan_id,
                step=None if step is None else step.number,
                event=event,
                from_state=states[0],
                to_state=states[1],
            )
        )

    for operation in operations:
        add(operation, None, "open", None, "open")
        for step in operation.steps:
            if step.attempts:
                add(operation, step, StepEvent.CLAIMED, "intended", "sending")
                for event in _ENDS[step.state]:
                    add(operation, step, *event)
        add(operation, None, operation.state, "open", operation.state)
    return tuple(found)


_ENDS: dict[StepState, tuple[tuple[str, str, str], ...]] = {
    StepState.CONFIRMED: ((StepEvent.ACCEPTED, "sending", "confirmed"),),
    StepState.HELD: ((StepEvent.REFUSED, "sending", "held"),),
    StepState.INTENDED: ((StepEvent.NOT_SENT, "sending", "intended"),),
    StepState.UNKNOWN: ((StepEvent.UNCLEAR, "sending", "unknown"),),
    StepState.CANCELLED: (
        (StepEvent.NOT_SENT, "sending", "intended"),
        (StepEvent.WITHDRAWN, "intended", "cancelled"),
    ),
}
"""How a step that was sent once came to its state."""


def with_step(operation: Operation, number: int, **values: object) -> Operation:
    """The operation with one step otherwise."""
    steps = tuple(
        replace(step, **values) if step.number == number else step  # type: ignore[arg-type] # any
        for step in operation.steps
    )
    return replace(operation, steps=steps)


def _trace(step: Step) -> StepTrace:
    return StepTrace(plan_id=step.plan_id, number=step.number, recorded_hash=HASH, actual_hash=HASH)


def _issued(effect: IssueInvoice, number: int) -> Invoice:
    return invoice(
        number,
        effect.account_id,
        effect.items,
        issued_on=effect.issued_on,
        total=str(effect.total),
        memo=effect.memo,
    )


def _noted(effect: IssueCreditNote, number: CreditNoteId) -> CreditNote:
    return CreditNote(
        id=number,
        account_id=effect.account_id,
        number=f"C{number}",
        total=Decimal(effect.total),
        deleted=False,
        note=effect.note,
        created_at=NOON,
    )
