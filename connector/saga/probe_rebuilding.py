"""From the marks of a probe back to its operation, when the journal is lost or old. Pure.

Which steps there were follows from the invoice. What is found of them is CONFIRMED; the next probe of
the same customer takes up the rest, which is UNKNOWN. A status bears no mark: whether the customer
was blocked for a moment is not asked. A probe links nobody, so a person has nothing to settle.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time

from connector.domain.invoices import Invoice
from connector.saga.fixups import Unclear, is_gone
from connector.saga.later_steps import LOST_STORE
from connector.saga.machine import is_done
from connector.saga.probing import ITEMS, following_step, probe_named
from connector.saga.rebuilding import When
from connector.saga.states import StepState
from connector.saga.steps import Operation, OperationState, Step, StepKind
from connector.saga.traces import Traces
from connector.saga.wording import purpose_of


def is_of_probe(traces: Traces) -> bool:
    """Whether the marks are a probe's: by the line of its invoice, or the words of its credit note."""
    said = (purpose_of(note.note) for _, note in traces.noted())
    return any(map(_is_probed, traces.invoices)) or any(
        purpose is not None and purpose.kind is StepKind.SETTLE for purpose in said
    )


def rebuild_probe(traces: Traces, when: When) -> Operation | Unclear:
    """The probe that left these traces."""
    invoice = next((row for row in traces.invoices if _is_probed(row)), None)
    if invoice is None:
        return Unclear(reason="it is a probe, and its invoice is gone: nothing of it is left to do")
    at = datetime.combine(invoice.issued_on, time.min, when.now.tzinfo)
    due_on = invoice.due_on or invoice.issued_on
    probe = probe_named(traces.plan_id, invoice.account_id, due_on, at)
    issue = _found(probe.steps[0], when, invoice.id)
    probe = replace(probe, steps=(issue,))
    while (step := following_step(probe, invoice, None, when.now.date())) is not None:
        probe = replace(probe, steps=(*probe.steps, _as_it_is(step, invoice, traces, when)))
    return replace(probe, state=OperationState.CLOSED) if is_done(probe) else probe


def _is_probed(invoice: Invoice) -> bool:
    return any(item.description == ITEMS[0].description for item in invoice.items)


def _as_it_is(step: Step, invoice: Invoice, traces: Traces, when: When) -> Step:
    note = dict(traces.noted()).get(step.number)
    if step.kind is StepKind.SETTLE and note is not None:
        return _found(step, when, note.id)
    if step.kind is StepKind.MARK and traces.marked(step.number):
        return _found(step, when)
    state = StepState.CANCELLED if is_gone(invoice) else StepState.UNKNOWN
    reason = f"{LOST_STORE}: not found"
    return replace(step, state=state, attempts=1, sent_at=when.host, reason=reason)


def _found(step: Step, when: When, remote_id: int | None = None) -> Step:
    return replace(
        step,
        state=StepState.CONFIRMED,
        attempts=1,
        sent_at=when.host,
        remote_id=remote_id,
        reason=LOST_STORE,
    )
