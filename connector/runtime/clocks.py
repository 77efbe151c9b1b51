"""The two clocks behind the port: the host's, and the platform's by its ``Date`` header."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo


class WallClock:
    """Billing time is the host's time, in the platform's zone."""

    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone

    def now(self) -> datetime:
        """Host time in the platform's zone."""
        return datetime.now(tz=self._zone)

    def host(self) -> datetime:
        """Host time, UTC."""
        return datetime.now(tz=UTC)

    def monotonic(self) -> timedelta:
        """Time since the host was started, with what it slept."""
        return timedelta(seconds=time.clock_gettime(time.CLOCK_BOOTTIME))


class ServerClock(WallClock):
    """Billing time is the ``Date`` of the platform's latest answer: a simulated month in seconds."""

    def __init__(
        self,
        zone: ZoneInfo,
        latest: Callable[[], datetime | None],
        ask: Callable[[], datetime],
    ) -> None:
        super().__init__(zone)
        self._latest = latest
        self._ask = ask

    def now(self) -> datetime:
        """The platform's time; asks once if there was no answer yet."""
        latest = self._latest()
        return (latest if latest is not None else self._ask()).astimezone(self._zone)
