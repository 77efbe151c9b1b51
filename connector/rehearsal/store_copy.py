"""Our store's tables: a consistent copy beside a running service, and a new store made of them."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from connector.errors import ConnectorError, StoreUnavailable
from connector.ports.platform import Feed
from connector.rehearsal.kinds import Json
from connector.runtime import facts
from connector.store.open import open_store
from connector.store.schema import REVISION

TABLES = ("installation", "fact", "link", "agenda", "operation", "source", "step", "event")
"""What a rehearsal starts from, in the order in which the tables lean on each other."""

NEW_ON_A_COPY = frozenset(
    {
        *(facts.ACCOUNTS_COUNT, facts.FROZEN, facts.RECOVERY, facts.ROLLED_BACK),
        *(facts.feed_mark(feed) for feed in Feed),
        *(facts.feed_row(feed) for feed in Feed),
    }
)
"""Facts that do not hold there: it has the families' records only, and nobody to unfreeze it."""

_PREFIX = "sqlite:///"


def path_of(url: str) -> Path:
    """The file that a store's address names."""
    return Path(url.removeprefix(_PREFIX)).absolute()


def read_store(url: str) -> dict[str, list[Json]]:
    """All rows of a store, as of one moment; the file is not written. Empty if there is none.

    Raises:
        StoreUnavailable: it cannot be read.
        ConnectorError: it is of another version, or not in a file.
    """
    if not url.startswith(_PREFIX):
        raise ConnectorError(
            "a rehearsal copies a store in a SQLite file, not one on a database server; name a new"
            " file in `store.url` of a configuration of its own, and give the links with --links"
        )
    path = path_of(url)
    try:
        if not path.exists():
            return {}
        with (
            closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as real,
            closing(sqlite3.connect(":memory:")) as copied,
        ):
            real.backup(copied)
            copied.row_factory = sqlite3.Row
            return _rows_of(copied, path)
    except (sqlite3.Error, OSError) as error:
        raise StoreUnavailable(f"the store {path} cannot be read: {error}") from error


def _rows_of(store: sqlite3.Connection, path: Path) -> dict[str, list[Json]]:
    names = {row["name"] for row in store.execute("SELECT name FROM sqlite_master")}
    if "alembic_version" not in names:  # an empty file, which nobody has opened yet
        return {}
    found = store.execute("SELECT version_num FROM alembic_version").fetchone()
    if found is None or found["version_num"] != REVISION:
        raise ConnectorError(
            f"the store {path} is of another version; start this version on it once, for example"
            " by `linked-accounts status`"
        )
    tables: dict[str, list[Json]] = {}
    for table in TABLES:
        rows = store.execute(f"SELECT * FROM {table} ORDER BY rowid")  # noqa: S608 - our own names
        tables[table] = [dict(row) for row in rows]
    return tables


def linked_ids(tables: dict[str, list[Json]], since: str) -> set[int]:
    """Accounts with a link that is valid, or was on some day since then."""
    live = [
        row
        for row in tables.get("link", [])
        if row["replaced_at"] is None and (row["until"] is None or str(row["until"]) >= since)
    ]
    return {int(str(row[name])) for row in live for name in ("main_id", "sub_id")}


def make_store(url: str, tables: dict[str, list[Json]]) -> None:
    """A new store with these rows.

    Raises:
        ConnectorError: the rows do not fit this version.
    """
    open_store(url).close()
    try:
        with closing(sqlite3.connect(path_of(url))) as store, store:
            if tables:
                store.execute("DELETE FROM installation")
            for table in TABLES:
                for row in tables.get(table, []):
                    _insert(store, table, row)
    except sqlite3.Error as error:
        raise ConnectorError(f"the copy's store does not fit this version: {error}") from error


def _insert(store: sqlite3.Connection, table: str, row: Json) -> None:
    if table == "fact" and row["name"] in NEW_ON_A_COPY:
        return
    columns = {row["name"] for row in _described(store, table)}
    if not row.keys() <= columns:
        raise ConnectorError(f"the copy's store has columns of {table} that are not known here")
    names = ", ".join(f'"{name}"' for name in row)
    marks = ", ".join("?" for _ in row)
    store.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", tuple(row.values()))  # noqa: S608 - checked names


def _described(store: sqlite3.Connection, table: str) -> list[Json]:
    found = store.execute(f"PRAGMA table_info({table})")
    return [{"name": row[1]} for row in found]
