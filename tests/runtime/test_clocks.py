"""The two clocks: billing time from the platform's answers or the host's, never mixed up."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from connector.runtime.clocks import ServerClock, WallClock
from tests.build import ZONE

STAMP = datetime(2026, 1, 31, 23, 30, tzinfo=UTC)


def test_the_wall_clock_tells_one_instant_in_two_zones() -> None:
    """Billing time in the platform's zone, host time in UTC."""
    clock = WallClock(ZONE)
    before, now, host = datetime.now(tz=UTC), clock.now(), clock.host()
    assert before <= now <= host
    assert now.tzinfo is ZONE
    assert host.utcoffset() == timedelta()


def test_the_server_clock_tells_the_latest_answer() -> None:
    """In the platform's zone it is February already; the platform is not asked."""
    asked: list[int] = []

    def ask() -> datetime:
        asked.append(1)
        return STAMP

    clock = ServerClock(ZONE, lambda: STAMP, ask)
    assert clock.now() == STAMP
    assert clock.now().date().isoformat() == "2026-02-01"
    assert asked == []


def test_the_server_clock_asks_when_there_was_no_answer_yet() -> None:
    """Host time goes on by itself."""
    clock = ServerClock(ZONE, lambda: None, lambda: STAMP)
    assert clock.now() == STAMP
    assert clock.host() - STAMP > timedelta(days=-3650)
    assert abs(clock.host() - datetime.now(tz=UTC)) < timedelta(minutes=1)


def test_the_third_clock_only_goes_forward() -> None:
    """Whatever anybody sets."""
    clock = WallClock(ZONE)
    first = clock.monotonic()
    assert timedelta() < first <= clock.monotonic()
