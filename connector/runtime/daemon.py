"""The daemon: ticks until told to stop. SIGTERM drains, SIGHUP reloads, SIGUSR1 polls now."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Lock
from types import FrameType

import structlog

from connector.config import Settings, load_settings
from connector.errors import ConnectorError, LeaseLost, PlatformDenied, PlatformError, SetupError
from connector.observe.events import Event as Log
from connector.observe.logging import configure_logging
from connector.observe.notify import Notifier, watchdog_interval
from connector.runtime.bootstrap import Wired, holder_name, open_service, rewired
from connector.runtime.cycle import CycleReport, run_cycle, start
from connector.runtime.nightly import LOOK_SECONDS, Nightly
from connector.runtime.schedule import Schedule
from connector.runtime.service import Pen, Service, hold_pen

STUCK_SECONDS = 900
"""Without a sign of life for so long, the watchdog is left to kill us."""

IDLE_WAIT_SECONDS = 30.0


def run_daemon(path: Path | None, settings: Settings) -> int:
    """Run until SIGTERM or SIGINT; the exit code.

    Raises:
        SetupError, StoreUnavailable, LeaseLost: at the start; nothing was sent.
    """
    notifier = Notifier(os.environ)
    wishes = _Wishes()
    with (
        open_service(settings) as wired,
        hold_pen(wired.service, holder_name(), wishes.stop, wishes.beat) as pen,
        wishes.from_signals(),
    ):
        daemon = _Daemon(path, wired, pen, wishes)
        daemon.nightly = Nightly(daemon.current, pen, settings)
        return daemon.run(notifier, settings.poll.interval_seconds)


class _Wishes:
    """What the outside asked for since we last looked, and when the work last moved on."""

    def __init__(self) -> None:
        self.stop = Event()
        self.reload = Event()
        self.nudge = Event()
        self.wake = Event()
        self.moved_at = time.monotonic()

    def beat(self) -> None:
        """The work has moved on."""
        self.moved_at = time.monotonic()

    @contextmanager
    def from_signals(self) -> Iterator[None]:
        """Turn signals into wishes while the block runs."""
        meanings = {
            signal.SIGTERM: self.stop,
            signal.SIGINT: self.stop,
            signal.SIGHUP: self.reload,
            signal.SIGUSR1: self.nudge,
        }

        def heard(number: int, _frame: FrameType | None) -> None:
            meanings[signal.Signals(number)].set()
            self.wake.set()

        before = {number: signal.signal(number, heard) for number in meanings}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


class _Daemon:
    """One service under a schedule; the main thread only listens and beats."""

    def __init__(self, path: Path | None, wired: Wired, pen: Pen, wishes: _Wishes) -> None:
        self._path = path
        self._wired = wired
        self._service = wired.service
        self._swap = Lock()
        self._pen = pen
        self._wishes = wishes
        self._started_mode: str | None = None
        self._failure: BaseException | None = None
        self.nightly: Nightly | None = None
        self._log: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger("connector.daemon")

    def run(self, notifier: Notifier, interval_seconds: int) -> int:
        schedule = Schedule(self._tick, self._failed, interval_seconds)
        if self.nightly is not None:
            schedule.add_beside(self.nightly.tick, self._audit_failed, LOOK_SECONDS)
        schedule.start()
        notifier.ready("polling")
        self._log.info(Log.LEASE_ACQUIRED, epoch=self._pen.epoch)
        self._log.info(Log.SERVICE_STARTED, mode=self._service.policy.mode)
        self._listen(notifier, schedule, watchdog_interval(os.environ))
        notifier.stopping()
        self._log.info(Log.SERVICE_STOPPING)
        schedule.drain()
        self._log.info(Log.SERVICE_STOPPED)
        if self._failure is None:
            return 0
        return getattr(self._failure, "exit_code", 1)

    def _listen(self, notifier: Notifier, schedule: Schedule, beat_seconds: float | None) -> None:
        wishes = self._wishes
        while not wishes.stop.is_set():
            wishes.wake.wait(beat_seconds or IDLE_WAIT_SECONDS)
            wishes.wake.clear()
            if beat_seconds and time.monotonic() - wishes.moved_at < STUCK_SECONDS:
                notifier.beat()
            if wishes.reload.is_set():
                wishes.reload.clear()
                notifier.reloading()
                self._reload(schedule.change_interval)
                notifier.ready("polling")
            if wishes.nudge.is_set():
                wishes.nudge.clear()
                schedule.nudge()

    def current(self) -> Service:
        """The service under the settings in force."""
        with self._swap:
            return self._service

    def _tick(self) -> None:
        """One turn; the platform's troubles end the turn, not the service."""
        service = self.current()
        try:
            if self._started_mode != service.policy.mode:
                start(service, self._pen)
                self._started_mode = service.policy.mode
            report = run_cycle(service, self._pen)
        except PlatformDenied as denied:
            self._log.error(Log.PLATFORM_DENIED, sentence=str(denied))
        except PlatformError as trouble:
            self._log.warning(Log.PLATFORM_UNAVAILABLE, sentence=str(trouble))
        else:
            self._tell(report)
        self._wishes.beat()

    def _tell(self, report: CycleReport) -> None:
        self._log.info(
            Log.CYCLE_DONE,
            touched=report.touched,
            looked_at=report.looked_at,
            sends=report.sends,
            problems=len(report.problems),
        )
        for problem in report.problems:
            self._log.warning(Log.CYCLE_FAILED, sentence=str(problem))

    def _reload(self, change_interval: Callable[[int], None]) -> None:
        """Put new settings in force, whole; keep the old ones if anything is wrong."""
        try:
            settings = load_settings(self._path)
        except SetupError as refused:
            self._log.error(Log.SETTINGS_REFUSED, problems=refused.problems)
            return
        with self._swap:
            self._service = rewired(self._wired, settings)
        if self.nightly is not None:
            self.nightly.settings = settings
        secrets = (settings.platform.key, settings.platform.secret)
        masked = [secret.get_secret_value() for secret in secrets if secret is not None]
        configure_logging(settings.log.level, settings.log.format, secrets=masked)
        change_interval(settings.poll.interval_seconds)
        self._log.info(Log.SETTINGS_RELOADED, mode=settings.mode)

    def _audit_failed(self, failure: BaseException) -> None:
        """A defect of the audit must not end the service, which goes on without it."""
        self._log.error(Log.AUDIT_FAILED, sentence=str(failure), exc_info=failure)

    def _failed(self, failure: BaseException) -> None:
        """A tick ended in something else than the platform's trouble: do not go on."""
        self._failure = failure
        event = Log.LEASE_LOST if isinstance(failure, LeaseLost) else Log.SERVICE_FAILED
        known = isinstance(failure, ConnectorError)
        self._log.error(event, sentence=str(failure), exc_info=None if known else failure)
        self._wishes.stop.set()
        self._wishes.wake.set()
