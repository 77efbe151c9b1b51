"""The engine over PostgreSQL: sessions that cannot hang for ever, transactions that take turns.

A transaction begins with a lock that excludes all other units of work and no plain reader, such as
a dump. ``LOCK TABLE`` takes it before the transaction's view of the data is made, so that whoever
waited for his turn sees what the one before him wrote.
"""

from __future__ import annotations

from sqlalchemy import URL, Connection, Engine, create_engine, event, text
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry, QueuePool

from connector.errors import SetupError
from connector.store.engine import KEPT_CONNECTIONS, reading, takes_turn, translate

DRIVER = "postgresql+psycopg"
OLDEST = 120000
"""The oldest release that is known to work, as the server numbers them."""

TURN_SECONDS = 60
"""How long a transaction waits for its turn; longer than any other may sleep in its own."""

IDLE_SECONDS = 30
"""When the server ends a session that stopped in the middle of a transaction."""

_SESSION = {
    "TimeZone": "UTC",
    "lock_timeout": f"{TURN_SECONDS}s",
    "idle_in_transaction_session_timeout": f"{IDLE_SECONDS}s",
    "idle_session_timeout": "0",  # the lease is a session; PostgreSQL 14 and newer
    "tcp_keepalives_idle": "10",  # so that the server soon notices a host that lost its power
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "3",
}
_CONNECTION = {
    "connect_timeout": 10,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "client_encoding": "utf8",
    "application_name": "linked-accounts",
    "prepare_threshold": None,  # nothing that a migration or a pooler could make stale
}
_SET = "SELECT set_config(name, %s, false) FROM pg_settings WHERE name = %s"
_DURABLE = (
    "SELECT set_config(name, 'on', false) FROM pg_settings"
    " WHERE name = 'synchronous_commit' AND setting = 'off'"
)


def make_engine(url: URL) -> Engine:
    """An engine over one database, for any number of threads."""
    engine = create_engine(
        url.set(drivername=DRIVER),
        poolclass=QueuePool,
        pool_size=KEPT_CONNECTIONS,
        max_overflow=-1,  # threads queue for their turn, with one time-out, not here as well
        pool_pre_ping=True,
        isolation_level="REPEATABLE READ",
        connect_args=_CONNECTION,
        use_native_hstore=False,
    )
    event.listen(engine, "connect", _set_up)
    event.listen(engine, "begin", _begin)
    event.listen(engine, "handle_error", translate)
    return engine


def refuse_unfit(engine: Engine) -> None:
    """See that the server can keep what we write.

    Raises:
        SetupError: it is too old, a read-only copy, or does not store every character.
    """
    facts = text(
        "SELECT current_setting('server_version_num'), pg_is_in_recovery(),"
        " current_setting('server_encoding')"
    )
    with reading(engine) as connection:
        version, is_copy, encoding = connection.execute(facts).one()
    problems = []
    if int(version) < OLDEST:
        problems.append(f"PostgreSQL {OLDEST // 10000} or newer is needed")
    if is_copy:
        problems.append("the server is a read-only copy; name the one that is written to")
    if encoding != "UTF8":
        problems.append(f"the database's encoding is {encoding}; make one with ENCODING 'UTF8'")
    if problems:
        raise SetupError([f"store.url: {problem}" for problem in problems])


def _set_up(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    cursor = connection.cursor()
    for name, value in _SESSION.items():
        cursor.execute(_SET, (value, name))
    cursor.execute(_DURABLE)
    cursor.close()
    connection.commit()


def _begin(connection: Connection) -> None:
    if takes_turn(connection):
        connection.exec_driver_sql("LOCK TABLE installation IN EXCLUSIVE MODE")
