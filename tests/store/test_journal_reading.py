"""Reading the journal: what is unfinished, whose it is, and what happened last."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from connector.domain.ids import AccountId
from connector.saga.machine import happened
from connector.saga.states import StepEvent
from connector.saga.steps import OperationState, StepKind
from connector.store import operations
from connector.store.schema import operation, step
from connector.store.store import SqlStore
from tests.store.support import (
    MAIN,
    NOW,
    SUB,
    carry_out,
    cascade,
    load,
    merge,
    plan_id,
    record,
    record_changes,
    record_state,
)


def test_operations_are_found_by_state_and_family(store: SqlStore) -> None:
    """Oldest first, of one family or of all."""
    newer = replace(merge(1), created_at=NOW + timedelta(days=1))
    foreign = cascade(2, StepKind.RELEASE, main_id=AccountId(99))
    record(store, newer, foreign, cascade(3, StepKind.SUSPEND, state=OperationState.CLOSED))
    states = {OperationState.OPEN, OperationState.PROPOSED}
    with store.begin() as unit:
        every = unit.journal.load_operations(states)
        family = unit.journal.load_operations(states, MAIN)
        none = unit.journal.load_operations(())
    assert every == (foreign, newer)
    assert family == (newer,)
    assert none == ()


def test_unfinished_is_open_or_withdrawn_with_steps_to_do(store: SqlStore) -> None:
    """All steps confirmed: still to be verified; withdrawn with a held step: still to be seen."""
    record(store, cascade(1, StepKind.RELEASE), cascade(2, StepKind.RELEASE))
    carry_out(store, cascade(1, StepKind.RELEASE).steps[0])
    record(store, *(cascade(n, StepKind.RELEASE) for n in (3, 4, 5)))
    record(store, cascade(6, StepKind.RELEASE, state=OperationState.CLOSED))
    record(store, cascade(7, StepKind.RELEASE, state=OperationState.PROPOSED))
    for number in (3, 4, 5):
        record_state(store, number, OperationState.WITHDRAWN)
    record_changes(store, happened(load(store, 4).steps[0], StepEvent.WITHDRAWN))
    record_changes(store, happened(load(store, 5).steps[0], StepEvent.CONTRADICTED))
    with store.begin() as unit:
        found = unit.journal.load_unfinished()
    assert [operation.plan_id for operation in found] == [plan_id(n) for n in (1, 2, 3, 5)]


def test_unfinished_is_found_by_index(sqlite_store: SqlStore) -> None:
    """Ten thousand closed operations must not be read to find the open ones."""
    with sqlite_store.begin() as unit:
        plans: list[str] = []
        chosen = operation.select().with_only_columns(operation.c.plan_id)
        for query in (
            operation.select().where(operations.UNFINISHED),
            step.select().where(step.c.plan_id.in_(chosen.where(operations.UNFINISHED))),
        ):
            sql = str(query.compile(unit._connection, compile_kwargs={"literal_binds": True}))
            found = unit._connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}")
            plans += [row.detail for row in found]
    assert plans
    assert not [line for line in plans if line.startswith("SCAN")]


def test_history_shows_the_latest_first(store: SqlStore) -> None:
    """Of a member, of a plan, or of everything; never more than asked for."""
    record(store, merge(1), cascade(2, StepKind.RELEASE, main_id=AccountId(99)))
    record_changes(store, happened(merge(1).steps[0], StepEvent.WITHDRAWN, reason="changed"))
    record_state(store, 1, OperationState.WITHDRAWN, "a source changed")
    with store.begin() as unit:
        every = unit.journal.load_history(account_id=None, plan_id=None, limit=9)
        of_sub = unit.journal.load_history(account_id=SUB, plan_id=None, limit=9)
        of_plan = unit.journal.load_history(account_id=None, plan_id=plan_id(1), limit=2)
    assert [row.event for row in every] == ["withdrawn", "withdrawn", "open", "open"]
    assert [(row.step, row.by, row.detail, row.at) for row in of_sub] == [
        (1, "worker", "changed", NOW)
    ]
    assert [(row.step, row.account_id, row.by) for row in of_plan] == [
        (None, MAIN, "ada"),
        (1, SUB, "worker"),
    ]
