"""Backup and restore: only whole copies count, and a restored store does not go on by itself."""

from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable, Mapping
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from connector.errors import ConnectorError, LeaseLost, SetupError, StoreUnavailable
from connector.ports.store import RequestKind
from connector.saga.steps import OperationState
from connector.store.backup import SET_ASIDE, Backup, Restored, back_up, restore
from connector.store.open import open_store
from connector.store.store import SqlStore
from tests.store.support import NOW, load, merge, plan_id, record, rows, url_of

HOLD = """
import sys
from connector.store.open import open_store
store = open_store(sys.argv[1])
print(store.acquire_lease("the daemon"), flush=True)
sys.stdin.read()
"""


def _marks(backup: Backup) -> Mapping[str, str]:
    return {"service.frozen": f"restored with {backup.rows} events"}


def _restore(folder: Path, source: Path) -> Restored:
    return restore(url_of(folder), source, facts=_marks, clock=lambda: NOW)


def _fact(store: SqlStore, name: str) -> str | None:
    with store.begin() as unit:
        return unit.facts.load(name)


@pytest.fixture
def saved(tmp_path: Path, sqlite_store: SqlStore) -> Path:
    """A backup with one plan, made beside the open store, which then went on: a second plan."""
    record(sqlite_store, merge(1))
    sqlite_store.acquire_lease("daemon")
    sqlite_store.reserve_nonce(100)
    with sqlite_store.begin() as unit:
        unit.requests.record_request(RequestKind.UNFREEZE, "", "ada", NOW)
        unit.commit()
    back_up(url_of(tmp_path), tmp_path / "saved")
    record(sqlite_store, merge(2, sources=[502]))
    sqlite_store.acquire_lease("daemon")
    sqlite_store.reserve_nonce(5000)
    sqlite_store.close()
    return tmp_path / "saved"


def test_a_backup_is_one_private_whole_file(tmp_path: Path, sqlite_store: SqlStore) -> None:
    """Also in the middle of another's unit, of which it has nothing."""
    record(sqlite_store, merge(1))
    with sqlite_store.begin() as unit:
        unit.journal.record_operation(merge(2, sources=[502]), NOW, "planner")
        made = back_up(url_of(tmp_path), tmp_path / "saved")
        unit.commit()
    assert (made.rows, made.path) == (1, tmp_path / "saved")
    assert stat.S_IMODE(made.path.stat().st_mode) == 0o600
    assert sorted(path.name for path in tmp_path.glob("saved*")) == ["saved"]
    copy = open_store(f"sqlite:///{made.path}")
    assert copy.install_id == sqlite_store.install_id
    assert load(copy, 1) == merge(1)
    assert copy.verify_journal().head == made.head
    copy.close()


def test_a_backup_replaces_nothing(tmp_path: Path, sqlite_store: SqlStore) -> None:
    """A file that is there stays."""
    record(sqlite_store, merge(1))
    (tmp_path / "saved").write_text("precious")
    with pytest.raises(ConnectorError, match="exists already"):
        back_up(url_of(tmp_path), tmp_path / "saved")
    assert (tmp_path / "saved").read_text() == "precious"


def test_there_must_be_a_store_and_a_place(tmp_path: Path, sqlite_store: SqlStore) -> None:
    """No new store is made by backing one up; a folder that is not there is told."""
    with pytest.raises(StoreUnavailable, match="there is no store"):
        back_up(url_of(tmp_path / "gone"), tmp_path / "saved")
    with pytest.raises(StoreUnavailable, match="cannot be written"):
        back_up(url_of(tmp_path), tmp_path / "gone" / "saved")
    assert not (tmp_path / "gone").exists()
    assert rows(sqlite_store, "SELECT count(*) FROM event") == [(0,)]


@pytest.mark.parametrize("program", ["pg_dump", "pg_restore"])
def test_postgresql_has_its_own_programs(tmp_path: Path, program: str) -> None:
    """Told by name, without asking the server."""
    url = "postgresql+psycopg://me@nowhere.invalid/state"
    acts: dict[str, Callable[[], object]] = {
        "pg_dump": lambda: back_up(url, tmp_path / "saved"),
        "pg_restore": lambda: restore(url, tmp_path / "saved", facts=_marks, clock=lambda: NOW),
    }
    with pytest.raises(ConnectorError, match=f"use {program}"):
        acts[program]()


def test_a_broken_journal_is_not_backed_up(tmp_path: Path, sqlite_store: SqlStore) -> None:
    """A copy nobody could trust gets no name."""
    record(sqlite_store, merge(1))
    with sqlite_store._engine.begin() as connection:
        connection.exec_driver_sql("DROP TRIGGER event_is_final")
        connection.exec_driver_sql("UPDATE event SET by = 'nobody'")
    with pytest.raises(ConnectorError, match="journal is broken: event 1 "):
        back_up(url_of(tmp_path), tmp_path / "saved")
    assert list(tmp_path.glob("saved*")) == []


def test_a_restored_store_is_that_of_the_backup(tmp_path: Path, saved: Path) -> None:
    """What came after is gone from it, and kept beside it."""
    done = _restore(tmp_path, saved)
    store = open_store(url_of(tmp_path))
    with store.begin() as unit:
        assert unit.journal.load_operation(plan_id(2)) is None
    assert load(store, 1) == merge(1)
    assert store.verify_journal().problem == ""
    store.close()
    assert done.kept is not None
    kept = open_store(f"sqlite:///{done.kept}")
    assert load(kept, 2) == merge(2, sources=[502])
    kept.close()
    assert saved.exists()
    assert list(tmp_path.glob("*.restoring*")) == []


def test_a_restored_store_does_not_go_on_by_itself(tmp_path: Path, saved: Path) -> None:
    """Frozen; every epoch is over; nonces go on growing; nobody's old request is carried out."""
    done = _restore(tmp_path, saved)
    store = open_store(url_of(tmp_path))
    assert _fact(store, "service.frozen") == "restored with 1 events"
    for epoch in range(1, done.epoch + 1):
        with pytest.raises(LeaseLost), store.begin(epoch=epoch):
            pass
    assert store.acquire_lease("daemon") == done.epoch + 1 == 4
    assert store.reserve_nonce(1) == 5001
    with store.begin() as unit:
        assert unit.requests.load_open() == ()
    assert rows(store, "SELECT outcome FROM request") == [(SET_ASIDE,)]
    store.close()


def test_a_lost_store_is_restored(tmp_path: Path, saved: Path) -> None:
    """Nothing to keep; the same installation as before."""
    for path in tmp_path.glob("state.sqlite3*"):
        path.unlink()
    assert _restore(tmp_path, saved).kept is None
    store = open_store(url_of(tmp_path))
    assert load(store, 1).state is OperationState.OPEN
    store.close()


def test_a_damaged_store_is_kept_as_it_is(tmp_path: Path, saved: Path) -> None:
    """Somebody may find something in it."""
    damaged = b"this is no database, " * 1000
    (tmp_path / "state.sqlite3").write_bytes(damaged)
    (tmp_path / "state.sqlite3-wal").write_bytes(b"left over")
    done = _restore(tmp_path, saved)
    assert done.kept is not None
    assert done.kept.read_bytes() == damaged
    assert Path(f"{done.kept}-wal").read_bytes() == b"left over"
    store = open_store(url_of(tmp_path))
    assert load(store, 1) == merge(1)
    store.close()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_root_gives_the_store_to_its_owner(tmp_path: Path, saved: Path) -> None:
    """Or the service could not open it; a lost one goes to the folder's owner."""
    store = tmp_path / "state.sqlite3"
    os.chown(store, 12345, 23456)
    _restore(tmp_path, saved)
    assert (store.stat().st_uid, store.stat().st_gid) == (12345, 23456)
    store.unlink()
    os.chown(tmp_path, 54321, 0)
    _restore(tmp_path, saved)
    assert (store.stat().st_uid, store.stat().st_gid) == (54321, 0)


@pytest.mark.parametrize("contents", [b"this is no database, " * 100, b""])
def test_what_is_no_backup_is_refused(tmp_path: Path, saved: Path, contents: bytes) -> None:
    """The store stays as it is."""
    saved.write_bytes(contents)
    before = (tmp_path / "state.sqlite3").read_bytes()
    with pytest.raises(ConnectorError):
        _restore(tmp_path, saved)
    assert (tmp_path / "state.sqlite3").read_bytes() == before


def test_a_forged_or_newer_backup_is_refused(tmp_path: Path, saved: Path) -> None:
    """Its journal must be whole, and of a version that we know."""
    with closing(sqlite3.connect(saved)) as copy, copy:
        copy.execute("UPDATE chain SET length = 9")
    with pytest.raises(ConnectorError, match="8 rows are gone"):
        _restore(tmp_path, saved)
    with closing(sqlite3.connect(saved)) as copy, copy:
        copy.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(SetupError, match="newer version"):
        _restore(tmp_path, saved)
    with pytest.raises(ConnectorError, match="there is no backup"):
        _restore(tmp_path, tmp_path / "nothing")
    assert list(tmp_path.glob("*.replaced-*")) == []


@pytest.mark.slow
def test_a_running_daemon_is_not_robbed(tmp_path: Path, saved: Path) -> None:
    """While it holds the lease nothing is restored; it is named."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, url_of(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as daemon:
        assert daemon.stdout is not None
        assert daemon.stdout.readline()
        with pytest.raises(LeaseLost, match=rf"the daemon \(process {daemon.pid} .*stop it first"):
            _restore(tmp_path, saved)
        daemon.kill()
    assert _restore(tmp_path, saved).kept is not None


def test_a_store_in_use_is_not_replaced(tmp_path: Path, saved: Path) -> None:
    """Somebody who only reads or asks would go on in the old file."""
    other = open_store(url_of(tmp_path))
    with other.begin(), pytest.raises(StoreUnavailable, match="has the store"):
        _restore(tmp_path, saved)
    assert list(tmp_path.glob("*.replaced-*")) == []
    other.close()
    assert _restore(tmp_path, saved).kept is not None


def test_kept_stores_do_not_replace_each_other(tmp_path: Path, saved: Path) -> None:
    """Each has the time in its name."""
    _restore(tmp_path, saved)
    later = restore(
        url_of(tmp_path), saved, facts=_marks, clock=lambda: NOW + timedelta(microseconds=1)
    )
    assert len(list(tmp_path.glob("*.replaced-*"))) == 2
    assert later.epoch == 4
