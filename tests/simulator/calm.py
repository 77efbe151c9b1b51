"""The calm after a storm: time passes until nobody has anything left to do."""

from __future__ import annotations

from datetime import datetime, timedelta

from tests.simulator.cabinet import Cabinet
from tests.simulator.timeline import Timeline
from tests.simulator.watch import Watch

REST = timedelta(hours=25)
"""After a turn that left nothing to do: the next one takes its daily look."""

BUSY_REST = timedelta(minutes=5)
A_MINUTE = timedelta(minutes=1)
SOON = timedelta(hours=12)
WAITS_MAX = 4
"""Who is looked at again within so long, since the hour was not right, is waited for a few times."""


class Calm:
    """How long a process rests between two turns, and whether all is over."""

    def __init__(
        self, cabinet: Cabinet, timeline: Timeline, watch: Watch, at_least: timedelta
    ) -> None:
        self._cabinet = cabinet
        self._timeline = timeline
        self._watch = watch
        self._until = timeline.now() + at_least
        self._quiet = 0  #: turns in a row that left nothing to do
        self._waits = 0
        self._seen: tuple[object, ...] = ()

    def rest(self) -> timedelta:
        """How long to rest after a turn."""
        counted = self._cabinet.rows(
            "SELECT (SELECT count(*) FROM event) AS events,"
            " (SELECT count(*) FROM request WHERE done_at IS NULL) AS asked,"
            " (SELECT min(due_at) FROM agenda) AS due_at"
        )[0]
        seen = (self._watch.writes, counted["events"], counted["asked"])
        is_idle = seen == self._seen and not counted["asked"]
        self._seen = seen
        self._quiet = self._quiet + 1 if is_idle else 0
        if not self._quiet:
            return BUSY_REST
        if counted["due_at"] is not None:
            wait = datetime.fromisoformat(f"{counted['due_at']}+00:00") - self._timeline.now()
            if wait < SOON and self._waits < WAITS_MAX:
                self._waits += 1
                self._quiet = 1
                return max(wait, timedelta()) + A_MINUTE
        return max(REST, self._until - self._timeline.now())

    def is_over(self) -> bool:
        """Whether a turn left nothing to do, and the daily look after it found nothing either."""
        return self._quiet > 1 and self._timeline.now() > self._until
