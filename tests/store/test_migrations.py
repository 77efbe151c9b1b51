"""The migrations lead exactly to the tables in ``schema.py``, from whatever was there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, make_url, text

from connector.store.engine import make_engine, reading
from connector.store.migrate import MIGRATIONS, load_revision, upgrade
from connector.store.open import open_store
from connector.store.postgres import make_engine as make_postgresql
from connector.store.schema import REVISION, metadata
from connector.store.triggers import TRIGGERS
from tests.store.cluster import Cluster
from tests.store.support import plan_id

CATALOGUE = """
SELECT 'column ' || table_name || '.' || column_name,
       concat_ws(' ', data_type, character_maximum_length, is_nullable, column_default)
FROM information_schema.columns WHERE table_schema = 'public'
UNION ALL SELECT 'index ' || indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'
UNION ALL SELECT 'constraint ' || conrelid::regclass || '.' || conname, pg_get_constraintdef(oid)
FROM pg_constraint WHERE connamespace = 'public'::regnamespace
UNION ALL SELECT 'trigger ' || tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
UNION ALL SELECT 'function ' || proname, prosrc FROM pg_proc
WHERE pronamespace = 'public'::regnamespace
"""
OLD_EVENT = (
    "INSERT INTO event (at, plan_id, step, account_id, event, from_state, by, detail, epoch)"  # noqa: S608 - our own text
    f" VALUES ('2026-03-01 09:00:00.0000{{0:02}}', '{plan_id(1)}', {{0}}, 11, 'seen', NULL,"
    " 'ada', 'Łódź', 3)"
)
OLD_OPERATION = (
    "INSERT INTO operation (plan_id, kind, main_id, state, created_at, total, summary, why,"  # noqa: S608 - our own text
    f" recorded_at, recorded_by) VALUES ('{plan_id(1)}', 'merge', 10, 'open',"
    " '2026-03-01 09:00:00', '0.0000', '', '', '2026-03-01 09:00:00', 'ada')"
)


@pytest.fixture(params=["sqlite", "postgresql"])
def engines(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Engine, Engine]]:
    """Two empty databases of one kind."""
    if request.param == "sqlite":
        pair = make_engine(tmp_path / "one"), make_engine(tmp_path / "other")
        names: list[str] = []
    else:
        cluster = request.getfixturevalue("cluster")
        assert isinstance(cluster, Cluster)
        names = [cluster.make_database(), cluster.make_database()]
        one, other = (make_postgresql(make_url(cluster.url(name))) for name in names)
        pair = one, other
    yield pair
    for engine in pair:
        engine.dispose()
    for name in names:
        cluster.drop_database(name)


def _described(engine: Engine) -> dict[str, str]:
    is_sqlite = engine.dialect.name == "sqlite"
    query = "SELECT name, sql FROM sqlite_master WHERE sql != ''" if is_sqlite else CATALOGUE
    with reading(engine) as connection:
        found = {name: " ".join(told.split()) for name, told in connection.execute(text(query))}
    return {name: told for name, told in found.items() if "alembic_version" not in name}


def test_migrated_tables_equal_the_schema(engines: tuple[Engine, Engine]) -> None:
    """Tables, indexes, constraints and triggers, word for word."""
    migrated, made = engines
    upgrade(migrated)
    is_sqlite = migrated.dialect.name == "sqlite"
    with made.connect().execution_options(linked_accounts_without_turn=True) as connection:
        metadata.create_all(connection)
        connection.commit()
    assert _described(migrated) == _described(made)
    names = TRIGGERS if is_sqlite else [f"trigger {name}" for name in TRIGGERS]
    assert _described(migrated).keys() >= set(names)
    with reading(migrated) as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_the_latest_migration_is_the_one_the_schema_names() -> None:
    """A new migration must raise ``REVISION`` too."""
    assert ScriptDirectory(str(MIGRATIONS)).get_current_head() == REVISION


def test_running_again_changes_nothing(engines: tuple[Engine, Engine]) -> None:
    """The second run finds everything done."""
    engine, _ = engines
    upgrade(engine)
    before = _described(engine)
    upgrade(engine)
    assert _described(engine) == before
    with reading(engine) as connection:
        assert load_revision(connection) == REVISION


def test_old_events_are_chained(tmp_path: Path) -> None:
    """A journal of the first revision is whole afterwards, and cannot be changed again."""
    engine = make_engine(tmp_path / "state.sqlite3")
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        connection.execute(text(OLD_OPERATION))
        for number in range(1, 6):
            connection.execute(text(OLD_EVENT.format(number)))
    engine.dispose()
    store = open_store(f"sqlite:///{tmp_path}/state.sqlite3")
    report = store.verify_journal()
    store.close()
    assert (report.rows, report.problem) == (5, "")
    assert "event_is_final" in _described(engine)
    engine.dispose()
