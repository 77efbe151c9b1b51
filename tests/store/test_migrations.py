"""The migrations lead exactly to the tables in ``schema.py``."""

from __future__ import annotations

from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, text

from connector.store.engine import make_engine
from connector.store.migrate import MIGRATIONS, load_revision, upgrade
from connector.store.schema import REVISION, TRIGGERS, metadata


def _described(engine: Engine) -> dict[str, str]:
    with engine.connect() as connection:
        found = connection.execute(text("SELECT name, sql FROM sqlite_master WHERE sql != ''"))
        return {
            row.name: " ".join(row.sql.split()) for row in found if row.name != "alembic_version"
        }


def test_migrated_tables_equal_the_schema(tmp_path: Path) -> None:
    """Tables, indexes, constraints and triggers, word for word."""
    migrated, made = make_engine(tmp_path / "migrated"), make_engine(tmp_path / "made")
    upgrade(migrated)
    with made.begin() as connection:
        metadata.create_all(connection)
    assert _described(migrated) == _described(made)
    assert _described(migrated).keys() >= TRIGGERS.keys()
    with migrated.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    migrated.dispose()
    made.dispose()


def test_the_latest_migration_is_the_one_the_schema_names() -> None:
    """A new migration must raise ``REVISION`` too."""
    assert ScriptDirectory(str(MIGRATIONS)).get_current_head() == REVISION


def test_running_again_changes_nothing(tmp_path: Path) -> None:
    """The second run finds everything done."""
    engine = make_engine(tmp_path / "store")
    upgrade(engine)
    before = _described(engine)
    upgrade(engine)
    assert _described(engine) == before
    with engine.connect() as connection:
        assert load_revision(connection) == REVISION
    engine.dispose()
