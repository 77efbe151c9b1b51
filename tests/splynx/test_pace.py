"""Requests per second, requests at once, and waiting when asked to; all without sleeping."""

from __future__ import annotations

import threading
from decimal import Decimal

import pytest

from connector.errors import PlatformUnavailable
from connector.splynx.pace import LONGEST_HOLD_SECONDS, Pace
from tests.splynx.support import StillClock


def pace_of(clock: StillClock, *, rate: int | Decimal = 2, concurrency: int = 2) -> Pace:
    """A pace on a still clock."""
    return Pace(
        requests_per_second=rate,
        concurrency=concurrency,
        patience_seconds=30,
        monotonic=clock.monotonic,
        sleep=clock.sleep,
    )


def take(pace: Pace, times: int) -> None:
    """Go through the gate some times."""
    for _ in range(times):
        with pace.slot():
            pass


def test_one_seconds_worth_at_once_then_evenly() -> None:
    """Two of two a second go at once, the next wait half a second each."""
    clock = StillClock()
    take(pace_of(clock), 5)
    assert clock.slept == [0.5, 0.5, 0.5]


def test_a_pause_fills_the_bucket_but_never_over() -> None:
    """After an hour it is one second's worth again, not an hour's."""
    clock = StillClock()
    pace = pace_of(clock)
    take(pace, 2)
    clock.now += 3600
    take(pace, 3)
    assert clock.slept == [0.5]


def test_less_than_one_a_second() -> None:
    """Fractions of a request are fine."""
    clock = StillClock()
    take(pace_of(clock, rate=Decimal("0.5")), 3)
    assert clock.slept == [2.0, 2.0]


def test_zero_is_no_limit() -> None:
    """Thousands in no time."""
    clock = StillClock()
    take(pace_of(clock, rate=0), 5000)
    assert clock.slept == []


def test_a_hold_keeps_everybody_back() -> None:
    """As long as the platform asked, and no longer."""
    clock = StillClock()
    pace = pace_of(clock, rate=0)
    pace.hold(7)
    pace.hold(3)
    take(pace, 2)
    assert clock.slept == [7.0]


def test_a_long_hold_is_an_error_not_a_nap() -> None:
    """Beyond our patience the caller hears how long, and may do something else."""
    clock = StillClock()
    pace = pace_of(clock, rate=0)
    pace.hold(10**8)
    with pytest.raises(PlatformUnavailable) as caught:
        take(pace, 1)
    assert caught.value.retry_after_seconds == LONGEST_HOLD_SECONDS
    assert clock.slept == []
    clock.now += LONGEST_HOLD_SECONDS
    take(pace, 1)
    assert clock.slept == []


def test_no_more_at_once_than_allowed() -> None:
    """A third waits outside until one of two has left."""
    pace = pace_of(StillClock(), rate=0)
    entered = threading.Event()

    def third() -> None:
        with pace.slot():
            entered.set()

    with pace.slot():
        with pace.slot():
            thread = threading.Thread(target=third)
            thread.start()
            assert not entered.wait(0.05)
        assert entered.wait(5)
    thread.join(5)


def test_a_slot_is_given_back_after_an_error() -> None:
    """Else two errors would stop everything."""
    pace = pace_of(StillClock(), rate=0, concurrency=1)
    for _ in range(3):
        with pytest.raises(KeyError), pace.slot():
            raise KeyError
    take(pace, 1)
