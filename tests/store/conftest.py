"""A store in a file of its own for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from connector.store.open import open_store
from connector.store.store import SqlStore
from tests.store.support import url_of


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqlStore]:
    """A new store."""
    opened = open_store(url_of(tmp_path))
    yield opened
    opened.close()
