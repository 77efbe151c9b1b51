"""A merge that is done, what it left on the platform, and its undo."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from connector.domain.ids import AccountId, CreditNoteId, InvoiceId
from connector.domain.invoices import CreditNote, InvoiceStatus
from connector.saga.effects import IssueInvoice
from connector.saga.states import StepState
from connector.saga.steps import Operation, OperationState
from connector.saga.undo_checks import (
    Traces,
)
from connector.saga.undoing import operation_of_undo
from tests.build import NOON, invoice
from tests.saga.support import ORIGIN, SOURCES, merge, step_of

MERGED = InvoiceId(900)
TODAY = NOON.date()
NOTE = CreditNote(
    id=CreditNoteId(70),
    account_id=AccountId(1),
    number="C70",
    total=Decimal(48),
    deleted=False,
    note="",
    created_at=None,
)


def closed() -> Operation:
    """The merge of 36.00 and 12.00, done: invoice 900."""
    operation = merge()
    steps = tuple(
        replace(step, state=StepState.CONFIRMED, attempts=1, remote_id=MERGED)
        for step in operation.steps
    )
    return replace(operation, steps=steps, state=OperationState.CLOSED)


def traces(**changes: object) -> Traces:
    """What the merge left; ``changes`` are of the merged invoice."""
    effect = step_of(merge(), 3).effect
    assert isinstance(effect, IssueInvoice)
    merged = replace(invoice(MERGED, 1, effect.items), **changes)  # type: ignore[arg-type] # by name
    paid = [replace(row, due=Decimal(0), status=InvoiceStatus.PAID) for row in SOURCES]
    return Traces(
        invoices={row.id: row for row in (merged, *paid)}, linked=frozenset({AccountId(2)})
    )


def undone() -> Operation:
    """The undo of it."""
    return operation_of_undo(closed(), ORIGIN)
