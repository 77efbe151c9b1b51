"""The virtual clock: local time without zone inside, GMT in the Date header."""

import time
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime
from zoneinfo import ZoneInfo


class VirtualClock:
    """Local time that stands still, or runs at the pace of real time."""

    def __init__(self, *, start: str, timezone: str, frozen: bool) -> None:
        self._base = datetime.fromisoformat(start)
        self._zone = ZoneInfo(timezone)
        self._frozen = frozen
        self._anchor = time.monotonic()

    def now(self) -> datetime:
        """The local time, to the second."""
        if self._frozen:
            return self._base
        return self._base + timedelta(seconds=int(time.monotonic() - self._anchor))

    def today(self) -> date:
        """The local day."""
        return self.now().date()

    def set(self, moment: datetime) -> None:
        """Go to a local time."""
        self._base = moment
        self._anchor = time.monotonic()

    def unix(self) -> int:
        """The virtual moment in Unix seconds."""
        return int(self._aware().timestamp())

    def http_date(self, seconds: int = 0) -> str:
        """The virtual moment, or one some seconds later, as headers tell it."""
        return format_datetime(self._aware() + timedelta(seconds=seconds), usegmt=True)

    def _aware(self) -> datetime:
        return self.now().replace(tzinfo=self._zone).astimezone(UTC)
