"""Carry out what people asked for: approvals, retries, cancellations, undos, freeze, unfreeze."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import structlog

from connector.domain.ids import AccountId, PlanId
from connector.errors import ConnectorError
from connector.observe.events import Event
from connector.ports.store import OperatorRequest, RequestKind, UnitOfWork
from connector.runtime import facts
from connector.runtime.plan import GIVEN_UP
from connector.runtime.service import Pen, Service
from connector.runtime.telling import tell_plan, tell_state
from connector.runtime.undo import judge_asked, plan_undo
from connector.saga.machine import Change, cancel, happened, held_steps, is_done, withdraw
from connector.saga.states import FINISHED, StepEvent, StepState
from connector.saga.steps import Operation, OperationState, Step

ALL = "all"

ACCOUNT_DIGITS = 10
"""The longest number that an account may have."""

TRIED_BEFORE = timedelta(minutes=1)
"""How long the held steps of a family wait once it is let go on: what was never tried goes first,
or the same refusals would park it again before the rest had its turn."""

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
        case RequestKind.RETRY:
            return _retry(service, unit, request)
        case RequestKind.CANCEL:
            return _cancel(service, unit, request)
        case RequestKind.UNDO:
            return _undo(service, unit, request)
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


def _undo(service: Service, unit: UnitOfWork, request: OperatorRequest) -> str:
    """Whoever asks is a person: in propose mode too it waits for nobody else."""
    undo = plan_undo(service, unit, PlanId(request.subject))
    if isinstance(undo, str):
        return undo
    unit.journal.record_operation(undo, service.clock.host(), request.by)
    tell_plan(undo)
    return f"undo is plan {undo.plan_id}"


def _retry(service: Service, unit: UnitOfWork, request: OperatorRequest) -> str:
    if is_family(request.subject):
        return _lift(service, unit, AccountId(int(request.subject)), request.by)
    found = _find_held(unit, request.subject)
    if isinstance(found, str):
        return found
    operation, step = found
    _try_again(service, unit, step, request.by)
    if unit.parkings.load_parked(operation.main_id) is None:
        return "will be tried again"
    return f"will be tried again once family {operation.main_id} is not parked any more"


def _cancel(service: Service, unit: UnitOfWork, request: OperatorRequest) -> str:
    if settled := _find_unverified(unit, request.subject):
        why = f"settled by {request.by}: {settled.why}"
        unit.journal.record_state(
            settled.plan_id, OperationState.CLOSED, why, request.by, service.clock.host()
        )
        return "closed as settled by hand"
    found = _find_held(unit, request.subject)
    if isinstance(found, str):
        return found
    operation, step = found
    changes, gives_up = cancel(step, f"by {request.by}")
    for change in changes:
        unit.journal.record_event(
            change.before, change.event, change.after, request.by, service.clock.host()
        )
    if gives_up:
        _give_up(service, unit, operation, step, request.by)
    return "cancelled"


def _lift(service: Service, unit: UnitOfWork, main_id: AccountId, by: str) -> str:
    """Let a parked family go on: what is held in it is tried again, after all that never was."""
    if not unit.parkings.record_lifted(main_id, by, service.clock.host()):
        return f"family {main_id} is not parked"
    operations = unit.journal.load_unfinished(main_id)
    held = [step for operation in operations for step in held_steps(operation)]
    left = [step for op in operations for step in op.steps if step.state not in FINISHED]
    due_at = service.clock.host() + TRIED_BEFORE if len(left) > len(held) else None
    for step in held:
        _try_again(service, unit, step, by, due_at=due_at)
    now = service.clock.now().astimezone(UTC)
    unit.agenda.record_due([main_id], now, "not parked any more")
    _log.info(Event.FAMILY_LIFTED, family=main_id, by=by)
    return f"family {main_id} goes on; {len(held)} held steps will be tried again"


def _try_again(
    service: Service, unit: UnitOfWork, step: Step, by: str, *, due_at: datetime | None = None
) -> None:
    change = happened(step, StepEvent.RETRY_ASKED, reason=f"by {by}", due_at=due_at)
    change = _allow_again(change, service)
    at = service.clock.host()
    unit.journal.record_event(change.before, change.event, change.after, by, at)


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


def _find_held(unit: UnitOfWork, subject: str) -> tuple[Operation, Step] | str:
    """A held step and its operation, or why there is none."""
    plan_id, _, number = subject.partition("/")
    operation = unit.journal.load_operation(PlanId(plan_id))
    if operation is None:
        return f"no plan {plan_id}"
    for step in operation.steps:
        if str(step.number) == number:
            is_held = step.state is StepState.HELD
            return (operation, step) if is_held else f"step {subject} is {step.state}, not held"
    return f"plan {plan_id} has no step {number}"


def is_family(subject: str) -> bool:
    """Whether a subject names a family by its main account; a plan is longer, a step has a slash."""
    return subject.isascii() and subject.isdigit() and len(subject) <= ACCOUNT_DIGITS


def record_request(service: Service, kind: RequestKind, subject: str, by: str) -> int:
    """Ask for something; the next cycle carries it out. The request's number.

    Raises:
        ConnectorError: the plan, step or family does not exist, or is in no state to be asked for.
    """
    with service.store.begin() as unit:
        if problem := _judge_request(service, unit, kind, subject):
            raise ConnectorError(problem)
        number = unit.requests.record_request(kind, subject, by, service.clock.host())
        unit.commit()
    return number


def _judge_request(service: Service, unit: UnitOfWork, kind: RequestKind, subject: str) -> str:
    """Why something cannot be asked for, or an empty text."""
    match kind:
        case RequestKind.UNDO:
            return judge_asked(service, unit, PlanId(subject))
        case RequestKind.APPROVE:
            return "" if subject == ALL else _judge_approval(unit, subject)
        case RequestKind.RETRY:
            return _judge_retry(unit, subject)
        case RequestKind.CANCEL:
            return "" if _find_unverified(unit, subject) else _judge_held(unit, subject)
        case RequestKind.FREEZE | RequestKind.UNFREEZE:
            return ""


def _judge_retry(unit: UnitOfWork, subject: str) -> str:
    if not is_family(subject):
        return _judge_held(unit, subject)
    if unit.parkings.load_parked(AccountId(int(subject))):
        return ""
    return f"no family {subject} is parked; `linked-accounts parked` lists those that are"


def _judge_held(unit: UnitOfWork, subject: str) -> str:
    found = _find_held(unit, subject)
    return found if isinstance(found, str) else ""


def _judge_approval(unit: UnitOfWork, subject: str) -> str:
    operation = unit.journal.load_operation(PlanId(subject))
    if operation is None:
        return f"no plan {subject}; `linked-accounts status` lists those that wait"
    if operation.state is not OperationState.PROPOSED:
        return f"plan {subject} is {operation.state}, it does not wait for approval"
    return ""
