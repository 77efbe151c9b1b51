"""How fast we go: requests per second, requests at once, and what the platform asks us to wait."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal

from connector.errors import PlatformUnavailable

LONGEST_HOLD_SECONDS = 3600
"""A platform that asks for more than this is asked again after it."""


class Pace:
    """A token bucket of one second's worth, a number of slots, and a common hold for all threads."""

    def __init__(
        self,
        *,
        requests_per_second: int | Decimal,
        concurrency: int,
        patience_seconds: int,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._rate = int(requests_per_second * 1000) / 1000  # a pace, not money
        self._patience = patience_seconds
        self._monotonic = monotonic
        self._sleep = sleep
        self._slots = threading.BoundedSemaphore(concurrency)
        self._lock = threading.Lock()
        self._capacity = max(1.0, self._rate)
        self._tokens = self._capacity
        self._filled_at = monotonic()
        self._held_until = self._filled_at

    @contextmanager
    def slot(self) -> Iterator[None]:
        """Wait for our turn, then hold one slot.

        Raises:
            PlatformUnavailable: the platform asked for a longer wait than our patience.
        """
        with self._slots:
            wait = self._reserve()
            if wait > 0:
                self._sleep(wait)
            yield

    def hold(self, seconds: int) -> None:
        """Keep every thread back, as the platform asked with ``Retry-After``."""
        with self._lock:
            until = self._monotonic() + min(seconds, LONGEST_HOLD_SECONDS)
            self._held_until = max(self._held_until, until)

    def _reserve(self) -> float:
        with self._lock:
            now = self._monotonic()
            held = self._held_until - now
            if held > self._patience:
                seconds = math.ceil(held)
                raise PlatformUnavailable(
                    f"the platform asked us to wait; {seconds} s are left",
                    retry_after_seconds=seconds,
                )
            return max(held, self._take(now), 0.0)

    def _take(self, now: float) -> float:
        if not self._rate:
            return 0.0
        gained = (now - self._filled_at) * self._rate
        self._tokens = min(self._capacity, self._tokens + gained) - 1
        self._filled_at = now
        return -self._tokens / self._rate
