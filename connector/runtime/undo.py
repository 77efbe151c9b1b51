"""Undo: from a named person's wish to an operation, by what our journal says."""

from __future__ import annotations

from connector.domain.ids import PlanId
from connector.domain.policy import Mode
from connector.ports.store import UnitOfWork
from connector.runtime.plan import name_operation
from connector.runtime.service import Service
from connector.saga.planning import Origin
from connector.saga.steps import Operation, OperationState
from connector.saga.undoing import judge_undoable, operation_of_undo

NOT_OBSERVING = 'mode is "observe", which writes nothing: set it to "propose" or "act" first'


def judge_asked(service: Service, unit: UnitOfWork, plan_id: PlanId) -> str:
    """Why an undo of a plan must not even be asked for, or ""; from our own store alone."""
    merge = unit.journal.load_operation(plan_id)
    if merge is None:
        return f"no plan {plan_id}; `linked-accounts history` lists them"
    if service.policy.mode is Mode.OBSERVE:
        return NOT_OBSERVING
    family = unit.journal.load_operations(tuple(OperationState), merge.main_id)
    return judge_undoable(merge, family)


def plan_undo(service: Service, unit: UnitOfWork, plan_id: PlanId) -> Operation | str:
    """The undo of a merge, or why there can be none."""
    if reason := judge_asked(service, unit, plan_id):
        return reason
    merge = unit.journal.load_operation(plan_id)
    assert merge is not None  # noqa: S101 - judged above
    origin = Origin(install_id=service.store.install_id, at=service.clock.now())
    return name_operation(unit, lambda named: operation_of_undo(merge, named), origin).operation
