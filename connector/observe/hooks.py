"""Where alerts go: for now into the log, under a field that a rule can watch."""

from __future__ import annotations

import structlog


class LogAlerts:
    """Alerts as log lines of level error with ``alert`` set; implements ``ports.alerts.Alerts``."""

    def __init__(self, name: str = "connector.alerts") -> None:
        self._log: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(name)

    def alert(self, event: str, sentence: str, **details: object) -> None:
        """Say what is wrong, in one sentence with its details."""
        self._log.error(str(event), **{**details, "sentence": sentence, "alert": True})
