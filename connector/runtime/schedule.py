"""The clock of the daemon: APScheduler rings, one turn at a time; it decides nothing.

Its defaults are changed where they would lose work: a late ring is never dropped
(``misfire_grace_time=None``), several missed rings make one (``coalesce``), and a turn never
overlaps the next (``max_instances=1``). The first ring is at once, or else a service restarted
more often than its interval would never poll.

What may take long and is in no hurry rings beside the turns, in a thread of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from apscheduler.events import EVENT_JOB_ERROR, JobExecutionEvent
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

TICK = "tick"
BESIDE = "beside"


class Schedule:
    """Calls one function every so often, and at once when nudged."""

    def __init__(
        self,
        tick: Callable[[], None],
        failed: Callable[[BaseException], None],
        interval_seconds: int,
    ) -> None:
        self._failed = failed
        self._failed_beside = failed
        self._scheduler = BackgroundScheduler(
            timezone=UTC,
            executors={"default": ThreadPoolExecutor(1), BESIDE: ThreadPoolExecutor(1)},
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )
        self._scheduler.add_listener(self._heard, EVENT_JOB_ERROR)
        self._scheduler.add_job(
            tick,
            "interval",
            seconds=interval_seconds,
            id=TICK,
            next_run_time=datetime.now(tz=UTC),
        )

    def add_beside(
        self, work: Callable[[], None], failed: Callable[[BaseException], None], seconds: int
    ) -> None:
        """Call another function every so often, beside the ticks; its failure is no failed tick."""
        self._failed_beside = failed
        self._scheduler.add_job(work, "interval", seconds=seconds, id=BESIDE, executor=BESIDE)

    def start(self) -> None:
        """Begin; the first tick is at once."""
        self._scheduler.start()

    def nudge(self) -> None:
        """Tick as soon as the running one has ended."""
        self._scheduler.modify_job(TICK, next_run_time=datetime.now(tz=UTC))

    def change_interval(self, interval_seconds: int) -> None:
        """Tick in another rhythm from now on."""
        self._scheduler.reschedule_job(TICK, trigger="interval", seconds=interval_seconds)

    def drain(self) -> None:
        """Ring no more, and wait until what is running has ended."""
        self._scheduler.shutdown(wait=True)

    def _heard(self, event: JobExecutionEvent) -> None:
        failed = self._failed_beside if event.job_id == BESIDE else self._failed
        failed(event.exception)
