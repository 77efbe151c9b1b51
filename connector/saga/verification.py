"""The last look at a merge that has run: is every cent where it belongs?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from connector.domain.ids import InvoiceId
from connector.domain.invoices import CreditNote, Invoice, InvoiceStatus
from connector.domain.marker import markers_in
from connector.domain.money import ZERO, told
from connector.saga.effects import IssueCreditNote
from connector.saga.fixups import done_for, due_on, is_gone, issue_of, left_to_sub
from connector.saga.recovery import twice
from connector.saga.states import StepState
from connector.saga.steps import Operation, Source, Step, StepKind

THEN_CANCEL = ", then cancel the plan"
"""What ends a plan that was carried out, once a person has settled what is wrong with it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """What a merge left behind, freshly read."""

    invoices: Mapping[InvoiceId, Invoice]  #: the merged one and every source
    notes: tuple[CreditNote, ...] = ()  #: of the accounts in :func:`doubtful_notes`

    def owes(self, invoice_id: InvoiceId) -> bool:
        """Whether something is due on a source."""
        invoice = self.invoices.get(invoice_id)
        return invoice is not None and invoice.is_open


def doubtful_notes(operation: Operation) -> tuple[Step, ...]:
    """Steps whose credit note may stand once too often: sent again, or given up after a send."""
    return tuple(
        step
        for step in operation.steps
        if isinstance(step.effect, IssueCreditNote)
        and step.attempts > (step.state is StepState.CONFIRMED)
    )


def judge_merge(operation: Operation, outcome: Outcome) -> tuple[str, ...]:
    """What is wrong with a merge whose steps are all finished; nothing, if it may be closed."""
    return tuple(problem.sentence for problem in find_problems(operation, outcome))


class Kind(StrEnum):
    """What can be wrong with a merge that has run."""

    GIVEN_UP = "given_up"  #: it never got its invoice
    MERGED_GONE = "merged_gone"
    MERGED_CHANGED = "merged_changed"
    MERGED_UNMARKED = "merged_unmarked"
    NOTE_TWICE = "note_twice"
    NOTE_UNWANTED = "note_unwanted"
    SOURCE_GONE = "source_gone"
    SOURCE_PENDING = "source_pending"
    NOT_RELIEVED = "not_relieved"


@dataclass(frozen=True, kw_only=True, slots=True)
class Problem:
    """One thing that is wrong, with what to do about it in its sentence."""

    kind: Kind
    sentence: str
    source: Source | None = None  #: what it is about, if not the merged invoice
    step: Step | None = None  #: whose credit note it is about
    amount: Decimal = ZERO  #: by how much, where that can be told


def find_problems(operation: Operation, outcome: Outcome) -> tuple[Problem, ...]:
    """What is wrong with a merge whose steps are all finished."""
    problems = [*_judge_merged(operation, outcome), *judge_notes(operation, outcome.notes)]
    for source in operation.sources:
        problems.extend(_judge_source(operation, source, outcome.invoices.get(source.invoice_id)))
    return tuple(problems)


def _judge_merged(operation: Operation, outcome: Outcome) -> Iterator[Problem]:
    issue = issue_of(operation)
    merged = outcome.invoices.get(InvoiceId(issue.remote_id or 0))
    if issue.state is not StepState.CONFIRMED:
        yield Problem(
            kind=Kind.GIVEN_UP, sentence=f"the merged invoice was given up: {issue.reason}"
        )
    elif merged is None or is_gone(merged) or _was_handed_back(operation):
        what = "deleted" if is_gone(merged) else "credited away"
        yield Problem(
            kind=Kind.MERGED_GONE,
            sentence=f"the merged invoice was {what}{_after_reliefs(operation)}",
            amount=operation.total,
        )
    elif merged.total != operation.total:
        yield Problem(
            kind=Kind.MERGED_CHANGED,
            sentence=f"the merged invoice makes {told(merged.total)}, planned was "
            f"{told(operation.total)}",
            amount=merged.total - operation.total,
        )
    elif issue.marker not in markers_in(merged.memo):
        yield Problem(
            kind=Kind.MERGED_UNMARKED,
            sentence=f"the merged invoice {merged.number} lost our mark: write {issue.marker} on a "
            "line of its internal memo",
        )


def _after_reliefs(operation: Operation) -> str:
    relieved = [
        f"{source.number} ({told(amount)})"
        for source in operation.sources
        if (amount := done_for(operation, source.invoice_id, StepKind.RELIEVE))
    ]
    if not relieved:
        return ""
    return (
        f" after {', '.join(relieved)} had been relieved: charge the main account for these "
        "anew, or delete their credit notes; then cancel the plan"
    )


def _was_handed_back(operation: Operation) -> bool:
    """Whether a source was given back after the pivot: nothing carried it any more."""
    return any(step.kind is StepKind.UNCLAIM for step in operation.steps)


def judge_notes(operation: Operation, notes: Iterable[CreditNote]) -> Iterator[Problem]:
    """Our own late documents: looked for by mark, never taken for a person's."""
    for step in doubtful_notes(operation):
        live = [note for note in notes if step.marker in markers_in(note.note) and not note.deleted]
        if len(live) > 1:
            yield Problem(
                kind=Kind.NOTE_TWICE,
                sentence=f"step {step.number} {twice(live)}{THEN_CANCEL}",
                step=step,
                amount=live[0].total,
            )
        elif live and step.state is StepState.CANCELLED:
            yield Problem(
                kind=Kind.NOTE_UNWANTED,
                sentence=f"step {step.number} was given up, but its credit note {live[0].number} "
                f"of {told(live[0].total)} stands: delete it{THEN_CANCEL}",
                step=step,
                amount=live[0].total,
            )


def _judge_source(
    operation: Operation, source: Source, invoice: Invoice | None
) -> Iterator[Problem]:
    """Relieved and credited make what is carried; a source owes only what it was raised by.

    Where they do not, a named person gave a relief or credit up, or the source was handed back.
    """
    if done_for(operation, source.invoice_id) != source.total:
        return
    if invoice is None or is_gone(invoice):
        if done_for(operation, source.invoice_id, StepKind.RELIEVE):
            sentence = f"invoice {source.number} was deleted"
            yield Problem(kind=Kind.SOURCE_GONE, sentence=sentence, source=source)
        return
    if invoice.status is InvoiceStatus.PENDING:
        yield Problem(
            kind=Kind.SOURCE_PENDING,
            sentence=f"invoice {source.number} has a charge of {told(invoice.due)} under way",
            source=source,
            amount=invoice.due,
        )
    elif due_on(invoice) > left_to_sub(operation, source, invoice):
        yield Problem(
            kind=Kind.NOT_RELIEVED,
            sentence=f"invoice {source.number} still has {told(invoice.due)} due, though the "
            "merged invoice carries it: its credit note was deleted, or is of no invoice; credit "
            "it by hand, then cancel the plan",
            source=source,
            amount=invoice.due,
        )
