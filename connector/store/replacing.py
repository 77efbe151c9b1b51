"""Put one SQLite file in the place of another, so that a power cut leaves the one or the other."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from connector.errors import StoreUnavailable

_BEGINNING = b"SQLite format 3\0"
_BESIDE = ("-wal", "-shm")


def is_database(path: Path) -> bool:
    """Whether a file is there and begins like a database.

    SQLite removes what is beside one that does not, and there may be something in it.
    """
    try:
        with path.open("rb") as file:
            return file.read(len(_BEGINNING)) == _BEGINNING
    except OSError:
        return False


def let_go(path: Path) -> None:
    """See that nobody else has a store open, and move what is beside it into it.

    A file that is no database any more is left as it is: there is nobody who could write to it.

    Raises:
        StoreUnavailable: another process has it open.
    """
    if not is_database(path):
        return
    try:
        with closing(sqlite3.connect(path, timeout=1, isolation_level=None)) as store:
            store.execute("PRAGMA journal_mode = DELETE")  # only the last one can leave WAL mode
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
            raise StoreUnavailable(
                f"another process has the store {path} open; try again when it has ended"
            ) from error
    except sqlite3.DatabaseError:
        return


def move_aside(path: Path, now: datetime) -> Path | None:
    """Keep a file under another name as well, and what is beside it under that name alone."""
    if not path.exists():
        return None
    stamp = now.astimezone(UTC).strftime("%Y%m%dT%H%M%S.%fZ")
    kept = path.with_name(f"{path.name}.replaced-{stamp}")
    try:
        os.link(path, kept)  # the store keeps its own name until the new one takes it
        for ending in _BESIDE:
            beside = Path(f"{path}{ending}")
            if beside.exists():
                beside.rename(f"{kept}{ending}")
    except OSError as error:
        raise StoreUnavailable(f"{path} cannot be kept: {error.strerror}") from error
    return kept


def give_to_owner(path: Path, store: Path) -> None:
    """Whatever root makes for a service, the service must be able to open."""
    if os.geteuid() == 0:
        kept = store if store.exists() else store.parent
        found = kept.stat()
        os.chown(path, found.st_uid, found.st_gid)


def put_in_place(path: Path, target: Path) -> None:
    """Give a finished copy its name, durably; it is one file, with nothing beside it."""
    try:
        with closing(sqlite3.connect(path, isolation_level=None)) as store:
            store.execute("PRAGMA journal_mode = DELETE")
        _flush(path)
        path.replace(target)
        _flush(target.parent)
    except sqlite3.Error as error:
        raise StoreUnavailable(f"{path} cannot be finished: {error}") from error
    except OSError as error:
        raise StoreUnavailable(f"{target} cannot be written: {error.strerror}") from error


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
