"""The journal: recorded exactly, moved only from where it is, never shortened."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from connector.errors import JournalConflict
from connector.saga.effects import IssueInvoice, MarkInvoice
from connector.saga.machine import claimed, happened
from connector.saga.states import StepEvent, StepState
from connector.saga.steps import OperationState, StepKind
from connector.store.store import SqlStore
from tests.store.support import (
    NOW,
    cascade,
    load,
    merge,
    plan_id,
    record,
    record_changes,
    record_state,
    rows,
    with_steps,
)


def test_an_operation_comes_back_as_it_went_in(store: SqlStore) -> None:
    """Steps, sources in their order, amounts to the last place."""
    operation = merge(1, sources=[503, 501, 502])
    record(store, operation)
    assert load(store, 1) == operation
    assert str(load(store, 1).total) == "98765432109.8765"


def test_a_plan_is_recorded_once(store: SqlStore) -> None:
    """The second is told which one is there."""
    record(store, cascade(1, StepKind.RELEASE))
    with pytest.raises(JournalConflict, match=plan_id(1)):
        record(store, cascade(1, StepKind.RELEASE))


@pytest.mark.parametrize(
    "state", [OperationState.PROPOSED, OperationState.OPEN, OperationState.CLOSED]
)
def test_a_source_is_in_one_live_merge(store: SqlStore, state: OperationState) -> None:
    """Proposed, open or closed: the invoice is spoken for; nothing of the second stays."""
    record(store, merge(1, state=state, sources=[501, 502]))
    with store.begin() as unit:
        with pytest.raises(JournalConflict, match=f"502 by plan {plan_id(1)}"):
            unit.journal.record_operation(merge(2, sources=[502, 503]), NOW, "planner")
        unit.commit()
    assert rows(store, "SELECT plan_id FROM operation") == [(plan_id(1),)]
    assert rows(store, "SELECT count(*) FROM step") == [(3,)]


def test_the_database_itself_guards_sources(store: SqlStore) -> None:
    """Even past our own look, a second live row is refused."""
    record(store, merge(1), merge(2, sources=[502]))
    with pytest.raises(JournalConflict, match="source"), store._engine.begin() as connection:
        connection.exec_driver_sql("UPDATE source SET invoice_id = 501")


def test_a_withdrawn_merge_frees_its_sources(store: SqlStore) -> None:
    """The same invoice can be planned anew, and the old rows stay."""
    record(store, merge(1))
    record_state(store, 1, OperationState.WITHDRAWN)
    record(store, merge(2))
    assert rows(store, "SELECT live FROM source ORDER BY plan_id") == [(0,), (1,)]
    assert load(store, 1).sources == merge(1).sources


def test_a_damaged_plan_leaves_no_half(store: SqlStore) -> None:
    """Two steps of one number: all is undone, though the unit goes on."""
    operation = merge(1)
    twice = with_steps(operation, operation.steps[0], operation.steps[0])
    with store.begin() as unit:
        with pytest.raises(JournalConflict):
            unit.journal.record_operation(twice, NOW, "planner")
        unit.facts.record("mark", "7")
        unit.commit()
    for table in ("operation", "source", "step", "event"):
        assert rows(store, f"SELECT count(*) FROM {table}") == [(0,)]  # noqa: S608 - our own names
    assert rows(store, "SELECT count(*) FROM fact") == [(1,)]


def test_an_event_replaces_what_may_change(store: SqlStore) -> None:
    """All mutable columns are those of the step after."""
    record(store, merge(1))
    issue = merge(1).steps[1]
    assert isinstance(issue.effect, IssueInvoice)
    sent = claimed(issue, replace(issue.effect, note="as sent"), NOW)
    later = NOW + timedelta(seconds=5)
    doubt = happened(sent.after, StepEvent.UNCLEAR, reason="time-out", due_at=later)
    after = record_changes(store, sent, doubt)
    found = load(store, 1).steps[1]
    assert found == after
    assert (found.attempts, found.sent_at, found.due_at) == (1, NOW, later)
    assert found.effect == replace(issue.effect, note="as sent")
    assert load(store, 1).steps[0] == merge(1).steps[0]


@pytest.mark.parametrize("stale", [{"state": StepState.INTENDED}, {"attempts": 2}])
def test_a_step_moves_only_from_where_it_is(store: SqlStore, stale: dict[str, object]) -> None:
    """Another state or another number of attempts: nothing is recorded."""
    record(store, merge(1))
    step = merge(1).steps[1]
    sent = record_changes(store, claimed(step, step.effect, NOW))
    before = replace(sent, **stale)  # type: ignore[arg-type]
    after = replace(sent, state=StepState.UNKNOWN)
    with store.begin() as unit:
        with pytest.raises(JournalConflict, match="no longer"):
            unit.journal.record_event(before, StepEvent.UNCLEAR, after, "worker", NOW)
        unit.commit()
    assert load(store, 1).steps[1] == sent
    assert rows(store, "SELECT event FROM event ORDER BY id") == [("open",), ("claimed",)]


def test_only_one_of_two_workers_claims(store: SqlStore) -> None:
    """The second finds the step gone."""
    record(store, merge(1))
    change = claimed(merge(1).steps[0], merge(1).steps[0].effect, NOW)
    record_changes(store, change)
    with pytest.raises(JournalConflict):
        record_changes(store, change)


def test_a_sent_document_never_changes(store: SqlStore) -> None:
    """Once attempted, other parameters are refused; a mark is composed anew."""
    record(store, merge(1))
    mark, issue = merge(1).steps[:2]
    back = [
        record_changes(store, sent, happened(sent.after, StepEvent.NOT_SENT))
        for sent in (claimed(mark, mark.effect, NOW), claimed(issue, issue.effect, NOW))
    ]
    assert isinstance(mark.effect, MarkInvoice)
    anew = replace(mark.effect, memo="staff wrote meanwhile")
    assert record_changes(store, claimed(back[0], anew, NOW)).effect == anew
    assert isinstance(issue.effect, IssueInvoice)
    other = replace(issue.effect, total=issue.effect.total + Decimal("0.01"))
    forged = replace(claimed(back[1], issue.effect, NOW), after=replace(back[1], effect=other))
    with pytest.raises(JournalConflict, match="parameters"):
        record_changes(store, forged)


def test_a_step_does_not_become_another(store: SqlStore) -> None:
    """Before and after must be the same step."""
    record(store, merge(1))
    change = claimed(merge(1).steps[0], merge(1).steps[0].effect, NOW)
    with pytest.raises(JournalConflict, match="cannot become"):
        record_changes(store, replace(change, after=merge(1).steps[1]))


def test_states_are_kept_with_their_reason(store: SqlStore) -> None:
    """Approved, then closed; each with who and why."""
    record(store, merge(1, state=OperationState.PROPOSED))
    record_state(store, 1, OperationState.OPEN, "looks right")
    assert (load(store, 1).state, load(store, 1).why) == (OperationState.OPEN, "looks right")
    record_state(store, 1, OperationState.CLOSED, "verified")
    assert load(store, 1).state is OperationState.CLOSED


def test_withdrawn_is_final(store: SqlStore) -> None:
    """Its sources are free: it must not come back to life."""
    record(store, merge(1))
    record_state(store, 1, OperationState.WITHDRAWN)
    for state in (OperationState.OPEN, OperationState.CLOSED, OperationState.PROPOSED):
        with pytest.raises(JournalConflict, match="withdrawn"):
            record_state(store, 1, state)
    record_state(store, 1, OperationState.WITHDRAWN, "said again")
    assert load(store, 1).why == "said again"


def test_an_unknown_plan_has_no_state(store: SqlStore) -> None:
    """Nothing is recorded of what is not there."""
    with pytest.raises(JournalConflict, match="no plan"):
        record_state(store, 9, OperationState.CLOSED)


def test_steps_are_appended(store: SqlStore) -> None:
    """All of them or none; only to a plan that is there."""
    record(store, merge(1))
    fourth = replace(merge(1).steps[0], number=4, kind=StepKind.UNCLAIM)
    with store.begin() as unit:
        unit.journal.record_steps([fourth], NOW)
        unit.commit()
    assert load(store, 1).steps == (*merge(1).steps, fourth)
    for bad in (fourth, replace(fourth, number=5, plan_id=plan_id(9))):
        with store.begin() as unit:
            with pytest.raises(JournalConflict):
                unit.journal.record_steps([replace(fourth, number=6), bad], NOW)
            unit.commit()
    assert len(load(store, 1).steps) == 4


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE event SET by = 'nobody'",
        "DELETE FROM event",
        "DELETE FROM operation",
        "DELETE FROM step",
        "DELETE FROM source",
    ],
)
def test_the_journal_only_grows(store: SqlStore, sql: str) -> None:
    """The database itself forbids the rest, whoever asks."""
    record(store, merge(1))
    tables = ("event", "operation", "step", "source")
    before = [rows(store, f"SELECT * FROM {table}") for table in tables]  # noqa: S608 - our own names
    refused = pytest.raises(JournalConflict, match=r"is (kept|final)")
    with refused, store._engine.begin() as connection:
        connection.exec_driver_sql(sql)
    assert [rows(store, f"SELECT * FROM {table}") for table in tables] == before  # noqa: S608 - same
