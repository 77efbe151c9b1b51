"""The store: where units of work, the lease and nonces come from."""

from __future__ import annotations

import base64
import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import cache

from sqlalchemy import Connection, Engine, Executable, case, insert, select

from connector.domain.ids import AccountId
from connector.errors import LeaseLost
from connector.ports.trace import ChainReport, FamilyTrace
from connector.store import chain, trace
from connector.store.engine import reading
from connector.store.lease import (
    Lock,
    describe_holder,
    record_given_up,
    record_holder,
    verify_epoch,
)
from connector.store.schema import installation, nonce
from connector.store.unit_of_work import SqlUnitOfWork
from connector.store.upsert import upsert

INSTALL_ID_LENGTH = 20


class SqlStore:
    """Our store in one database, for any number of threads and processes.

    A unit of work belongs to the thread that began it. Units take turns, so keep them short: a
    thread that begins a second one inside the first waits for itself, until the time-out.
    """

    def __init__(self, engine: Engine, lock: Lock, clock: Callable[[], datetime]) -> None:
        self._engine = engine
        self._lock = lock
        self._clock = clock
        self._holding = threading.Lock()
        self._epoch: int | None = None
        with engine.begin() as connection:
            self._install_id = _found_or_made(connection, clock())

    @property
    def install_id(self) -> str:
        """A random name this installation got when its store was made."""
        return self._install_id

    @contextmanager
    def begin(self, *, epoch: int | None = None) -> Iterator[SqlUnitOfWork]:
        """Start a unit of work; leaving it without ``commit`` rolls back.

        Raises:
            StoreUnavailable: cannot be opened, locked too long, or the disk is full.
            LeaseLost: the epoch is given and no longer the current one.
        """
        with self._engine.connect() as connection, connection.begin() as transaction:
            if epoch is not None:
                verify_epoch(connection, epoch)
                self._lock.renew(connection, epoch)
            yield SqlUnitOfWork(connection, transaction, epoch)
            if transaction.is_active:
                transaction.rollback()

    def acquire_lease(self, holder: str) -> int:
        """Become the one process that writes; the new epoch.

        Raises:
            LeaseLost: another living process holds it, or may still be writing under it; the
                sentence names it.
        """
        with self._holding:
            if not self._lock.acquire():
                with self._engine.begin() as connection:
                    raise LeaseLost(describe_holder(connection))
            try:
                with self._engine.begin() as connection:
                    self._lock.refuse_running(connection, self._epoch)
                    term = self._lock.term(self._clock())
                    self._epoch = record_holder(connection, holder, term)
            except LeaseLost:
                self._epoch = None
                raise
            finally:
                if self._epoch is None:
                    self._lock.release()
            return self._epoch

    def release_lease(self) -> None:
        """Give the lease up; harmless if not held."""
        with self._holding:
            epoch, self._epoch = self._epoch, None
            try:
                if epoch is not None:
                    with self._engine.begin() as connection:
                        record_given_up(connection, epoch)
            finally:
                self._lock.release()

    def reserve_nonce(self, floor: int) -> int:
        """A number greater than every one reserved before, at least ``floor``; durable."""
        with self._engine.begin() as connection:
            drawn = _drawn(connection.dialect.name)
            value: int = connection.execute(drawn, {"id": 1, "value": floor}).scalar_one()
        return value

    def verify_journal(self) -> ChainReport:
        """Walk the chain of events; others go on writing meanwhile."""
        with reading(self._engine) as connection:
            return chain.verify(connection)

    def load_trace(self, main_id: AccountId) -> FamilyTrace:
        """Events and fingerprints of a family; others go on writing meanwhile."""
        with reading(self._engine) as connection:
            return trace.load(connection, main_id)

    def close(self) -> None:
        """Give the lease up and close every idle connection."""
        try:
            self.release_lease()
        finally:
            self._engine.dispose()


@cache
def _drawn(dialect: str) -> Executable:
    """The floor, or one more than the latest number if that is higher."""
    new = upsert(dialect, nonce)
    floor = new.excluded.value
    higher = case((nonce.c.value < floor, floor), else_=nonce.c.value + 1)
    raised = new.on_conflict_do_update(index_elements=[nonce.c.id], set_={"value": higher})
    return raised.returning(nonce.c.value)


def _found_or_made(connection: Connection, now: datetime) -> str:
    found: str | None = connection.execute(select(installation.c.install_id)).scalar_one_or_none()
    if found is None:
        found = base64.b32encode(secrets.token_bytes(13)).decode()[:INSTALL_ID_LENGTH]
        connection.execute(insert(installation).values(id=1, install_id=found, created_at=now))
    return found
