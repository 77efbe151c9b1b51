"""Opening: what is made, what is refused, and in which words."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from connector.errors import SetupError, StoreUnavailable
from connector.store.open import open_store
from connector.store.store import SqlStore
from tests.store.support import Place, rows, url_of


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_new_store_is_private(tmp_path: Path) -> None:
    """Directory 0700, files 0600, whatever the umask allows."""
    folder = tmp_path / "state"
    before = os.umask(0o022)
    try:
        store = open_store(url_of(folder))
        store.acquire_lease("test")
    finally:
        os.umask(before)
    assert _mode(folder) == 0o700
    assert {path.name: _mode(path) for path in folder.iterdir()} == dict.fromkeys(
        (path.name for path in folder.iterdir()), 0o600
    )
    store.close()


def test_an_installation_keeps_its_name(tmp_path: Path) -> None:
    """The name is made once, and differs from store to store."""
    first = open_store(url_of(tmp_path))
    name = first.install_id
    first.close()
    again = open_store(url_of(tmp_path))
    other = open_store(url_of(tmp_path / "other"))
    assert again.install_id == name
    assert len(name) == 20
    assert other.install_id != name
    again.close()
    other.close()


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("postgresql://me:hidden@db", "must name a database"),
        ("postgresql+psycopg2://me:hidden@db/state", "not supported"),
        ("mysql://me:hidden@db/state", "not supported"),
        ("sqlite://", "outlive a restart"),
        ("sqlite:///:memory:", "outlive a restart"),
        ("sqlite:///file:x?uri=true", "nothing else"),
        ("sqlite://host/path", "three slashes"),
        ("state.sqlite3", "not a URL"),
    ],
)
def test_other_urls_are_refused(url: str, words: str) -> None:
    """The sentence says what to write instead, and shows no password."""
    with pytest.raises(SetupError, match=words) as found:
        open_store(url)
    assert "sqlite:////absolute/path" in str(found.value)
    assert "hidden" not in str(found.value)


def test_relative_paths_are_taken_from_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A later change of the working directory does not move the store."""
    monkeypatch.chdir(tmp_path)
    store = open_store("sqlite:///here/state.sqlite3")
    monkeypatch.chdir("/")
    with store.begin() as unit:
        unit.facts.record("a", "b")
        unit.commit()
    assert (tmp_path / "here" / "state.sqlite3").exists()
    store.close()


def test_a_newer_store_is_refused(place: Place, store: SqlStore) -> None:
    """An older version never touches what it does not understand."""
    with store._engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(SetupError, match="newer version"):
        open_store(place.url)
    assert rows(store, "SELECT version_num FROM alembic_version") == [("9999",)]


def test_what_is_no_database_is_refused(tmp_path: Path) -> None:
    """A damaged file is an error of ours, and stays as it is."""
    path = tmp_path / "state.sqlite3"
    path.write_bytes(b"this is no database, " * 100)
    with pytest.raises(StoreUnavailable, match="not a database"):
        open_store(url_of(tmp_path))
    assert path.read_bytes() == b"this is no database, " * 100


def test_a_place_where_no_file_can_be_is_refused(tmp_path: Path) -> None:
    """A path through a file."""
    (tmp_path / "file").touch()
    with pytest.raises(StoreUnavailable, match="cannot be opened"):
        open_store(url_of(tmp_path / "file" / "below"))


def test_every_connection_is_set_up(sqlite_store: SqlStore) -> None:
    """WAL, full sync, foreign keys, and a long wait."""
    assert rows(sqlite_store, "PRAGMA journal_mode") == [("wal",)]
    assert rows(sqlite_store, "PRAGMA synchronous") == [(2,)]
    assert rows(sqlite_store, "PRAGMA foreign_keys") == [(1,)]
    assert rows(sqlite_store, "PRAGMA busy_timeout") == [(30000,)]
