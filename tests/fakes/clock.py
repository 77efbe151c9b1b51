"""Both clocks, set by hand, and a stop flag on which waiting takes no time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from threading import Event

from tests.build import NOON


class FakeClock:
    """Billing time and host time; each moves only when told."""

    def __init__(self, billing: datetime = NOON) -> None:
        self.billing = billing
        self.hosted = billing.astimezone(UTC)
        self._stopped = timedelta()

    def now(self) -> datetime:
        """Billing time."""
        return self.billing

    def host(self) -> datetime:
        """Host time."""
        return self.hosted

    def monotonic(self) -> timedelta:
        """Moves as host time does."""
        return self.hosted - datetime(2000, 1, 1, tzinfo=UTC) + self._stopped

    def stop_for(self, **span: float) -> None:
        """Time passes that the clocks people set do not show."""
        self._stopped += timedelta(**span)

    def pass_by(self, **span: float) -> None:
        """Both clocks move on."""
        self.billing += timedelta(**span)
        self.hosted += timedelta(**span)


class SkippingStop(Event):
    """A stop flag whose waiting moves the host clock instead of passing time."""

    def __init__(self, clock: FakeClock) -> None:
        super().__init__()
        self._clock = clock
        self.waits: list[float] = []

    def wait(self, timeout: float | None = None) -> bool:
        """Skip the time."""
        self.waits.append(timeout or 0)
        self._clock.hosted += timedelta(seconds=timeout or 0)
        return self.is_set()
