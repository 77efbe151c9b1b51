"""The lock on PostgreSQL: held by a session of its own, with time to run after that session ends.

The server ends the lock with the session, and the session may end while its process lives on: cut
by an administrator, a fail-over, a network. So two things are asked besides. Each writing unit of
work sees, in its own transaction, that the session still holds the lock behind its epoch. And a
successor begins only when the time that the lease runs from its latest write is over, by the
database's clock: a request that was on its way has ended by then.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, DateTime, Engine, func, select, text, update

from connector.errors import LeaseLost, StoreUnavailable
from connector.store.engine import WITHOUT_TURN
from connector.store.schema import lease

LEASE = timedelta(seconds=30)
"""How long nobody else may begin after the latest write of a holder whose session ended."""

_NAMESPACE = 7_261_114
_KEY = "CAST(CAST('lease'::regclass AS oid) AS integer)"  # one lock for each store in a database
_TRY = text(f"SELECT pg_try_advisory_lock({_NAMESPACE}, {_KEY}), pg_backend_pid()")
_ALIVE = text("SELECT 1")
_GIVE_BACK = text("SELECT pg_advisory_unlock_all()")
_STANDS = text(
    "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted AND pid = :session"  # noqa: S608 - our own numbers
    f" AND classid = {_NAMESPACE} AND objid = CAST('lease'::regclass AS oid) AND objsubid = 2"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)


class SessionLock:
    """An advisory lock of one session, which does nothing else."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._held: Connection | None = None
        self._session: int | None = None

    def acquire(self) -> bool:
        """Take the lock, or keep it; False when another session holds it."""
        if self._held is not None and self._is_alive(self._held):
            return True
        self.release()
        options = {WITHOUT_TURN: True, "isolation_level": "AUTOCOMMIT"}
        connection = self._engine.connect().execution_options(**options)
        connection.detach()  # closing it ends the session, and the lock with it
        try:
            taken, session = connection.execute(_TRY).one()
        except StoreUnavailable:
            connection.close()
            raise
        if not taken:
            connection.close()
            return False
        self._held, self._session = connection, session
        return True

    def release(self) -> None:
        """Give the lock back at once, then end the session, which takes the server a moment."""
        held, self._held, self._session = self._held, None, None
        if held is None:
            return
        try:
            if not held.invalidated:
                with suppress(StoreUnavailable):  # the session has ended, and the lock with it
                    held.execute(_GIVE_BACK)
        finally:
            held.close()

    def refuse_running(self, connection: Connection, ours: int | None) -> None:
        """Raise ``LeaseLost`` while a predecessor who gave nothing up may still be writing."""
        left = lease.c.expires_at - _now()
        row = connection.execute(
            select(lease.c.epoch, lease.c.holder, left.label("left"))
        ).one_or_none()
        if row is None or row.holder is None or row.epoch == ours or row.left is None:
            return
        if row.left > timedelta():
            seconds = -(-row.left // timedelta(seconds=1))
            raise LeaseLost(
                f"{row.holder} held the lease and did not give it up: it runs for {seconds} more"
                " seconds"
            )

    def term(self, now: datetime) -> Mapping[str, object]:
        """By the database's clock; the host's does not count."""
        del now
        return {
            "acquired_at": _now(),
            "session": self._session,
            "expires_at": _now() + LEASE,
        }

    def renew(self, connection: Connection, epoch: int) -> None:
        """Raise ``LeaseLost`` unless the session of this epoch still has the lock."""
        session = connection.execute(
            update(lease)
            .where(lease.c.epoch == epoch)
            .values(expires_at=_now() + LEASE)
            .returning(lease.c.session)
        ).scalar_one()
        if connection.execute(_STANDS, {"session": session}).scalar_one() != 1:
            raise LeaseLost(f"epoch {epoch} is over: the session that held its lock has ended")

    @staticmethod
    def _is_alive(connection: Connection) -> bool:
        if connection.invalidated:
            return False
        try:
            connection.execute(_ALIVE)
        except StoreUnavailable:
            return False
        return True


def _now() -> ColumnElement[datetime]:
    return func.clock_timestamp(type_=DateTime(timezone=True))
