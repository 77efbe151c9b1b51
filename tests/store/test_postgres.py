"""What only PostgreSQL can do to us: other servers, other sessions, transactions that fail openly."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest
from sqlalchemy import text

from connector.errors import JournalConflict, SetupError, StoreUnavailable
from connector.store import postgres, session
from connector.store.engine import reading
from connector.store.open import open_store
from connector.store.store import SqlStore
from tests.store.cluster import Cluster
from tests.store.support import NOW, Place, merge, plan_id, record, rows


@pytest.fixture
def server_store(postgresql: Place) -> Iterator[SqlStore]:
    """A store on PostgreSQL alone."""
    opened = open_store(postgresql.url)
    yield opened
    opened.close()


def test_every_session_is_set_up(server_store: SqlStore) -> None:
    """Nothing waits for ever, nothing is lost in a power cut, everything is UTC."""

    def shown(name: str) -> object:
        return rows(server_store, f"SHOW {name}")[0][0]

    assert shown("TimeZone") == "UTC"
    assert shown("lock_timeout") == "1min"
    assert shown("idle_in_transaction_session_timeout") == "30s"
    assert shown("idle_session_timeout") == "0"
    assert shown("synchronous_commit") == "on"
    assert shown("transaction_isolation") == "repeatable read"


def test_who_waited_for_his_turn_sees_what_was_written_before_him(
    server_store: SqlStore, postgresql: Place
) -> None:
    """The view of the data is made after the wait, not before."""
    other = open_store(postgresql.url)
    seen: list[str | None] = []

    def look() -> None:
        with other.begin() as unit:
            seen.append(unit.facts.load("mark"))

    with server_store.begin() as unit:
        unit.facts.record("mark", "7")
        waiting = threading.Thread(target=look)
        waiting.start()
        _wait_for_a_waiter(postgresql)
        unit.commit()
    waiting.join(60)
    other.close()
    assert seen == ["7"]


def test_a_long_reading_sees_one_moment_and_stops_nobody(server_store: SqlStore) -> None:
    """A walk along the journal goes on beside a unit that writes."""
    record(server_store, merge(1))
    count = text("SELECT count(*) FROM event")
    with reading(server_store._engine) as connection:
        assert connection.execute(count).scalar() == 1
        record(server_store, merge(2, sources=[502]))
        assert connection.execute(count).scalar() == 1
    assert server_store.verify_journal().rows == 2


def test_a_failed_transaction_is_not_committed_quietly(server_store: SqlStore) -> None:
    """The server would answer the commit with a rollback, and call it done."""
    record(server_store, merge(1))
    with server_store.begin() as unit:
        unit.facts.record("mark", "7")
        with pytest.raises(JournalConflict):
            unit._connection.execute(text("DELETE FROM event"))
        with pytest.raises(StoreUnavailable, match="nothing was recorded"):
            unit.commit()
    assert rows(server_store, "SELECT count(*) FROM fact") == [(0,)]


def test_tables_cannot_be_emptied(server_store: SqlStore) -> None:
    """``TRUNCATE`` asks no row's trigger, so the tables have one each."""
    record(server_store, merge(1))
    with pytest.raises(JournalConflict, match="is kept"), server_store.begin() as unit:
        unit._connection.execute(text("TRUNCATE event, step, source, operation CASCADE"))
    assert server_store.verify_journal().rows == 1


def test_two_stores_in_one_database_have_a_lease_each(
    server_store: SqlStore, postgresql: Place
) -> None:
    """In schemas of their own, named by the address."""
    assert postgresql.cluster is not None
    postgresql.cluster.run(postgresql.database, "CREATE SCHEMA other")
    other = open_store(f"{postgresql.url}&options=-csearch_path%3Dother")
    assert other.install_id != server_store.install_id
    assert (server_store.acquire_lease("one"), other.acquire_lease("two")) == (1, 1)
    record(other, merge(1))
    with server_store.begin(epoch=1) as unit:
        assert unit.journal.load_operation(plan_id(1)) is None
        unit.commit()
    other.close()
    postgresql.cluster.run(postgresql.database, "DROP SCHEMA other CASCADE")


def test_each_write_lengthens_the_lease(server_store: SqlStore) -> None:
    """By the database's clock, for as long as it takes a request to end."""
    epoch = server_store.acquire_lease("daemon")
    left = "SELECT expires_at FROM lease"
    before = rows(server_store, left)
    with server_store.begin(epoch=epoch) as unit:
        unit.facts.record("mark", "7")
        unit.commit()
    assert rows(server_store, left) > before
    assert rows(
        server_store,
        f"SELECT expires_at - clock_timestamp() > interval '{session.LEASE.seconds - 20}s',"  # noqa: S608 - our own number
        f" expires_at - clock_timestamp() <= interval '{session.LEASE.seconds}s' FROM lease",
    ) == [(True, True)]


def test_a_lock_that_was_cut_is_taken_anew(postgresql: Place, server_store: SqlStore) -> None:
    """By the same process, which has nobody to wait for; its old epoch is over."""
    assert postgresql.cluster is not None
    assert server_store.acquire_lease("daemon") == 1
    postgresql.cluster.end_sessions(postgresql.database)
    assert server_store.acquire_lease("daemon") == 2
    with server_store.begin(epoch=2) as unit:
        unit.journal.record_operation(merge(1), NOW, "planner")
        unit.commit()


def test_other_encodings_are_refused(cluster: Cluster) -> None:
    """They would lose names, and find out in the middle of a month end."""
    cluster.run("postgres", "CREATE DATABASE latin ENCODING 'LATIN1' TEMPLATE template0")
    with pytest.raises(SetupError, match="encoding is LATIN1"):
        open_store(cluster.url("latin"))
    cluster.drop_database("latin")


def test_a_server_that_is_not_there_is_a_sentence(cluster: Cluster) -> None:
    """On one line, without a word of the password."""
    for url in (
        cluster.url("nowhere"),
        f"postgresql+psycopg://me:hidden@/x?host={cluster.folder}/none",
    ):
        with pytest.raises(StoreUnavailable, match="cannot be read or written") as found:
            open_store(url)
        assert "\n" not in str(found.value)
        assert "hidden" not in str(found.value)


def test_the_waits_fit_together() -> None:
    """Who sleeps in his turn is cut off before those who wait for theirs give up."""
    assert postgres.IDLE_SECONDS < postgres.TURN_SECONDS


def _wait_for_a_waiter(place: Place) -> None:
    """Until a session waits for a lock of this database."""
    assert place.cluster is not None
    waiting = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    latest = time.monotonic() + 60
    with place.cluster.session(place.database) as watcher:
        while not watcher.execute(waiting).fetchall():
            assert time.monotonic() < latest, "nobody ever waited for a lock"
