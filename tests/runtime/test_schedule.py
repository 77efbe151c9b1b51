"""The schedule, on the real scheduler: rings at once, one turn at a time, and tells a failure."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from queue import Queue
from threading import Event

import pytest

from connector.runtime.schedule import Schedule

HOUR = 3600
PATIENCE = 10.0
"""Seconds until a test gives up; none of them waits so long when all is well."""


class Ticks:
    """A tick that tells that it began, and ends when it may."""

    def __init__(self) -> None:
        self.began: Queue[int] = Queue()
        self.may_end = Event()
        self.running = 0
        self.most = 0
        self.count = 0
        self.failure: BaseException | None = None
        self.failures: Queue[BaseException] = Queue()

    def __call__(self) -> None:
        """One turn."""
        self.running += 1
        self.most = max(self.most, self.running)
        self.count += 1
        self.began.put(self.count)
        assert self.may_end.wait(PATIENCE)
        self.running -= 1
        if self.failure is not None:
            raise self.failure


@contextmanager
def scheduled(ticks: Ticks, seconds: int = HOUR) -> Iterator[Schedule]:
    """A running schedule, drained afterwards."""
    schedule = Schedule(ticks, ticks.failures.put, seconds)
    schedule.start()
    try:
        yield schedule
    finally:
        ticks.may_end.set()
        schedule.drain()


def test_the_first_turn_is_at_once() -> None:
    """Though the interval is an hour; and draining waits for it."""
    ticks = Ticks()
    with scheduled(ticks):
        assert ticks.began.get(timeout=PATIENCE) == 1
    assert ticks.running == 0
    assert ticks.count == 1


def test_a_nudge_rings_again() -> None:
    """Once the running turn has ended, never beside it."""
    ticks = Ticks()
    ticks.may_end.set()
    with scheduled(ticks) as schedule:
        assert ticks.began.get(timeout=PATIENCE) == 1
        while ticks.count < 3:
            schedule.nudge()
            ticks.began.get(timeout=PATIENCE)
    assert ticks.most == 1


def test_a_shorter_interval_rings_sooner() -> None:
    """From an hour to a second."""
    ticks = Ticks()
    ticks.may_end.set()
    with scheduled(ticks) as schedule:
        assert ticks.began.get(timeout=PATIENCE) == 1
        schedule.change_interval(1)
        assert ticks.began.get(timeout=PATIENCE) == 2


@pytest.mark.parametrize("failure", [RuntimeError("broken"), ValueError("wrong")])
def test_a_failure_is_told_with_its_exception(failure: Exception) -> None:
    """The very object."""
    ticks = Ticks()
    ticks.failure = failure
    ticks.may_end.set()
    with scheduled(ticks):
        assert ticks.failures.get(timeout=PATIENCE) is failure
