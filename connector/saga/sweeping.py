"""What a look at a family shows of merges and undos that have ended: pure; nothing is read for it.

A closed merge is suspect, and verified once more on fresh records, when the look shows that its
invoice was deleted, is missing from a list where it must be, or makes another total; that a source
it relieved was deleted, or owes again. What costs more requests than a look is left to the audit.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from connector.domain.ids import InvoiceId
from connector.domain.invoices import Invoice
from connector.domain.marker import markers_in
from connector.domain.money import told
from connector.domain.refusals import Refusal
from connector.saga.effects import IssueInvoice
from connector.saga.fixups import (
    done_for,
    find_twins,
    is_gone,
    issue_of,
    left_to_sub,
    merged_id,
    plan_voids,
)
from connector.saga.machine import hand_back, is_done
from connector.saga.preparation import MARK_GONE
from connector.saga.states import StepState
from connector.saga.steps import Operation, OperationKind, OperationState, Source, Step, StepKind
from connector.saga.undoing import revoke_of
from connector.saga.verification import THEN_CANCEL, Problem, doubtful_notes

SWEPT = timedelta(days=7)
"""How long after its latest send the credit notes of a merge are looked for, if one may be double."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Sweep:
    """What is to be done about one ended or running merge or undo."""

    voids: tuple[Step, ...] = ()  #: further documents with a mark of ours, to be credited in full
    handbacks: tuple[Step, ...] = ()  #: marks that came back after they had been handed back
    is_suspect: bool = False  #: ended, and to be verified once more
    is_doubtful: bool = False  #: not to be verified, though a credit note of it may stand too often
    refusals: tuple[Refusal, ...] = ()  #: what a source owes itself


def sweep(
    operation: Operation, invoices: Iterable[Invoice], now: datetime, since: date = date.max
) -> Sweep:
    """Look for our mark on a second document, and for what people did to the ones we know.

    Args:
        operation: whatever its kind and state.
        invoices: of the main account and its sub-accounts, as just read.
        now: billing time.
        since: invoices of this date or later are all there; one that is not has vanished.
    """
    match operation.kind:
        case OperationKind.MERGE:
            return sweep_merge(operation, invoices, now, since)
        case OperationKind.UNDO:
            return sweep_undo(operation, invoices, now)
        case _:
            return Sweep()


def sweep_undo(undo: Operation, invoices: Iterable[Invoice], now: datetime) -> Sweep:
    """A recharge that stands twice; a merged invoice that owes again, or was revoked too late."""
    rows = {invoice.id: invoice for invoice in invoices}
    merged = rows.get(InvoiceId(revoke_of(undo).invoice_id or 0))
    owes_again = _is_at_rest(undo) and merged is not None and merged.is_open
    has_ended = _is_at_rest(undo) or undo.state is OperationState.WITHDRAWN
    is_recent = now - _latest_of(undo) < SWEPT
    return Sweep(
        voids=plan_voids(undo, find_twins(undo, rows.values()), now.date()),
        is_suspect=owes_again or (has_ended and is_recent and bool(doubtful_notes(undo))),
        is_doubtful=_is_doubtful(undo),
    )


def sweep_merge(
    operation: Operation, invoices: Iterable[Invoice], now: datetime, since: date = date.max
) -> Sweep:
    """A merged invoice that stands twice or was touched; a source that owes again."""
    rows = {invoice.id: invoice for invoice in invoices}
    owing = list(_owing(operation, rows))
    is_recent = now - _latest_of(operation) < SWEPT
    return Sweep(
        voids=plan_voids(operation, find_twins(operation, rows.values()), now.date()),
        handbacks=hand_back(operation, _claims_come_back(operation, rows)),
        is_suspect=_is_at_rest(operation)
        and (
            any(due > allowed for _, due, allowed in owing)
            or _is_merged_touched(operation, rows, since)
            or _is_source_deleted(operation, rows)
            or (is_recent and bool(doubtful_notes(operation)))
        ),
        is_doubtful=_is_doubtful(operation) or (is_recent and _has_left_notes(operation)),
        refusals=tuple(
            _left_on_sub(source, due) for source, due, allowed in owing if due <= allowed
        ),
    )


def _claims_come_back(operation: Operation, rows: Mapping[InvoiceId, Invoice]) -> list[Step]:
    """Claims whose mark stands though our journal says that it was handed back.

    The platform carried the claim out after that. A hand-back that a person gave up stays so.
    """
    last = {step.invoice_id: step for step in operation.steps if step.kind is StepKind.UNCLAIM}
    return [
        claim
        for claim in operation.steps
        if claim.kind is StepKind.CLAIM
        and (invoice := rows.get(InvoiceId(claim.invoice_id or 0))) is not None
        and not is_gone(invoice)
        and claim.marker in markers_in(invoice.memo)
        and (handback := last.get(claim.invoice_id)) is not None
        and (handback.state is StepState.CONFIRMED or handback.reason == MARK_GONE)
    ]


def _is_merged_touched(
    operation: Operation, rows: Mapping[InvoiceId, Invoice], since: date
) -> bool:
    """Whether the merged invoice was deleted, with or without a trace, or makes another total."""
    issue = issue_of(operation)
    if issue.state is not StepState.CONFIRMED or not isinstance(issue.effect, IssueInvoice):
        return False
    merged = rows.get(merged_id(operation))
    if merged is None:
        return issue.effect.issued_on >= since
    return is_gone(merged) or merged.total != operation.total


def _is_source_deleted(operation: Operation, rows: Mapping[InvoiceId, Invoice]) -> bool:
    return any(
        source.invoice_id in rows
        and is_gone(rows[source.invoice_id])
        and bool(done_for(operation, source.invoice_id, StepKind.RELIEVE))
        for source in operation.sources
    )


def _is_at_rest(operation: Operation) -> bool:
    """Whether an operation added up when it was closed, and no person settled it since."""
    return operation.state is OperationState.CLOSED and not operation.why


def _is_doubtful(operation: Operation) -> bool:
    """Whether an unfinished step keeps the last look waiting, which some other step is in need of."""
    is_under_way = operation.state is OperationState.OPEN and not is_done(operation)
    return is_under_way and bool(doubtful_notes(operation))


def _has_left_notes(operation: Operation) -> bool:
    """Whether a withdrawn merge has voided what came late by a credit note that may stand twice."""
    return operation.state is OperationState.WITHDRAWN and bool(doubtful_notes(operation))


def surplus_note(operation: Operation, problem: Problem) -> Refusal:
    """A credit note too many of an operation that nobody can close: what people are told of it."""
    step = problem.step or operation.steps[0]
    return Refusal(
        rule="surplus_note",
        account_id=step.account_id,
        subject=f"step {operation.plan_id}/{step.number}",
        sentence=f"account {step.account_id} was credited {told(problem.amount)} too often:"
        f" {problem.sentence.removesuffix(THEN_CANCEL)}",
        mend="delete what the sentence names on the platform",
    )


def _latest_of(operation: Operation) -> datetime:
    """When something of it was last sent: long after it was planned, if a step was held or in doubt."""
    sent = [step.sent_at for step in operation.steps if step.sent_at is not None]
    return max([operation.created_at, *sent])


def _owing(
    operation: Operation, rows: Mapping[InvoiceId, Invoice]
) -> Iterator[tuple[Source, Decimal, Decimal]]:
    """Sources that are open after all that was carried of them was settled: due, and allowed."""
    for source in operation.sources:
        invoice = rows.get(source.invoice_id)
        is_settled = done_for(operation, source.invoice_id) == source.total
        if invoice is not None and invoice.is_open and is_settled:
            yield source, invoice.due, left_to_sub(operation, source, invoice)


def _left_on_sub(source: Source, due: Decimal) -> Refusal:
    return Refusal(
        rule="left_on_sub",
        account_id=source.account_id,
        subject=f"invoice {source.number}",
        sentence=f"invoice {source.number} of account {source.account_id} was raised, or a payment "
        f"taken back, after it was merged: {told(due)} stays due on the account itself",
        mend="collect it there, or credit it and charge it anew: the new invoice is merged",
    )
