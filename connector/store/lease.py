"""The lease: which process may write, and whose writes count.

The operating system's lock on a file beside the store says who may: it ends with its process,
however that dies, so that a successor never waits. The epoch in the database says whose writes
count: a unit of work that names an older epoch finds out in its own transaction.
"""

from __future__ import annotations

import fcntl
import os
import socket
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, select, update
from sqlalchemy.dialects.sqlite import insert

from connector.errors import LeaseLost, StoreUnavailable
from connector.store.schema import lease


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


def record_holder(connection: Connection, holder: str, at: datetime) -> int:
    """Begin a new epoch under a holder; every older epoch is lost with it."""
    values = {"holder": holder, "pid": os.getpid(), "host": socket.gethostname(), "acquired_at": at}
    new = insert(lease).values(id=1, epoch=1, **values)
    upsert = new.on_conflict_do_update(
        index_elements=[lease.c.id], set_={**values, "epoch": lease.c.epoch + 1}
    )
    connection.execute(upsert)
    epoch: int = connection.execute(select(lease.c.epoch)).scalar_one()
    return epoch


def record_given_up(connection: Connection, epoch: int) -> None:
    """End an epoch in good order: nobody may write under it any more."""
    connection.execute(update(lease).where(lease.c.epoch == epoch).values(holder=None))


def verify_epoch(connection: Connection, epoch: int) -> None:
    """Raise ``LeaseLost`` unless this epoch is the current one and not given up."""
    row = connection.execute(select(lease.c.epoch, lease.c.holder)).one_or_none()
    if row is None or row.epoch != epoch or row.holder is None:
        raise LeaseLost(f"epoch {epoch} is over: {describe_holder(connection)}")


def describe_holder(connection: Connection) -> str:
    """Who holds the lease, in words for an operator."""
    row = connection.execute(select(lease)).mappings().one_or_none()
    if row is None or row["holder"] is None:
        return "nobody holds the lease"
    since = row["acquired_at"].isoformat(timespec="seconds")
    return f"{row['holder']} (process {row['pid']} on {row['host']}) holds the lease since {since}"
