"""Nothing is lost or bent on the way into the database and back."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.dialects import postgresql, sqlite

from connector.store.types import Amount, Day, UtcDateTime

SQLITE = sqlite.dialect()
POSTGRESQL = postgresql.dialect()  # type: ignore[no-untyped-call]  # untyped in SQLAlchemy
AMOUNTS = st.decimals(min_value=-999999999999, max_value=999999999999, places=4)


@given(AMOUNTS)
def test_amounts_come_back_exactly(amount: Decimal) -> None:
    """Every amount of four places survives."""
    stored = Amount().process_bind_param(amount, SQLITE)
    assert isinstance(stored, str)
    assert Amount().process_result_value(stored, SQLITE) == amount


@pytest.mark.parametrize("value", [1.5, 1, "1.5000"])
def test_only_decimals_are_amounts(value: Any) -> None:
    """A float, a whole number or a text never slips in as money."""
    with pytest.raises(TypeError, match="must be a Decimal"):
        Amount().process_bind_param(value, SQLITE)


@pytest.mark.parametrize("value", ["0.00001", "NaN", "Infinity", "1000000000000"])
def test_implausible_amounts_are_refused(value: str) -> None:
    """More than four places, no number, or too large: an error, never a rounded amount."""
    with pytest.raises(ValueError, match=r"four places|plausible"):
        Amount().process_bind_param(Decimal(value), SQLITE)


def test_instants_come_back_in_utc() -> None:
    """An instant of any zone stays the same instant."""
    local = datetime(2026, 3, 1, 0, 30, 0, 7, tzinfo=timezone(timedelta(hours=2)))
    stored = UtcDateTime().process_bind_param(local, SQLITE)
    assert stored == datetime(2026, 2, 28, 22, 30, 0, 7)  # noqa: DTZ001 - SQLite keeps no zone
    found = UtcDateTime().process_result_value(stored, SQLITE)
    assert found == local
    assert found.tzinfo is UTC


def test_instants_keep_their_zone_where_the_database_can() -> None:
    """PostgreSQL is given, and gives, aware instants."""
    instant = datetime(2026, 3, 1, tzinfo=UTC)
    assert UtcDateTime().process_bind_param(instant, POSTGRESQL) == instant
    moved = instant.astimezone(timezone(timedelta(hours=5)))
    found = UtcDateTime().process_result_value(moved, POSTGRESQL)
    assert found is not None
    assert (found, found.tzinfo) == (instant, UTC)


def test_naive_instants_are_refused() -> None:
    """Nobody could say what they mean."""
    with pytest.raises(ValueError, match="needs a time zone"):
        UtcDateTime().process_bind_param(datetime(2026, 3, 1), SQLITE)  # noqa: DTZ001 - the point


def test_an_instant_is_no_day() -> None:
    """Its day depends on a zone."""
    with pytest.raises(TypeError, match="not an instant"):
        Day().process_bind_param(datetime(2026, 3, 1, tzinfo=UTC), SQLITE)
    assert Day().process_bind_param(date(2026, 3, 1), SQLITE) == date(2026, 3, 1)


def test_nothing_stays_nothing() -> None:
    """None goes in and comes out as None."""
    for kind in (Amount(), UtcDateTime(), Day()):
        assert kind.process_bind_param(None, SQLITE) is None
    assert Amount().process_result_value(None, SQLITE) is None
    assert UtcDateTime().process_result_value(None, SQLITE) is None
