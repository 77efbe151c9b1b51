"""Between the journal's values and its rows, both ways; exact, and nothing else."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from sqlalchemy import RowMapping

from connector.domain.ids import AccountId, InvoiceId, PlanId
from connector.saga.effects import Effect, effect_from_json, effect_to_json
from connector.saga.states import StepState
from connector.saga.steps import (
    Operation,
    OperationKind,
    OperationState,
    Source,
    Step,
    StepKind,
)

Row = dict[str, Any]


def effect_text(effect: Effect) -> str:
    """The parameters of a write as the journal keeps them; equal effects give equal text."""
    return json.dumps(effect_to_json(effect), separators=(",", ":"), ensure_ascii=True)


def params_hash(text: str) -> str:
    """Fingerprint of the parameters, to see at a glance that they never changed."""
    return hashlib.sha256(text.encode()).hexdigest()


def step_row(step: Step) -> Row:
    """A step as a new row."""
    return {
        "plan_id": step.plan_id,
        "number": step.number,
        "kind": step.kind.value,
        "account_id": step.account_id,
        "invoice_id": step.invoice_id,
        "block_id": step.block_id,
        **mutable_columns(step),
    }


def mutable_columns(step: Step) -> Row:
    """What an event may change in a step's row."""
    effect = effect_text(step.effect)
    return {
        "effect": effect,
        "params_hash": params_hash(effect),
        "state": step.state.value,
        "attempts": step.attempts,
        "sent_at": step.sent_at,
        "due_at": step.due_at,
        "remote_id": step.remote_id,
        "reason": step.reason,
    }


def step_from(row: RowMapping) -> Step:
    """A step from its row."""
    return Step(
        plan_id=PlanId(row["plan_id"]),
        number=row["number"],
        kind=StepKind(row["kind"]),
        account_id=AccountId(row["account_id"]),
        effect=effect_from_json(json.loads(row["effect"])),
        invoice_id=None if row["invoice_id"] is None else InvoiceId(row["invoice_id"]),
        block_id=row["block_id"],
        state=StepState(row["state"]),
        attempts=row["attempts"],
        sent_at=row["sent_at"],
        due_at=row["due_at"],
        remote_id=row["remote_id"],
        reason=row["reason"],
    )


def source_row(plan_id: PlanId, position: int, source: Source, *, live: bool) -> Row:
    """A source as a new row; ``live`` while no other merge may take the invoice."""
    return {
        "plan_id": plan_id,
        "position": position,
        "invoice_id": source.invoice_id,
        "account_id": source.account_id,
        "number": source.number,
        "total": source.total,
        "content_hash": source.content_hash,
        "live": live,
    }


def source_from(row: RowMapping) -> Source:
    """A source from its row."""
    return Source(
        invoice_id=InvoiceId(row["invoice_id"]),
        account_id=AccountId(row["account_id"]),
        number=row["number"],
        total=row["total"],
        content_hash=row["content_hash"],
    )


def operation_row(operation: Operation) -> Row:
    """An operation as a new row, without its steps and sources."""
    return {
        "plan_id": operation.plan_id,
        "kind": operation.kind.value,
        "main_id": operation.main_id,
        "state": operation.state.value,
        "created_at": operation.created_at,
        "cycle_start": operation.cycle_start,
        "total": operation.total,
        "summary": operation.summary,
        "why": operation.why,
        "undoes": operation.undoes,
    }


def operation_from(
    row: RowMapping, steps: tuple[Step, ...], sources: tuple[Source, ...]
) -> Operation:
    """An operation from its row, its steps and its sources."""
    return Operation(
        plan_id=PlanId(row["plan_id"]),
        kind=OperationKind(row["kind"]),
        main_id=AccountId(row["main_id"]),
        state=OperationState(row["state"]),
        steps=steps,
        created_at=row["created_at"],
        sources=sources,
        cycle_start=row["cycle_start"],
        total=row["total"],
        summary=row["summary"],
        why=row["why"],
        undoes=None if row["undoes"] is None else PlanId(row["undoes"]),
    )
