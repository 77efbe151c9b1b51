"""Time from outside: two clocks, never mixed."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """The platform's time decides about billing; the host's about waiting and leases."""

    def now(self) -> datetime:
        """Billing time, aware, in the platform's zone.

        The wall clock, or with ``platform.clock = "server"`` the ``Date`` of the platform's
        latest answer, so that a simulated month takes seconds.
        """
        ...

    def host(self) -> datetime:
        """Host time, aware, UTC: for back-off, quiescence and leases."""
        ...

    def monotonic(self) -> timedelta:
        """Time since some moment that nobody knows: never set, never back, asleep or not."""
        ...
