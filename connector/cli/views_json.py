"""How plans, held steps and refusals look in JSON documents, the same in every command."""

from __future__ import annotations

from connector.domain.parking import Parking
from connector.ports.store import Finding
from connector.runtime.views import HeldStep
from connector.saga.steps import Operation


def operation_view(operation: Operation) -> dict[str, object]:
    """A plan, without its steps' parameters."""
    return {
        "plan_id": operation.plan_id,
        "kind": operation.kind,
        "main_id": operation.main_id,
        "state": operation.state,
        "summary": operation.summary,
        "why": operation.why,
        "total": operation.total,
        "cycle_start": operation.cycle_start,
        "created_at": operation.created_at,
        "sources": [
            {
                "invoice_id": source.invoice_id,
                "account_id": source.account_id,
                "number": source.number,
                "total": source.total,
            }
            for source in operation.sources
        ],
        "steps": [
            {
                "number": step.number,
                "kind": step.kind,
                "account_id": step.account_id,
                "state": step.state,
                "attempts": step.attempts,
                "due_at": step.due_at,
                "reason": step.reason,
            }
            for step in operation.steps
        ],
    }


def held_view(held: HeldStep) -> dict[str, object]:
    """A held step, and the commands that move it."""
    return {
        "plan_id": held.step.plan_id,
        "step": held.step.number,
        "kind": held.step.kind,
        "main_id": held.operation.main_id,
        "account_id": held.step.account_id,
        "reason": held.step.reason,
        "retry": f"linked-accounts retry {held.name}",
        "cancel": f"linked-accounts cancel {held.name}",
    }


def parking_view(parking: Parking) -> dict[str, object]:
    """A parked family, or one that was; and the command that lets it go on."""
    shown: dict[str, object] = {
        "main_id": parking.main_id,
        "since": parking.since,
        "cause": parking.cause,
        "reason": parking.reason,
        "evidence": parking.evidence,
        "mend": parking.mend,
    }
    if parking.lifted_at is None:
        return {**shown, "retry": parking.retry}
    return {**shown, "lifted_at": parking.lifted_at, "lifted_by": parking.lifted_by}


def refusal_view(row: Finding) -> dict[str, object]:
    """What was not done, why, and what a person can do."""
    refusal = row.refusal
    return {
        "main_id": row.main_id,
        "account_id": refusal.account_id,
        "rule": refusal.rule,
        "subject": refusal.subject,
        "sentence": refusal.sentence,
        "mend": refusal.mend,
        "weight": refusal.weight,
        "seen_at": row.seen_at,
    }
