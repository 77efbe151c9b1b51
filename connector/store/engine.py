"""The engine: how a connection is set up, how a transaction begins, what an error means.

Every transaction is ``BEGIN IMMEDIATE``: one that reads first and writes later would otherwise
fail at once with "database is locked" when another wrote meanwhile, whatever the time-out. Long
readings, which write nothing, begin without taking a turn and see the store as of one moment.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NoReturn

from sqlalchemy import URL, Connection, Engine, create_engine, event, exc
from sqlalchemy.engine.interfaces import DBAPIConnection, ExceptionContext
from sqlalchemy.pool import ConnectionPoolEntry, QueuePool

from connector.errors import JournalConflict, StoreUnavailable

BUSY_SECONDS = 30
"""How long a transaction waits for its turn before it gives up."""

KEPT_CONNECTIONS = 4

WITHOUT_TURN: Final = "linked_accounts_without_turn"
"""Name of the execution option of a connection whose transactions wait for nobody."""

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
    event.listen(engine, "handle_error", translate)
    return engine


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A transaction that only reads, takes no turn, and sees the store as of one moment."""
    options = {WITHOUT_TURN: True}
    with engine.connect().execution_options(**options) as connection, connection.begin() as begun:
        yield connection
        begun.rollback()


def takes_turn(connection: Connection) -> bool:
    """Whether a transaction that begins on this connection excludes all others."""
    return not connection.get_execution_options().get(WITHOUT_TURN, False)


def is_in_transaction(connection: Connection) -> bool:
    """Whether the database still has our transaction, and has it whole.

    A full disk may end one without a word. On PostgreSQL a failed one stays open, and would answer
    a commit with a quiet rollback.
    """
    held = connection.connection.dbapi_connection
    info = getattr(held, "info", None)
    if info is not None:
        return bool(info.transaction_status == info.transaction_status.INTRANS)
    return bool(getattr(held, "in_transaction", True))


def translate(context: ExceptionContext) -> None:
    """The one place where database errors become ours."""
    found = context.original_exception
    if context.is_pre_ping:
        return  # a session that ended while nobody used it: the pool makes a new one
    if isinstance(found, (ValueError, TypeError)):
        raise found  # a column type refused a value, before anything reached the database
    if isinstance(context.sqlalchemy_exception, exc.IntegrityError):
        raise JournalConflict(f"the store refused a row: {_sentence(found)}") from found
    if isinstance(context.sqlalchemy_exception, exc.DBAPIError):
        _unavailable(found)


def _set_up(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    cursor = connection.cursor()
    for pragma in _PRAGMAS:
        cursor.execute(pragma)
    cursor.close()


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE" if takes_turn(connection) else "BEGIN")


def _unavailable(found: BaseException) -> NoReturn:
    raise StoreUnavailable(f"the store cannot be read or written: {_sentence(found)}") from found


def _sentence(found: BaseException) -> str:
    """An error's words on one line: PostgreSQL writes several."""
    return " ".join(str(found).split())
