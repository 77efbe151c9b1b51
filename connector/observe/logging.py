"""Log lines on standard error: structured, without secrets, ours and those of the libraries."""

from __future__ import annotations

import contextlib
import json
import logging
import sys
from collections.abc import Iterable
from typing import Literal, TextIO

import structlog
from structlog.tracebacks import ExceptionDictTransformer
from structlog.typing import Processor

from connector.observe.events import Event
from connector.observe.redaction import Redaction
from connector.observe.rendering import put_first, render_text

Level = Literal["debug", "info", "warning", "error"]
Layout = Literal["json", "text"]

#: Libraries that put addresses (with tokens in them), headers or SQL values into their lines.
_QUIET = (
    "alembic",
    "apscheduler",
    "asyncio",
    "httpcore",
    "httpx",
    "sqlalchemy",
    "uvicorn.access",
)


class ServiceHandler(logging.StreamHandler[TextIO]):
    """The one handler of the process; a line that cannot be rendered does not spill its values."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the name is logging's
        """Say only where the broken line came from; the usual report prints its arguments."""
        place = f"{record.module}:{record.lineno}"
        line = json.dumps({"level": "error", "event": Event.LINE_LOST, "place": place})
        with contextlib.suppress(OSError, ValueError):
            self.stream.write(line + self.terminator)


def configure_logging(
    level: Level = "info",
    layout: Layout = "json",
    *,
    secrets: Iterable[str] = (),
    stream: TextIO | None = None,
) -> None:
    """Set up every logger of the process; may be called again when settings change.

    ``secrets`` are texts that are masked wherever they turn up.
    """
    handler = ServiceHandler(sys.stderr if stream is None else stream)
    handler.setFormatter(_formatter(layout, Redaction(secrets)))
    root = logging.getLogger()
    for earlier in [one for one in root.handlers if isinstance(one, ServiceHandler)]:
        root.removeHandler(earlier)
    root.addHandler(handler)
    root.setLevel(level.upper())
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_common(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )


def _common() -> list[Processor]:
    """What our own lines and those of libraries have in common."""
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
    ]


def _formatter(layout: Layout, redaction: Redaction) -> logging.Formatter:
    """Tracebacks lose their local variables, then all is scrubbed, then rendered on one line."""
    render: Processor = render_text if layout == "text" else structlog.processors.JSONRenderer()
    tracebacks = ExceptionDictTransformer(show_locals=False)
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=_common(),
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.ExceptionRenderer(tracebacks),
            redaction,
            put_first,
            render,
        ],
    )
