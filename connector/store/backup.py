"""Back a SQLite store up beside a running service, and put a backup in its place.

A copy counts only once it was opened, found whole by the database, and its journal walked from the
first row to the last. What a restored store does not know, it must not act upon: whoever restores
hands in the facts that keep it from writing.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, Engine, insert, select, text, update

from connector.errors import ConnectorError, LeaseLost, StoreUnavailable
from connector.store import chain
from connector.store.engine import make_engine, reading
from connector.store.facts import SqlFacts
from connector.store.lease import LockFile, describe_holder
from connector.store.migrate import load_revision, upgrade
from connector.store.open import is_postgresql, lock_path, parse, path_of
from connector.store.replacing import give_to_owner, is_database, let_go, move_aside, put_in_place
from connector.store.schema import lease, nonce, request
from connector.store.upsert import upsert

SET_ASIDE = "the store was restored from a backup: ask again"
"""What becomes of requests that were open when the backup was made."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Backup:
    """A copy that was found whole."""

    path: Path
    rows: int  #: events in its journal
    head: str  #: hash of the latest one


@dataclass(frozen=True, kw_only=True, slots=True)
class Restored:
    """A store that a backup was put in the place of."""

    backup: Backup
    epoch: int  #: every epoch up to this one is over
    kept: Path | None  #: the store that was there before; None if there was none


def back_up(url: str, target: Path) -> Backup:
    """Copy a store, also while it is written to; the copy is checked, and nobody else's to read.

    Raises:
        ConnectorError: it is not in SQLite, the target exists, or the copy is not whole.
        StoreUnavailable: the store cannot be read, or the copy cannot be written.
    """
    path = _file_of(url, "pg_dump")
    if target.exists():
        raise ConnectorError(f"{target} exists already; it was left as it is")
    if not path.exists():
        raise StoreUnavailable(f"there is no store {path}")
    with _workfile(target, "partial") as partial:
        _copy(path, partial)
        rows, head = _verified(partial)
        put_in_place(partial, target)
    return Backup(path=target, rows=rows, head=head)


def restore(
    url: str,
    source: Path,
    *,
    facts: Callable[[Backup], Mapping[str, str]],
    clock: Callable[[], datetime],
) -> Restored:
    """Put a backup in the place of the store; the replaced file stays beside it.

    The epoch grows past every one that was given out, the next nonce past every one that was sent,
    and requests that were open in the backup are closed: nobody asks for them now.

    Args:
        url: the store's address.
        source: the backup; it stays as it is.
        facts: what to record in the restored store, given what was found in the backup.
        clock: the host's time, aware.

    Raises:
        LeaseLost: a process holds the lease.
        ConnectorError: it is not in SQLite, or the backup is not whole.
        StoreUnavailable: a file cannot be read or written, or another process uses the store.
    """
    path = _file_of(url, "pg_restore")
    if not source.is_file():
        raise ConnectorError(f"there is no backup {source}")
    lock = LockFile(lock_path(path))
    if not lock.acquire():
        raise LeaseLost(_holder_of(path))
    try:
        with _workfile(path, "restoring") as restoring:
            _copy(source, restoring)
            _refuse_foreign(restoring, source)
            rows, head = _verified(restoring)
            backup = Backup(path=source, rows=rows, head=head)
            let_go(path)
            for made in (restoring, lock_path(path)):
                give_to_owner(made, path)
            epoch = _prepare(restoring, path, facts(backup), clock())
            kept = move_aside(path, clock())
            put_in_place(restoring, path)
    finally:
        lock.release()
    return Restored(backup=backup, epoch=epoch, kept=kept)


def _file_of(url: str, program: str) -> Path:
    parsed = parse(url)
    if is_postgresql(parsed):
        raise ConnectorError(
            f"the store is in PostgreSQL: use {program}, which does this for a whole database"
        )
    return path_of(parsed)


@contextmanager
def _workfile(beside: Path, ending: str) -> Iterator[Path]:
    """A new, private, empty file in the same folder, so that it can take its place in one go."""
    path = beside.with_name(f"{beside.name}.{ending}")
    try:
        path.unlink(missing_ok=True)  # of an earlier try that was cut off
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    except OSError as error:
        raise StoreUnavailable(f"{path} cannot be written: {error.strerror}") from error
    try:
        yield path
    finally:
        for left in (path, Path(f"{path}-wal"), Path(f"{path}-shm")):
            left.unlink(missing_ok=True)


def _copy(source: Path, target: Path) -> None:
    try:
        with (
            closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True)) as here,
            closing(sqlite3.connect(target)) as there,
        ):
            here.backup(there)
    except sqlite3.Error as error:
        raise StoreUnavailable(f"{source} cannot be copied: {error}") from error


def _refuse_foreign(path: Path, source: Path) -> None:
    with _engine(path) as engine, reading(engine) as connection:
        if load_revision(connection) is None:
            raise ConnectorError(f"{source} is no backup of a store")


def _verified(path: Path) -> tuple[int, str]:
    """Bring a copy's tables up to date and see that it is whole; events, and the latest hash."""
    with _engine(path) as engine:
        upgrade(engine)
        with reading(engine) as connection:
            found = connection.execute(text("PRAGMA integrity_check")).scalars().all()
            if found != ["ok"]:
                raise ConnectorError(f"the copy is damaged: {found[0]}")
            report = chain.verify(connection)
    if report.problem:
        raise ConnectorError(f"the copy's journal is broken: {report.problem}")
    return report.rows, report.head


def _prepare(path: Path, before: Path, facts: Mapping[str, str], now: datetime) -> int:
    epoch_then, nonce_then = _used(before)
    with _engine(path) as engine, engine.begin() as connection:
        epoch = max(connection.execute(select(lease.c.epoch)).scalar() or 0, epoch_then) + 1
        values = {"epoch": epoch, "holder": None, "pid": 0, "host": "", "acquired_at": now}
        new = upsert(connection.dialect.name, lease).values(id=1, **values)
        connection.execute(new.on_conflict_do_update(index_elements=[lease.c.id], set_=values))
        _raise_nonce(connection, nonce_then)
        connection.execute(
            update(request)
            .where(request.c.done_at.is_(None))
            .values(done_at=now, outcome=SET_ASIDE)
        )
        for name, value in facts.items():
            SqlFacts(connection).record(name, value)
    return epoch


def _raise_nonce(connection: Connection, used: int) -> None:
    found: int | None = connection.execute(select(nonce.c.value)).scalar()
    if found is None and used:
        connection.execute(insert(nonce).values(id=1, value=used))
    elif found is not None and found < used:
        connection.execute(update(nonce).values(value=used))


def _used(path: Path) -> tuple[int, int]:
    """Epoch and nonce of the store that is replaced; nothing if it cannot be read any more."""
    if not is_database(path):
        return 0, 0
    try:
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as store:
            found = [
                store.execute(f"SELECT max({column}) FROM {table}").fetchone()[0]  # noqa: S608 - our own names
                for column, table in (("epoch", "lease"), ("value", "nonce"))
            ]
    except sqlite3.Error:
        return 0, 0
    return found[0] or 0, found[1] or 0


def _holder_of(path: Path) -> str:
    with _engine(path) as engine, reading(engine) as connection:
        return f"{describe_holder(connection)}; stop it first"


@contextmanager
def _engine(path: Path) -> Iterator[Engine]:
    engine = make_engine(path)
    try:
        yield engine
    finally:
        engine.dispose()
