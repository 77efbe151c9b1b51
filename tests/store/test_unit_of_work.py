"""One transaction: durable when committed, without a trace otherwise."""

from __future__ import annotations

import pytest
from sqlalchemy.exc import InvalidRequestError

from connector.errors import LeaseLost, StoreUnavailable
from connector.ports.store import Store
from connector.store.open import open_store
from connector.store.store import SqlStore
from tests.store.support import NOW, Place, merge, plan_id, record, rows


def test_it_is_a_store(store: SqlStore) -> None:
    """The port's protocol holds, by type and by use."""
    port: Store = store
    with port.begin() as unit:
        assert unit.facts.load("nothing") is None


def test_without_commit_nothing_stays(store: SqlStore) -> None:
    """Rolled back by default, over all repositories at once."""
    with store.begin() as unit:
        unit.journal.record_operation(merge(1), NOW, "planner")
        unit.facts.record("mark", "7")
    with store.begin() as unit:
        assert unit.journal.load_operation(plan_id(1)) is None
        assert unit.facts.load("mark") is None


def test_an_error_rolls_back(store: SqlStore) -> None:
    """Whatever stops the block."""

    def stopped() -> None:
        with store.begin() as unit:
            unit.facts.record("mark", "7")
            raise RuntimeError("stopped")

    with pytest.raises(RuntimeError, match="stopped"):
        stopped()
    assert rows(store, "SELECT count(*) FROM fact") == [(0,)]


def test_committed_is_seen_by_others(place: Place, store: SqlStore) -> None:
    """Another process's store sees it at once."""
    other = open_store(place.url)
    with store.begin() as unit:
        unit.facts.record("mark", "7")
        unit.commit()
    with other.begin() as unit:
        assert unit.facts.load("mark") == "7"
    other.close()


def test_a_committed_unit_is_over(store: SqlStore) -> None:
    """What comes after the commit is an error, not a silent loss."""
    with store.begin() as unit:
        unit.facts.record("mark", "7")
        unit.commit()
        with pytest.raises(InvalidRequestError):
            unit.facts.record("mark", "8")
    assert rows(store, "SELECT value FROM fact") == [("7",)]


def test_a_transaction_the_database_gave_up_is_not_committed(store: SqlStore) -> None:
    """A full disk may end it without a word; the commit says so."""
    with store.begin() as unit:
        unit.facts.record("mark", "7")
        unit._connection.exec_driver_sql("ROLLBACK")
        with pytest.raises(StoreUnavailable, match="nothing was recorded"):
            unit.commit()
    assert rows(store, "SELECT count(*) FROM fact") == [(0,)]


def test_values_are_refused_before_they_are_kept(store: SqlStore) -> None:
    """A naive instant is the caller's error, told as such."""
    with pytest.raises(ValueError, match="time zone"), store.begin() as unit:
        unit.journal.record_operation(merge(1), NOW.replace(tzinfo=None), "planner")
    with store.begin() as unit:
        assert unit.journal.load_operation(plan_id(1)) is None


def test_the_epoch_is_checked(store: SqlStore) -> None:
    """Only the current epoch may write; it is kept with the rows."""
    with pytest.raises(LeaseLost), store.begin(epoch=1):
        pass
    epoch = store.acquire_lease("test")
    with store.begin(epoch=epoch) as unit:
        unit.journal.record_operation(merge(1), NOW, "planner")
        unit.commit()
    assert rows(store, "SELECT DISTINCT epoch FROM step") == [(epoch,)]
    with pytest.raises(LeaseLost, match="over"), store.begin(epoch=epoch - 1):
        pass


def test_nonces_grow_over_reopening(place: Place, store: SqlStore) -> None:
    """Greater than every one before, and never below the floor."""
    found = [store.reserve_nonce(5), store.reserve_nonce(5), store.reserve_nonce(100)]
    other = open_store(place.url)
    found += [other.reserve_nonce(1), store.reserve_nonce(1)]
    other.close()
    assert found == [5, 6, 100, 101, 102]


def test_operations_survive_reopening(place: Place, store: SqlStore) -> None:
    """What was committed is there after a restart, exactly."""
    record(store, merge(1))
    store.close()
    again = open_store(place.url)
    with again.begin() as unit:
        assert unit.journal.load_operation(plan_id(1)) == merge(1)
    again.close()
