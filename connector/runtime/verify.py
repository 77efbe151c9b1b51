"""Verify: re-read what an operation left behind, and close it only when every cent is in place."""

from __future__ import annotations

from datetime import UTC, date

from connector.domain.accounts import AccountStatus
from connector.domain.ids import AccountId, InvoiceId
from connector.domain.invoices import CreditNote, Invoice
from connector.errors import RecordMissing
from connector.observe.events import Event as Log
from connector.runtime import traces
from connector.runtime.families import whole
from connector.runtime.observe_step import ONE_DAY
from connector.runtime.service import Pen, Service
from connector.runtime.telling import tell_state
from connector.saga.effects import IssueCreditNote
from connector.saga.states import StepState
from connector.saga.steps import Operation, OperationKind, OperationState, StepKind
from connector.saga.verification import Outcome, doubtful_notes, judge_merge

BY = "connector"


def finish_operation(service: Service, pen: Pen, operation: Operation) -> bool:
    """Close an operation whose steps are all finished; False when something is wrong with it."""
    if operation.state is OperationState.WITHDRAWN:
        _look_again(service, pen, operation)
        return True
    problems, look_again = _look_into(service, operation)
    why = "; ".join(problems)
    state = OperationState.OPEN if problems else OperationState.CLOSED
    if problems and why == operation.why:
        return False  # said before
    with service.store.begin(epoch=pen.epoch) as unit:
        unit.journal.record_state(operation.plan_id, state, why, BY, service.clock.host())
        if look_again:  # the next look lists what an account of the family owes itself
            now = service.clock.now().astimezone(UTC)
            unit.agenda.record_due([operation.main_id], now, look_again)
        unit.commit()
    if state is OperationState.CLOSED:
        tell_state(operation.plan_id, state, operation.summary, BY)
    if problems:
        service.alerts.alert(Log.PLAN_UNVERIFIED, why, plan_id=operation.plan_id)
    return not problems


def _look_into(service: Service, operation: Operation) -> tuple[tuple[str, ...], str]:
    """What is wrong with an operation, and why its family must be looked at again all the same."""
    if operation.kind is OperationKind.UNDO:
        return judge_outcome(service, operation), "a merge was undone"
    if operation.kind is not OperationKind.MERGE:
        return (), ""
    outcome = _read_outcome(service, operation)
    return judge_merge(operation, outcome), _why_again(service, operation, outcome)


def _why_again(service: Service, merge: Operation, outcome: Outcome) -> str:
    """A source that owes something is listed; whom a relief freed of its debt may be released."""
    if any(outcome.owes(source.invoice_id) for source in merge.sources):
        return "a source owes something itself"
    subs = sorted({source.account_id for source in merge.sources} - {merge.main_id})
    accounts = service.reader.read_accounts(subs).rows
    is_blocked = any(account.status is AccountStatus.BLOCKED for account in accounts)
    return "a blocked account was relieved" if is_blocked else ""


def _look_again(service: Service, pen: Pen, operation: Operation) -> None:
    """A withdrawn merge has handed its claims back: its family may be planned anew."""
    now = service.clock.now().astimezone(UTC)
    with service.store.begin(epoch=pen.epoch) as unit:
        unit.agenda.record_due([operation.main_id], now, "a plan was withdrawn")
        unit.commit()


def judge_outcome(service: Service, operation: Operation) -> tuple[str, ...]:
    """Read what a merge or an undo left behind, and say what is wrong with it."""
    if operation.kind is OperationKind.UNDO:
        return traces.judge_outcome(service, operation, read_notes(service, operation))
    return judge_merge(operation, _read_outcome(service, operation))


def _read_outcome(service: Service, operation: Operation) -> Outcome:
    return Outcome(
        invoices=_read_invoices(service, operation), notes=read_notes(service, operation)
    )


def read_notes(service: Service, operation: Operation) -> tuple[CreditNote, ...]:
    """Credit notes of the accounts where one of ours may stand too often; mostly none."""
    since: dict[AccountId, date] = {}
    for step in doubtful_notes(operation):
        if isinstance(step.effect, IssueCreditNote):
            day = step.effect.issued_on - ONE_DAY
            since[step.account_id] = min(day, since.get(step.account_id, day))
    return tuple(
        note
        for account_id, day in since.items()
        for note in whole(service.reader.read_credit_notes(account_id, day))
    )


def _read_invoices(service: Service, operation: Operation) -> dict[InvoiceId, Invoice]:
    issued = [
        InvoiceId(step.remote_id)
        for step in operation.steps
        if step.kind is StepKind.ISSUE
        and step.state is StepState.CONFIRMED
        and step.remote_id is not None
    ]
    sources = [source.invoice_id for source in operation.sources if source.invoice_id > 0]
    found = {}
    for invoice_id in (*issued, *sources):
        try:
            found[invoice_id] = service.reader.read_invoice(invoice_id)
        except RecordMissing:
            continue
    return found
