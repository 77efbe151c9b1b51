"""Open the store named by a URL: make what is not there, bring its tables up to date."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import URL, Engine, exc, make_url

from connector.errors import SetupError, StoreUnavailable
from connector.store import postgres
from connector.store.engine import make_engine
from connector.store.lease import Lock, LockFile
from connector.store.migrate import upgrade
from connector.store.session import SessionLock
from connector.store.store import SqlStore

_MEND = (
    "write it as sqlite:////absolute/path/state.sqlite3, or as"
    " postgresql+psycopg://name@host/database"
)
_POSTGRESQL = frozenset({"postgresql", postgres.DRIVER})
_SQLITE = frozenset({"sqlite", "sqlite+pysqlite"})


def host_now() -> datetime:
    """The host's time, aware, UTC."""
    return datetime.now(UTC)


def open_store(url: str, *, clock: Callable[[], datetime] = host_now) -> SqlStore:
    """Open a store, making it on first use: directory 0700, file 0600; on PostgreSQL its tables.

    Args:
        url: ``sqlite:////absolute/path``, ``sqlite:///relative/path``, or
            ``postgresql+psycopg://name@host/database``.
        clock: the host's time, aware.

    Raises:
        SetupError: the URL names neither, the server does not fit, or the store was made by a
            newer version.
        StoreUnavailable: the file cannot be made, opened or read; the server cannot be reached.
    """
    parsed = parse(url)
    with ExitStack() as stack:
        engine = _engine_of(parsed)
        stack.callback(engine.dispose)
        if is_postgresql(parsed):
            postgres.refuse_unfit(engine)
        upgrade(engine)
        store = SqlStore(engine, _lock_of(parsed, engine), clock)
        stack.pop_all()  # it opened: the store closes it from here on
        return store


def parse(url: str) -> URL:
    """The parts of a store's address.

    Raises:
        SetupError: it names no store that outlives a restart.
    """
    try:
        parsed = make_url(url)
    except exc.ArgumentError:
        raise SetupError([f"store.url is not a URL: {_MEND}"]) from None
    problem = _problem_with(parsed)
    if problem is not None:
        raise SetupError([f"store.url: {problem}: {_MEND}"])
    return parsed


def is_postgresql(url: URL) -> bool:
    """Whether the store is in PostgreSQL; else it is a SQLite file."""
    return url.drivername in _POSTGRESQL


def path_of(url: URL) -> Path:
    """The file of a store in SQLite."""
    return Path(str(url.database)).absolute()


def lock_path(path: Path) -> Path:
    """The lock file beside a store's file."""
    return path.with_name(path.name + ".lock")


def _engine_of(url: URL) -> Engine:
    if is_postgresql(url):
        return postgres.make_engine(url)
    path = path_of(url)
    _make_file(path)
    return make_engine(path)


def _lock_of(url: URL, engine: Engine) -> Lock:
    return SessionLock(engine) if is_postgresql(url) else LockFile(lock_path(path_of(url)))


def _problem_with(url: URL) -> str | None:
    if is_postgresql(url):
        return None if url.database else "the address must name a database"
    if url.drivername not in _SQLITE:
        return f"{url.drivername} is not supported"
    if url.host or url.query:
        return "a SQLite URL has three slashes, a path, and nothing else"
    if not url.database or url.database == ":memory:" or url.database.startswith("file:"):
        return "the store must be a file, or it would not outlive a restart"
    return None


def _make_file(path: Path) -> None:
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
    except OSError as error:
        raise StoreUnavailable(f"the store's file cannot be opened: {error}") from error
