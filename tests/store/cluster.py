"""A PostgreSQL of our own: made in a temporary folder, reached by its socket, gone afterwards."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any, LiteralString

import psycopg
import pytest

from connector.store.schema import REVISION

OWNER = "postgres"
"""Who the server runs as when we are root, which it refuses to be."""

_SETTINGS = "-c listen_addresses='' -c fsync=off -c full_page_writes=off -c max_connections=60"
_TRUNCATE = (
    "DO $$ BEGIN EXECUTE (SELECT 'TRUNCATE ' || string_agg(quote_ident(tablename), ', ')"
    " || ' RESTART IDENTITY' FROM pg_tables WHERE schemaname = 'public'"
    " AND tablename <> 'alembic_version'); END $$"
)


@dataclass(frozen=True, kw_only=True)
class Cluster:
    """A running server; each test takes a database of its own."""

    folder: Path
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def make_database(self) -> str:
        """A new, empty database; its name."""
        name = f"t{next(self._numbers)}"
        self.run(OWNER, f"CREATE DATABASE {name} TEMPLATE template0")
        return name

    def make_new(self, database: str) -> None:
        """Make a store as if nobody had ever opened it, past its own triggers."""
        self.end_sessions(database)
        with self.session(database) as session:
            session.execute("SET session_replication_role = replica")
            session.execute(_TRUNCATE)
            session.execute("INSERT INTO chain VALUES (1, 0, repeat('0', 64))")
            session.execute("UPDATE alembic_version SET version_num = %s", [REVISION])

    def drop_database(self, name: str) -> None:
        """End a database with every session in it."""
        self.run(OWNER, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def session(self, database: str) -> psycopg.Connection:
        """A session of the server's owner, which ends with its block."""
        return psycopg.connect(host=str(self.folder), user=OWNER, dbname=database, autocommit=True)

    def url(self, name: str) -> str:
        """The address of a store in a database."""
        return f"postgresql+psycopg://{OWNER}@/{name}?host={self.folder}"

    def run(self, database: str, statement: LiteralString, *values: Any) -> list[tuple[Any, ...]]:
        """Do something in the server's own name, in a session of its own."""
        with self.session(database) as session:
            done = session.execute(statement, values or None)
            return done.fetchall() if done.description else []

    def end_sessions(self, database: str) -> int:
        """Cut every other session of a database and wait until they are gone; their number."""
        ended = self.run(
            database,
            "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            " AND backend_type = 'client backend'",
        )
        assert all(gone for (gone,) in ended)
        return len(ended)

    def outlast_lock(self, database: str) -> None:
        """Wait until the session of a killed process is gone, which its server sees a little later."""
        with self.session(database) as session:
            session.execute(
                "SELECT pg_advisory_lock(classid::integer, objid::integer) FROM pg_locks"
                " WHERE locktype = 'advisory' AND granted"
                " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
            )
            session.execute("SELECT pg_advisory_unlock_all()")

    def end_lease(self, database: str) -> None:
        """Let the lease's time be over, as if it had been waited for."""
        self.run(database, "UPDATE lease SET expires_at = clock_timestamp()")


@contextmanager
def running() -> Iterator[Cluster]:
    """Start a server, and leave nothing of it behind."""
    programs = find_programs()
    if programs is None:
        reason = "no PostgreSQL on this machine: apt-get install postgresql"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    folder = Path(tempfile.mkdtemp(prefix="la-pg-", dir="/tmp"))  # a socket's path must be short
    try:
        if os.geteuid() == 0:
            shutil.chown(folder, OWNER)
        data = folder / "data"
        _call(
            programs, "initdb", f"-D{data}", f"-U{OWNER}", "-Atrust", "-N", "-EUTF8", "--locale=C"
        )
        log = f"-l{folder}/log"
        _call(programs, "pg_ctl", f"-D{data}", "-w", log, f"-o-k {folder} {_SETTINGS}", "start")
        try:
            yield Cluster(folder=folder)
        finally:
            _call(programs, "pg_ctl", f"-D{data}", "-w", "-mimmediate", "stop")
    finally:
        shutil.rmtree(folder)


def find_programs() -> Path | None:
    """The folder of the newest server's programs, some of which are seldom on the path."""
    known = sorted(
        Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name)
    )
    onpath = shutil.which("initdb")
    places = [*known, *([Path(onpath).resolve().parent] if onpath else [])]
    complete = [place for place in places if (place / "initdb").exists()]
    return complete[-1] if complete else None


def _call(programs: Path, name: str, *words: str) -> None:
    """Run a program of the server; its output goes to a file, as the server keeps it open."""
    owned = ["runuser", "-u", OWNER, "--"] if os.geteuid() == 0 else []
    with tempfile.TemporaryFile("w+") as told:
        done = subprocess.run(
            [*owned, programs / name, *words],
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=told,
            stderr=told,
            timeout=120,
            check=False,
        )
        told.seek(0)
        assert done.returncode == 0, told.read()
