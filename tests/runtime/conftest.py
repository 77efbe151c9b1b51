"""One rig for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from connector.sandbox.server import RunningSandbox, SandboxOptions
from tests.runtime.rig import Rig


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    """The service in act mode over a fake platform without accounts."""
    found = Rig(tmp_path)
    yield found
    found.close()


@pytest.fixture
def box() -> Iterator[RunningSandbox]:
    """A sandbox with one family of three, for what is wired to real adapters."""
    with RunningSandbox(SandboxOptions(families=1, subs=3, seed=1)) as running:
        yield running
