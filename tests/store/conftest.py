"""A store of its own for each test, once in SQLite and once in PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import make_url

from connector.store.migrate import upgrade
from connector.store.open import open_store
from connector.store.postgres import make_engine
from connector.store.store import SqlStore
from tests.store.cluster import Cluster, running
from tests.store.support import Place, url_of


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """A PostgreSQL server for all tests; without the program they are skipped, in CI they fail."""
    with running() as found:
        yield found


@pytest.fixture(scope="session")
def migrated(cluster: Cluster) -> str:
    """A database with tables, which tests use in turn: making one takes the server long."""
    name = cluster.make_database()
    engine = make_engine(make_url(cluster.url(name)))
    upgrade(engine)
    engine.dispose()
    return name


@pytest.fixture
def postgresql(cluster: Cluster, migrated: str) -> Place:
    """A database with tables, and nothing in them."""
    cluster.make_new(migrated)
    return Place(url=cluster.url(migrated), cluster=cluster, database=migrated)


@pytest.fixture
def empty_postgresql(cluster: Cluster) -> Iterator[Place]:
    """A database without tables."""
    name = cluster.make_database()
    yield Place(url=cluster.url(name), cluster=cluster, database=name)
    cluster.drop_database(name)


@pytest.fixture
def sqlite(tmp_path: Path) -> Place:
    """A file that is not there yet."""
    return Place(url=url_of(tmp_path))


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest) -> Place:
    """Where a store can be, on either engine."""
    found = request.getfixturevalue(request.param)
    assert isinstance(found, Place)
    return found


@pytest.fixture(params=["sqlite", "empty_postgresql"])
def empty_place(request: pytest.FixtureRequest) -> Place:
    """Where there is nothing yet, on either engine."""
    found = request.getfixturevalue(request.param)
    assert isinstance(found, Place)
    return found


@pytest.fixture
def store(place: Place) -> Iterator[SqlStore]:
    """A new store, on either engine."""
    opened = open_store(place.url)
    yield opened
    opened.close()


@pytest.fixture
def sqlite_store(sqlite: Place) -> Iterator[SqlStore]:
    """A new store in SQLite, for what only a file can show."""
    opened = open_store(sqlite.url)
    yield opened
    opened.close()
