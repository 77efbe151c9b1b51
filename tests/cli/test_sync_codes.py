"""Which exit code a ``sync`` ends with, by what stands open after it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from connector.cli.sync import exit_code_of
from connector.errors import PlatformDenied, PlatformError, PlatformUnavailable
from connector.runtime.cycle import CycleReport, Standing
from connector.runtime.sync import SyncReport

NOTHING = Standing(
    proposed=0,
    open=0,
    held=0,
    unverified=0,
    parked=0,
    quarantined=0,
    waiting_until=None,
    frozen=None,
)
LATER = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("standing", "problems", "code"),
    [
        (NOTHING, [], 0),
        (replace(NOTHING, proposed=3), [], 0),
        (replace(NOTHING, open=1), [], 75),
        (replace(NOTHING, open=1, waiting_until=LATER), [], 75),
        (replace(NOTHING, open=1, held=1), [], 1),
        (replace(NOTHING, open=1, unverified=1), [], 1),
        (replace(NOTHING, quarantined=1), [], 1),
        (replace(NOTHING, parked=1), [], 1),
        (replace(NOTHING, parked=1, open=1), [], 1),
        (replace(NOTHING, frozen="by anna"), [], 1),
        (NOTHING, [PlatformUnavailable("down")], 69),
        (NOTHING, [PlatformUnavailable("down"), PlatformDenied("no")], 77),
        (NOTHING, [PlatformError("the clocks differ")], 1),
    ],
)
def test_the_gravest_of_what_stands_open_decides(
    standing: Standing, problems: list[PlatformError], code: int
) -> None:
    """A plan that waits for a person is no failure; a step under way asks for another run."""
    report = SyncReport(cycle=CycleReport(problems=problems), standing=standing, rounds=1)
    assert exit_code_of(report, problems) == code
