"""Reading operations back: three queries, however many operations there are; one if there is none."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import TypeVar

from sqlalchemy import ColumnElement, Connection, RowMapping, and_, bindparam, or_, select

from connector.domain.ids import AccountId, PlanId
from connector.ports.journal import HistoryRow
from connector.saga.states import FINISHED, StepState
from connector.saga.steps import Operation, OperationState, StepKind
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


class Query:
    """Operations that meet a condition, oldest first, with their steps and sources."""

    def __init__(self, condition: ColumnElement[bool]) -> None:
        chosen = select(operation.c.plan_id).where(condition)
        self.operations = (
            select(operation)
            .where(condition)
            .order_by(operation.c.created_at, operation.c.recorded_at, operation.c.plan_id)
        )
        self.steps = (
            select(step).where(step.c.plan_id.in_(chosen)).order_by(step.c.plan_id, step.c.number)
        )
        self.sources = (
            select(source)
            .where(source.c.plan_id.in_(chosen))
            .order_by(source.c.plan_id, source.c.position)
        )


ONE = Query(operation.c.plan_id == bindparam("plan_id"))
_UNFINISHED = Query(UNFINISHED)
_IN_STATES = operation.c.state.in_(bindparam("states", expanding=True))
_ALL = Query(_IN_STATES)
_MAIN = operation.c.main_id == bindparam("main_id")
_OF_FAMILY = Query(and_(_IN_STATES, _MAIN))
_UNFINISHED_OF_FAMILY = Query(and_(UNFINISHED, _MAIN))


def load(connection: Connection, query: Query, **values: object) -> tuple[Operation, ...]:
    """The operations of a query; what it leaves open is named in ``values``."""
    found = connection.execute(query.operations, values).mappings().all()
    if not found:
        return ()
    steps = connection.execute(query.steps, values).mappings()
    sources = connection.execute(query.sources, values).mappings()
    steps_of = _by_plan((row["plan_id"], step_from(row)) for row in steps)
    sources_of = _by_plan((row["plan_id"], source_from(row)) for row in sources)
    return tuple(
        operation_from(
            row,
            tuple(steps_of.get(row["plan_id"], ())),
            tuple(sources_of.get(row["plan_id"], ())),
        )
        for row in found
    )


def load_in(
    connection: Connection, states: Collection[OperationState], main_id: AccountId | None
) -> tuple[Operation, ...]:
    """Operations in these states, oldest first, of one family or of all."""
    named = sorted(state.value for state in states)
    if main_id is None:
        return load(connection, _ALL, states=named)
    return load(connection, _OF_FAMILY, states=named, main_id=main_id)


def load_unfinished(connection: Connection, main_id: AccountId | None) -> tuple[Operation, ...]:
    """Operations that are not over, oldest first, of one family or of all."""
    if main_id is None:
        return load(connection, _UNFINISHED)
    return load(connection, _UNFINISHED_OF_FAMILY, main_id=main_id)


def has_confirmed(connection: Connection, kind: StepKind) -> bool:
    """Whether any step of a kind is confirmed."""
    query = select(step.c.plan_id).where(step.c.kind == kind.value)
    confirmed = query.where(step.c.state == StepState.CONFIRMED.value).limit(1)
    return connection.execute(confirmed).first() is not None


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
