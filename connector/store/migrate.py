"""Bring a store's tables up to what this version needs; refuse a store that is newer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text

from connector.errors import SetupError
from connector.store.engine import WITHOUT_TURN
from connector.store.schema import REVISION

MIGRATIONS = Path(__file__).parent / "migrations"
MIGRATING = 7_261_114_907_310_001
"""PostgreSQL's advisory lock of whoever changes tables; any number that nobody else takes."""


def upgrade(engine: Engine) -> None:
    """Run what is missing, in one transaction, so that two processes may open a new store at once.

    Raises:
        SetupError: the store was made by a newer version.
    """
    with _alone(engine) as connection:
        found = load_revision(connection)
        if found != REVISION:
            _run(connection, found)


@contextmanager
def _alone(engine: Engine) -> Iterator[Connection]:
    """A transaction that no other migration runs beside."""
    if engine.dialect.name == "sqlite":
        with engine.begin() as connection:
            yield connection
        return
    options = {WITHOUT_TURN: True, "isolation_level": "READ COMMITTED"}  # sees who was before us
    with engine.connect().execution_options(**options) as connection, connection.begin():
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": MIGRATING})
        yield connection


def load_revision(connection: Connection) -> str | None:
    """The latest migration that ran on this store; None for a new one."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return None if found is None else str(found)


def _run(connection: Connection, found: str | None) -> None:
    from alembic import command  # noqa: PLC0415 - start-up cost, needed once per release
    from alembic.config import Config  # noqa: PLC0415 - same
    from alembic.script import ScriptDirectory  # noqa: PLC0415 - same

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if found is not None and found not in known:
        problem = (
            f"the store was made by a newer version (revision {found}; this one knows"
            f" {REVISION}): install that version again, or restore a backup from before it"
        )
        raise SetupError([problem])
    command.upgrade(config, "head")
