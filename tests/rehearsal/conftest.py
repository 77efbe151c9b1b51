"""One installation with a past for all tests that only look at it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.rehearsal.installation import Installation, open_installation


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """A service that has merged a month, and whose mains are late."""
    with open_installation(tmp_path_factory.mktemp("real")) as found:
        found.link_all()
        found.live(24)
        yield found
