"""Accounts and the cycles of a billing day."""

from __future__ import annotations

from datetime import date

import pytest

from connector.domain.accounts import AccountStatus, Cycle, cycle_of
from tests.build import change


@pytest.mark.parametrize(
    ("day", "billing_day", "start", "end"),
    [
        ("2026-01-01", 1, "2026-01-01", "2026-02-01"),
        ("2026-01-31", 1, "2026-01-01", "2026-02-01"),
        ("2026-01-14", 15, "2025-12-15", "2026-01-15"),
        ("2026-01-15", 15, "2026-01-15", "2026-02-15"),
        ("2026-03-01", 28, "2026-02-28", "2026-03-28"),
        ("2028-02-29", 28, "2028-02-28", "2028-03-28"),
        ("2025-12-31", 28, "2025-12-28", "2026-01-28"),
    ],
)
def test_a_cycle_contains_its_day(day: str, billing_day: int, start: str, end: str) -> None:
    """From the billing day up to the next one, over the ends of months and years."""
    cycle = cycle_of(date.fromisoformat(day), billing_day)
    assert cycle == Cycle(start=date.fromisoformat(start), end=date.fromisoformat(end))
    assert date.fromisoformat(day) in cycle
    assert cycle.end not in cycle


@pytest.mark.parametrize("billing_day", [0, 29, -1])
def test_a_billing_day_is_in_every_month(billing_day: int) -> None:
    """A day that February lacks is refused."""
    with pytest.raises(ValueError, match="1-28"):
        cycle_of(date(2026, 1, 1), billing_day)


def test_a_change_by_nobody_is_the_systems() -> None:
    """Administrator 0 is the platform; any other number is a person."""
    assert change(1, 2, AccountStatus.BLOCKED, "2026-01-17").by_system
    assert not change(1, 2, AccountStatus.BLOCKED, "2026-01-17", by=7).by_system
