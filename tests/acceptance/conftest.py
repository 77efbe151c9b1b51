"""One sandbox for each test, in both releases where the test asks for it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from connector.sandbox.server import SandboxOptions
from tests.acceptance.bench import Bench, open_bench


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    """A workbench of release 5.1."""
    with open_bench(tmp_path) as found:
        yield found


@pytest.fixture(params=["5.1", "4.3"])
def either(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Bench]:
    """A workbench of each release in turn."""
    with open_bench(tmp_path, SandboxOptions(release=request.param)) as found:
        yield found
