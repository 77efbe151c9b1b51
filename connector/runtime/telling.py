"""Tell in the log what was recorded: after the commit, never instead of it."""

from __future__ import annotations

import structlog

from connector.observe.events import Event
from connector.saga.machine import Change
from connector.saga.states import StepEvent as E
from connector.saga.steps import Operation, OperationState

_STEP_EVENTS = {
    E.CLAIMED: Event.STEP_SENT,
    E.ACCEPTED: Event.STEP_CONFIRMED,
    E.SEEN: Event.STEP_CONFIRMED,
    E.UNCLEAR: Event.STEP_UNKNOWN,
    E.FOUND_AT_START: Event.STEP_UNKNOWN,
    E.NOT_SENT: Event.STEP_ABSENT,
    E.ABSENT: Event.STEP_ABSENT,
    E.REFUSED: Event.STEP_HELD,
    E.CONTRADICTED: Event.STEP_HELD,
    E.WITHDRAWN: Event.STEP_CANCELLED,
    E.CANCEL_ASKED: Event.STEP_CANCELLED,
}
_TROUBLE = frozenset({Event.STEP_UNKNOWN, Event.STEP_HELD})

_log: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger("connector.journal")


def tell_step(change: Change) -> None:
    """What happened to a step; doubts and holds as warnings."""
    event = _STEP_EVENTS.get(change.event)
    if event is None:
        return
    step = change.after
    tell = _log.warning if event in _TROUBLE else _log.info
    tell(
        event,
        plan=step.plan_id,
        step=step.number,
        kind=step.kind,
        account=step.account_id,
        remote_id=step.remote_id,
        reason=step.reason,
    )


def tell_plan(operation: Operation) -> None:
    """A plan was recorded: under way, or waiting for a person."""
    waits = operation.state is OperationState.PROPOSED
    _log.info(
        Event.PLAN_WAITING if waits else Event.PLAN_MADE,
        plan=operation.plan_id,
        main=operation.main_id,
        summary=operation.summary,
        why=operation.why,
    )


def tell_state(plan_id: str, state: OperationState, why: str, by: str) -> None:
    """A plan was approved, closed or withdrawn."""
    event = {
        OperationState.OPEN: Event.PLAN_APPROVED,
        OperationState.CLOSED: Event.PLAN_CLOSED,
        OperationState.WITHDRAWN: Event.PLAN_WITHDRAWN,
    }.get(state)
    if event is not None:
        _log.info(event, plan=plan_id, why=why, by=by)
