"""Virtual time: one line of it, and the clocks of host and platform that follow it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from connector.sandbox.clock import VirtualClock


class Timeline:
    """Time that passes only when somebody says so."""

    def __init__(self, start: datetime) -> None:
        self._start = start
        self._elapsed = timedelta()

    def now(self) -> datetime:
        """The moment, UTC."""
        return self._start + self._elapsed

    def monotonic(self) -> float:
        """Seconds since the start."""
        return self._elapsed.total_seconds()

    def pass_by(self, span: timedelta) -> None:
        """Let time pass; none passes backwards."""
        self._elapsed += max(span, timedelta())

    def sleep(self, seconds: float) -> None:
        """Let seconds pass: what waits in the adapter waits so."""
        self.pass_by(timedelta(seconds=seconds))


class HostClock:
    """Both clocks of a daemon whose host is a little wrong about the time."""

    def __init__(self, timeline: Timeline, zone: ZoneInfo, skew: timedelta) -> None:
        self._timeline = timeline
        self._zone = zone
        self._skew = skew

    def now(self) -> datetime:
        """Billing time: the host's, in the platform's zone."""
        return self.host().astimezone(self._zone)

    def host(self) -> datetime:
        """Host time, UTC."""
        return (self._timeline.now() + self._skew).astimezone(UTC)

    def monotonic(self) -> timedelta:
        """Time since the start of the timeline."""
        return timedelta(seconds=self._timeline.monotonic())


class PlatformClock(VirtualClock):
    """The platform's clock, which runs with the timeline and walks back for the daily rounds."""

    def __init__(self, timeline: Timeline, zone: str) -> None:
        super().__init__(start="2026-01-01T00:00:00", timezone=zone, frozen=True)
        self._timeline = timeline
        self._local = ZoneInfo(zone)
        self._round: datetime | None = None

    def now(self) -> datetime:
        """Local time to the second, or the hour of the round that is being held."""
        if self._round is not None:
            return self._round
        return self._timeline.now().astimezone(self._local).replace(microsecond=0, tzinfo=None)

    def set(self, moment: datetime) -> None:
        """Go to the hour of a round, or back to now."""
        self._round = None
        if moment < self.now():
            self._round = moment
