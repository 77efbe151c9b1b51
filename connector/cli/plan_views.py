"""What ``plan`` knows of one family, ready to be shown."""

from __future__ import annotations

from dataclasses import dataclass

from connector.cli.views_json import operation_view
from connector.domain.ids import AccountId
from connector.domain.invoices import InvoiceItem
from connector.domain.policy import Mode
from connector.runtime.allowance import Allowance, judge_preview
from connector.runtime.look import FamilyPlan
from connector.runtime.service import Service
from connector.runtime.views import is_recorded, name_operations
from connector.saga.effects import IssueInvoice
from connector.saga.steps import Operation, OperationKind, OperationState, Step


@dataclass(frozen=True, kw_only=True, slots=True)
class PlannedOperation:
    """One operation that would be carried out, and what it would wait for."""

    operation: Operation
    is_new: bool  #: not in the journal yet
    approval: str  #: why a person is asked first; empty if nobody is


@dataclass(frozen=True, kw_only=True, slots=True)
class FamilyView:
    """One family, as decided now."""

    plan: FamilyPlan
    planned: tuple[PlannedOperation, ...]

    @property
    def main_id(self) -> AccountId:
        """The main account."""
        return self.plan.main_id

    @property
    def name(self) -> str:
        """Its name, as far as it could be read."""
        return self.plan.snapshot.main.name if self.plan.snapshot else ""

    @property
    def operations(self) -> tuple[Operation, ...]:
        """Everything that would be carried out."""
        return tuple(row.operation for row in self.planned)

    @property
    def is_quiet(self) -> bool:
        """Whether there is nothing to tell."""
        plan = self.plan
        return not (self.planned or plan.windows or plan.refusals or plan.quarantined)


def view_family(service: Service, allowance: Allowance, plan: FamilyPlan) -> FamilyView:
    """Name the operations of a plan, and say which would wait for a person."""
    planned: list[PlannedOperation] = []
    for operation in name_operations(service, plan):
        is_new = not is_recorded(service, operation)
        why = _approval(service, allowance, operation) if is_new else operation.why
        planned.append(PlannedOperation(operation=operation, is_new=is_new, approval=why))
    return FamilyView(plan=plan, planned=tuple(planned))


def _approval(service: Service, allowance: Allowance, operation: Operation) -> str:
    mode = service.policy.mode
    if mode is Mode.OBSERVE:
        return "observe mode: nothing is written to Splynx"
    if mode is Mode.PROPOSE:
        return "propose mode: every plan waits for a person"
    return judge_preview(service, allowance, operation)


def document_of(operation: Operation) -> IssueInvoice | None:
    """The merged invoice of an operation, exactly as it would be sent."""
    return next(
        (step.effect for step in operation.steps if isinstance(step.effect, IssueInvoice)), None
    )


def reason_of(view: FamilyView, step: Step) -> str:
    """Why an account would be released or suspended."""
    if step.reason:
        return step.reason
    return f"main account {view.main_id} is blocked for what is overdue"


def state_of(row: PlannedOperation) -> str:
    """How far an operation is."""
    if row.is_new:
        return "new"
    return "waiting" if row.operation.state is OperationState.PROPOSED else "under way"


def family_json(view: FamilyView) -> dict[str, object]:
    """One family as a part of the document."""
    merges = [row for row in view.planned if row.operation.kind is OperationKind.MERGE]
    return {
        "main_id": view.main_id,
        "name": view.name,
        "documents": [_document_json(row) for row in merges],
        "releases": _status_json(view, OperationKind.RELEASE),
        "suspensions": _status_json(view, OperationKind.SUSPEND),
        "windows": [
            {
                "cycle_start": window.cycle.start,
                "cycle_end": window.cycle.end,
                "until": window.until,
                "sentence": window.sentence,
            }
            for window in view.plan.windows
        ],
        "refusals": view.plan.refusals,
        "quarantined": view.plan.quarantined,
    }


def _document_json(row: PlannedOperation) -> dict[str, object]:
    operation = row.operation
    document = document_of(operation)
    return {
        "plan_id": operation.plan_id,
        "state": state_of(row),
        "approval": row.approval,
        "summary": operation.summary,
        "cycle_start": operation.cycle_start,
        "sources": operation_view(operation)["sources"],
        "total": operation.total,
        "issued_on": document.issued_on if document else None,
        "due_on": document.due_on if document else None,
        "lines": [_line_json(item) for item in document.items] if document else [],
    }


def _line_json(item: InvoiceItem) -> dict[str, object]:
    return {
        "description": item.description,
        "quantity": item.quantity,
        "unit": item.unit,
        "price": item.price,
        "tax_percent": item.tax_percent,
        "net": item.net,
        "tax": item.tax,
        "gross": item.gross,
        "period_from": item.period_from,
        "period_to": item.period_to,
        "sub_account_id": item.sub_account_id,
    }


def _status_json(view: FamilyView, kind: OperationKind) -> list[dict[str, object]]:
    return [
        {
            "plan_id": row.operation.plan_id,
            "state": state_of(row),
            "approval": row.approval,
            "account_id": step.account_id,
            "reason": reason_of(view, step),
        }
        for row in view.planned
        if row.operation.kind is kind
        for step in row.operation.steps
    ]
