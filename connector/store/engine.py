"""The engine: how a connection is set up, how a transaction begins, what an error means.

Every transaction is ``BEGIN IMMEDIATE``: one that reads first and writes later would otherwise
fail at once with "database is locked" when another wrote meanwhile, whatever the time-out.
"""

from __future__ import annotations

from pathlib import Path
from typing import NoReturn

from sqlalchemy import URL, Connection, Engine, create_engine, event, exc
from sqlalchemy.engine.interfaces import DBAPIConnection, ExceptionContext
from sqlalchemy.pool import ConnectionPoolEntry, QueuePool

from connector.errors import JournalConflict, StoreUnavailable

BUSY_SECONDS = 30
"""How long a transaction waits for its turn before it gives up."""

KEPT_CONNECTIONS = 4

_PRAGMAS = (
    f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}",
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",  # NORMAL may lose the latest intents in a power cut
    "PRAGMA foreign_keys = ON",
)


def make_engine(path: Path) -> Engine:
    """An engine over one SQLite file, for any number of threads."""
    engine = create_engine(
        URL.create("sqlite", database=str(path)),
        poolclass=QueuePool,
        pool_size=KEPT_CONNECTIONS,
        max_overflow=-1,  # threads queue at BEGIN IMMEDIATE, with one time-out, not here as well
        connect_args={
            "isolation_level": None,  # the driver must not begin transactions by itself
            "timeout": BUSY_SECONDS,
            "check_same_thread": False,
        },
    )
    event.listen(engine, "connect", _set_up)
    event.listen(engine, "begin", _begin)
    event.listen(engine, "handle_error", _translate)
    return engine


def is_in_transaction(connection: Connection) -> bool:
    """Whether the database still has our transaction: a full disk may end it without a word."""
    return bool(getattr(connection.connection.dbapi_connection, "in_transaction", True))


def _set_up(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    cursor = connection.cursor()
    for pragma in _PRAGMAS:
        cursor.execute(pragma)
    cursor.close()


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _translate(context: ExceptionContext) -> None:
    """The one place where database errors become ours."""
    found = context.original_exception
    if isinstance(found, (ValueError, TypeError)):
        raise found  # a column type refused a value, before anything reached the database
    if isinstance(context.sqlalchemy_exception, exc.IntegrityError):
        raise JournalConflict(f"the store refused a row: {found}") from found
    if isinstance(context.sqlalchemy_exception, exc.DBAPIError):
        _unavailable(found)


def _unavailable(found: BaseException) -> NoReturn:
    raise StoreUnavailable(f"the store cannot be read or written: {found}") from found
