"""Reading operations back: three queries, however many operations and steps there are."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import TypeVar

from sqlalchemy import ColumnElement, Connection, RowMapping, and_, or_, select

from connector.domain.ids import AccountId, PlanId
from connector.ports.store import HistoryRow
from connector.saga.states import FINISHED, StepState
from connector.saga.steps import Operation, OperationState
from connector.store.rows import operation_from, source_from, step_from
from connector.store.schema import journal_event, operation, source, step

T = TypeVar("T")

_TO_DO = sorted(state.value for state in StepState if state not in FINISHED)

UNFINISHED = or_(
    operation.c.state == OperationState.OPEN.value,
    and_(
        operation.c.state == OperationState.WITHDRAWN.value,
        operation.c.plan_id.in_(select(step.c.plan_id).where(step.c.state.in_(_TO_DO))),
    ),
)
"""Open, even if every step is confirmed; or withdrawn with steps that are not finished."""


def load(connection: Connection, condition: ColumnElement[bool]) -> tuple[Operation, ...]:
    """Operations that meet a condition, oldest first, with their steps and sources."""
    chosen = select(operation.c.plan_id).where(condition)
    steps = connection.execute(
        select(step).where(step.c.plan_id.in_(chosen)).order_by(step.c.plan_id, step.c.number)
    ).mappings()
    sources = connection.execute(
        select(source)
        .where(source.c.plan_id.in_(chosen))
        .order_by(source.c.plan_id, source.c.position)
    ).mappings()
    steps_of = _by_plan((row["plan_id"], step_from(row)) for row in steps)
    sources_of = _by_plan((row["plan_id"], source_from(row)) for row in sources)
    rows = connection.execute(
        select(operation)
        .where(condition)
        .order_by(operation.c.created_at, operation.c.recorded_at, operation.c.plan_id)
    ).mappings()
    return tuple(
        operation_from(
            row,
            tuple(steps_of.get(row["plan_id"], ())),
            tuple(sources_of.get(row["plan_id"], ())),
        )
        for row in rows
    )


def load_in(
    connection: Connection, states: Collection[OperationState], main_id: AccountId | None
) -> tuple[Operation, ...]:
    """Operations in these states, oldest first, of one family or of all."""
    condition: ColumnElement[bool] = operation.c.state.in_(sorted(state.value for state in states))
    if main_id is not None:
        condition = and_(condition, operation.c.main_id == main_id)
    return load(connection, condition)


def load_history(
    connection: Connection, *, account_id: AccountId | None, plan_id: PlanId | None, limit: int
) -> tuple[HistoryRow, ...]:
    """Latest events first, at most ``limit``."""
    query = select(journal_event).order_by(journal_event.c.id.desc()).limit(limit)
    if account_id is not None:
        query = query.where(journal_event.c.account_id == account_id)
    if plan_id is not None:
        query = query.where(journal_event.c.plan_id == plan_id)
    return tuple(_history_from(row) for row in connection.execute(query).mappings())


def _history_from(row: RowMapping) -> HistoryRow:
    return HistoryRow(
        at=row["at"],
        plan_id=PlanId(row["plan_id"]),
        step=row["step"],
        account_id=None if row["account_id"] is None else AccountId(row["account_id"]),
        event=row["event"],
        by=row["by"],
        detail=row["detail"],
    )


def _by_plan(pairs: Iterable[tuple[str, T]]) -> dict[str, list[T]]:
    found: dict[str, list[T]] = {}
    for plan_id, value in pairs:
        found.setdefault(plan_id, []).append(value)
    return found
