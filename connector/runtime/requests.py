"""Carry out what people asked for: approvals, retries, cancellations, freeze and unfreeze."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC

import structlog

from connector.domain.ids import PlanId
from connector.errors import ConnectorError
from connector.observe.events import Event
from connector.ports.store import OperatorRequest, RequestKind, UnitOfWork
from connector.runtime import facts
from connector.runtime.plan import GIVEN_UP
from connector.runtime.service import Pen, Service
from connector.runtime.telling import tell_state
from connector.saga.machine import Change, cancel, happened, is_done, withdraw
from connector.saga.states import StepEvent, StepState
from connector.saga.steps import Operation, OperationState, Step

ALL = "all"

_log: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger("connector.requests")


def carry_out_requests(service: Service, pen: Pen) -> int:
    """Carry out every open request, each in a transaction of its own; their number."""
    with service.store.begin() as unit:
        waiting = unit.requests.load_open()
    for request in waiting:
        with service.store.begin(epoch=pen.epoch) as unit:
            outcome = _carry_out(service, unit, request)
            unit.requests.record_done(request.id, outcome, service.clock.host())
            unit.commit()
        _log.info(
            Event.REQUEST_DONE,
            request=request.kind,
            by=request.by,
            about=request.subject,
            outcome=outcome,
        )
    return len(waiting)


def _carry_out(service: Service, unit: UnitOfWork, request: OperatorRequest) -> str:
    match request.kind:
        case RequestKind.APPROVE:
            return _approve(service, unit, request)
        case RequestKind.RETRY | RequestKind.CANCEL:
            return _move_held_step(service, unit, request)
        case RequestKind.FREEZE:
            unit.facts.record(facts.FROZEN, f"frozen by {request.by}: {request.subject}")
            return "frozen"
        case RequestKind.UNFREEZE:
            unit.facts.record(facts.FROZEN, None)
            _log.info(Event.WRITES_UNFROZEN, by=request.by)
            unit.facts.record(facts.ACCOUNTS_COUNT, None)  # the person believes what is there now
            unit.facts.record(facts.LOSS_BELIEVED, request.by)
            return "unfrozen"


def _approve(service: Service, unit: UnitOfWork, request: OperatorRequest) -> str:
    waiting = unit.journal.load_operations({OperationState.PROPOSED})
    chosen = [op for op in waiting if request.subject in {ALL, op.plan_id}]
    for operation in chosen:
        unit.journal.record_state(
            operation.plan_id, OperationState.OPEN, "", request.by, service.clock.host()
        )
        tell_state(operation.plan_id, OperationState.OPEN, operation.summary, request.by)
    if chosen and unit.facts.load(facts.FIRST_APPROVAL) is None:
        stamp = f"{request.by} {service.clock.host().isoformat()}"
        unit.facts.record(facts.FIRST_APPROVAL, stamp)
    return f"approved {len(chosen)} plans" if chosen else "no such plan waits for approval"


def _move_held_step(service: Service, unit: UnitOfWork, request: OperatorRequest) -> str:
    if request.kind is RequestKind.CANCEL and (settled := _find_unverified(unit, request.subject)):
        why = f"settled by {request.by}: {settled.why}"
        unit.journal.record_state(
            settled.plan_id, OperationState.CLOSED, why, request.by, service.clock.host()
        )
        return "closed as settled by hand"
    found = _find_step(unit, request.subject)
    if isinstance(found, str):
        return found
    operation, step = found
    if step.state is not StepState.HELD:
        return f"step {step.number} is {step.state}, not held"
    reason = f"by {request.by}"
    if request.kind is RequestKind.RETRY:
        change = _allow_again(happened(step, StepEvent.RETRY_ASKED, reason=reason), service)
        unit.journal.record_event(
            change.before, change.event, change.after, request.by, service.clock.host()
        )
        return "will be tried again"
    changes, gives_up = cancel(operation, step, reason)
    for change in changes:
        unit.journal.record_event(
            change.before, change.event, change.after, request.by, service.clock.host()
        )
    if gives_up:
        _give_up(service, unit, operation, step, request.by)
    return "cancelled"


def _allow_again(change: Change, service: Service) -> Change:
    """Let a step that used up its sends be sent again: who asks for it counts as one of them."""
    attempts = change.before.attempts
    if not attempts or attempts % service.limits.sends_max:
        return change
    return replace(change, after=replace(change.after, attempts=attempts + 1))


def _give_up(service: Service, unit: UnitOfWork, operation: Operation, step: Step, by: str) -> None:
    at = service.clock.host()
    reason = f"{GIVEN_UP} {by}: step {step.number} was cancelled"
    changes, handbacks = withdraw(operation, reason, service.limits.quiescence)
    for change in changes:
        unit.journal.record_event(change.before, change.event, change.after, by, at)
    unit.journal.record_steps(handbacks, at)
    unit.journal.record_state(operation.plan_id, OperationState.WITHDRAWN, reason, by, at)
    if not handbacks:  # else the family is looked at once the claims are handed back
        now = service.clock.now().astimezone(UTC)
        unit.agenda.record_due([operation.main_id], now, "a plan was given up")
    tell_state(operation.plan_id, OperationState.WITHDRAWN, reason, by)


def _find_unverified(unit: UnitOfWork, subject: str) -> Operation | None:
    """A merge that was carried out but does not add up: it waits for a person to settle it."""
    operation = unit.journal.load_operation(PlanId(subject))
    if operation is None or operation.state is not OperationState.OPEN:
        return None
    return operation if is_done(operation) and operation.why else None


def _find_step(unit: UnitOfWork, subject: str) -> tuple[Operation, Step] | str:
    plan_id, _, number = subject.partition("/")
    operation = unit.journal.load_operation(PlanId(plan_id))
    if operation is None:
        return f"no plan {plan_id}"
    for step in operation.steps:
        if str(step.number) == number:
            return operation, step
    return f"plan {plan_id} has no step {number}"


def record_request(service: Service, kind: RequestKind, subject: str, by: str) -> int:
    """Ask for something; the next cycle carries it out. The request's number.

    Raises:
        ConnectorError: the plan or step does not exist, or is not in a state to be asked for.
    """
    with service.store.begin() as unit:
        if problem := _judge_request(unit, kind, subject):
            raise ConnectorError(problem)
        number = unit.requests.record_request(kind, subject, by, service.clock.host())
        unit.commit()
    return number


def _judge_request(unit: UnitOfWork, kind: RequestKind, subject: str) -> str:
    if kind is RequestKind.APPROVE and subject != ALL:
        operation = unit.journal.load_operation(PlanId(subject))
        if operation is None:
            return f"no plan {subject}; `linked-accounts status` lists those that wait"
        if operation.state is not OperationState.PROPOSED:
            return f"plan {subject} is {operation.state}, it does not wait for approval"
    if kind is RequestKind.CANCEL and _find_unverified(unit, subject):
        return ""
    if kind in {RequestKind.RETRY, RequestKind.CANCEL}:
        found = _find_step(unit, subject)
        if isinstance(found, str):
            return found
        if found[1].state is not StepState.HELD:
            return f"step {subject} is {found[1].state}, not held"
    return ""
