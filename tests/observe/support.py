"""A stand-in for standard error, ways to fail, and a secret to look for."""

from __future__ import annotations

import base64
import io
import json
import logging
from typing import Any, Literal

import structlog

from connector.observe.logging import ServiceHandler, configure_logging

CANARY = "c4n4ry-Secret/Word+1"
ENCODED = base64.b64encode(f"key:{CANARY}".encode()).decode()
LAYOUTS: tuple[Literal["json", "text"], ...] = ("json", "text")


class Journal:
    """What standard error has received."""

    def __init__(self, layout: Literal["json", "text"] = "json", **options: Any) -> None:
        self.stream = io.StringIO()
        configure_logging("debug", layout, stream=self.stream, **options)
        root = logging.getLogger()  # pytest listens there too, and fails on unrenderable lines
        root.handlers = [one for one in root.handlers if isinstance(one, ServiceHandler)]
        self.log = structlog.stdlib.get_logger("connector.test")

    @property
    def text(self) -> str:
        """Everything written so far."""
        return self.stream.getvalue()

    @property
    def lines(self) -> list[str]:
        """The lines written so far, as a reader of plain text would split them."""
        return self.text.splitlines()

    @property
    def last(self) -> dict[str, Any]:
        """The last line, parsed."""
        line: dict[str, Any] = json.loads(self.lines[-1])
        return line


def fail_saying(message: str) -> None:
    """Fail with these words."""
    raise ValueError(message)


def fail_with(secret: str) -> None:
    """Fail while a secret lies in a local variable."""
    local_copy = f"held only in memory {secret}"
    raise RuntimeError(f"the platform said no ({len(local_copy)} characters)")
