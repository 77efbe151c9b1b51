"""A probe from its first step to its end, on a platform with habits of its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

from connector.domain.accounts import AccountStatus
from connector.domain.ids import AccountId, CreditNoteId
from connector.domain.invoices import CreditNote, Invoice, InvoiceStatus, total_of
from connector.saga.effects import IssueCreditNote, IssueInvoice, MarkInvoice
from connector.saga.planning import Origin
from connector.saga.probing import operation_of_probe, plan_next
from connector.saga.proofs import (
    Trace,
)
from connector.saga.states import StepState
from connector.saga.steps import Operation, Step
from tests.build import NOON, account, change, invoice

ACCOUNT = AccountId(77)
CUSTOMER = account(77)
BLOCKED = account(77, AccountStatus.BLOCKED)
LOG = (
    change(1, 77, AccountStatus.ACTIVE, "2026-01-01"),
    change(2, 77, AccountStatus.BLOCKED, "2026-01-10 12:00", by=7),
    change(3, 77, AccountStatus.ACTIVE, "2026-01-10 12:00", by=7),
)
ORIGIN = Origin(install_id="test", at=NOON)
TODAY = NOON.date()
Keep = Callable[[str], str]


def as_is(text: str) -> str:
    """A platform that keeps texts."""
    return text


def done(step: Step, remote_id: int | None = None) -> Step:
    """A step that was carried out and seen."""
    return replace(step, state=StepState.CONFIRMED, remote_id=remote_id)


def issued(operation: Operation, keep: Keep = as_is) -> Invoice:
    """The invoice of a probe, as a platform keeps it."""
    effect = operation.steps[0].effect
    assert isinstance(effect, IssueInvoice)
    return replace(invoice(5, ACCOUNT, effect.items), memo=keep(effect.memo))


def played(keep: Keep = as_is, *, is_bound: bool = True) -> tuple[Operation, Trace]:
    """A probe from its first step to its end, on a platform with such habits."""
    operation = operation_of_probe(ACCOUNT, 15, ORIGIN)
    kept = issued(operation, keep)
    operation = replace(operation, steps=(done(operation.steps[0], 5),))
    mark = plan_next(operation, kept, CUSTOMER, TODAY)
    assert mark is not None
    assert isinstance(mark.effect, MarkInvoice)
    kept = replace(kept, memo=keep(mark.effect.memo))
    operation = replace(operation, steps=(*operation.steps, done(mark)))
    void = plan_next(operation, kept, CUSTOMER, TODAY)
    assert void is not None
    assert isinstance(void.effect, IssueCreditNote)
    note = CreditNote(
        id=CreditNoteId(9),
        account_id=ACCOUNT,
        number="C9",
        total=total_of(void.effect.items),
        deleted=False,
        note=keep(void.effect.note),
        created_at=NOON,
    )
    if is_bound:
        kept = replace(kept, due=Decimal(0), status=InvoiceStatus.PAID)
    operation = replace(operation, steps=(*operation.steps, done(void, 9)))
    for now in (CUSTOMER, BLOCKED):
        trial = plan_next(operation, kept, now, TODAY)
        assert trial is not None
        operation = replace(operation, steps=(*operation.steps, done(trial)))
    trace = Trace(
        invoice=kept, note=note, listed=(kept,), listed_notes=(note,), changes=LOG, lies=()
    )
    return operation, trace
