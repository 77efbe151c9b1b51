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
GUARDED = timedelta(hours=5)
SOON = timedelta(hours=12)
WAITS_MAX = 4
"""Who is looked at again within so long, since the hour was not right, is waited for a few times."""

COUNTED = """SELECT
    (SELECT count(*) FROM event) AS events,
    (SELECT count(*) FROM request WHERE done_at IS NULL) AS asked,
    (SELECT min(due_at) FROM agenda) AS due_at,
    (SELECT count(*) FROM step JOIN operation USING (plan_id)
        WHERE operation.state = 'open' AND step.state IN ('intended', 'unknown')
        AND operation.main_id NOT IN (SELECT main_id FROM parking WHERE lifted_at IS NULL)
        AND NOT EXISTS (SELECT 1 FROM step AS held
                        WHERE held.plan_id = step.plan_id AND held.state = 'held')) AS waiting
"""
"""What has happened, what was asked for, who is looked at next, and steps that could go on."""


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
        self.is_over = False
        """Whether a turn left nothing to do, and the daily look after it found nothing either."""

    def go_on(self, at_least: timedelta) -> None:
        """Something has happened: it lasts so much longer."""
        self._until = self._timeline.now() + at_least
        self._quiet = 0
        self.is_over = False

    def rest(self) -> timedelta:
        """How long to rest after a turn."""
        (counted,) = self._cabinet.rows(COUNTED)
        seen = (self._watch.writes, counted["events"], counted["asked"])
        is_idle = seen == self._seen and not counted["asked"]
        self._seen = seen
        self._quiet = self._quiet + 1 if is_idle else 0
        if not self._quiet:
            return BUSY_REST
        wait = self._better_hour(counted["due_at"], bool(counted["waiting"]))
        if wait is not None and self._waits < WAITS_MAX:
            self._waits += 1
            self._quiet = 1
            return wait
        self.is_over = self._quiet > 1 and self._timeline.now() > self._until
        return max(REST, self._until - self._timeline.now())

    def _better_hour(self, due_at: str | None, is_waiting: bool) -> timedelta | None:  # noqa: FBT001 - as counted
        """How long until a family is looked at again, or a step can be sent that was guarded."""
        if is_waiting:
            return GUARDED
        if due_at is None:
            return None
        wait = datetime.fromisoformat(f"{due_at}+00:00") - self._timeline.now()
        return max(wait, timedelta()) + A_MINUTE if wait < SOON else None
