"""The chain of events: what was changed past us is found, and where."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import text

from connector.errors import JournalConflict
from connector.ports.trace import ChainReport
from connector.saga.machine import claimed
from connector.saga.steps import OperationState
from connector.store import chain
from connector.store.store import SqlStore
from tests.store.support import (
    NOW,
    carry_out,
    merge,
    plan_id,
    record,
    record_changes,
    record_state,
    rows,
)

Tamper = Callable[[SqlStore, str], None]


def _filled(store: SqlStore) -> None:
    """Six events: two plans, a step carried out, a withdrawal, a claim."""
    record(store, merge(1), merge(2, sources=[502]))
    carry_out(store, merge(1).steps[0])
    record_state(store, 2, OperationState.WITHDRAWN)
    step = merge(1).steps[1]
    record_changes(store, claimed(step, step.effect, NOW))


@pytest.fixture
def tamper() -> Tamper:
    """Someone with the rights of the database's owner, who lifts its own prohibitions first."""

    def change(store: SqlStore, sql: str) -> None:
        with store._engine.begin() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(text("SET LOCAL session_replication_role = replica"))
            else:
                for name in ("event_is_final", "event_is_kept", "chain_is_kept"):
                    connection.execute(text(f"DROP TRIGGER {name}"))
            connection.execute(text(sql))

    return change


def test_a_new_journal_is_whole(store: SqlStore) -> None:
    """No row, and the head says so."""
    assert store.verify_journal() == ChainReport(rows=0, head=chain.START)


def test_every_event_is_chained(store: SqlStore) -> None:
    """Each with a hash of its own; the head has the last one."""
    _filled(store)
    report = store.verify_journal()
    hashes = [found for (found,) in rows(store, "SELECT hash FROM event ORDER BY id")]
    assert len(set(hashes)) == len(hashes) == 6
    assert report == ChainReport(rows=6, head=hashes[-1])
    assert rows(store, "SELECT length, hash FROM chain") == [(6, hashes[-1])]


def test_what_is_rolled_back_is_not_in_the_chain(store: SqlStore) -> None:
    """Neither a whole unit nor a part of one."""
    record(store, merge(1))
    with store.begin() as unit:
        unit.journal.record_operation(merge(2, sources=[502]), NOW, "planner")
    with store.begin() as unit:
        unit.journal.record_operation(merge(3, sources=[503]), NOW, "planner")
        with pytest.raises(JournalConflict):
            unit.journal.record_steps([merge(9).steps[0]], NOW)
        unit.commit()
    assert (store.verify_journal().rows, store.verify_journal().problem) == (2, "")


@pytest.mark.parametrize(
    ("sql", "row"),
    [
        ("UPDATE event SET by = 'nobody' WHERE id = 3", 3),
        ("UPDATE event SET detail = detail || ' ' WHERE id = 6", 6),
        ("UPDATE event SET step = 2 WHERE id = 4", 4),
        ("UPDATE event SET hash = NULL WHERE id = 2", 2),
        ("DELETE FROM event WHERE id = 2", 3),
        ("DELETE FROM event WHERE id = 1", 2),
    ],
)
def test_the_first_broken_row_is_named(store: SqlStore, tamper: Tamper, sql: str, row: int) -> None:
    """The one that was changed, or the one after those that are gone."""
    _filled(store)
    tamper(store, sql)
    report = store.verify_journal()
    assert report.broken_row == row
    assert report.problem.startswith(f"event {row} (")
    assert report.rows < 6


def test_an_instant_that_was_moved_is_found(store: SqlStore, tamper: Tamper) -> None:
    """By a millionth of a second, too."""
    _filled(store)
    later = NOW.replace(microsecond=NOW.microsecond + 1).strftime("%Y-%m-%d %H:%M:%S.%f")
    tamper(store, f"UPDATE event SET at = '{later}' WHERE id = 5")  # noqa: S608 - our own text
    assert store.verify_journal().broken_row == 5


def test_rows_gone_from_the_end_are_missed(store: SqlStore, tamper: Tamper) -> None:
    """No row tells of them, but the head does."""
    _filled(store)
    tamper(store, "DELETE FROM event WHERE id > 4")
    report = store.verify_journal()
    assert (report.rows, report.broken_row) == (4, None)
    assert report.problem == "2 rows are gone from the end of the journal"


def test_a_row_added_past_us_is_found(store: SqlStore, tamper: Tamper) -> None:
    """Whatever hash it claims."""
    _filled(store)
    tamper(
        store,
        "INSERT INTO event (id, at, plan_id, event, by, detail, hash)"  # noqa: S608 - our own text
        f" VALUES (7, '2026-03-01 09:00:00', '{plan_id(1)}', 'closed', 'me', '', 'x')",
    )
    assert store.verify_journal().broken_row == 7


def test_a_head_that_was_changed_is_found(store: SqlStore, tamper: Tamper) -> None:
    """All rows fit, and yet it does not end as recorded."""
    _filled(store)
    tamper(store, "UPDATE chain SET length = 3")
    assert store.verify_journal().problem == (
        "the journal does not end with the row that was recorded last"
    )


def test_texts_that_no_database_keeps_are_kept_readable(store: SqlStore) -> None:
    """A platform may answer anything; the chain is over what was kept."""
    record(store, merge(1))
    record_state(store, 1, OperationState.WITHDRAWN, "NUL \0, half \ud83d, Łódź 🛰")
    with store.begin() as unit:
        (row,) = unit.journal.load_history(account_id=None, plan_id=None, limit=1)
    assert row.detail == "NUL ␀, half ?, Łódź 🛰"
    assert store.verify_journal().problem == ""


def test_only_one_end_grows(store: SqlStore, tamper: Tamper) -> None:
    """An event is not added to an end that is not there any more."""
    _filled(store)
    tamper(store, "DELETE FROM chain")
    with store.begin() as unit:
        unit.journal.record_state(plan_id(1), OperationState.CLOSED, "", "ada", NOW)
        unit.commit()
    assert store.verify_journal().rows == 6
    assert store.verify_journal().broken_row == 7
