"""What a rehearsal shows is what then happens."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.rehearsal.installation import open_installation, told


@pytest.mark.slow
@pytest.mark.parametrize("release", ["5.1", "4.3"])
def test_a_rehearsal_is_what_then_happens(tmp_path: Path, release: str) -> None:
    """From the middle of a running installation, with late payers, document by document."""
    with open_installation(tmp_path, release) as real:
        real.link_all()
        real.live(25)
        before = real.state()
        shown = real.rehearse(real.copy())
        assert real.state() == before
        happened = real.live(31)
    assert shown.findings == happened.findings == []
    assert shown.merged
    assert shown.released
    assert shown.suspended
    assert told(shown) == told(happened)
