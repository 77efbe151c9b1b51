"""Documents that a merge left, with its marks, and what is rebuilt from them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from connector.domain.ids import AccountId, CreditNoteId
from connector.domain.invoices import CreditNote, Invoice
from connector.domain.marker import Marker, with_marker
from connector.saga.anatomy import Payer, dissect
from connector.saga.effects import IssueInvoice
from connector.saga.fixups import Unclear
from connector.saga.rebuilding import When, rebuild_merge
from connector.saga.states import StepState
from connector.saga.steps import Operation
from connector.saga.traces import sort_traces
from tests.build import NOON, invoice
from tests.saga.support import NOW, SOURCES, merge, step_of

C, X = StepState.CONFIRMED, StepState.CANCELLED
WHEN = When(now=NOON, host=NOW, quiescence=timedelta(minutes=15))
MERGE = merge()
PLAN = MERGE.plan_id


def payer(account: AccountId) -> AccountId | None:
    """Account 1 pays for itself and for 2."""
    return AccountId(1) if account in {1, 2} else None


def nobody(_account: AccountId) -> AccountId | None:
    """No link says anything."""
    return None


def claimed(*steps: int) -> tuple[Invoice, ...]:
    """The sources, some of them with their mark."""
    return tuple(
        replace(row, memo=with_marker(row.memo, Marker(plan_id=PLAN, step=number)))
        for number, row in enumerate(SOURCES, start=1)
        if number in steps
    )


def issued(number: int = 100, **values: object) -> Invoice:
    """The merged invoice as the platform has it."""
    effect = step_of(MERGE, 3).effect
    assert isinstance(effect, IssueInvoice)
    made = replace(
        invoice(number, 1, effect.items, issued_on=effect.issued_on, memo=effect.memo),
        number=f"M{number}",
    )
    return replace(made, **values)  # type: ignore[arg-type] # of any field


def note(step: int, account: int, total: str, words: str, *, deleted: bool = False) -> CreditNote:
    """A credit note of ours."""
    return CreditNote(
        id=CreditNoteId(step),
        account_id=AccountId(account),
        number=f"C{step}",
        total=Decimal(total),
        deleted=deleted,
        note=f"{words} {Marker(plan_id=PLAN, step=step)}",
        created_at=datetime(2026, 1, 10, tzinfo=UTC),
    )


def relief(step: int, *, deleted: bool = False) -> CreditNote:
    """The relief of the main's 36.00 (4) or of the sub's 12.00 (5)."""
    account, total = {4: (1, "36.00"), 5: (2, "12.00")}[step]
    return note(step, account, total, "Moved to the merged invoice of account 1.", deleted=deleted)


def rebuilt(*documents: Invoice | CreditNote, pays: Payer = payer) -> Operation | Unclear:
    """What is made of some documents."""
    (traces,) = sort_traces(
        [row for row in documents if isinstance(row, Invoice)],
        [row for row in documents if isinstance(row, CreditNote)],
    )
    return rebuild_merge(traces, dissect(traces, pays, {}), WHEN)


def operation_of(found: Operation | Unclear) -> Operation:
    """It was not unclear."""
    assert isinstance(found, Operation), found
    return found


def states(operation: Operation) -> list[str]:
    """The kinds and states of its steps."""
    return [f"{step.kind} {step.state}" for step in operation.steps]
