"""The nightly audit of the service: once a day, in a thread of its own, so that nobody waits for it.

It asks the platform one family at a time and shares the pace of all requests, so a release that
becomes due meanwhile is carried out as at any other hour. It is due when the latest ``audit.hour``
has passed since the latest audit, or since the service was started if there was none.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import structlog

from connector.config import Settings
from connector.config.sections import AuditSettings
from connector.errors import ConnectorError
from connector.observe.events import Event as Log
from connector.observe.metrics import write_metrics
from connector.runtime.audit import AuditReport, run_audit
from connector.runtime.audit_record import figures_of, freeze_for, load_latest, record_audit
from connector.runtime.service import Pen, Service
from connector.saga.audit.scene import AuditBounds

LOOK_SECONDS = 300
"""How often it is seen whether an audit is due."""

AGAIN = timedelta(hours=1)
"""When an audit that could not be carried out is tried again."""

_log: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger("connector.audit")


def bounds_of(settings: AuditSettings) -> AuditBounds:
    """How far an audit looks, as the operator decided."""
    return AuditBounds(days=settings.days, stuck=timedelta(hours=settings.stuck_hours))


def is_due(now: datetime, hour: int, latest: datetime) -> bool:
    """Whether the hour has come since the latest audit.

    Args:
        now: host time, in the platform's zone.
        hour: of the day, there.
        latest: when an audit ended last, or the service began; aware.
    """
    today = now.replace(hour=hour, minute=0, second=0, microsecond=0)
    moment = today if today <= now else today - timedelta(days=1)
    return latest < moment


def keep_audit(
    service: Service,
    report: AuditReport,
    metrics_file: str | None,
    epoch: int | None = None,
) -> None:
    """Record an audit, and leave its figures where they are collected.

    Raises:
        ConnectorError: the file of the figures cannot be written.
    """
    record_audit(service, report, epoch)
    if metrics_file is not None and report.is_whole:
        write_metrics(Path(metrics_file), figures_of(service, report))


class Nightly:
    """Sees to it that every day has its audit."""

    def __init__(self, service: Callable[[], Service], pen: Pen, settings: Settings) -> None:
        self.settings = settings
        self._service = service
        self._pen = pen
        self._began_at = service().clock.host()
        self._not_before = self._began_at

    def tick(self) -> None:
        """Audit if it is time to; what goes wrong with it stops nothing else."""
        settings, service = self.settings.audit, self._service()
        now = service.clock.host()
        if settings.hour == "off" or now < self._not_before:
            return
        local = now.astimezone(self.settings.platform.zone)
        try:
            if is_due(local, settings.hour, self._latest(service)):
                self._audit(replace(service, writer=None), settings)
        except ConnectorError as trouble:
            self._not_before = now + AGAIN
            _log.warning(Log.AUDIT_FAILED, sentence=str(trouble))

    def _audit(self, service: Service, settings: AuditSettings) -> None:
        report = run_audit(service, bounds_of(settings), stop=self._pen.stop)
        if not report.is_whole:
            return  # the service ends; the next one begins anew
        freeze_for(service, report, self._pen.epoch)
        keep_audit(service, report, settings.metrics_file, self._pen.epoch)
        _log.info(
            Log.AUDIT_DONE,
            families=report.families,
            documents=report.documents,
            findings=report.wrong,
            grave=report.grave,
        )

    def _latest(self, service: Service) -> datetime:
        with service.store.begin() as unit:
            latest = load_latest(unit)
        return self._began_at if latest is None else latest.ended_at.astimezone(UTC)
