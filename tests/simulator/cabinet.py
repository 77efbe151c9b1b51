"""The store of one seed: made from a template, opened anew by every process, read by judges."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, date, datetime
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from connector.domain.accounts import BillingMode
from connector.domain.ids import AccountId
from connector.domain.links import Link
from connector.runtime.facts import OWN_NUMBER
from connector.sandbox.world import World
from connector.store.engine import make_engine
from connector.store.lease import LockFile
from connector.store.open import lock_path, open_store
from connector.store.store import SqlStore
from tests.fakes.mortal import drop
from tests.proof import prove
from tests.simulator.effects import Desk

INSTALL_ID = "SIMULATEDSIMULATED22"
LINKED_SINCE = date(2025, 10, 1)
MEMORY = Path("/dev/shm")  # noqa: S108 - a file there is as quick as memory; any folder will do
FILE = "state.sqlite3"
VOLATILE = {"lease": {"pid", "host"}, "alembic_version": set(), "nonce": set()}
"""Columns that differ from run to run, by table."""

Rows = list[dict[str, Any]]


class Cabinet:
    """A folder with the store; stores are opened in it as by processes of their own."""

    def __init__(self, folder: Path, now: Callable[[], datetime]) -> None:
        self.desk = Desk()
        self._folder = folder
        self._now = now
        self._judge: sqlite3.Connection | None = None

    def open(self) -> SqlStore:
        """The store, as a new process opens it."""
        path = self._folder / FILE
        return SqlStore(_engine_of(path), LockFile(lock_path(path)), self._now)

    def rows(self, query: str, *values: object) -> Rows:
        """What the store says, past all code of the connector's."""
        if self._judge is None:
            self._judge = sqlite3.connect(self._folder / FILE, check_same_thread=False)
            self._judge.row_factory = sqlite3.Row
        return [dict(row) for row in self._judge.execute(query, values)]

    def set_up(self, world: World, own_number: int) -> None:
        """Record what a probe found, and the links that are meant: before the first start."""
        links = [
            Link(
                sub_id=AccountId(row.sub_id),
                main_id=AccountId(row.main_id),
                mode=BillingMode(row.mode),
                since=LINKED_SINCE,
            )
            for row in world.links.values()
        ]
        store = self.open()
        with store.begin() as unit:
            unit.facts.record(OWN_NUMBER, str(own_number))
            unit.links.record_links(links, "import", self._now())
            unit.agenda.record_due({link.main_id for link in links}, self._now(), "linked")
            unit.commit()
        store.close()

    def save(self, target: Path) -> None:
        """A copy as it is between two commits, as a backup makes it."""
        here, there = sqlite3.connect(self._folder / FILE), sqlite3.connect(target)
        with closing(here), closing(there):
            here.backup(there)

    def replace(self, source: Path) -> None:
        """Another store in the place of this one, which is gone; nobody may have it open."""
        if self._judge is not None:
            self._judge.close()
            self._judge = None
        _engine_of(self._folder / FILE).dispose()
        fill(self._folder, source)

    def record_fact(self, name: str, value: str) -> None:
        """A fact, past all code of the connector's."""
        with closing(sqlite3.connect(self._folder / FILE)) as store, store:
            store.execute("INSERT OR REPLACE INTO fact VALUES (?, ?)", (name, value))

    def rename(self, install_id: str) -> None:
        """Another installation's name, as every new store gets one."""
        with closing(sqlite3.connect(self._folder / FILE)) as store, store:
            store.execute("UPDATE installation SET install_id = ?", (install_id,))

    def contents(self) -> list[tuple[str, Rows]]:
        """Every table with its rows, without what differs from run to run."""
        names = self.rows("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
        tables = [row["name"] for row in names if not row["name"].startswith("sqlite_")]
        return [(name, self._steady(name)) for name in tables]

    def _steady(self, name: str) -> Rows:
        hidden = VOLATILE.get(name, set())
        rows = self.rows(f"SELECT * FROM {name}")  # noqa: S608 - a name from the schema
        if name == "nonce":
            return []
        return [{key: row[key] for key in row if key not in hidden} for row in rows]

    def close(self) -> None:
        """The end."""
        if self._judge is not None:
            self._judge.close()
        _engine_of(self._folder / FILE).dispose()


@lru_cache(maxsize=4)
def _engine_of(path: Path) -> Engine:
    """One engine for all processes of all seeds in a folder: what it has compiled stays compiled.

    Nothing else passes from one to the next: a connection ends with the process that opened it.
    """
    return make_engine(path)


def abandon(store: SqlStore) -> None:
    """What the system does when a process dies."""
    drop(store)


def lose_lock(store: SqlStore) -> None:
    """What happens when a lock file is removed, or its file system forgets: nobody is told."""
    store._lock.release()


def make_template(folder: Path) -> Path:
    """A store with its tables and a name that is always the same, to be copied for each seed."""
    path = folder / "template.sqlite3"
    path.write_bytes(_new_store())
    return path


@cache
def _new_store() -> bytes:
    with scratch() as name:
        path = Path(name) / FILE
        store = open_store(f"sqlite:///{path}", clock=lambda: datetime(2026, 1, 1, tzinfo=UTC))
        prove(store)
        store.close()
        with closing(sqlite3.connect(path)) as connection, connection:
            connection.execute("UPDATE installation SET install_id = ?", (INSTALL_ID,))
        return path.read_bytes()


def fill(folder: Path, template: Path) -> None:
    """Put a fresh store into a folder."""
    for old in folder.glob(f"{FILE}*"):
        old.unlink()
    shutil.copyfile(template, folder / FILE)


def scratch() -> tempfile.TemporaryDirectory[str]:
    """A folder that is as quick as memory, where there is one."""
    where = MEMORY if MEMORY.is_dir() else None
    return tempfile.TemporaryDirectory(prefix="simulator-", dir=where)
