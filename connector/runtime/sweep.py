"""Sweep: at every look at a family, find what merges and undos left too often or lost again.

A write that the platform carried out after the quiescence stands twice once it was sent again, and
people may delete or edit a merged invoice, or take a credit note back, long after a merge was
closed. Every family is looked at at least once a day; what the look has read already is searched
for our marks, at no request more. Credit notes are searched only where one was sent more than once,
in the week after its merge; the nightly audit reads them all.
"""

from __future__ import annotations

from connector.domain.policy import Mode
from connector.domain.refusals import Refusal
from connector.domain.snapshot import FamilySnapshot
from connector.errors import PlatformUnavailable, ReplyMalformed
from connector.observe.events import Event as Log
from connector.runtime.gate import load_mode
from connector.runtime.service import Pen, Service
from connector.runtime.telling import tell_state
from connector.runtime.verify import judge_outcome, read_notes
from connector.saga.steps import Operation, OperationState, Step
from connector.saga.sweeping import Sweep, surplus_note, sweep
from connector.saga.undo_checks import revoked_late
from connector.saga.verification import judge_notes

BY = "connector"
SWEPT_STATES = frozenset({OperationState.OPEN, OperationState.CLOSED, OperationState.WITHDRAWN})


def sweep_family(service: Service, pen: Pen, family: FamilySnapshot | None) -> tuple[Refusal, ...]:
    """Add the steps that void a second document or take a mark off again; open what adds up no more.

    Returns what people should know. Nothing is recorded in observe mode, or for a family whose
    records cannot all be read.

    Raises:
        PlatformUnavailable: a suspicion could not be looked into now.
    """
    if family is None or family.quarantined:
        return ()
    with service.store.begin() as unit:
        operations = unit.journal.load_operations(SWEPT_STATES, family.main.id)
        mode = load_mode(service, unit)
    refusals: list[Refusal] = []
    for operation in operations:
        swept = sweep(operation, family.invoices, family.at, family.invoices_since)
        refusals += swept.refusals
        if swept.is_doubtful:
            refusals += _look_for_surplus(service, operation)
        if mode is not Mode.OBSERVE:
            refusals += _act(service, pen, operation, swept)
    return tuple(refusals)


def _act(service: Service, pen: Pen, operation: Operation, swept: Sweep) -> tuple[Refusal, ...]:
    """Record what a sweep calls for, one thing at a look; what people should know beside."""
    if swept.voids:
        _record_voids(service, pen, operation, swept.voids)
    elif swept.handbacks:
        _record_steps(service, pen, operation, swept.handbacks)
    elif swept.is_suspect and (problems := _look_into(service, operation)):
        if operation.state is OperationState.WITHDRAWN:
            return (revoked_late(operation, problems[0]),)
        _reopen(service, pen, operation, "; ".join(problems))
    return ()


def _look_for_surplus(service: Service, operation: Operation) -> tuple[Refusal, ...]:
    """Credit notes that stand too often, while a held step keeps the last look waiting."""
    try:
        problems = judge_notes(operation, read_notes(service, operation))
    except ReplyMalformed as broken:
        raise PlatformUnavailable(str(broken)) from broken
    return tuple(surplus_note(operation, problem) for problem in problems)


def _look_into(service: Service, operation: Operation) -> tuple[str, ...]:
    """Verify an ended operation once more, on fresh records."""
    try:
        return judge_outcome(service, operation)
    except ReplyMalformed as broken:
        raise PlatformUnavailable(str(broken)) from broken


def _record_voids(
    service: Service, pen: Pen, operation: Operation, voids: tuple[Step, ...]
) -> None:
    _record_steps(service, pen, operation, voids)
    numbers = ", ".join(str(step.invoice_id) for step in voids)
    why = f"its mark stands on further invoices: {numbers}"
    service.alerts.alert(Log.PLAN_UNVERIFIED, why, plan_id=operation.plan_id)


def _record_steps(
    service: Service, pen: Pen, operation: Operation, steps: tuple[Step, ...]
) -> None:
    """Add the steps, and take a closed operation up again for them."""
    with service.store.begin(epoch=pen.epoch) as unit:
        unit.journal.record_steps(steps, service.clock.host())
        if operation.state is OperationState.CLOSED:
            unit.journal.record_state(
                operation.plan_id, OperationState.OPEN, "", BY, service.clock.host()
            )
        unit.commit()


def _reopen(service: Service, pen: Pen, operation: Operation, why: str) -> None:
    """Park what added up once: listed in history, and never done again silently."""
    with service.store.begin(epoch=pen.epoch) as unit:
        unit.journal.record_state(
            operation.plan_id, OperationState.OPEN, why, BY, service.clock.host()
        )
        unit.commit()
    tell_state(operation.plan_id, OperationState.OPEN, why, BY)
    service.alerts.alert(Log.PLAN_UNVERIFIED, why, plan_id=operation.plan_id)
