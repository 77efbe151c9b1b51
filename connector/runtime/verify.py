"""Verify: re-read what an operation left behind, and close it only when every cent is in place."""

from __future__ import annotations

from datetime import UTC

from connector.domain.ids import InvoiceId
from connector.domain.invoices import Invoice
from connector.errors import RecordMissing
from connector.observe.events import Event as Log
from connector.runtime.service import Pen, Service
from connector.runtime.telling import tell_state
from connector.saga.states import StepState
from connector.saga.steps import Operation, OperationKind, OperationState, StepKind
from connector.saga.verification import judge_merge

BY = "connector"


def finish_operation(service: Service, pen: Pen, operation: Operation) -> bool:
    """Close an operation whose steps are all finished; False when something is wrong with it."""
    if operation.state is OperationState.WITHDRAWN:
        _look_again(service, pen, operation)
        return True
    problems: tuple[str, ...] = ()
    if operation.kind is OperationKind.MERGE:
        problems = judge_merge(operation, _read_invoices(service, operation))
    why = "; ".join(problems)
    state = OperationState.OPEN if problems else OperationState.CLOSED
    if problems and why == operation.why:
        return False  # said before
    with service.store.begin(epoch=pen.epoch) as unit:
        unit.journal.record_state(operation.plan_id, state, why, BY, service.clock.host())
        unit.commit()
    if state is OperationState.CLOSED:
        tell_state(operation.plan_id, state, operation.summary, BY)
    if problems:
        service.alerts.alert(Log.PLAN_UNVERIFIED, why, plan_id=operation.plan_id)
    return not problems


def _look_again(service: Service, pen: Pen, operation: Operation) -> None:
    """A withdrawn merge has handed its claims back: its family may be planned anew."""
    now = service.clock.now().astimezone(UTC)
    with service.store.begin(epoch=pen.epoch) as unit:
        unit.agenda.record_due([operation.main_id], now, "a plan was withdrawn")
        unit.commit()


def _read_invoices(service: Service, operation: Operation) -> dict[InvoiceId, Invoice]:
    issued = [
        InvoiceId(step.remote_id)
        for step in operation.steps
        if step.kind is StepKind.ISSUE
        and step.state is StepState.CONFIRMED
        and step.remote_id is not None
    ]
    found = {}
    for invoice_id in (*issued, *(source.invoice_id for source in operation.sources)):
        try:
            found[invoice_id] = service.reader.read_invoice(invoice_id)
        except RecordMissing:
            continue
    return found
