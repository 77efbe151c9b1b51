"""Open the store named by a URL: make its file if there is none, bring its tables up to date."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import URL, exc, make_url

from connector.errors import SetupError, StoreUnavailable
from connector.store.engine import make_engine
from connector.store.lease import LockFile
from connector.store.migrate import upgrade
from connector.store.store import SqlStore

_MEND = "write it as sqlite:////absolute/path/state.sqlite3"


def host_now() -> datetime:
    """The host's time, aware, UTC."""
    return datetime.now(UTC)


def open_store(url: str, *, clock: Callable[[], datetime] = host_now) -> SqlStore:
    """Open a store, making it on first use: directory 0700, file 0600.

    Args:
        url: ``sqlite:////absolute/path`` or ``sqlite:///relative/path``.
        clock: the host's time, aware.

    Raises:
        SetupError: the URL names no SQLite file, or the store was made by a newer version.
        StoreUnavailable: the file cannot be made, opened or read.
    """
    path = _path_of(url)
    _make_file(path)
    with ExitStack() as stack:
        engine = make_engine(path)
        stack.callback(engine.dispose)
        upgrade(engine)
        store = SqlStore(engine, LockFile(path.with_name(path.name + ".lock")), clock)
        stack.pop_all()  # it opened: the store closes it from here on
        return store


def _path_of(url: str) -> Path:
    try:
        parsed = make_url(url)
    except exc.ArgumentError:
        raise SetupError([f"store.url is not a URL: {_MEND}"]) from None
    problem = _problem_with(parsed)
    if problem is not None:
        raise SetupError([f"store.url: {problem}: {_MEND}"])
    return Path(str(parsed.database)).absolute()


def _problem_with(url: URL) -> str | None:
    if url.get_backend_name() == "postgresql":
        return "PostgreSQL comes in a later release"
    if url.drivername not in {"sqlite", "sqlite+pysqlite"}:
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
