"""Undo: from a named person's wish to an operation; or to a worksheet, if it is too late for one."""

from __future__ import annotations

from dataclasses import dataclass

from connector.domain.ids import PlanId
from connector.domain.policy import Mode
from connector.errors import ConnectorError
from connector.ports.store import UnitOfWork
from connector.runtime.families import whole
from connector.runtime.plan import name_operation
from connector.runtime.service import Service
from connector.runtime.traces import read_traces
from connector.saga.effects import IssueInvoice
from connector.saga.fixups import issue_of
from connector.saga.planning import Origin
from connector.saga.steps import Operation, OperationState
from connector.saga.undo_checks import judge_traces
from connector.saga.undoing import judge_settled, judge_undoable, operation_of_undo
from connector.saga.worksheet import Worksheet, plan_worksheet

NOT_OBSERVING = 'mode is "observe", which writes nothing: set it to "propose" or "act" first'


@dataclass(frozen=True, kw_only=True, slots=True)
class Prospect:
    """What an undo would come to now: the operation, or what hands must do instead."""

    undo: Operation | None
    worksheet: Worksheet | None


def foresee_undo(service: Service, plan_id: PlanId) -> Prospect:
    """Look whether a merge can be undone now; asks for nothing, writes nothing.

    Raises:
        ConnectorError: it is no merge that could be undone, or has not ended yet.
    """
    with service.store.begin() as unit:
        merge = unit.journal.load_operation(plan_id)
        reason = _judge(service, unit, plan_id, merge)
    if reason or merge is None:
        raise ConnectorError(reason)
    traces = read_traces(service, merge)
    if reason := judge_settled(merge) or judge_traces(merge, traces):
        issue = issue_of(merge).effect
        assert isinstance(issue, IssueInvoice)  # noqa: S101 - narrows the union
        accounts = service.reader.read_accounts(
            sorted({merge.main_id, *(source.account_id for source in merge.sources)})
        )
        payments = whole(service.reader.read_payments(merge.main_id, issue.issued_on))
        names = {account.id: account.name for account in accounts.rows}
        sheet = plan_worksheet(merge, reason, traces, names, payments)
        return Prospect(undo=None, worksheet=sheet)
    origin = Origin(install_id=service.store.install_id, at=service.clock.now())
    return Prospect(undo=operation_of_undo(merge, origin), worksheet=None)


def judge_asked(service: Service, unit: UnitOfWork, plan_id: PlanId) -> str:
    """Why an undo of a plan must not even be asked for, or ""; from our own store alone."""
    merge = unit.journal.load_operation(plan_id)
    reason = _judge(service, unit, plan_id, merge)
    return reason or (judge_settled(merge) if merge is not None else "")


def plan_undo(service: Service, unit: UnitOfWork, plan_id: PlanId) -> Operation | str:
    """The undo of a merge, or why there can be none."""
    if reason := judge_asked(service, unit, plan_id):
        return reason
    merge = unit.journal.load_operation(plan_id)
    assert merge is not None  # noqa: S101 - judged above
    origin = Origin(install_id=service.store.install_id, at=service.clock.now())
    return name_operation(unit, lambda named: operation_of_undo(merge, named), origin).operation


def _judge(service: Service, unit: UnitOfWork, plan_id: PlanId, merge: Operation | None) -> str:
    if merge is None:
        return f"no plan {plan_id}; `linked-accounts history` lists them"
    if service.policy.mode is Mode.OBSERVE:
        return NOT_OBSERVING
    if parking := unit.parkings.load_parked(merge.main_id):
        return f"family {merge.main_id} is parked ({parking.reason}): `{parking.retry}` first"
    family = unit.journal.load_operations(tuple(OperationState), merge.main_id)
    return judge_undoable(merge, family)
