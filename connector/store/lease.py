"""The lease: which process may write, and whose writes count.

A lock says who may: on SQLite the operating system's, on a file beside the store, which ends with
its process, however that dies; on PostgreSQL a session's, see ``session.py``. The epoch in the
database says whose writes count: a unit of work that names an older epoch finds out in its own
transaction.
"""

from __future__ import annotations

import fcntl
import os
import socket
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Protocol

from sqlalchemy import Connection, select, update

from connector.errors import LeaseLost, StoreUnavailable
from connector.store.schema import lease
from connector.store.upsert import upsert

_IN_FORCE = select(lease.c.epoch, lease.c.holder)


class Lock(Protocol):
    """Who may write, as far as locks can tell; and what the lease's row must say for it."""

    def acquire(self) -> bool:
        """Take the lock, or keep it; False when another holds it."""
        ...

    def release(self) -> None:
        """Give the lock up; harmless if not held."""
        ...

    def refuse_running(self, connection: Connection, ours: int | None) -> None:
        """Raise ``LeaseLost`` while the time of a predecessor still runs; not of epoch ``ours``."""
        ...

    def term(self, now: datetime) -> Mapping[str, object]:
        """Columns of the lease's row that say when and how the lock was taken."""
        ...

    def renew(self, connection: Connection, epoch: int) -> None:
        """Raise ``LeaseLost`` unless the lock still stands behind this epoch; go on holding it."""
        ...


class LockFile:
    """An exclusive lock on a file, held by this process until released or dead."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor: int | None = None

    def acquire(self) -> bool:
        """Take the lock, or keep it; False when another holds it."""
        if self._descriptor is not None:
            return True
        try:
            descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise StoreUnavailable(f"the lock file cannot be opened: {error}") from error
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return False
        except OSError as error:
            os.close(descriptor)
            raise StoreUnavailable(f"{self._path} cannot be locked: {error}") from error
        self._descriptor = descriptor
        return True

    def release(self) -> None:
        """Give the lock up; harmless if not held."""
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            os.close(descriptor)

    def refuse_running(self, connection: Connection, ours: int | None) -> None:
        """Nothing to wait for: who had the lock is gone, and with him all he could do."""

    def term(self, now: datetime) -> Mapping[str, object]:
        """The host's time; the lock has no end."""
        return {"acquired_at": now}

    def renew(self, connection: Connection, epoch: int) -> None:
        """Nothing to do: the lock ends with the process that asks."""


def record_holder(connection: Connection, holder: str, term: Mapping[str, object]) -> int:
    """Begin a new epoch under a holder; every older epoch is lost with it."""
    values = {"holder": holder, "pid": os.getpid(), "host": socket.gethostname(), **term}
    new = upsert(connection.dialect.name, lease).values(id=1, epoch=1, **values)
    connection.execute(
        new.on_conflict_do_update(
            index_elements=[lease.c.id], set_={**values, "epoch": lease.c.epoch + 1}
        )
    )
    epoch: int = connection.execute(select(lease.c.epoch)).scalar_one()
    return epoch


def record_given_up(connection: Connection, epoch: int) -> None:
    """End an epoch in good order: nobody may write under it any more."""
    connection.execute(update(lease).where(lease.c.epoch == epoch).values(holder=None))


def verify_epoch(connection: Connection, epoch: int) -> None:
    """Raise ``LeaseLost`` unless this epoch is the current one and not given up."""
    row = connection.execute(_IN_FORCE).one_or_none()
    if row is None or row.epoch != epoch or row.holder is None:
        raise LeaseLost(f"epoch {epoch} is over: {describe_holder(connection)}")


def describe_holder(connection: Connection) -> str:
    """Who holds the lease, in words for an operator."""
    row = connection.execute(select(lease)).mappings().one_or_none()
    if row is None or row["holder"] is None:
        return "nobody holds the lease"
    since = row["acquired_at"].isoformat(timespec="seconds")
    return f"{row['holder']} (process {row['pid']} on {row['host']}) holds the lease since {since}"
