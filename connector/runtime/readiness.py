"""Whether the platform may be written to at all: a release that is known, clocks that agree."""

from __future__ import annotations

from connector.errors import PlatformError
from connector.observe.events import Event as Log
from connector.runtime.service import Service

UNPROVEN = "unknown"
"""Release without a proven mapping: read it, but never write to it."""


def judge_clocks(service: Service) -> PlatformError | None:
    """Billing days and guard times rest on the clock: a wrong one must not decide about money."""
    skew = abs(service.clock.now() - service.reader.read_time())
    if skew <= service.limits.skew_max:
        return None
    sentence = (
        f"this host and the platform differ by {skew.total_seconds():.0f} seconds: nothing is "
        "written until both keep time by NTP"
    )
    service.alerts.alert(Log.CLOCK_SKEWED, sentence)
    return PlatformError(sentence)
